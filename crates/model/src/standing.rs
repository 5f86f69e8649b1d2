//! What people decide beside single conflicts: rules for all conflicts alike, actions that are not to be carried out,
//! approvals for the next run; and the record of every decision. Whether a decision makes sense is checked elsewhere.

use crate::mutant::{self, Mutant};
use crate::{
    Action, ActionId, ActionKind, BySide, Change, Conflict, ConflictId, ConflictKind, Field, Held, LinkId, RecordId,
    Side,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A person's answer to every conflict of one field and kind. There is at most one for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRule {
    /// Which field.
    pub field: Field,
    /// Which kind of conflict.
    pub kind: ConflictKind,
    /// Whose value wins.
    pub take: Side,
    /// The conflict that it was made from.
    pub conflict: ConflictId,
    /// When.
    pub made_at: Timestamp,
    /// Who.
    pub made_by: String,
}

impl StandingRule {
    /// Its name, such as `company.both_edited`: says what it is about, and nothing else has it.
    pub fn id(&self) -> String {
        format!("{}.{}", self.field, self.kind.code())
    }

    /// Whether it answers a conflict, as far as the conflict shows: an empty value never wins.
    pub fn answers(&self, conflict: &Conflict) -> bool {
        let field = conflict.field.as_ref() == Some(&self.field) || mutant::is(Mutant::RuleSpreads);
        let alike = field && conflict.kind == self.kind && conflict.for_all;
        alike && conflict.value(self.take).as_ref().is_some_and(|value| !value.is_empty())
    }

    /// In words, for the plan that follows it.
    pub fn words(&self) -> String {
        let (field, winner, id, by) = (&self.field, self.take.title(), self.id(), &self.made_by);
        format!("{field}: {winner} wins by the standing rule {id} ({by}, {})", day(self.made_at))
    }
}

/// An action that a person took out of the plan. Holds while exactly this would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// Name of the action, from what it does to whom.
    pub action: ActionId,
    /// Where it would happen.
    pub side: Side,
    /// What would happen.
    pub kind: ActionKind,
    /// The record on that side.
    pub record_id: Option<RecordId>,
    /// The record on the other side.
    pub other_id: Option<RecordId>,
    /// The contact's number.
    pub phone: String,
    /// The contact's name.
    pub name: String,
    /// Field by field; none of a deletion.
    pub changes: Vec<Change>,
    /// The link, where one exists.
    pub link: Option<LinkId>,
    /// When.
    pub made_at: Timestamp,
    /// Who.
    pub made_by: String,
}

impl Exclusion {
    /// Of a planned write; the state's own actions cannot be taken out.
    pub fn of(action: &Action, made_by: &str, made_at: Timestamp) -> Option<Self> {
        action.kind.is_write().then(|| Self {
            // A guard may have taken some of the changes since it was named; older plans name nothing.
            action: if action.id.is_empty() { action.named() } else { action.id.clone() },
            side: action.side,
            kind: action.kind,
            record_id: action.record_id.clone(),
            other_id: action.other_id.clone(),
            phone: action.phone.clone(),
            name: action.name.clone(),
            changes: if action.kind == ActionKind::Delete { Vec::new() } else { action.changes.clone() },
            link: action.link,
            made_at,
            made_by: made_by.to_owned(),
        })
    }

    /// Of a deletion that waits: the record is kept. What else is held says too little about itself to be named.
    pub fn of_held(held: &Held, made_by: &str, made_at: Timestamp) -> Option<Self> {
        held.named().map(|action| Self {
            action,
            side: held.side,
            kind: held.kind,
            record_id: held.record_id.clone(),
            other_id: held.other_id.clone(),
            phone: held.phone.clone(),
            name: held.name.clone(),
            changes: Vec::new(),
            link: held.link,
            made_at,
            made_by: made_by.to_owned(),
        })
    }

    /// Where it stands, whatever would be written there: see [`place`].
    pub fn place(&self) -> String {
        place(self.side, self.kind, (self.record_id.as_ref(), self.other_id.as_ref()), &self.phone)
    }

    /// In words: `update in CRM (company) excluded by Sam on 2026-11-21`.
    pub fn words(&self) -> String {
        let fields: Vec<String> = self.changes.iter().map(|change| change.field.to_string()).collect();
        let fields = if self.kind == ActionKind::Update { format!(" ({})", fields.join(", ")) } else { String::new() };
        let (kind, title, by) = (self.kind.name(), self.side.title(), &self.made_by);
        format!("{kind} in {title}{fields} excluded by {by} on {}", day(self.made_at))
    }
}

/// Two records that a person keeps apart, once their link has ended: they are never matched with each other again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apart {
    /// The conflict that it was said of: its name for whoever takes it back.
    pub conflict: ConflictId,
    /// The records.
    pub ids: BySide<RecordId>,
    /// Their number when it was said.
    pub phone: String,
    /// When.
    pub made_at: Timestamp,
    /// Who.
    pub made_by: String,
}

/// What a person lets through in the next run, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The guard's class.
    pub class: String,
    /// At most so many.
    pub count: u64,
    /// When.
    pub made_at: Timestamp,
    /// Who.
    pub made_by: String,
}

/// What a person did about what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Answered a conflict.
    Answered,
    /// Took an answer back.
    Reopened,
    /// Made a standing rule.
    RuleMade,
    /// Took one back.
    RuleRemoved,
    /// Took an action out of the plan.
    Excluded,
    /// Let it back in.
    Included,
    /// Approved changes that a guard withholds.
    Approved,
    /// Took an approval back.
    Revoked,
}

impl Deed {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Reopened => "reopened",
            Self::RuleMade => "made the rule",
            Self::RuleRemoved => "removed the rule",
            Self::Excluded => "excluded",
            Self::Included => "included again",
            Self::Approved => "approved",
            Self::Revoked => "revoked",
        }
    }
}

/// One decision as it is remembered, also after it was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was done.
    pub deed: Deed,
    /// The conflict, rule, action or class of changes.
    pub about: String,
    /// The contact's number; empty where it is about nobody in particular.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// In words.
    pub detail: String,
}

/// Names what happens to whom, without the values: `JustCall`'s id tells who, since every record there has one that
/// stays; the number where there is none yet.
pub fn place(
    side: Side,
    kind: ActionKind,
    (own, other): (Option<&RecordId>, Option<&RecordId>),
    phone: &str,
) -> String {
    let justcall = if side == Side::Justcall { own } else { other };
    let who = justcall.map_or_else(|| format!("phone {phone}"), |id| format!("justcall {id}"));
    format!("{} {side} {who}", kind.name())
}

/// The day of a time, in UTC.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
