//! The connector from outside: against real servers, and against scripted answers that real ones were seen to give.
#![allow(clippy::unwrap_used)]

mod common;
mod conformance;
mod feeds;
mod finding;
mod listings;
mod real;
mod writes;
