//! The plan: a complete, immutable, versioned value. Apply has no choices left. Its JSON is `tieline-plan/1`
//! (docs/plan-format.md). Computing it is `engine`'s, carrying it out is `sync`'s.

use crate::{
    BySide, Conflict, Cost, Field, HeldReason, LinkId, Quota, RecordId, RowHash, Rule, RunId, Side, SkipReason,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Name and version of the plan's format.
pub const PLAN_FORMAT: &str = "tieline-plan/1";

/// Name of a plan: derived from its content, so that equal input gives equal plans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(pub String);

/// Name of a planned write: the same for the same change to the same contact, in every plan and on every machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActionId(pub String);

impl ActionId {
    /// None was given: an action on the state alone, or of an undo.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn new(place: &str, changes: &[Change]) -> Self {
        let mut text = place.to_owned();
        for Change { field, before, after } in changes {
            let _ = write!(text, "\n{field} {before:?} {after:?}");
        }
        Self(format!("a{:010x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()) >> 24))
    }
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// A new record on the side.
    Create,
    /// Some fields of a record on the side.
    Update,
    /// A record of the side goes.
    Delete,
    /// Two records are the same contact from now on. State only.
    Link,
    /// They take no part any more, or both are gone. State only.
    Unlink,
    /// Both sides agree on a new value already. State only.
    Rebase,
}

impl ActionKind {
    /// Whether a replica is written to; the others touch the state alone.
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }

    /// As the JSON formats write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Link => "link",
            Self::Unlink => "unlink",
            Self::Rebase => "rebase",
        }
    }
}

/// How an action travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Many in one request.
    Bulk,
    /// One request with the changed fields.
    Put,
    /// One request.
    Delete,
    /// Together with all others, by replacing the file.
    File,
    /// A native batch or single call of another API.
    Api,
    /// Nowhere: the state alone.
    State,
}

/// One field, before and after. `null` before: the side did not say or there was no record; `""` empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which field.
    pub field: Field,
    /// As the side stores it now.
    pub before: Option<String>,
    /// What will be written; `""` clears.
    pub after: String,
}

/// What makes a deletion permissible. Built by `engine::decider` alone, from a complete listing, a proof and a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Complete observations without the record, this one included.
    pub sightings: u32,
    /// The first of them.
    pub first_at: Timestamp,
    /// The last: when the side that lacks the record was read.
    pub last_at: Timestamp,
    /// `404` (asked by id) or `whole_file`.
    pub proof: String,
    /// Hash of the record to delete, which equals its base.
    pub target_equals_base: RowHash,
}

/// One step. The first eight keys are the stable format; the rest is what apply needs to be sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Where it happens; for state-only kinds, `justcall`.
    pub side: Side,
    /// What happens.
    pub kind: ActionKind,
    /// The record on that side; null for a create.
    pub record_id: Option<RecordId>,
    /// The record on the other side.
    pub other_id: Option<RecordId>,
    /// The contact's number (E.164, `;ext=` behind it).
    pub phone: String,
    /// The rule.
    pub reason: Rule,
    /// How it travels.
    pub via: Via,
    /// Field by field.
    pub changes: Vec<Change>,
    /// The contact's name, to recognise it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What a person should know (an id that changed, a re-creation).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The link, where one exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// Precondition: what the plan saw. Absent where the side had no record.
    #[serde(default)]
    pub expect: BySide<Option<RowHash>>,
    /// Of a delete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Of a link or rebase: the fields on which both sides agree now, and no others: a link that is made (R13) or renewed
    /// (R14) forgets what is not named. Empty with R12: all. Nothing changes hands when a link re-enters the scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<Field>,
    /// Phone changes that must go together since they hand numbers around in a circle (S21).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<u32>,
    /// Its name, by which a person takes it out of the plan; none of what touches the state alone, or of an undo.
    #[serde(default, skip_serializing_if = "ActionId::is_empty")]
    pub id: ActionId,
}

