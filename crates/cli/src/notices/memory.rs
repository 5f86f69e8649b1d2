//! What each channel was told last, as facts of the state. A channel that could not be reached keeps its old one, so it
//! is told by the next run. Without a state nothing is remembered: told twice is better than not at all.

use crate::failure::Fallible;
use jiff::Timestamp;
use notify::{Standing, Told};
use std::path::Path;
use store::Store;

/// The state, as far as messages need it.
pub(crate) struct Memory {
    store: Option<Store>,
    facts: Vec<(String, String)>,
}

impl Memory {
    /// Looks into the state, if there is one that can be opened.
    pub(crate) fn open(state: &Path) -> Self {
        let store = crate::job::look(state).ok();
        let facts = store.as_ref().and_then(|store| store.facts().ok()).unwrap_or_default();
        Self { store, facts }
    }

    /// What a channel was told last, if anything.
    pub(crate) fn last(&self, channel: &str) -> Option<Told> {
        let key = key(channel);
        self.facts.iter().find(|(name, _)| *name == key).and_then(|(_, text)| text.parse().ok())
    }

    /// Keeps what a channel was told.
    pub(crate) fn keep(&mut self, channel: &str, told: &Told) -> Fallible<()> {
        match &mut self.store {
            Some(store) => Ok(store.set_fact(&key(channel), &told.to_string())?),
            None => Ok(()),
        }
    }

    /// What waits, and since when.
    pub(crate) fn standing(&self) -> Fallible<Standing> {
        let Some(store) = &self.store else { return Ok(Standing::default()) };
        let conflicts: Vec<Timestamp> =
            crate::commands::open_conflicts(store)?.iter().map(|conflict| conflict.since).collect();
        Ok(Standing {
            // What an undo took back waits because somebody wanted it so.
            parked: store.parked()?.iter().filter(|parked| !parked.undone).count() as u64,
            conflicts,
            last_success: store.last_success()?,
            is_known: true,
        })
    }
}

fn key(channel: &str) -> String {
    format!("notify.{channel}")
}
