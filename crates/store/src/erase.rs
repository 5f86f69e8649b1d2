//! Erases one person on request (S48): every table and every old page of the file. The journal keeps a digest in place
//! of each entry, so that its chain still verifies. What the replicas and backups hold is out of its reach.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::packed_head::PackedHead;
use crate::values::key_columns;
use crate::{chain, forgotten};
use jiff::Timestamp;
use model::{ConflictId, PhoneKey, Side};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::Value;
use std::collections::BTreeSet;

/// How much there was of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Links, with base and absences.
    pub links: u64,
    /// Journal entries.
    pub journal: u64,
    /// Decisions and open conflicts.
    pub conflicts: u64,
    /// Refused writes.
    pub parked: u64,
    /// Links that had ended.
    pub tombstones: u64,
    /// Run reports with a mention.
    pub reports: u64,
    /// Phone calls, and calls that were asked for.
    pub calls: u64,
    /// Saved plans: all of them, since they are void now.
    pub plans: u64,
}

impl std::ops::AddAssign for Erased {
    fn add_assign(&mut self, other: Self) {
        self.links += other.links;
        self.journal += other.journal;
        self.conflicts += other.conflicts;
        self.parked += other.parked;
        self.tombstones += other.tombstones;
        self.reports += other.reports;
        self.calls += other.calls;
        self.plans += other.plans;
    }
}

/// Whom it is about.
struct Person {
    key: PhoneKey,
    digits: String,
    links: BTreeSet<i64>,
    ids: BTreeSet<(Side, String)>,
    conflicts: BTreeSet<String>,
}

impl Store {
    /// Erases whoever has this number, and remembers a keyed hash of it so that they are not linked again. `conflicts`:
    /// every id that a conflict about them can have. `entropy` becomes the key of the first erasure. The whole file is
    /// written anew.
    pub fn erase(
        &mut self,
        key: PhoneKey,
        conflicts: &[ConflictId],
        entropy: [u8; 16],
        at: Timestamp,
    ) -> Result<Erased> {
        let conflicts: BTreeSet<String> = conflicts.iter().map(|id| id.0.clone()).collect();
        let erased = self.erasing(|transaction| erase(transaction, key, conflicts, entropy, at))?;
        let cleaned = clean(&self.connection);
        self.named(cleaned)?;
        Ok(erased)
    }

    /// Like `write`, with every freed byte overwritten.
    pub(crate) fn erasing<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T> {
        let switched = self.connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()));
        self.named(switched.map_err(Into::into))?;
        self.write(work)
    }
}

/// Old copies of pages are in the write-ahead log and in free pages: neither may stay.
fn clean(connection: &Connection) -> Result<(), Fault> {
    connection.pragma_update(None, "temp_store", "MEMORY")?; // no copy of the contacts in a shared folder
    connection.execute_batch("VACUUM")?;
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 {
        return Ok(());
    }
    Err(Fault::refused("another program reads it, so old copies remain in the -wal file: close it and run this again"))
}

fn erase(
    transaction: &Transaction<'_>,
    key: PhoneKey,
    conflicts: BTreeSet<String>,
    entropy: [u8; 16],
    at: Timestamp,
) -> Result<Erased, Fault> {
    let mut person =
        Person { key, digits: key.number().to_string(), links: BTreeSet::new(), ids: BTreeSet::new(), conflicts };
    find_links(transaction, &mut person)?;
    let entries = find_entries(transaction, &mut person)?;
    let mut erased = Erased { journal: entries.len() as u64, ..Erased::default() };
    blank_out(transaction, &entries)?;
    erased.reports = reports(transaction, &mut person)?;
    erased.plans = plans(transaction, &mut person)?;
    erased.conflicts = answers(transaction, &person)? + decisions(transaction, &person)?;
    erased.conflicts += apart(transaction, &person)?;
    erased.parked = parked(transaction, &person)?;
    erased.tombstones = tombstones(transaction, &person)?;
    erased.calls = calls(transaction, &person)?;
    for (_, id) in person.ids.iter().filter(|(side, _)| *side == Side::Justcall) {
        transaction.execute("DELETE FROM contact_hints WHERE record_id = ?1", [id])?;
    }
    for (_, id) in person.ids.iter().filter(|(side, _)| *side == Side::Crm) {
        crate::number_fields::forget(transaction, id)?;
    }
    for link in &person.links {
        erased.links += transaction.execute("DELETE FROM links WHERE id = ?1", [link])? as u64;
    }
    crate::copies::drop_all(transaction)?;
    crate::state::set_serial(transaction, crate::state::serial(transaction)? + 1)?;
    forgotten::remember(transaction, key, entropy, at)?;
    Ok(erased)
}

