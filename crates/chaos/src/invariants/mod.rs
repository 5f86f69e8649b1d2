//! What must hold, one file per group; the numbers are those of docs/reliability.md. Everything is judged by the truth
//! (`truth`), by what was asked for at the boundary (`watch`) and by what is stored; never by asking the engine why.

pub(crate) mod copies;
pub(crate) mod deeds;
pub(crate) mod deletes;
pub(crate) mod end;
pub(crate) mod guards;
pub(crate) mod policy;
pub(crate) mod state;
pub(crate) mod verdict;

use crate::story::Fault;
use crate::truth::{JobDeed, Known, Truth};
use crate::watch::Call;
use crate::world::{Told, World};
use connector::Write;
use jiff::{SignedDuration, Timestamp};
use model::{BySide, LinkHead, Side};
use std::collections::BTreeSet;

/// One run, from outside.
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    /// What is true after it.
    pub(crate) truth: &'a Truth,
    /// What the job did.
    pub(crate) deeds: &'a [JobDeed],
    /// What it asked for.
    pub(crate) calls: &'a [Call],
    pub(crate) start: Timestamp,
    /// Its report; none where it was killed or refused to begin.
    pub(crate) told: Option<&'a Told>,
    /// A kept plan was applied: what it stands on is older than this run.
    pub(crate) kept: bool,
    pub(crate) faults: &'a BySide<Vec<Fault>>,
    /// Links before it.
    pub(crate) heads: &'a [LinkHead],
    /// Records that took no part when it began.
    pub(crate) outside: &'a BTreeSet<(Side, u64)>,
    /// Records that its listings could not show.
    pub(crate) unseen: &'a BTreeSet<(Side, u64)>,
    /// The scope is another than in the last run that got through.
    pub(crate) rescoped: bool,
    /// Writes that were asked for so far, in all runs.
    pub(crate) sent: usize,
    /// Writes that were refused in earlier runs.
    pub(crate) refused: &'a [(Side, Write)],
    /// Nothing has gone wrong so far.
    pub(crate) plain: bool,
    /// A person said that the side which showed nobody is meant to be empty.
    pub(crate) vouched: bool,
    /// Some run so far was killed.
    pub(crate) interrupted: bool,
}

impl Scene<'_> {
    /// Whether a listing of this side may have been short, and said so or not.
    pub(crate) fn lied(&self, side: Side) -> bool {
        self.faults[side].iter().any(Fault::hides)
    }

    /// Whether the job could know of something that was done then: before it began, and old enough to be listed.
    pub(crate) fn could_know(&self, side: Side, at: Timestamp, run: usize) -> bool {
        let lag = SignedDuration::from_secs(self.world.replicas[side].current_kind().lag);
        run < self.truth.runs && at + lag < self.start
    }
}

/// How a record is called in a message.
pub(crate) fn words(known: &Known) -> String {
    format!("{} {:?}", known.person, known.cells)
}
