//! Looks up what became of rows whose outcome an answer did not tell, with as few requests as will do.
//!
//! An update is read by its id, which is the truth. A create has no id yet: it is searched by phone, and search may lag
//! behind. Where one listing costs less than the lookups, the list is read instead; it may lag, too. It does *not*
//! decide what the findings mean.

use crate::client::Client;
use crate::landed::same_number;
use crate::walk::walk;
use connector::{Progress, Write, WriteKind};
use futures_util::StreamExt;
use futures_util::stream;
use model::Record;
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// So many are looked up one by one in any case: that is the surer way.
const FEW: u64 = 10;

/// What a lookup found.
#[derive(Debug)]
pub(crate) enum Seen {
    /// The record. `sure` where no lag is possible.
    Found { record: Record, sure: bool },
    /// No such record. `sure` where no lag is possible.
    Absent { sure: bool },
    /// It could not be found out.
    Unclear(String),
}

/// Looks up one record for each write, in order.
pub(crate) async fn look_up(client: &Client, writes: &[&Write], progress: &dyn Progress) -> Vec<Seen> {
    let pages = client.pages.load(Ordering::Relaxed);
    if pages > 0 && writes.len() as u64 > pages.max(FEW) {
        return from_list(client, writes, progress).await;
    }
    let calls: Vec<_> = writes.iter().map(|write| one(client, write, progress)).collect();
    stream::iter(calls).buffered(client.concurrency()).collect().await
}

/// Looks up one record.
pub(crate) async fn one(client: &Client, write: &Write, progress: &dyn Progress) -> Seen {
    if let Some(current) = &write.current {
        return match client.get(current.id.as_str(), progress).await {
            Ok(record) => Seen::Found { record, sure: true },
            Err(error) if error.is_gone() => Seen::Absent { sure: true },
            Err(error) => Seen::Unclear(error.to_string()),
        };
    }
    let phone = phone(client, write);
    match client.by_phone(phone, progress).await {
        Ok(records) => pick(client, phone, records),
        Err(error) => Seen::Unclear(error.to_string()),
    }
}

fn pick(client: &Client, phone: &str, records: Vec<Record>) -> Seen {
    // A search may answer with more than was asked for.
    let mut same = records.into_iter().filter(|record| same_number(client.converter.phone_of(record), phone));
    match (same.next(), same.next()) {
        (None, _) => Seen::Absent { sure: false },
        (Some(record), None) => Seen::Found { record, sure: false },
        (Some(_), Some(_)) => Seen::Unclear("several contacts have this phone".to_owned()),
    }
}

async fn from_list(client: &Client, writes: &[&Write], progress: &dyn Progress) -> Vec<Seen> {
    let walk = match walk(client, progress).await {
        Ok(walk) => walk,
        Err(error) => return writes.iter().map(|_| Seen::Unclear(error.to_string())).collect(),
    };
    let mut by_id = HashMap::new();
    let mut by_phone: HashMap<String, Vec<usize>> = HashMap::new();
    for row in walk.table.iter() {
        by_id.insert(row.id(), row.index());
        by_phone.entry(digits(row.cell(client.converter.phone().index()).text())).or_default().push(row.index());
    }
    let find = |write: &&Write| {
        let found = match &write.current {
            Some(current) => by_id.get(current.id.as_str()).copied(),
            None => match by_phone.get(&digits(phone(client, write))).map(Vec::as_slice) {
                Some([row]) => Some(*row),
                Some(_) => return Seen::Unclear("several contacts have this phone".to_owned()),
                None => None,
            },
        };
        match found {
            Some(row) => Seen::Found { record: walk.table.row(row).to_record(), sure: false },
            None => Seen::Absent { sure: false },
        }
    };
    writes.iter().map(find).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The phone under which a write finds its contact.
pub(crate) fn phone<'a>(client: &Client, write: &'a Write) -> &'a str {
    if let (Some(current), WriteKind::Update | WriteKind::Delete) = (&write.current, write.kind) {
        return client.converter.phone_of(current);
    }
    let phone = client.converter.phone();
    write.set.iter().find(|(field, _)| *field == phone).map_or("", |(_, text)| text)
}
