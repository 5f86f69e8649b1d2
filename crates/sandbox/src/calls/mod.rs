//! Calls of the account: the log, calls in flight, made-up histories, and what is told to callbacks and webhooks.
//!
//! It does not speak HTTP with clients (see `handlers`).

mod generator;
mod live;
mod log;
mod outbox;
mod phone_call;
mod post;
mod signature;

pub use generator::CallHistory;
pub(crate) use generator::{Account, generate};
pub(crate) use live::LiveCalls;
pub use live::Script;
pub(crate) use log::{CallFilter, CallLog};
pub use outbox::Delivery;
pub(crate) use outbox::Outbox;
pub use phone_call::{CallDirection, CallStatus, PhoneCall};
pub(crate) use post::post;
pub use signature::sign;
