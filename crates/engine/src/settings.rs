//! What the user decided about the sync as a whole. Parsed elsewhere; nothing here has an opinion of its own.

use crate::callers::Callers;
use model::mutant::Mutant;
use model::{BySide, ConflictPolicy, EditVsDelete, FieldId, FieldPolicy, RowRef, Schema, Side};
use std::fmt;
use std::sync::Arc;

/// Which records of a side take part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Position of a cell in the side's rows, and the values that are in. All of them must hold.
    pub conditions: Vec<(usize, Vec<String>)>,
}

impl Scope {
    /// Whether a record takes part. A cell that the replica did not show keeps its record in: unknown excludes nobody.
    pub fn admits(&self, row: RowRef<'_>) -> bool {
        self.conditions.iter().all(|(cell, allowed)| match row.cell(*cell) {
            model::Cell::Unknown => true,
            cell => allowed.iter().any(|value| value.trim() == cell.text().trim()),
        })
    }
}

/// A kind of change that a guard counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardClass {
    /// Records that would go.
    Deletes,
    /// Fields that would be emptied.
    Clears,
    /// Contacts whose number would change.
    PhoneChanges,
    /// New records.
    Creates,
    /// Records that would change in any way ("everything changed").
    Changed,
}

impl GuardClass {
    /// All, in the order in which guards are tried.
    pub const ALL: [Self; 5] = [Self::Deletes, Self::PhoneChanges, Self::Clears, Self::Creates, Self::Changed];

    /// Its name in config, alarms and `--approve`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deletes => "deletes",
            Self::Clears => "clears",
            Self::PhoneChanges => "phone_changes",
            Self::Creates => "creates",
            Self::Changed => "changed",
        }
    }

    /// Whether a first sync is full of it: it says nothing about what is usual.
    pub const fn is_usual_at_first(self) -> bool {
        matches!(self, Self::Creates | Self::Changed)
    }

    /// Its switch in a mutation check.
    pub(crate) const fn mutant(self) -> Mutant {
        match self {
            Self::Deletes => Mutant::GuardDeletes,
            Self::Clears => Mutant::GuardClears,
            Self::PhoneChanges => Mutant::GuardPhones,
            Self::Creates => Mutant::GuardCreates,
            Self::Changed => Mutant::GuardChanged,
        }
    }

    /// By its name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

impl fmt::Display for GuardClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many changes of a class pass: `max(floor, percent of the linked contacts)`, per run and per rolling 7 days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard {
    /// Passes always.
    pub floor: u64,
    /// Share of the linked contacts, 0 to 100.
    pub percent: f64,
}

impl Guard {
    /// The limit for so many linked contacts.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count, at most the number of contacts
    pub fn limit(self, linked: u64) -> u64 {
        self.floor.max((linked as f64 * self.percent / 100.0).floor() as u64)
    }
}

/// The guard of each class.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // named like their classes
pub struct Guards {
    pub deletes: Guard,
    pub clears: Guard,
    pub phone_changes: Guard,
    pub creates: Guard,
    pub changed: Guard,
}

impl Guards {
    /// One class's guard.
    pub const fn of(&self, class: GuardClass) -> Guard {
        match class {
            GuardClass::Deletes => self.deletes,
            GuardClass::Clears => self.clears,
            GuardClass::PhoneChanges => self.phone_changes,
            GuardClass::Creates => self.creates,
            GuardClass::Changed => self.changed,
        }
    }
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            deletes: Guard { floor: 5, percent: 2.0 },
            clears: Guard { floor: 5, percent: 2.0 },
            phone_changes: Guard { floor: 10, percent: 5.0 },
            creates: Guard { floor: 500, percent: 50.0 },
            changed: Guard { floor: 500, percent: 60.0 },
        }
    }
}

/// Everything that decides, beside the data.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The synced fields.
    pub schema: Arc<Schema>,
    /// A policy per schema field.
    pub policies: Vec<FieldPolicy>,
    /// Edited here, deleted there.
    pub edit_vs_delete: EditVsDelete,
    /// Sides on which contacts may be created.
    pub create_in: BySide<bool>,
    /// Sides on which contacts may be deleted.
    pub delete_in: BySide<bool>,
    /// Complete observations that a deletion needs.
    pub sightings: u32,
    /// Hours between two of them.
    pub min_hours: u32,
    /// Percent guards.
    pub guards: Guards,
    /// Who takes part.
    pub scope: BySide<Scope>,
    /// Which unknown callers become contacts; none: nobody.
    pub callers: Option<Callers>,
    /// Which of a CRM contact's numbers have a contact in `JustCall`.
    pub numbers: Numbers,
}

/// Which of a CRM contact's numbers have a contact in `JustCall`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Numbers {
    /// The synced one.
    #[default]
    One,
    /// Each has a contact of its own.
    Each,
}

impl Settings {
    /// The defaults for a schema: every field both ways, conflicts to a person.
    pub fn new(schema: Arc<Schema>) -> Self {
        Self {
            policies: vec![FieldPolicy::default(); schema.len()],
            schema,
            edit_vs_delete: EditVsDelete::default(),
            create_in: BySide { justcall: true, crm: true },
            delete_in: BySide { justcall: true, crm: true },
            sightings: 2,
            min_hours: 20,
            guards: Guards::default(),
            scope: BySide::default(),
            callers: None,
            numbers: Numbers::One,
        }
    }

    /// A field's policy.
    pub fn policy(&self, field: FieldId) -> FieldPolicy {
        self.policies.get(field.index()).copied().unwrap_or_default()
    }

    /// The side whose value wins, where policy or direction names one.
    pub fn winner(&self, field: FieldId) -> Option<Side> {
        let policy = self.policy(field);
        policy.direction.source().or(match policy.conflict {
            ConflictPolicy::Justcall => Some(Side::Justcall),
            ConflictPolicy::Crm => Some(Side::Crm),
            // `newest` depends on the values, not on the field: see [`crate::newest`].
            ConflictPolicy::Review | ConflictPolicy::Newest => None,
        })
    }
}
