//! The job: fetch both sides, plan, apply, commit, recover. The only crate that knows engine, connector and store at
//! once. It decides nothing about contacts (that is `engine`'s) and prints nothing.

mod adopt;
mod afresh;
mod apply;
mod approve;
mod batches;
mod breaker;
pub mod calls;
mod canary;
mod changes;
mod columns;
mod cycle;
pub mod decide;
mod env;
mod error;
mod fetch;
pub mod field_history;
mod follow;
mod kept;
mod last_writes;
mod ledger;
mod loops;
mod make_plan;
mod numbers;
mod parking;
mod recover;
mod retried;
mod revalidate;
mod rows;
mod seal;
mod session;
mod state_actions;
mod trace;
mod undo;
mod unshown;
mod verify;

pub use apply::{Finished, last_quota};
pub use columns::Columns;
pub use env::{Env, Event, Events, Quiet};
pub use error::{Error, Result};
pub use last_writes::{LastWrite, last_writes};
pub use make_plan::Planned;
pub use retried::try_again;
pub use seal::{plan_from_json, plan_to_json};
pub use session::{Session, SessionParts};
pub use verify::{Checked, Finding, Severity, Verification};
