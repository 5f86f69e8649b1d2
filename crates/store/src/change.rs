//! The changes that a commit takes, as values. Carrying them out is `commit`'s.

use crate::copies::CopyChange;
use jiff::Timestamp;
use model::{
    Absence, ActionId, Apart, Approval, BaseField, BySide, ConflictId, ConflictKind, DecisionRecord, Exclusion, Field,
    LinkId, LinkStatus, Outcome, PhoneKey, RecordId, Resolution, RowHash, Side, Sightings, StandingRule, Tombstone,
};

/// A base row in schema order.
pub type BaseFields = Vec<BaseField>;

/// A record that a replica refused, or that an undo took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parking {
    /// Where.
    pub side: Side,
    /// Id of the record that it comes from, or its phone.
    pub key: String,
    /// That record as it was.
    pub row_hash: RowHash,
    /// The replica's words, or which run took it away.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// The contact's number.
    pub phone: String,
    /// Not refused: an undo took it away.
    pub undone: bool,
}

/// One change of the state. A commit takes many, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateChange {
    /// Two records are the same contact. The commit's answer names the link.
    NewLink {
        /// Their ids; `None`: not learned yet.
        ids: BySide<Option<RecordId>>,
        /// The phone both agree on.
        key: Option<PhoneKey>,
        /// What both hold.
        base: BaseFields,
        /// When our own write created the record, while no listing has shown it.
        created_at: BySide<Option<Timestamp>>,
    },
    /// Replaces everything about a link but its status.
    UpdateLink {
        /// Which.
        id: LinkId,
        /// As in [`StateChange::NewLink`].
        ids: BySide<Option<RecordId>>,
        /// As in [`StateChange::NewLink`].
        key: Option<PhoneKey>,
        /// As in [`StateChange::NewLink`].
        fields: BaseFields,
        /// As in [`StateChange::NewLink`].
        created_at: BySide<Option<Timestamp>>,
    },
    /// A replica gave a linked record another id. A link that has ended meanwhile stays so.
    MoveId {
        /// Which link.
        link: LinkId,
        /// Where.
        side: Side,
        /// The record's id from now on.
        id: RecordId,
    },
    /// A link leaves or re-enters the scope (S9).
    SetStatus {
        /// Which.
        id: LinkId,
        /// From now on.
        status: LinkStatus,
    },
    /// A link ends: with a tombstone where its records were deleted, without where they merely part.
    EndLink {
        /// Which.
        id: LinkId,
        /// What to remember of it.
        tombstone: Option<Tombstone>,
    },
    /// A linked record is missing from complete listings, or is back (`None`).
    SetAbsence {
        /// Which link.
        link: LinkId,
        /// From where.
        side: Side,
        /// How often and since when.
        absence: Option<Absence>,
    },
    /// How a journalled write ended. After [`Outcome::Unknown`] the intent stays open until another outcome follows.
    Outcome {
        /// Number of the intent.
        intent: i64,
        /// How it ended.
        outcome: Outcome,
        /// When.
        at: Timestamp,
    },
    /// A record is not tried again while it stays as it is. Counts the attempts.
    Park(Parking),
    /// The record may be tried again. Fine if it was not parked.
    Unpark {
        /// Where.
        side: Side,
        /// Record id or phone.
        key: String,
    },
    /// Where a contact of the CRM has several numbers: the field that the synced one stands in.
    NumberFields(Vec<(RecordId, String)>),
    /// A record stays parked as it looks by now, under other fields than when it was parked. Fine if it is not parked.
    ParkedAs {
        /// Where.
        side: Side,
        /// Record id or phone.
        key: String,
        /// The record now.
        row_hash: RowHash,
    },
    /// Exactly these conflicts are open now, with what was seen of their values where that matters: new ones are remembered
    /// with the time, vanished ones are forgotten.
    ConflictsSeen(Vec<(ConflictId, Sightings)>, Timestamp),
    /// Something learned, see [`crate::Store::set_fact`].
    Fact {
        /// Name.
        key: String,
        /// Value.
        value: String,
    },
    /// What a side with a feed of changes showed.
    KeepCopy(CopyChange),
    /// Writes that count towards a guard's window.
    GuardUse {
        /// The guard.
        class: String,
        /// How many.
        count: u64,
        /// When.
        at: Timestamp,
    },
    /// A person answers a conflict; a later answer replaces it.
    Resolve(Resolution),
    /// A resolution was carried out, no longer fits, or is taken back. Fine if there is none.
    DropResolution(ConflictId),
    /// Two records whose link ends are kept apart from now on.
    KeepApart(Apart),
    /// They may be matched again. Fine if they were not kept apart.
    DropApart(BySide<RecordId>),
    /// A person answers all conflicts of a field and kind; a later answer replaces it.
    SetRule(StandingRule),
    /// What was agreed on about a field goes by another name from now on: the field is another column.
    RetireField(Field),
    /// Somebody took back what plans may stand on: those made before are void.
    Withdraw,
    /// Takes that back. Fine if there is none.
    DropRule(Field, ConflictKind),
    /// A person takes an action out of the plan.
    Exclude(Exclusion),
    /// It may be planned again. Fine if it was not excluded.
    Include(ActionId),
    /// A person lets changes through in the next run; a later number of the class replaces it.
    Approve(Approval),
    /// The class was used, or the approval is taken back. Fine if there is none.
    DropApproval(String),
    /// A caller became a contact on a side; the moment is that of the write.
    CallerMade {
        /// The number's digits.
        number: u64,
        /// Where.
        side: Side,
        /// When it was sent.
        at: Timestamp,
    },
    /// What was decided, for whoever asks later.
    Remember(DecisionRecord),
}

impl StateChange {
    /// Whether a plan made before this change stands on something that is no longer so.
    pub(crate) const fn moves_serial(&self) -> bool {
        matches!(
            self,
            Self::NewLink { .. }
                | Self::UpdateLink { .. }
                | Self::SetStatus { .. }
                | Self::EndLink { .. }
                | Self::SetAbsence { .. }
                | Self::Withdraw
                | Self::CallerMade { .. }
        )
    }
}
