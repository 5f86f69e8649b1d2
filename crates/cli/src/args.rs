//! The command line: flags, defaults and examples. What a command does stands in `commands/`.
#![allow(clippy::doc_markdown)] // these comments are the help texts, shown as they are

mod calls;
mod serving;
pub(crate) use setting_up::{Doctor, Init};
