//! The decisions of tieline, pure: no clock, no I/O, no random order, no log.
//!
//! In order: [`survey`] joins records to links by id; [`matcher`] joins what is left by phone; then the caller loads the
//! bases that are needed, and [`planner::plan`] decides. Applying is `sync`'s.

pub mod callers;
pub mod differ;
pub mod guard;
pub mod linter;
pub mod matcher;
pub mod merger;
pub mod normalizer;
pub mod numbers;
pub mod planner;
pub mod quality;
pub mod settings;
pub mod survey;
pub mod threads;
pub mod undoer;

mod conflicts;
mod contest;
mod creator;
mod cycles;
mod decider;
mod draft;
mod excluder;
mod few;
mod groups;
mod identity;
pub mod index;
mod newest;
mod pairs;
mod readings;
mod siblings;
mod spoiled;

pub use conflicts::ids_about;
pub use matcher::Matching;
pub use pairs::NOT_SENT_AGAIN;
pub use planner::{Input, State, plan};
pub use settings::{Guard, GuardClass, Guards, Numbers, Scope, Settings};
pub use survey::Survey;
