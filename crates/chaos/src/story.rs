//! A story as data: what the two replicas are like, and what happens step by step. It is generated from a seed or
//! written by hand, played elsewhere (`play`), shrunk where it fails, and kept as JSON.

use jiff::SignedDuration;
use model::{ConflictPolicy, Direction, EditVsDelete, Side, WritePolicy};
use serde::{Deserialize, Serialize};

/// Everything that a run of the simulation follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Story {
    /// What it is about, or the seed that it came from.
    pub name: String,
    /// What the phone system is like.
    pub justcall: Traits,
    /// What the CRM is like.
    pub crm: Traits,
    /// The choices of its user; none: those that the player brings along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Choices>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// What a replica is like, beyond being a phone system or a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools)] // each is one independent trait of the replica
pub struct Traits {
    /// Answers neither tell ids nor show what was stored.
    pub silent: bool,
    /// Two contacts cannot have one number.
    pub unique_phones: bool,
    /// New contacts get no id.
    pub no_ids: bool,
    /// A bulk update replaces the whole record by what was sent: updates travel one by one.
    pub bulk_replaces: bool,
    /// Listings are so many seconds late.
    pub lag: i64,
    /// Trims texts and cuts them off.
    pub rewrites: bool,
    /// It tells what changed since an earlier reading.
    pub feed: bool,
}

/// What the user of a story configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools)] // each is one independent setting
pub struct Choices {
    /// Observations that a deletion needs.
    pub sightings: u32,
    /// Hours between two of them.
    pub min_hours: u32,
    /// Floors of the guards: deletes, clears, phone changes, creates, changed. Their percentages are 0.
    pub floors: [u64; 5],
    /// Only `lead` and no stage at all take part.
    pub scope: bool,
    /// Which way the company flows.
    pub company: Direction,
    /// Who wins the e-mail.
    pub email: ConflictPolicy,
    /// When the e-mail is written.
    pub email_write: WritePolicy,
    /// Whether emptied fields empty the other side's.
    pub clear: bool,
    /// Edited here, deleted there.
    pub edit_vs_delete: EditVsDelete,
    /// Contacts may be created in the CRM.
    pub create_in_crm: bool,
    /// Contacts may be deleted in the CRM.
    pub delete_in_crm: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            sightings: 1,
            min_hours: 0,
            floors: [100; 5],
            scope: false,
            company: Direction::Both,
            email: ConflictPolicy::Review,
            email_write: WritePolicy::Always,
            clear: true,
            edit_vs_delete: EditVsDelete::EditWins,
            create_in_crm: true,
            delete_in_crm: true,
        }
    }
}

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Somebody adds a contact: field and text.
    Add(Side, Vec<(String, String)>),
    /// Somebody changes one field of a contact (any text that it holds, or `#n`: the n-th).
    Edit(Side, String, String, String),
    /// Somebody deletes a contact.
    Remove(Side, String),
    /// The CRM gives ids to contacts that have none, as at an import.
    GiveIds,
    /// Time passes.
    Wait(i64),
    /// Something goes wrong during the next run.
    Fault(Side, Fault),
    /// An ordinary run; killed at this step of it, if one is named.
    Run(Option<usize>),
    /// A dry run, which must change nothing.
    DryRun,
    /// A plan is made and kept.
    SavePlan,
    /// The kept plan is applied.
    ApplyPlan,
    /// The n-th open conflict is decided in favour of a side.
    Decide(usize, Side),
    /// The n-th open conflict is decided by a text of the person's own.
    DecideAs(usize, String),
    /// The n-th open conflict that allows it becomes a standing rule in favour of a side.
    Rule(usize, Side),
    /// The n-th action of the plan, or deletion that waits in it, is left out.
    Exclude(usize),
    /// In the next run at most so many changes of a class are let through.
    Approve(String, u64),
    /// The scope is narrowed (or widened again).
    Scope(bool),
    /// Another account answers during the next run: it must be refused.
    OtherAccount(Side),
    /// A second process tries to begin while the next run is under way.
    SecondProcess,
    /// An ordinary run of several minutes passes three times: everybody is quiet.
    Settle,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The listing shows half of it and says so.
    Partial,
    /// The listing is empty and claims to be whole.
    Empty,
    /// The listing ends after so many records and claims to be whole.
    CutAt(usize),
    /// The first record is listed twice.
    Doubled,
    /// The listing runs backwards.
    Reversed,
    /// The listing misses one contact: page drift.
    Hidden(String),
    /// Listings fail.
    NoListing,
    /// Nobody says who this is.
    NoIdentity,
    /// Batches fail before anything is sent.
    NotSent,
    /// Asked for single records, it gives no clear answer.
    Unclear,
    /// Asked for single records, it says that they do not exist.
    FalseGone,
    /// Contacts with this text are refused.
    Refused(String),
    /// A field is acknowledged and not stored.
    Ignored(String),
    /// Listings say nothing about a field.
    Unknown(String),
    /// The next request is lost on its way.
    LostBefore,
    /// The next answer is lost.
    LostAfter,
    /// The next request is acknowledged and not carried out.
    Acknowledged,
    /// The answer leaves out its last result.
    ShortAnswer,
    /// Somebody edits (or, with an empty field name, deletes) a contact after the listing was taken.
    AfterListing(String, String, String),
    /// Somebody does so just before a batch is carried out.
    BeforeBatch(String, String, String),
}

impl Fault {
    /// A short name for counts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Partial => "partial listing",
            Self::Empty => "empty listing",
            Self::CutAt(_) => "listing cut off",
            Self::Doubled => "record listed twice",
            Self::Reversed => "listing in another order",
            Self::Hidden(_) => "record missed (page drift)",
            Self::NoListing => "listing failed",
            Self::NoIdentity => "identity failed",
            Self::NotSent => "batch not sent",
            Self::Unclear => "unclear answer to a read",
            Self::FalseGone => "false 404",
            Self::Refused(_) => "record refused",
            Self::Ignored(_) => "field ignored",
            Self::Unknown(_) => "field not shown",
            Self::LostBefore => "request lost",
            Self::LostAfter => "answer lost",
            Self::Acknowledged => "acknowledged, not done",
            Self::ShortAnswer => "result left out",
            Self::AfterListing(..) => "edited while planning",
            Self::BeforeBatch(..) => "edited while applying",
        }
    }

    /// Whether a listing may be short because of it.
    pub const fn hides(&self) -> bool {
        matches!(self, Self::Partial | Self::Empty | Self::CutAt(_) | Self::Hidden(_))
    }
}

impl Story {
    /// Seconds that the story's waits take together.
    pub fn lasts(&self) -> SignedDuration {
        let waits = self.steps.iter().map(|step| if let Step::Wait(seconds) = step { *seconds } else { 0 });
        SignedDuration::from_secs(waits.sum())
    }

    /// As a file.
    ///
    /// # Panics
    /// Never: a story is plain data.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// From a file.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}
