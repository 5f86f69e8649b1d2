//! Contacts that live on under another id: a merge makes a new record, which names those that went into it. It does *not*
//! change links; that is `sync`'s.

use crate::dialect::Dialect;
use crate::requests::Contact;
use connector::Successor;
use model::RecordId;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Old id and the one that it lives on under.
#[derive(Debug, Default)]
pub(crate) struct Merged(Mutex<BTreeMap<String, String>>);

impl Merged {
    fn known(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of whom a contact replaced.
    pub(crate) fn note(&self, dialect: &Dialect, contact: &Contact) {
        for old in ids(dialect, contact) {
            self.add(&old, &contact.id);
        }
    }

    /// One contact replaced another.
    pub(crate) fn add(&self, old: &str, new: &str) {
        if old != new {
            self.known().insert(old.to_owned(), new.to_owned());
        }
    }

    /// Everyone that is known to live on elsewhere, under the last of their ids.
    pub(crate) fn successors(&self) -> Vec<Successor> {
        let known = self.known().clone();
        let found = known
            .iter()
            .map(|(old, new)| Successor { old: RecordId::from(old.as_str()), new: RecordId::from(last(&known, new)) });
        found.filter(|found| found.old != found.new).collect()
    }
}

/// The last of a contact's ids.
fn last<'a>(known: &'a BTreeMap<String, String>, mut id: &'a str) -> &'a str {
    // A chain is no longer than there are links in it, whatever an answer says.
    for _ in 0..known.len() {
        match known.get(id) {
            Some(next) => id = next,
            None => break,
        }
    }
    id
}

/// The ids that were merged into a contact.
pub(crate) fn ids(dialect: &Dialect, contact: &Contact) -> Vec<String> {
    let text = contact.properties.get(dialect.merged).and_then(serde_json::Value::as_str).unwrap_or_default();
    text.split(';').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_merges_ends_at_its_last_contact() {
        let merged = Merged::default();
        for (old, new) in [("1", "3"), ("2", "3"), ("3", "5"), ("4", "5"), ("5", "5")] {
            merged.add(old, new);
        }
        let found: Vec<String> =
            merged.successors().iter().map(|found| format!("{}>{}", found.old, found.new)).collect();
        assert_eq!(found, ["1>5", "2>5", "3>5", "4>5"]);
    }

    #[test]
    fn a_circle_ends() {
        let merged = Merged::default();
        merged.add("1", "2");
        merged.add("2", "1");
        assert!(merged.successors().len() <= 2);
    }
}
