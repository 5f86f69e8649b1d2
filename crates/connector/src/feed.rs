//! What a replica tells of changes since an earlier reading, so that a night need not read everybody. Not the merge of
//! these changes into the kept copy: that is `sync`'s.

use model::{RecordId, Table};

/// An answer to "what changed since".
#[derive(Debug, Clone, PartialEq)]
pub enum Feed {
    /// These records differ from the kept copy, or may; all others are as they were.
    Changes {
        /// New and changed records, whole. One that did not change after all does no harm.
        changed: Table,
        /// Records which the replica itself calls gone. Never those that it merely did not mention.
        gone: Vec<RecordId>,
        /// Things a person should know.
        notes: Vec<String>,
    },
    /// The replica cannot say: everything has to be listed.
    StartOver {
        /// Why, in words for the user (a lost token, too many changes, a first run).
        reason: String,
    },
}

impl Feed {
    /// For replicas without a feed of changes.
    pub fn none() -> Self {
        Self::StartOver { reason: "it has no feed of changes".to_owned() }
    }
}

/// One record that lives on under another id: the replica merged it into another, or gave it a new one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Successor {
    /// The id by which the state knows it.
    pub old: RecordId,
    /// The id under which the replica holds it now.
    pub new: RecordId,
}
