//! The connector against the sandbox: every choice the documents leave open, and what can go wrong on the way.
//!
//! No test waits: delays are a millisecond, or tokio's clock is paused.
#![allow(clippy::unwrap_used)]

mod accounts;
mod bulk_answers;
mod bulk_faults;
mod bulk_semantics;
mod calls;
mod custom_fields;
mod deletes;
mod harness;
mod listings;
mod reads;
mod single_updates;
