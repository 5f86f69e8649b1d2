//! The two replicas, and a pair of anything indexed by them. Not a general map: there are exactly two sides.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Index, IndexMut};

/// One of the two places that hold contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The phone system.
    Justcall,
    /// The customer database on the other end.
    Crm,
}

impl Side {
    /// Both sides, in the order in which everything lists them.
    pub const BOTH: [Self; 2] = [Self::Justcall, Self::Crm];

    /// The opposite side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Justcall => Self::Crm,
            Self::Crm => Self::Justcall,
        }
    }

    /// The name used in every format: `justcall` or `crm`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Justcall => "justcall",
            Self::Crm => "crm",
        }
    }

    /// The name shown to people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Justcall => "JustCall",
            Self::Crm => "CRM",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value per side, so that mixing the sides up does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize)]
pub struct BySide<T> {
    /// The phone system's.
    pub justcall: T,
    /// The CRM's.
    pub crm: T,
}

impl<T> BySide<T> {
    /// Builds the pair by asking for each side.
    pub fn from_fn(mut make: impl FnMut(Side) -> T) -> Self {
        Self { justcall: make(Side::Justcall), crm: make(Side::Crm) }
    }

    /// The pair of references.
    pub const fn as_ref(&self) -> BySide<&T> {
        BySide { justcall: &self.justcall, crm: &self.crm }
    }

    /// Applies `change` to each side's value.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> BySide<U> {
        BySide { justcall: change(self.justcall), crm: change(self.crm) }
    }

    /// Each side with its value, `JustCall` first.
    pub fn iter(&self) -> impl Iterator<Item = (Side, &T)> {
        Side::BOTH.into_iter().map(|side| (side, &self[side]))
    }
}

impl<T> Index<Side> for BySide<T> {
    type Output = T;
    fn index(&self, side: Side) -> &T {
        match side {
            Side::Justcall => &self.justcall,
            Side::Crm => &self.crm,
        }
    }
}

impl<T> IndexMut<Side> for BySide<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Justcall => &mut self.justcall,
            Side::Crm => &mut self.crm,
        }
    }
}
