//! The nouns of tieline: sides, fields, records, listings, links, plans, conflicts, runs.
//!
//! Data and its serialised forms only. Deciding is `engine`'s, talking to a replica is `connector`'s,
//! remembering is `store`'s: nothing here does I/O, reads a clock or logs.

mod bare;
mod base;
mod call;
mod capability;
mod cell;
mod conflict;
mod field;
mod key;
mod link;
mod listing;
pub mod mutant;
pub mod numbers;
mod outcome;
mod parking;
mod plan;
mod policy;
mod reason;
mod record;
mod row_hash;
mod run;
mod secret;
mod side;
mod standing;
mod table;
mod version;

pub use bare::{Missed, Remembered};
pub use base::{Base, BaseField};
pub use call::{Call, CallDirection, CallField, CallStage, CallSummary};
pub use capability::{AbsenceProof, Capabilities, Cost, Quota};
pub use cell::{Cell, OwnedCell};
pub use conflict::{Choice, Conflict, ConflictId, ConflictKind, GroupMember, Resolution};
pub use field::{Field, FieldId, FieldNameError, Schema};
pub use key::PhoneKey;
pub use link::{Absence, LinkHead, LinkId, LinkStatus, Tombstone};
pub use listing::{Coverage, Listing};
pub use outcome::{FailedWrite, NOT_SENT, Outcome, StaleRecord};
pub use parking::{is_parking_number, parking_number};
pub use plan::{
    Action, ActionId, ActionKind, Alarm, AlarmKind, Binding, Change, Evidence, Held, Observation, PLAN_FORMAT, Plan,
    PlanId, SideSummary, Skipped, Summary, Via,
};
pub use policy::{Clearing, ConflictPolicy, Direction, EditVsDelete, FieldPolicy, WritePolicy};
pub use reason::{HeldReason, Rule, SkipReason};
pub use record::{Record, RecordId};
pub use row_hash::{RowHash, RowHasher};
pub use run::{Applied, RUN_FORMAT, RunId, RunOutcome, RunReport};
pub use secret::Secret;
pub use side::{BySide, Side};
pub use standing::{Apart, Approval, DecisionRecord, Deed, Exclusion, StandingRule, place};
pub use table::{RowRef, Table, TableFull};
pub use version::{Author, Sighting, Sightings, Stamp, Version};
