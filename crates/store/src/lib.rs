//! What tieline remembers between runs: links, bases, tombstones, resolutions, plans, runs and the journal, in one
//! `SQLite` file (docs/state.md).
//!
//! Remembering only: it decides nothing, talks to no replica, reads no clock and makes up no randomness (times and
//! entropy are parameters).

mod absences;
mod activities;
mod apart;
mod approvals;
mod audit;
mod bases;
mod call_days;
mod call_summaries;
mod callers;
mod calls;
mod chain;
mod change;
mod codec;
mod commit;
mod conflicts;
mod copies;
mod counts;
mod decisions;
mod dials;
mod doubles;
mod erase;
mod error;
mod events;
mod exclusions;
mod facts;
mod files;
mod forgotten;
mod guards;
mod heads;
mod intent;
mod journal;
mod links;
mod lock;
mod migrations;
mod number_fields;
mod open;
mod parked;
mod past;
mod plans;
mod resolutions;
mod retain;
mod runs;
mod schemas;
mod standing_rules;
mod state;
mod tickets;
mod tombstones;
mod values;

pub use activities::ActivityRow;
pub use audit::Flaw;
pub use call_summaries::NumberOwner;
pub use callers::{CallerRow, MadeCaller};
pub use calls::{CallFilter, CallRow, CallSource, CallsTaken};
pub use chain::{BrokenLink, JournalCheck};
pub use change::{BaseFields, Parking, StateChange};
pub use copies::{Copy, CopyChange};
pub use counts::Counts;
pub use dials::{DialOutcome, DialRow};
pub use erase::Erased;
pub use error::{Error, Result};
pub use events::{EventRow, Fate, HintSeq};
pub use forgotten::Forgotten;
pub use heads::STALE_HASH;
pub use intent::{Intent, JournalEntry};
pub use journal::JournalFilter;
pub use lock::{LockGuard, Owner, held_since, lock, lock_dialling, lock_holder};
pub use open::Store;
pub use parked::Parked;
pub use past::PastWrite;
pub use plans::StoredPlan;
pub use runs::RunRow;
pub use state::StoredBinding;
