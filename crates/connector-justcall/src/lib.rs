//! `JustCall`'s contacts and calls over HTTP, as a replica of tieline.
//!
//! - [`dialect`]: everything that differs between versions of the API, in one place.
//! - [`requests`]: one file per call: `prepare` makes a request, `parse` reads its answer; no I/O.
//! - [`convert`], [`draft`]: a contact's JSON to a record and back, without loss.
//! - [`transport`]: sends, paces, retries.
//! - `call_log`: the calls, and dialling.
//! - [`signature`]: whether a webhook was sent by the account.
//! - `listing`, `reading`, `bulk`, `semantics`, `single`: what the documents leave open, and what we do about it.
//!
//! It does *not* normalise, compare records of two sides, or decide what to write.

pub mod config;
pub mod convert;
pub mod dialect;
pub mod draft;
pub mod error;
pub mod json;
pub mod requests;
pub mod signature;
pub mod transport;

mod account;
mod bulk;
mod call_log;
mod clearing;
mod client;
mod connect;
mod custom;
mod http;
mod landed;
mod learned;
mod listing;
mod readback;
mod reading;
mod rows;
mod semantics;
mod single;
mod verdict;
mod walk;

pub use config::{BulkUpdates, Config, Plan, Timeouts};
pub use connect::JustcallConnector;
pub use http::check_url;
pub use model::Secret;

/// Whether the account can hold these fields and conditions, under these names. Needs no credentials.
///
/// # Errors
/// A field that `JustCall` does not have, or two fields in the same one.
pub fn check_fields(schema: &model::Schema, names: &[(model::Field, String)]) -> Result<(), connector::Error> {
    convert::Converter::new(&dialect::V2, schema, names).map(drop)
}
