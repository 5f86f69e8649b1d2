//! How far a connector has come: for progress bars. Never for decisions.

/// Told by a connector while it works. Called from any task, often.
pub trait Progress: Send + Sync {
    /// `done` of `total` records are read; `total` where the replica said it.
    fn read(&self, done: u64, total: Option<u64>);
    /// `done` more records are written.
    fn written(&self, done: u64);
    /// The connector waits (rate limit, server trouble): for how many seconds, and why.
    fn waiting(&self, seconds: f64, why: &str);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn read(&self, _done: u64, _total: Option<u64>) {}
    fn written(&self, _done: u64) {}
    fn waiting(&self, _seconds: f64, _why: &str) {}
}
