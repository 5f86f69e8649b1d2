//! The `HubSpot` account as its clients meet it: documented behaviour, strictness, limits, faults, and what users do.
//!
//! Nothing here sleeps: time is a manual clock or tokio's paused one.

#![allow(clippy::unwrap_used)]

mod account;
mod anything;
mod batch_creates;
mod batch_updates;
mod calls;
mod client;
mod contacts;
mod control;
mod faults;
mod limits;
mod lists;
mod searches;
mod users;
mod validation;
