//! Custom fields that the account does not have: some servers refuse them, some drop them without a word.
//!
//! Once per account and field, a row is read back to see that it came to stay. Where it did not, the rest of each
//! contact is kept and its result shows what is stored. It does *not* define fields in the account.

use crate::client::Client;
use crate::convert::Rest;
use crate::readback::{Seen, look_up, one};
use crate::rows::custom_keys;
use connector::{Doubt, Error, Progress, Write, WriteResult};
use model::{FieldId, Record};
use std::collections::{BTreeMap, BTreeSet};

/// Remembers for this run which custom fields a refusal calls undefined.
pub(crate) fn note_undefined(client: &Client, keys: &[&str], message: &str) {
    let words = message.to_lowercase();
    let undefined = ["not defined", "undefined", "not exist", "unknown", "not found", "unrecognized", "unrecognised"];
    if !undefined.iter().any(|word| words.contains(word)) {
        return;
    }
    for key in keys.iter().filter(|key| words.contains(&key.to_lowercase())) {
        client.learned.learn_missing(key);
    }
}

/// What a person is told about a custom field that is not kept.
pub(crate) fn not_kept(key: &str) -> String {
    format!("JustCall does not keep the custom field `{key}`: define it in the account first")
}

/// Custom fields that none of the first contacts shows. The API lists no definitions, and an account shows a field only
/// where it has a value: more than a doubt that is not.
pub(crate) async fn check_up(client: &Client, progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
    let mut wanted: Vec<&str> =
        client.converter.fields().filter_map(|(field, _)| client.converter.custom_key(field)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let page = client.page(client.dialect.first_page, client.dialect.per_page, progress).await;
    let page = page.map_err(|error| error.into_error("the list of contacts"))?;
    let shown: BTreeSet<String> = page
        .records
        .iter()
        .filter_map(|record| Rest::of(record, client.dialect).custom)
        .flat_map(BTreeMap::into_keys)
        .collect();
    wanted.retain(|key| !shown.contains(*key));
    Ok(unseen(&wanted, page.records.len(), &shown).into_iter().collect())
}

fn unseen(keys: &[&str], looked_at: usize, shown: &BTreeSet<String>) -> Option<Doubt> {
    if keys.is_empty() || looked_at == 0 {
        return None;
    }
    let quoted =
        |keys: &mut dyn Iterator<Item = &str>| keys.map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let there = quoted(&mut shown.iter().map(String::as_str).take(8));
    let there = if there.is_empty() { "no contact shows any".to_owned() } else { format!("contacts show {there}") };
    let keys = quoted(&mut keys.iter().copied());
    Some(Doubt {
        about: "custom fields",
        message: format!("none of the first {looked_at} contacts in JustCall shows a custom field {keys}"),
        hint: format!(
            "define it in JustCall under that very key, or it is not kept ({there}); if it is new and empty so far, all is well"
        ),
        is_certain: false,
    })
}

/// Checks that custom fields sent in bulk were kept, and shows what is stored where they were not. `unproven` are
/// writes of which a part was left out.
pub(crate) async fn check(
    client: &Client,
    batch: &[Write],
    results: &mut [Option<WriteResult>],
    mut unproven: Vec<usize>,
    progress: &dyn Progress,
) {
    for (key, (at, field)) in unverified(client, batch, results) {
        let seen = stored(results[at].as_ref()).cloned();
        let record = match seen {
            Some(record) => record,
            None => match one(client, &batch[at], progress).await {
                Seen::Found { record, .. } => {
                    show(&mut results[at], &record);
                    record
                }
                Seen::Absent { .. } | Seen::Unclear(_) => continue, // the next listing shows it
            },
        };
        if record.cell(field.index()).value().is_some() {
            client.learned.learn_kept(&key);
        } else {
            client.learned.learn_missing(&key);
        }
    }
    for (at, write) in batch.iter().enumerate() {
        let lacks = || custom_keys(&client.converter, write).any(|(_, key)| client.learned.lacks(key));
        if is_done(results[at].as_ref()) && stored(results[at].as_ref()).is_none() && lacks() {
            unproven.push(at);
        }
    }
    unproven.retain(|at| is_done(results[*at].as_ref()) && stored(results[*at].as_ref()).is_none());
    unproven.sort_unstable();
    unproven.dedup();
    prove(client, batch, results, &unproven, progress).await;
}

/// The first finished write for each custom field that no one has seen kept.
fn unverified(client: &Client, batch: &[Write], results: &[Option<WriteResult>]) -> BTreeMap<String, (usize, FieldId)> {
    let mut found = BTreeMap::new();
    for (at, write) in batch.iter().enumerate().filter(|(at, _)| is_done(results[*at].as_ref())) {
        for (field, key) in custom_keys(&client.converter, write) {
            if !client.learned.keeps(key) && !client.learned.lacks(key) {
                found.entry(key.to_owned()).or_insert((at, field));
            }
        }
    }
    found
}

/// Reads back writes of which only a part was taken.
async fn prove(
    client: &Client,
    batch: &[Write],
    results: &mut [Option<WriteResult>],
    unproven: &[usize],
    progress: &dyn Progress,
) {
    let writes: Vec<&Write> = unproven.iter().map(|at| &batch[*at]).collect();
    let seen = look_up(client, &writes, progress).await;
    for (at, seen) in unproven.iter().zip(seen) {
        match seen {
            Seen::Found { record, .. } => show(&mut results[*at], &record),
            Seen::Absent { .. } => {
                unknown(&mut results[*at], "its custom fields were not kept; the rest is not seen yet");
            }
            Seen::Unclear(why) => unknown(&mut results[*at], &why),
        }
    }
}

fn unknown(result: &mut Option<WriteResult>, message: &str) {
    *result = Some(WriteResult::Unknown { message: message.to_owned() });
}

fn show(result: &mut Option<WriteResult>, record: &Record) {
    *result = Some(WriteResult::Done { id: Some(record.id.clone()), stored: Some(record.clone()) });
}

const fn is_done(result: Option<&WriteResult>) -> bool {
    matches!(result, Some(WriteResult::Done { .. }))
}

fn stored(result: Option<&WriteResult>) -> Option<&Record> {
    match result {
        Some(WriteResult::Done { stored, .. }) => stored.as_ref(),
        _ => None,
    }
}
