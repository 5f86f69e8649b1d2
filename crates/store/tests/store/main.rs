//! The store from outside, on real files.

#![allow(clippy::unwrap_used, clippy::panic)]

mod bases;
mod calls;
mod commits;
mod copies;
mod erasure;
mod events;
mod journal;
mod locking;
mod opening;
mod plans;
mod reopened;
mod size;
mod support;
mod tables;
