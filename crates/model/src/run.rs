//! What one run did: the value behind `tieline-run/1`.

use crate::{Alarm, BySide, Conflict, FailedWrite, Held, StaleRecord};
use serde::{Deserialize, Serialize};

/// Name and version of the run report's format.
pub const RUN_FORMAT: &str = "tieline-run/1";

/// Name of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub String);

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// Nothing to do.
    Clean,
    /// Everything planned was applied.
    Applied,
    /// What could be applied was; conflicts or held actions wait for a decision.
    Waiting,
    /// Some records failed or were stale.
    Partial,
    /// The run stopped before it was through.
    Failed,
}

/// Writes that landed on a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// Contacts created there.
    pub create: u64,
    /// Contacts changed there.
    pub update: u64,
    /// Contacts deleted there.
    pub delete: u64,
}

/// What a run did (`tieline-run/1`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// Always [`RUN_FORMAT`].
    pub format: String,
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Writes per side.
    pub applied: BySide<Applied>,
    /// Skipped since the world had moved after the plan.
    pub stale: Vec<StaleRecord>,
    /// Refused or unknown.
    pub failed: Vec<FailedWrite>,
    /// Waiting for proof or approval.
    pub held: Vec<Held>,
    /// Waiting for a person.
    pub conflicts: Vec<Conflict>,
    /// Records with a write that their side refused or did not keep, and that is not sent again until they change.
    #[serde(default)]
    pub parked: u64,
    /// What a person should look at.
    pub alarms: Vec<Alarm>,
    /// Requests sent per side.
    pub requests: BySide<u64>,
    /// Wall time, seconds.
    pub seconds: f64,
    /// The plan that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<crate::PlanId>,
    /// Why the run stopped, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
