//! Switches that take one guard, precondition or journalling step out of the program, so that the simulation can be asked
//! whether it notices (docs/reliability.md). Without the feature `mutants` all of this is a constant `false`, and the
//! program is built without that feature always.

macro_rules! mutants {
    ($($name:ident: $words:literal,)*) => {
        /// What is switched off.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs)] // each has its words
        pub enum Mutant { $($name,)* }

        impl Mutant {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What is missing then.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

mutants! {
    PartialListing: "an incomplete or empty listing is believed",
    Unproven: "absence needs no 404",
    UnclearIsGone: "an unclear answer counts as a 404",
    NoProbe: "nobody is asked for a missing record",
    DeleteLookalike: "a record with an unreadable phone is not taken for the missing one",
    DeleteEdited: "the target need not equal its base",
    DeleteUnshown: "a field that is not shown counts as unchanged",
    DeleteNeverAgreed: "a value that never reached the other side counts for nothing",
    OneSighting: "one sighting is enough",
    NoGap: "sightings need no time between them",
    ReturnForgotten: "a record that is back keeps its sightings",
    ScopeChange: "deletions go on although the scope changed",
    DeletePolicy: "`[deletes] = never` is ignored",
    GuardDeletes: "no guard for deletions",
    GuardClears: "no guard for emptied fields",
    GuardPhones: "no guard for phone changes",
    GuardCreates: "no guard for creates",
    GuardChanged: "no guard for updates",
    GuardWindow: "what the last seven days used up is forgotten",
    ApprovalCeiling: "an approval lets everything through",
    GuessByNumber: "a shared number needs no second factor",
    Rivals: "a newcomer with the same number is no rival of who is back",
    ScopeIgnored: "everybody is in scope",
    ScopeCounterpart: "a counterpart outside the scope is not looked for",
    DeletedEcho: "a record that was just deleted and is still listed is new",
    CreatePolicy: "`create_in` is ignored",
    HolderOfNumber: "created again although somebody has the number",
    UndecidedIsNobody: "a newcomer with the number of an undecided record is alone",
    ParkedAgain: "what was refused is sent again",
    ConflictGuess: "of two different edits the CRM's wins",
    UnknownIsEmpty: "what is not shown is empty",
    PolicyIgnored: "directions and write policies are ignored",
    ClearAlways: "emptied fields always travel",
    RewritingIsEdit: "a replica's rewriting is an edit",
    ParkedNumber: "a parked number is an edit",
    BulkShared: "updates of a shared number ride in bulk",
    BulkUnreadable: "updates of an unreadable number ride in bulk",
    BulkMoves: "phone changes ride in bulk",
    AccountBinding: "any account is accepted",
    SingleUse: "a plan may be used again",
    IntentLate: "writes are journalled after they are sent",
    OutcomeMissing: "outcomes are not journalled",
    NoRecovery: "what an interrupted run left is not looked at",
    LostIsDone: "a lost answer counts as done",
    ShortIsDone: "a result that was left out counts as done",
    BaseForgotten: "the base stays as it was after an update",
    GuardUseForgotten: "what landed is not counted for the guards",
    SomebodyElse: "a create that was taken for somebody else is linked to her",
    LandedUnchecked: "an answer is not compared with what was sent",
    UnshownBelieved: "an acknowledged write is never doubted",
    RecentBelieved: "what an answer showed must be listed at once",
    ExclusionIgnored: "what a person left out of the plan is done all the same",
    RuleSpreads: "a standing rule answers for every field",
    StaleWrite: "a kept plan writes over what changed meanwhile",
    StaleReturn: "a kept plan deletes who is back meanwhile",
    StaleScope: "a kept plan writes to who left the scope meanwhile",
    StaleNumber: "a kept plan finds contacts by numbers that others have by now",
    RefusedForgotten: "refusals are not remembered",
    NoLock: "two runs at a time",
    NoTombstone: "deletions are not remembered",
}

#[cfg(feature = "mutants")]
mod switch {
    use super::Mutant;
    use std::cell::Cell;

    thread_local! {
        static OFF: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Switches one off on this thread, or none.
    pub fn switch_off(mutant: Option<Mutant>) {
        OFF.set(mutant);
    }

    /// Whether it is switched off.
    pub fn is(mutant: Mutant) -> bool {
        OFF.get() == Some(mutant)
    }
}

#[cfg(feature = "mutants")]
pub use switch::{is, switch_off};

/// Whether it is switched off: never, in this build.
#[cfg(not(feature = "mutants"))]
pub const fn is(_mutant: Mutant) -> bool {
    false
}
