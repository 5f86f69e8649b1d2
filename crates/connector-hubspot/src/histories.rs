//! Who set which value when, 50 contacts a request. Our own writes are told apart by the app's number, and people have
//! names: both are asked for once, and only where an app or a person wrote at all. It does *not* compare values or say which
//! is the newer one.

use crate::client::{CallError, Client};
use crate::requests::history::Entry;
use connector::{Error, Progress};
use jiff::Timestamp;
use model::{Author, FieldId, RecordId, Stamp, Version};
use std::collections::HashMap;
use tokio::sync::OnceCell;

/// What HubSpot calls another app, or ours.
const APP: &str = "INTEGRATION";

/// Who is who among authors, once it was asked for.
#[derive(Debug, Default)]
pub(crate) struct Authors {
    /// The app that we are; none where HubSpot does not say.
    app: OnceCell<Option<u64>>,
    /// Names of people by their number; nobody where the token may not read them.
    people: OnceCell<HashMap<u64, String>>,
}

/// Per contact and field, in the order asked, newest first.
pub(crate) async fn read(
    client: &Client,
    authors: &Authors,
    ids: &[RecordId],
    fields: &[FieldId],
    progress: &dyn Progress,
) -> Result<Vec<Vec<Vec<Version>>>, Error> {
    let names: Vec<&str> = fields.iter().map(|field| client.columns.name(*field)).collect();
    let all: Vec<&str> = ids.iter().map(RecordId::as_str).collect();
    let mut found: HashMap<String, Vec<Vec<Entry>>> = HashMap::new();
    let mut distinct = all.clone();
    distinct.sort_unstable();
    distinct.dedup();
    for chunk in distinct.chunks(client.dialect.per_history) {
        let pasts = client.pasts(chunk, &names, progress).await;
        for mut past in pasts.map_err(|error| error.into_error("the history of values"))? {
            let histories = names.iter().map(|name| past.properties_with_history.remove(*name).unwrap_or_default());
            let histories = histories.collect();
            found.insert(past.id, histories);
        }
    }
    let any = |is: fn(&Entry) -> bool| found.values().flatten().flatten().any(is);
    let app = if any(|entry| entry.source_type == APP) { own_app(client, &authors.app, progress).await? } else { None };
    let nobody = HashMap::new();
    let people =
        if any(|entry| entry.user().is_some()) { people(client, &authors.people, progress).await? } else { &nobody };
    let of = |id: &str| match found.get(id) {
        Some(histories) => histories.iter().map(|entries| versions(app, people, entries.clone())).collect(),
        None => vec![Vec::new(); fields.len()],
    };
    Ok(all.into_iter().map(of).collect())
}

async fn own_app(client: &Client, app: &OnceCell<Option<u64>>, progress: &dyn Progress) -> Result<Option<u64>, Error> {
    let ask = || async {
        match client.token(progress).await {
            Ok(token) => Ok(Some(token.app_id)),
            Err(CallError::Api(_)) => Ok(None),
            Err(error) => Err(error.into_error("the token's app")),
        }
    };
    app.get_or_try_init(ask).await.copied()
}

async fn people<'a>(
    client: &Client,
    people: &'a OnceCell<HashMap<u64, String>>,
    progress: &dyn Progress,
) -> Result<&'a HashMap<u64, String>, Error> {
    let ask = || async {
        match client.owners(progress).await {
            Ok(owners) => Ok(owners.into_iter().filter_map(|owner| Some((owner.user_id?, owner.name()?))).collect()),
            // It takes a scope of its own, and a number will do.
            Err(CallError::Api(_)) => Ok(HashMap::new()),
            Err(error) => Err(error.into_error("the account's people")),
        }
    };
    people.get_or_try_init(ask).await
}

/// Newest first, whatever order they came in; one without a readable time ends what is known.
fn versions(own: Option<u64>, people: &HashMap<u64, String>, entries: Vec<Entry>) -> Vec<Version> {
    let dated = entries.into_iter().map(|entry| (time(&entry.timestamp), entry));
    let mut dated: Vec<(Option<Timestamp>, Entry)> = dated.collect();
    dated.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let version = |(at, entry): (Option<Timestamp>, Entry)| {
        let stamp = stamp(own, people, at?, &entry);
        Some(Version { value: entry.value.unwrap_or_default(), stamp })
    };
    dated.into_iter().map_while(version).collect()
}

/// A moment, as text or as Unix milliseconds.
fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Timestamp::from_millisecond(text.parse().ok()?).ok())
}

fn stamp(own: Option<u64>, people: &HashMap<u64, String>, at: Timestamp, entry: &Entry) -> Stamp {
    if let Some(user) = entry.user() {
        let name = people.get(&user).cloned().unwrap_or_else(|| format!("user {user}"));
        return Stamp { at, by: Author::Person, name };
    }
    let app = entry.source_id.as_deref().filter(|_| entry.source_type == APP);
    if app.is_some_and(|app| own.is_some_and(|own| app == own.to_string())) {
        return Stamp { at, by: Author::Tieline, name: String::new() };
    }
    let name = match app {
        Some(app) => format!("app {app}"),
        None => entry.source_type.to_lowercase().replace('_', " "),
    };
    Stamp { at, by: Author::Program, name }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn told(json: &str) -> Vec<(String, Author, String)> {
        let entries: Vec<Entry> = serde_json::from_str(json).unwrap();
        let people = HashMap::from([(52, "Dana Reyes".to_owned())]);
        let versions = versions(Some(77), &people, entries).into_iter();
        versions.map(|version| (version.value, version.stamp.by, version.stamp.name)).collect()
    }

    #[test]
    fn people_apps_and_we_ourselves_are_told_apart() {
        let told = told(
            r#"[{"value":"a","timestamp":"2026-11-21T09:00:04Z","sourceType":"CRM_UI","sourceId":"userId:51","updatedByUserId":51},
                {"value":"b","timestamp":"2026-11-21T09:00:03Z","sourceType":"MOBILE_IOS","sourceId":"userId:52"},
                {"value":"c","timestamp":"2026-11-21T09:00:02Z","sourceType":"INTEGRATION","sourceId":"77"},
                {"value":"d","timestamp":"1763715601000","sourceType":"INTEGRATION","sourceId":"78"},
                {"timestamp":"2025-11-20T09:00:00Z","sourceType":"AUTOMATION_PLATFORM"},
                {"value":"lost","timestamp":"some day","sourceType":"CRM_UI"}]"#,
        );
        let expected = [
            ("a", Author::Person, "user 51"),
            ("b", Author::Person, "Dana Reyes"),
            ("c", Author::Tieline, ""),
            ("d", Author::Program, "app 78"),
            ("", Author::Program, "automation platform"),
        ];
        assert_eq!(told, expected.map(|(value, by, name)| (value.to_owned(), by, name.to_owned())));
    }

    #[test]
    fn the_newest_comes_first_whatever_the_order() {
        let told = told(
            r#"[{"value":"old","timestamp":"2026-11-20T09:00:00Z"},{"value":"new","timestamp":"2026-11-21T09:00:00Z"}]"#,
        );
        assert_eq!(told[0].0, "new");
    }
}