/// In place of each entry its digest: the chain goes on.
pub(crate) fn blank_out(transaction: &Transaction<'_>, entries: &[i64]) -> Result<(), Fault> {
    let mut read = transaction.prepare("SELECT phone, link, body FROM journal WHERE seq = ?1")?;
    let mut blank =
        transaction.prepare("UPDATE journal SET phone = NULL, link = NULL, body = NULL, digest = ?2 WHERE seq = ?1")?;
    for seq in entries {
        let digest = read
            .query_row([seq], |row| {
                let (phone, link, body): (Option<String>, Option<i64>, Option<String>) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(body.map(|body| chain::digest(phone.as_deref(), link, &body)))
            })
            .optional()?
            .flatten();
        if let Some(digest) = digest {
            blank.execute((seq, digest.as_slice()))?;
        }
    }
    Ok(())
}

fn find_links(transaction: &Transaction<'_>, person: &mut Person) -> Result<(), Fault> {
    let (number, _) = key_columns(Some(person.key));
    let mut statement =
        transaction.prepare("SELECT id, justcall_id, crm_id, flags, head FROM links WHERE key_number = ?1")?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let head = PackedHead::decode(row.get(3)?, row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?)?;
        if head.extension != person.key.to_parts().1 {
            continue;
        }
        person.links.insert(row.get(0)?);
        for (side, column) in [(Side::Justcall, 1), (Side::Crm, 2)] {
            person.ids.extend(row.get::<_, Option<String>>(column)?.map(|id| (side, id)));
        }
    }
    Ok(())
}

/// Entries about the person or with a word of them, and the outcomes of those.
fn find_entries(transaction: &Transaction<'_>, person: &mut Person) -> Result<Vec<i64>, Fault> {
    let mut statement = transaction
        .prepare("SELECT seq, intent, phone, link, body FROM journal WHERE body IS NOT NULL ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut entries = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let (intent, link): (Option<i64>, Option<i64>) = (row.get(1)?, row.get(3)?);
        let phone: Option<String> = row.get(2)?;
        let body: Value = crate::values::from_json(&row.get::<_, String>(4)?, || format!("journal entry {seq}"))?;
        let own = link.is_some_and(|link| person.links.contains(&link))
            || phone.is_some_and(|phone| phone == person.key.to_string());
        if own {
            // The records of a contact that was never linked are known from here alone.
            person.ids.extend(ids(&body));
        }
        if own || intent.is_some_and(|intent| entries.contains(&intent)) || person.is_in(&body) {
            entries.insert(seq);
        }
    }
    Ok(entries.into_iter().collect())
}

/// Takes the person's lines out of every report.
fn reports(transaction: &Transaction<'_>, person: &mut Person) -> Result<u64, Fault> {
    let mut statement = transaction.prepare("SELECT seq, report FROM runs WHERE report IS NOT NULL")?;
    let found: Vec<(i64, Vec<u8>)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    let mut changed = 0;
    for (seq, bytes) in found {
        let Ok(mut report) = serde_json::from_slice::<Value>(&bytes) else {
            transaction.execute("UPDATE runs SET report = NULL WHERE seq = ?1", [seq])?;
            continue;
        };
        if !person.take_out(&mut report) {
            continue;
        }
        let bytes = serde_json::to_vec(&report).map_err(|error| Fault::refused(error.to_string()))?;
        transaction.execute("UPDATE runs SET report = ?2 WHERE seq = ?1", (seq, bytes))?;
        changed += 1;
    }
    Ok(changed)
}

