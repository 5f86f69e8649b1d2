//! Who did what to a replica, in order: for the invariants (I1, I2, I5, I9, I10).

use jiff::Timestamp;

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A person, in the replica's own surroundings.
    User,
    /// The job, through the connector.
    Job,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A contact was made.
    Created {
        /// Its cells.
        cells: Vec<String>,
    },
    /// A field was changed.
    Changed {
        /// Position of the field.
        field: usize,
        /// What it held.
        before: String,
        /// What it holds.
        after: String,
    },
    /// The contact was deleted.
    Deleted {
        /// What it held.
        cells: Vec<String>,
    },
}

/// All deeds, and counts of calls.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// In order: when, who, the contact's place, what.
    pub deeds: Vec<(Timestamp, Who, u64, Deed)>,
    /// Calls that only read: whole listings.
    pub lists: u64,
    /// Calls that only read: changes since an earlier reading.
    pub feeds: u64,
    /// Calls that only read: single records.
    pub reads: u64,
    /// Records whose values were asked for with their history.
    pub histories: u64,
    /// Calls that write, carried out or not.
    pub batches: u64,
    /// Writes in them.
    pub writes: u64,
}

impl Ledger {
    /// Deeds of the job since a moment counted in deeds.
    pub fn by_job(&self, since: usize) -> impl Iterator<Item = &Deed> {
        self.deeds[since..].iter().filter(|(_, who, ..)| *who == Who::Job).map(|(.., deed)| deed)
    }

    /// Contacts that the job made.
    pub fn creates_by_job(&self) -> usize {
        self.by_job(0).filter(|deed| matches!(deed, Deed::Created { .. })).count()
    }

    /// Contacts that the job deleted.
    pub fn deletes_by_job(&self) -> usize {
        self.by_job(0).filter(|deed| matches!(deed, Deed::Deleted { .. })).count()
    }
}