impl Action {
    /// Where it stands, whatever is written there: see [`crate::place`].
    pub fn place(&self) -> String {
        crate::place(self.side, self.kind, (self.record_id.as_ref(), self.other_id.as_ref()), &self.phone)
    }

    /// The name that follows from what it does to whom. A deletion is one and the same however the record looks.
    pub fn named(&self) -> ActionId {
        ActionId::new(&self.place(), if self.kind == ActionKind::Delete { &[] } else { &self.changes })
    }
}

/// Planned, but waiting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Where it would happen.
    pub side: Side,
    /// What would happen.
    pub kind: ActionKind,
    /// The record on that side.
    pub record_id: Option<RecordId>,
    /// The contact's number.
    pub phone: String,
    /// Why it waits.
    pub reason: HeldReason,
    /// When it can go through by itself, where time alone is missing.
    pub until: Option<Timestamp>,
    /// The record on the other side.
    #[serde(default)]
    pub other_id: Option<RecordId>,
    /// The contact's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// In words.
    #[serde(default)]
    pub detail: String,
    /// The guard that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
}

impl Held {
    /// Where it stands: see [`crate::place`].
    pub fn place(&self) -> String {
        crate::place(self.side, self.kind, (self.record_id.as_ref(), self.other_id.as_ref()), &self.phone)
    }

    /// The name of the deletion that waits; nothing else is told apart by what is said here.
    pub fn named(&self) -> Option<ActionId> {
        (self.kind == ActionKind::Delete).then(|| ActionId::new(&self.place(), &[]))
    }
}

/// A record that takes no part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Where it is.
    pub side: Side,
    /// Its id.
    pub record_id: RecordId,
    /// Why.
    pub reason: SkipReason,
    /// In words, with the text that caused it.
    pub detail: String,
}

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A guard withheld a class of changes.
    Guard,
    /// A side showed nothing although it held contacts.
    EmptyListing,
    /// A side showed far fewer contacts than are linked.
    ShortListing,
    /// A side could not be read completely.
    PartialListing,
    /// The configured scope changed.
    ScopeChanged,
    /// A field that both sides keep flipping (S44).
    Loop,
    /// Something in the state that a person should know.
    State,
    /// The first write of a run, read back, was not what was sent: nothing more was written.
    Canary,
    /// Write after write failed on a side: it was left alone for the rest of the run.
    Breaker,
    /// The plan needs more requests than are left of a side's quota.
    Quota,
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What it is about.
    pub kind: AlarmKind,
    /// Where, if on one side.
    pub side: Option<Side>,
    /// The guard's class (`deletes`, `clears`, `phone_changes`, `creates`, `changed`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// How many.
    pub count: u64,
    /// How many would have been let through.
    pub limit: u64,
    /// In words.
    pub detail: String,
}

/// What the listings showed beyond actions; recorded by the run that applies the plan, never a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Observation {
    /// The listed values became the base: a write was confirmed, an id learned, a form changed.
    Settled {
        /// The link.
        link: LinkId,
        /// The records as listed.
        ids: BySide<RecordId>,
        /// What the listings showed, to be sure when it is recorded.
        expect: BySide<RowHash>,
        /// The fields that settled; none where only an id was learned.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Field>,
    },
    /// A linked record was proven missing; counts as a sighting.
    Missing {
        /// The link.
        link: LinkId,
        /// From where.
        side: Side,
        /// What is known with this observation included.
        absence: crate::Absence,
    },
    /// It is back.
    Returned {
        /// The link.
        link: LinkId,
        /// Where.
        side: Side,
    },
    /// A record that we created was never shown by a complete listing after the replica's lag: the link is dropped,
    /// so that the contact is created again.
    NeverSeen {
        /// The link.
        link: LinkId,
        /// Where.
        side: Side,
    },
}

impl Observation {
    /// The link that it is about.
    pub const fn link(&self) -> LinkId {
        match self {
            Self::Settled { link, .. }
            | Self::Missing { link, .. }
            | Self::Returned { link, .. }
            | Self::NeverSeen { link, .. } => *link,
        }
    }
}