/// Every plan stands on a state that is no more; their conflicts say which decisions were about the person.
fn plans(transaction: &Transaction<'_>, person: &mut Person) -> Result<u64, Fault> {
    let mut statement = transaction.prepare("SELECT body FROM plans WHERE body IS NOT NULL")?;
    let bodies: Vec<Vec<u8>> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for body in &bodies {
        if let Ok(mut plan) = serde_json::from_slice::<Value>(body) {
            person.take_out(&mut plan);
        }
    }
    transaction.execute("UPDATE plans SET body = NULL", [])?;
    transaction.execute("DELETE FROM plans WHERE consumed_by IS NULL", [])?;
    Ok(bodies.len() as u64)
}

fn answers(transaction: &Transaction<'_>, person: &Person) -> Result<u64, Fault> {
    let mut statement = transaction.prepare("SELECT conflict, choice, justcall, crm FROM resolutions")?;
    let rows = statement.query_map([], |row| {
        let texts = [row.get(1)?, row.get(2)?, row.get::<_, Option<String>>(3)?];
        Ok((row.get::<_, String>(0)?, texts))
    })?;
    let mut conflicts = person.conflicts.clone();
    for row in rows {
        let (conflict, texts) = row?;
        if texts.iter().flatten().any(|text| person.mentioned_by(text)) {
            conflicts.insert(conflict);
        }
    }
    let mut gone = 0;
    for conflict in &conflicts {
        gone += transaction.execute("DELETE FROM resolutions WHERE conflict = ?1", [conflict])? as u64;
        gone += transaction.execute("DELETE FROM conflicts WHERE id = ?1", [conflict])? as u64;
    }
    Ok(gone)
}

/// Actions that were taken out of the plan, and the record of what was decided. A rule is about a field, and stays.
fn decisions(transaction: &Transaction<'_>, person: &Person) -> Result<u64, Fault> {
    let mut actions = BTreeSet::new();
    let mut statement = transaction.prepare("SELECT action, body FROM exclusions")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let action: String = row.get(0)?;
        let body: Value = crate::values::from_json(&row.get::<_, String>(1)?, || format!("the exclusion of {action}"))?;
        if person.is_in(&body) {
            actions.insert(action);
        }
    }
    for conflict in &person.conflicts {
        transaction.execute("UPDATE standing_rules SET conflict = '' WHERE conflict = ?1", [conflict])?;
    }
    let mut gone = 0;
    for action in &actions {
        gone += transaction.execute("DELETE FROM exclusions WHERE action = ?1", [action])? as u64;
    }
    let mut statement = transaction.prepare("SELECT seq, about, phone, detail FROM decisions")?;
    let found: Vec<(i64, [String; 3])> = statement
        .query_map([], |row| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?])))?
        .collect::<rusqlite::Result<_>>()?;
    for (seq, [about, phone, detail]) in found {
        let is_known = actions.contains(&about) || person.conflicts.contains(&about);
        if is_known || person.mentioned_by(&phone) || person.mentioned_by(&detail) {
            gone += transaction.execute("DELETE FROM decisions WHERE seq = ?1", [seq])? as u64;
        }
    }
    Ok(gone)
}

/// Records of theirs that somebody keeps apart from another.
fn apart(transaction: &Transaction<'_>, person: &Person) -> Result<u64, Fault> {
    let mut gone = transaction
        .execute("DELETE FROM apart WHERE phone = ?1 OR phone = ?2", [person.key.to_string(), person.key.e164()])?
        as u64;
    for (side, id) in &person.ids {
        gone += transaction.execute(&format!("DELETE FROM apart WHERE {side}_id = ?1"), [id])? as u64;
    }
    Ok(gone)
}

/// Keys are ids of the record that the refused value came from.
fn parked(transaction: &Transaction<'_>, person: &Person) -> Result<u64, Fault> {
    let mut statement = transaction.prepare("SELECT side, key, message, phone FROM parked")?;
    let rows: Vec<(String, String, [String; 2])> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, [row.get(2)?, row.get(3)?])))?
        .collect::<rusqlite::Result<_>>()?;
    let mut gone = 0;
    for (side, key, texts) in rows {
        let other = if side == Side::Crm.name() { Side::Justcall } else { Side::Crm };
        let mentioned = std::iter::once(&key).chain(&texts).any(|text| person.mentioned_by(text));
        if mentioned || person.ids.contains(&(other, key.clone())) {
            gone += transaction.execute("DELETE FROM parked WHERE side = ?1 AND key = ?2", (side, key))? as u64;
        }
    }
    Ok(gone)
}

