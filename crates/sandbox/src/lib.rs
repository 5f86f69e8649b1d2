//! A JustCall v2 server that keeps its contacts and calls in memory, with rate limits and faults.
//!
//! It serves `/v2/account`, `/v2/contacts…` and `/v2/calls…` as the documents describe them, and `/_sandbox/…` to look inside and to
//! change how it behaves. What the documents promise is fixed; what they leave open is a [`Choices`] setting; what goes
//! wrong on purpose is a [`Fault`].
//!
//! [`hubspot`] is a CRM on the other side, in the same way.
//!
//! It does *not* listen on anything but 127.0.0.1, does not write to disk unless told to, and knows nothing of its client.
//!
//! ```no_run
//! # async fn example() -> Result<(), sandbox::StartError> {
//! use sandbox::{Action, Fault, NewContact, On, Sandbox, Settings};
//!
//! let running = Sandbox::new(Settings::default()).start(0).await?;
//! let anna = running.sandbox().insert(NewContact::named("Anna", "Ritter", "+41791234567"));
//! running.sandbox().add_fault(Fault::new(On::Bulk, Action::CloseAfterEffect).times(1));
//! println!("{} has contact {}", running.base_url(), anna.id);
//! running.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod answers;
mod call;
mod calls;
mod change;
mod choices;
mod clock;
mod closing;
mod contact;
mod control;
mod fault_set;
mod faults;
mod handlers;
mod history;
pub mod hubspot;
mod limiter;
mod log;
mod mix;
mod persistence;
mod pipeline;
mod rewrites;
mod route;
mod sandbox;
mod save;
mod schedule;
mod server;
mod settings;
mod state;
mod validation;
mod world;

pub use calls::{CallDirection, CallHistory, CallStatus, Delivery, PhoneCall, Script, sign};
pub use choices::{
    BadBulkRow, BulkFailures, BulkOmitted, BulkPlace, BulkRows, Choices, Clearing, CustomFieldsUpdate, DeleteAnswer,
    EmptyFields, ExistingPhone, ListOrder, PageBeyondEnd, TooManyRows, UndefinedCustomField, UpdateAnswer,
};
pub use clock::{Clock, ManualClock, SystemClock};
pub use contact::{Contact, Field, NewContact};
pub use faults::{Action, Fault, Lag, On, Refusal};
pub use log::{Counters, LogEntry};
pub use persistence::{FileContact, PersistenceError, Snapshot};
pub use rewrites::Rewrite;
pub use route::RequestKind;
pub use sandbox::Sandbox;
pub use server::{Running, StartError};
pub use settings::{Agent, Plan, Settings};
