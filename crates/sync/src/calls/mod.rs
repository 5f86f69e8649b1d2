//! Phone calls: reading the call log, taking single calls in, what calls come to as fields of contacts, calls as
//! activities in the CRM, dialling.
//!
//! Whose call it is follows from the customer's number in canonical form, by the same normaliser as contacts.

mod activities;
mod dial;
mod enriched;
mod ingest;
mod read;
mod unknown;
mod window;

pub use activities::ActivitiesReport;
pub use dial::DialEnd;
pub(crate) use enriched::{CallCells, Enriched};
pub use ingest::{row, take_event};
pub use read::{CallsRange, CallsReport, PartialWindow};