/// Counts for one side. Every record listed there is in exactly one of update, delete, unchanged, held, skipped and
/// conflict; `create` counts new records *on that side*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SideSummary {
    /// New records on this side.
    pub create: u64,
    /// Records that change.
    pub update: u64,
    /// Records that go.
    pub delete: u64,
    /// Records that stay as they are.
    pub unchanged: u64,
    /// Records that wait.
    pub held: u64,
    /// Records that take no part.
    pub skipped: u64,
    /// Records of which at least a field waits for a person, and nothing else changes.
    #[serde(default)]
    pub conflict: u64,
    /// Records considered: the sum of all but `create`.
    #[serde(default)]
    pub records: u64,
}

/// The plan in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The phone system.
    pub justcall: SideSummary,
    /// The CRM.
    pub crm: SideSummary,
    /// Conflicts in all.
    pub conflicts: u64,
}

impl Summary {
    /// One side's numbers, to count.
    pub const fn side_mut(&mut self, side: Side) -> &mut SideSummary {
        match side {
            Side::Justcall => &mut self.justcall,
            Side::Crm => &mut self.crm,
        }
    }

    /// One side's numbers.
    pub const fn side(&self, side: Side) -> &SideSummary {
        match side {
            Side::Justcall => &self.justcall,
            Side::Crm => &self.crm,
        }
    }
}

/// What a plan was made for. Applying it anywhere else is refused (S36).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Binding {
    /// Random name of the state file.
    pub lineage: String,
    /// Fingerprint of the `JustCall` account.
    pub account: String,
    /// Fingerprint of the CRM.
    pub crm: String,
    /// Hash of the configuration that decides.
    pub config: String,
}

/// What a run will do, and why (`tieline-plan/1`). A key that it does not have was added by hand: such a plan is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Always [`PLAN_FORMAT`].
    pub format: String,
    /// Derived from the content.
    pub id: PlanId,
    /// When the sides were read.
    pub created_at: Timestamp,
    /// Serial of the state it stands on; a plan is void once that moves.
    pub state_serial: u64,
    /// In numbers.
    pub summary: Summary,
    /// Sorted; apply follows this order.
    pub actions: Vec<Action>,
    /// Waiting for a person.
    pub conflicts: Vec<Conflict>,
    /// Answered by a person: carried out by this plan, or left as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<Conflict>,
    /// Waiting for proof or approval.
    pub held: Vec<Held>,
    /// Taking no part.
    pub skipped: Vec<Skipped>,
    /// What applying costs.
    pub cost: BySide<Cost>,
    /// What was left of each side's quota of requests; none where a side has none.
    #[serde(default, skip_serializing_if = "no_quotas")]
    pub quotas: BySide<Option<Quota>>,
    /// What a person should look at.
    pub alarms: Vec<Alarm>,
    /// Recorded by the run.
    #[serde(default)]
    pub observations: Vec<Observation>,
    /// What it was made for.
    #[serde(default)]
    pub binding: Binding,
    /// Records listed per side when the plan was made.
    #[serde(default)]
    pub listed: BySide<u64>,
    /// The run that it takes back; none for an ordinary plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
}

fn no_quotas(quotas: &BySide<Option<Quota>>) -> bool {
    quotas.justcall.is_none() && quotas.crm.is_none()
}

impl Plan {
    /// Whether a replica would be written to.
    pub fn has_writes(&self) -> bool {
        self.actions.iter().any(|action| action.kind.is_write())
    }

    /// Whether applying would do anything at all, to the replicas or to the state.
    pub fn has_work(&self) -> bool {
        !self.actions.is_empty() || !self.observations.is_empty()
    }

    /// Whether something waits for a decision or for time.
    pub fn waits(&self) -> bool {
        !self.conflicts.is_empty() || !self.held.is_empty()
    }
}

impl std::fmt::Display for ActionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for PlanId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