fn tombstones(transaction: &Transaction<'_>, person: &Person) -> Result<u64, Fault> {
    let (number, extension) = key_columns(Some(person.key));
    let mut gone = transaction
        .execute("DELETE FROM tombstones WHERE key_number = ?1 AND key_extension = ?2", (number, extension))?
        as u64;
    for (side, id) in &person.ids {
        let sql = format!("DELETE FROM tombstones WHERE {side}_id = ?1");
        gone += transaction.execute(&sql, [id])? as u64;
    }
    Ok(gone)
}

/// Calls with the number, however the log wrote it; of calls with others, the notes that mention it.
fn calls(transaction: &Transaction<'_>, person: &Person) -> Result<u64, Fault> {
    let mut gone =
        transaction.execute("DELETE FROM calls WHERE number = ?1", [person.key.number().cast_signed()])? as u64;
    let mut statement = transaction.prepare("SELECT id, number IS NULL, from_number, to_number, notes FROM calls")?;
    let mut rows = statement.query([])?;
    let (mut theirs, mut mentions) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let ends = [row.get::<_, String>(2)?, row.get::<_, String>(3)?];
        if row.get::<_, bool>(1)? && ends.iter().any(|end| person.mentioned_by(end)) {
            theirs.push(id);
        } else if row.get::<_, Option<String>>(4)?.is_some_and(|notes| person.mentioned_by(&notes)) {
            mentions.push(id);
        }
    }
    for id in theirs {
        gone += transaction.execute("DELETE FROM calls WHERE id = ?1", [id])? as u64;
    }
    for id in mentions {
        transaction.execute("UPDATE calls SET notes = NULL WHERE id = ?1", [id])?;
    }
    for (_, id) in person.ids.iter().filter(|(side, _)| *side == Side::Crm) {
        transaction.execute("DELETE FROM activities WHERE contact = ?1", [id])?;
    }
    transaction.execute("DELETE FROM made_callers WHERE number = ?1", [person.key.number().cast_signed()])?;
    gone += transaction.execute("DELETE FROM dials WHERE to_number = ?1", [person.key.e164()])? as u64;
    Ok(gone)
}

impl Person {
    /// Whether a text has the number in it, however it is written: with separators, or without the country code.
    fn mentioned_by(&self, text: &str) -> bool {
        const SHORTEST: usize = 7;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.contains(&self.digits) {
            return true;
        }
        let local = digits.trim_start_matches('0');
        local.len() >= SHORTEST && self.digits.ends_with(local)
    }

    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.mentioned_by(text),
            Value::Array(items) => items.iter().any(|item| self.is_in(item)),
            Value::Object(fields) => {
                fields.values().any(|field| self.is_in(field)) || ids(value).iter().any(|id| self.ids.contains(id))
            }
            _ => false,
        }
    }

    /// Removes every line about the person, and learns the ids of their conflicts. True if anything was removed.
    fn take_out(&mut self, document: &mut Value) -> bool {
        let Some(fields) = document.as_object_mut() else { return false };
        let mut removed = false;
        for value in fields.values_mut() {
            match value {
                Value::Array(items) => {
                    let before = items.len();
                    items.retain(|item| {
                        let about = self.is_in(item);
                        if about && let Some(id) = item.get("id").and_then(Value::as_str) {
                            self.conflicts.insert(id.to_owned());
                        }
                        !about
                    });
                    removed |= items.len() != before;
                }
                Value::String(text) if self.mentioned_by(text) => {
                    "erased on request".clone_into(text);
                    removed = true;
                }
                _ => {}
            }
        }
        removed
    }
}

/// The record ids that an intent, or a line of a report, names.
fn ids(value: &Value) -> Vec<(Side, String)> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let side = text("side").and_then(|name| Side::BOTH.into_iter().find(|side| side.name() == name));
    let own = side.and_then(|side| Some((side, text("record_id")?)));
    let other = side.and_then(|side| Some((side.other(), text("other_id")?)));
    let named = [(Side::Justcall, "justcall_id"), (Side::Crm, "crm_id")];
    let named = named.into_iter().filter_map(|(side, key)| Some((side, text(key)?)));
    own.into_iter().chain(other).chain(named).collect()
}
