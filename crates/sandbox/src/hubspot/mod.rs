//! A `HubSpot` CRM v3 account in memory: contacts, call activities, properties, search, quotas and faults.
//!
//! It serves the documented paths under `/crm/v3/objects`, `/crm/v3/properties` and `/account-info/v3`, and
//! `/_sandbox/…` to look inside and to act as a user of the CRM. It answers more strictly than the real service where
//! the documents leave something open, and never more kindly. Every answer follows from the seed, the requests and the
//! clock.
//!
//! It does *not* serve companies, deals, webhooks, imports, upserts or OAuth, and knows nothing of its client.
//!
//! ```no_run
//! # async fn example() -> Result<(), sandbox::StartError> {
//! use sandbox::hubspot::{Action, Fault, HubSpot, On, Settings};
//!
//! let running = HubSpot::new(Settings::default()).start(0).await?;
//! let anna = running.hubspot().insert([("firstname", "Anna"), ("phone", "+41791234567")]);
//! running.hubspot().edit_as_user(anna.id, [("lastname", "Ritter")]);
//! running.hubspot().add_fault(Fault::new(On::BatchCreate, Action::CloseAfterEffect).times(1));
//! println!("{} has contact {}", running.base_url(), anna.id);
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod call;
mod collection;
mod control;
mod counters;
mod errors;
mod fault_set;
mod faults;
mod filter;
mod handle;
mod handlers;
mod index;
mod limits;
mod object;
mod people;
mod phones;
mod pipeline;
mod property;
mod query;
mod record;
mod route;
mod running;
mod settings;
mod show;
mod snapshot;
mod standard;
mod values;
mod world;

pub use counters::Counters;
pub use faults::{Action, Fault, On, Refusal};
pub use handle::HubSpot;
pub use limits::Policy;
pub use object::Object;
pub use property::{Choice, Property, PropertyType};
pub use record::Source;
pub use route::{ObjectKind, RequestKind};
pub use running::Running;
pub use settings::{Settings, Tier};
pub use snapshot::Snapshot;

/// One API request of a client.
pub type LogEntry = crate::log::LogEntry<RequestKind>;
