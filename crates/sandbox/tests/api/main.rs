//! The sandbox as its clients meet it: documented behaviour, choices, faults, limits, the wire and the control calls.
//!
//! Nothing here sleeps: time is a manual clock or tokio's paused one.

#![allow(clippy::unwrap_used)]

mod bulk_choices;
mod callbacks;
mod calls;
mod choices;
mod client;
mod control;
mod documented;
mod faults_on_lists;
mod faults_on_requests;
mod faults_on_writes;
mod limits;
mod persistence;
mod wire;
