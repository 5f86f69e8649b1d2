//! The job against replicas in memory and a real state file, story by story. Random worlds and crashes at every step are
//! `chaos`'s.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod callers;
mod conflicts;
mod corpus;
mod deletions;
mod each_number;
mod each_number_worlds;
mod failures;
mod feeds;
mod first;
mod guards;
mod lag;
mod merges;
mod newest;
mod numbers;
mod saved;
mod several_numbers;
mod story;
mod undo;
