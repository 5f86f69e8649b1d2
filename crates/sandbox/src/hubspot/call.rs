//! One admitted API request, as handlers see it: no HTTP types.

use axum::body::Bytes;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::errors::ApiError;
use super::fault_set::Firing;
use super::query::Query;
use super::route::Route;

/// An admitted request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) route: Route,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    pub(crate) firing: Firing,
    pub(crate) now: Timestamp,
    /// The request's number in the log.
    pub(crate) number: u64,
}

impl Call {
    /// The body as JSON: an object.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        // By itself serde would also take a list of the fields.
        let is_object = self.body.trim_ascii_start().starts_with(b"{");
        let body: &[u8] = if is_object { &self.body } else { b"null" };
        serde_json::from_slice(body).map_err(|error| ApiError::bad_json(&error))
    }
}
