//! How the process ends. Scripts rely on these numbers (docs/plan-format.md).

use std::process::ExitCode;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// Done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// `--exit-code`: changes are planned.
    Changes = 3,
    /// `--exit-code`: conflicts or held actions wait for a decision.
    Waiting = 4,
    /// A guard refused, and nothing was applied.
    Guarded = 5,
    /// Applied in part.
    Partial = 6,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}
