//! The conflicts of the last plan: a list to filter, the answers, and the standing rules. Answers are stored; the next
//! plan carries them out.

mod apart;
mod decide;
mod list;
mod rules;

pub(crate) use apart::bring_together;
pub(crate) use decide::{decide, reopen, undo};
pub(crate) use list::page;
pub(crate) use rules::{make, remove};
