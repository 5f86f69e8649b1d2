//! Differences that only a person can settle, and the person's answers.

use crate::{BySide, Field, LinkId, Side, Stamp};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Stable name of a conflict: the same contact, field and kind have the same id in every plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConflictId(pub String);

impl fmt::Display for ConflictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of decision is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Both sides changed the field to different values (R4).
    BothEdited,
    /// Both sides have different values and never agreed on one (R13).
    NoBase,
    /// One side edited the contact, the other deleted it.
    EditedAndDeleted,
    /// Several records could be the same contact.
    AmbiguousMatch,
    /// One number on several contacts of a side.
    SharedPhone,
    /// What happened to an earlier write could not be found out.
    Unclear,
}

impl ConflictKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::BothEdited,
        Self::NoBase,
        Self::EditedAndDeleted,
        Self::AmbiguousMatch,
        Self::SharedPhone,
        Self::Unclear,
    ];

    /// As the JSON formats write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BothEdited => "both_edited",
            Self::NoBase => "no_base",
            Self::EditedAndDeleted => "edited_and_deleted",
            Self::AmbiguousMatch => "ambiguous_match",
            Self::SharedPhone => "shared_phone",
            Self::Unclear => "unclear",
        }
    }

    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BothEdited => "edited on both sides",
            Self::NoBase => "different on both sides, never agreed",
            Self::EditedAndDeleted => "edited on one side, deleted on the other",
            Self::AmbiguousMatch => "several records could be this contact",
            Self::SharedPhone => "several contacts share this number",
            Self::Unclear => "an earlier write has an unclear outcome",
        }
    }
}

/// One of the records of an ambiguous group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    /// Where.
    pub side: Side,
    /// Its id.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// Linked with its partner already: it takes part as ever, and only shares the number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linked: bool,
}

/// A difference that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Stable id.
    pub id: ConflictId,
    /// What kind.
    pub kind: ConflictKind,
    /// The contact's number as E.164, or as typed where it has none.
    pub phone: String,
    /// The contact's name, to recognise it.
    #[serde(default)]
    pub name: String,
    /// The field; none for conflicts about whole contacts.
    pub field: Option<Field>,
    /// Value when both last agreed; null where they never did.
    pub base: Option<String>,
    /// `JustCall`'s value now; null where it has no such record or does not say.
    pub justcall: Option<String>,
    /// The CRM's value now; null likewise.
    pub crm: Option<String>,
    /// Id of the record in `JustCall`.
    pub justcall_id: Option<String>,
    /// Id of the record in the CRM.
    pub crm_id: Option<String>,
    /// When a run first saw it.
    pub since: Timestamp,
    /// The records of an ambiguous or shared group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<GroupMember>,
    /// What else a person should know to decide.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The link, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// Whether a standing rule can answer it: two values of one field, of which either could be written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_all: bool,
    /// When each side's value was set there, and by whom, where its replica tells.
    #[serde(default, skip_serializing_if = "nobody_tells")]
    pub set: BySide<Option<Stamp>>,
}

fn nobody_tells(set: &BySide<Option<Stamp>>) -> bool {
    set.justcall.is_none() && set.crm.is_none()
}

impl Conflict {
    /// Names the values that a person sees when deciding. An answer that comes back with another name was given to
    /// values that are gone. Begins with a letter and has no sign in it, so that no spreadsheet takes it for a number.
    pub fn check(&self) -> String {
        let side = |value: &Option<String>| value.as_ref().map_or_else(|| "-".to_owned(), |text| format!("={text}"));
        let text = format!("{}\n{}\n{}", self.id, side(&self.justcall), side(&self.crm));
        format!("v{:012x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()) >> 16)
    }

    /// One side's value.
    pub const fn value(&self, side: Side) -> &Option<String> {
        match side {
            Side::Justcall => &self.justcall,
            Side::Crm => &self.crm,
        }
    }
}

/// What a person chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// That side's value (or its deletion).
    Take(Side),
    /// A value of the person's own.
    Value(String),
    /// Nothing, until one of the values changes.
    Skip,
    /// Of a group: never match the records that share this number. Of two records: they are not the same contact.
    KeepApart,
}

impl Choice {
    /// Whether it is carried out once and then forgotten; the others stay until something changes.
    pub const fn is_carried_out(&self) -> bool {
        matches!(self, Self::Take(_) | Self::Value(_))
    }
}

/// A person's answer, valid while both sides still hold the values it was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Which conflict.
    pub conflict: ConflictId,
    /// The answer.
    pub choice: Choice,
    /// `JustCall`'s value then.
    pub justcall: Option<String>,
    /// The CRM's value then.
    pub crm: Option<String>,
    /// When.
    pub made_at: Timestamp,
    /// Who.
    pub made_by: String,
}

impl Resolution {
    /// Whether the conflict still shows the values that were decided upon; or, on a side, the decided value itself: a
    /// run was interrupted while it carried the decision out.
    pub fn still_fits(&self, conflict: &Conflict) -> bool {
        let done = |now: &Option<String>| matches!(&self.choice, Choice::Value(value) if now.as_ref() == Some(value));
        // Of a group it is about the number; of two records, about these two as they were shown.
        if self.choice == Choice::KeepApart && conflict.field.is_none() {
            return self.conflict == conflict.id;
        }
        let fits = |then: &Option<String>, now: &Option<String>| then == now || done(now);
        self.conflict == conflict.id && fits(&self.justcall, &conflict.justcall) && fits(&self.crm, &conflict.crm)
    }
}
