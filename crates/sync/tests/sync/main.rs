//! The job against replicas in memory and a real state file: stories first, then every story with a crash at every
//! step, then random worlds.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod conflicts;
mod corpus;
mod crashes;
mod deletions;
mod failures;
mod first;
mod guards;
mod lag;
mod numbers;
mod saved;
mod simulation;
mod story;
mod undo;
