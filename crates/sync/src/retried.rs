//! Writes that were acknowledged and did not land, and that a person wants to be sent once more (`tieline retry`). Which
//! those are is `unshown`'s.

use model::{RecordId, Side};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{StateChange, Store};

const FACT: &str = "retried";

/// Up to which number of the journal writes are tried again: of everybody, and of single records by side and id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Retried {
    everybody: i64,
    records: BTreeMap<String, i64>,
}

impl Retried {
    pub(crate) fn read(store: &Store) -> store::Result<Self> {
        let facts = store.facts()?;
        let known = facts.iter().find(|(key, _)| key == FACT);
        Ok(known.and_then(|(_, value)| serde_json::from_str(value).ok()).unwrap_or_default())
    }

    /// Whether the write with this number is to be forgotten as one that did not land.
    pub(crate) fn covers(&self, side: Side, id: Option<&RecordId>, seq: i64) -> bool {
        let one = id.and_then(|id| self.records.get(&name(side, id)).copied());
        self.everybody.max(one.unwrap_or(0)) >= seq
    }
}

fn name(side: Side, id: &RecordId) -> String {
    format!("{side} {id}")
}

/// The next run sends once more what did not land so far: to everybody, or to these records.
pub fn try_again(store: &mut Store, records: Option<&[(Side, RecordId)]>) -> store::Result<()> {
    let last = store.journal_entries()?;
    let retried = match records {
        None => Retried { everybody: last, records: BTreeMap::new() },
        Some(records) => {
            let mut retried = Retried::read(store)?;
            retried.records.extend(records.iter().map(|(side, id)| (name(*side, id), last)));
            retried
        }
    };
    let value = serde_json::to_string(&retried).unwrap_or_default();
    store.commit(&[StateChange::Fact { key: FACT.to_owned(), value }])?;
    Ok(())
}
