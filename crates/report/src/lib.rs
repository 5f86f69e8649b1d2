//! Views of plans, runs, conflicts and calls: values in, text out.
//!
//! Does not decide, read files, ask the clock or look at the environment: who calls says how wide the terminal is,
//! whether it shows colours and in which time zone times are read. [`view`] arranges a plan for a reader as plain
//! data; the formats (terminal now, others later) only draw it.

pub mod calls;
pub mod csv;
pub mod diff;
pub mod html;
pub mod json;
pub mod markdown;
pub mod terminal;
pub mod text;
pub mod view;
pub mod words;
