//! A user's choices about fields, as values. Parsing them from a file is the command line's.

use serde::{Deserialize, Serialize};

/// Which way a field flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// Only from `JustCall` to the CRM.
    ToCrm,
    /// Only from the CRM to `JustCall`.
    ToJustcall,
}

impl Direction {
    /// Whether this field may be written on `target`.
    pub fn allows(self, target: crate::Side) -> bool {
        self.source().is_none_or(|source| source != target)
    }

    /// The side that owns the field, where one does.
    pub const fn source(self) -> Option<crate::Side> {
        match self {
            Self::Both => None,
            Self::ToCrm => Some(crate::Side::Justcall),
            Self::ToJustcall => Some(crate::Side::Crm),
        }
    }
}

/// Who wins where both sides have different values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictPolicy {
    /// A person decides.
    #[default]
    Review,
    /// `JustCall`'s value.
    Justcall,
    /// The CRM's value.
    Crm,
    /// The later edit, where both sides have trustworthy times; else a person decides (S32).
    Newest,
}

/// When a field may be written at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WritePolicy {
    /// Whenever it changed on the other side.
    #[default]
    Always,
    /// Only into an empty field.
    IfEmpty,
    /// Never.
    Never,
}

/// Whether an emptied field empties the other side's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clearing {
    /// No: the other side keeps its value.
    #[default]
    Keep,
    /// Yes.
    Propagate,
}

/// All choices about one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldPolicy {
    /// Which way it flows.
    pub direction: Direction,
    /// Who wins.
    pub conflict: ConflictPolicy,
    /// When it may be written.
    pub write: WritePolicy,
    /// Whether clearing propagates.
    pub clearing: Clearing,
}

/// What happens when one side edited a contact that the other deleted (R7, R8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditVsDelete {
    /// The contact is created again from the edited side.
    #[default]
    EditWins,
    /// A person decides.
    Review,
}
