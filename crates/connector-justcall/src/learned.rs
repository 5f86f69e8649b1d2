//! What was found out about the account: bulk's treatment of omitted fields, how a field is cleared, which custom
//! fields exist. Kept by the caller between runs. It does *not* find anything out.

use crate::config::BulkUpdates;
use crate::draft::ClearForm;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a field can be cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clearing {
    /// By this form.
    By(ClearForm),
    /// Not at all.
    Impossible,
}

const BULK: &str = "bulk_updates";
const CLEAR: &str = "clear";
const INDEX: &str = "bulk_index";

#[derive(Debug, Default)]
pub(crate) struct Learned {
    facts: Mutex<BTreeMap<String, String>>,
    /// Custom fields that the account does not have. For this run only: someone may define them.
    missing: Mutex<BTreeSet<String>>,
}

impl Learned {
    pub(crate) fn new(facts: &[(String, String)]) -> Self {
        Self { facts: Mutex::new(facts.iter().cloned().collect()), missing: Mutex::default() }
    }

    fn facts(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn missing(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, name: &str, value: &str) {
        tracing::debug!(name, value, "learned about the account");
        self.facts().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn all(&self) -> Vec<(String, String)> {
        self.facts().iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// What bulk does to omitted fields; none: not known yet.
    pub(crate) fn bulk(&self) -> Option<BulkUpdates> {
        match self.facts().get(BULK).map(String::as_str) {
            Some("merge") => Some(BulkUpdates::Merge),
            Some("whole") => Some(BulkUpdates::Whole),
            _ => None,
        }
    }

    pub(crate) fn learn_bulk(&self, merges: bool) {
        self.learn(BULK, if merges { "merge" } else { "whole" });
    }

    pub(crate) fn clearing(&self) -> Option<Clearing> {
        match self.facts().get(CLEAR).map(String::as_str) {
            Some("null") => Some(Clearing::By(ClearForm::Null)),
            Some("empty") => Some(Clearing::By(ClearForm::Empty)),
            Some("impossible") => Some(Clearing::Impossible),
            _ => None,
        }
    }

    pub(crate) fn learn_clearing(&self, clearing: Clearing) {
        self.learn(
            CLEAR,
            match clearing {
                Clearing::By(ClearForm::Null) => "null",
                Clearing::By(ClearForm::Empty) => "empty",
                Clearing::Impossible => "impossible",
            },
        );
    }

    /// From which number bulk counts the rows that failed.
    pub(crate) fn index_base(&self) -> Option<u64> {
        self.facts().get(INDEX).and_then(|base| base.parse().ok())
    }

    pub(crate) fn learn_index_base(&self, base: u64) {
        self.learn(INDEX, &base.to_string());
    }

    /// Whether the account was seen to keep this custom field.
    pub(crate) fn keeps(&self, key: &str) -> bool {
        self.facts().contains_key(&format!("custom.{key}"))
    }

    pub(crate) fn learn_kept(&self, key: &str) {
        self.learn(&format!("custom.{key}"), "kept");
    }

    /// Whether the account was seen to lack this custom field, in this run.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        self.missing().contains(key)
    }

    pub(crate) fn learn_missing(&self, key: &str) {
        tracing::debug!(key, "the account has no such custom field");
        self.missing().insert(key.to_owned());
        self.facts().remove(&format!("custom.{key}"));
    }
}
