//! Why something is done, held back or left out: closed lists, so that a view can put each into words.

use serde::{Deserialize, Serialize};

/// The merge rule behind an action (docs/merge-rules.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // each is put into words by `words`
pub enum Rule {
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    /// A record left or re-entered the configured scope (S9).
    #[serde(rename = "scope")]
    Scope,
    /// A person decided a conflict.
    #[serde(rename = "resolved")]
    Resolved,
    /// A user asked to restore what a run changed.
    #[serde(rename = "undo")]
    Undo,
    /// A caller whom neither side knows becomes a contact.
    #[serde(rename = "caller")]
    Caller,
}

impl Rule {
    /// The rule in a few words, as the plan's legend shows it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::R1 => "unchanged on both sides",
            Self::R2 => "edited in JustCall",
            Self::R3 => "edited in the CRM",
            Self::R4 => "edited on both sides",
            Self::R5 => "deleted in JustCall",
            Self::R6 => "deleted in the CRM",
            Self::R7 => "edited in JustCall after the CRM deleted it: the edit wins",
            Self::R8 => "edited in the CRM after JustCall deleted it: the edit wins",
            Self::R9 => "deleted on both sides",
            Self::R10 => "only in JustCall",
            Self::R11 => "only in the CRM",
            Self::R12 => "the same on both sides, now linked",
            Self::R13 => "on both sides, never linked: blanks are filled",
            Self::R14 => "is back after it was deleted, or has a new id",
            Self::Scope => "entered or left the scope",
            Self::Resolved => "decided by a person",
            Self::Undo => "undoes an earlier run",
            Self::Caller => "called, and neither side knows the number",
        }
    }
}

/// Why a record takes no part in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The phone is no number.
    InvalidPhone,
    /// Several numbers in one cell, or a text that can be read in two ways.
    SuspectPhone,
    /// A spreadsheet destroyed the number (`4.15556E+09`).
    DestroyedPhone,
    /// No phone at all.
    NoPhone,
    /// Outside the configured scope.
    Filtered,
    /// Policy does not create contacts on the other side.
    CreateNotAllowed,
    /// Our own write, which the replica does not show yet (S8); or our own deletion, which it still shows.
    Lag,
    /// The replica refused it before; it is tried again when it changes.
    Parked,
    /// The listing shows the same id twice; the first one counts (S2).
    DuplicateId,
    /// A record on the other side, whose phone cannot be read, has the same name or e-mail: it may be this contact.
    UnreadableCounterpart,
    /// A contact of the CRM has this number beside the one that is kept in sync: a second one is not made for it.
    OtherNumber,
    /// Goes together with another number of the same contact of the CRM.
    SameContact,
    /// A person decided to leave it as it is.
    LeftAlone,
    /// Of an undo: somebody changed it since the run, or what it held before is not known. It stays as it is.
    TouchedSince,
    /// An undo took this contact off the other side; it is created there again when it changes, or on `retry`.
    Undone,
    /// The person was erased on request and is not to come back (S48).
    Forgotten,
    /// A person took the action out of the plan; planned again when its values change.
    Excluded,
}

impl SkipReason {
    /// Whether nobody can read the record's number.
    pub const fn is_about_the_phone(self) -> bool {
        matches!(self, Self::InvalidPhone | Self::SuspectPhone | Self::DestroyedPhone | Self::NoPhone)
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::InvalidPhone => "the phone is not a valid number",
            Self::SuspectPhone => "the phone can be read in more than one way",
            Self::DestroyedPhone => "a spreadsheet destroyed the phone number",
            Self::NoPhone => "no phone",
            Self::Filtered => "outside the scope",
            Self::CreateNotAllowed => "policy creates no contacts on the other side",
            Self::Lag => "our own recent write, not settled yet",
            Self::Parked => "refused before, waiting for a change",
            Self::DuplicateId => "the same id twice in one listing",
            Self::UnreadableCounterpart => "a record with an unreadable phone on the other side may be this contact",
            Self::OtherNumber => "a contact of the CRM has this number beside its own",
            Self::SameContact => "goes together with another number of the same CRM contact",
            Self::LeftAlone => "a person decided to leave it as it is",
            Self::TouchedSince => "changed since the run that is to be undone",
            Self::Undone => "undone, waiting for a change or for `tieline retry`",
            Self::Forgotten => "erased on request",
            Self::Excluded => "a person excluded it, until its values change",
        }
    }
}

/// Why an action waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// A deletion needs more complete observations.
    AwaitingSighting,
    /// The listing that would prove it was incomplete; or the one that would show that nobody has the number yet.
    PartialListing,
    /// The record could not be proven gone.
    Unproven,
    /// A row whose phone cannot be read may be the missing one.
    UnreadableCounterpart,
    /// More of this class than the guard lets through.
    Guard,
    /// The scope, the mapping or the account changed since the last run: no deletions in this one.
    ConfigChanged,
    /// `[deletes]` says never.
    Policy,
    /// Another syncer or an older copy of the state is at work (S42, S43): no deletions in this run.
    OldState,
    /// Deleted in `JustCall`, which still has another number of the same contact of the CRM: that contact stays.
    OtherNumbers,
    /// A state that was lost is being adopted: links only, everything else is the next run's.
    Adopting,
}

impl HeldReason {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AwaitingSighting => "waits until it has been missing for long enough",
            Self::PartialListing => "a side was not read completely",
            Self::Unproven => "could not be proven deleted",
            Self::UnreadableCounterpart => "a record with an unreadable phone may be this contact",
            Self::Guard => "more changes of this kind than the guard lets through",
            Self::ConfigChanged => "the scope or the mapping changed: no deletions in this run",
            Self::Policy => "[deletes] says never",
            Self::OldState => "the state seems to be an older copy: no deletions in this run",
            Self::OtherNumbers => "JustCall has other numbers of this CRM contact",
            Self::Adopting => "waits for the next run: adopting only links",
        }
    }
}
