//! What one side did to one field since the base. Does not know the other side.

use crate::normalizer::{Canon, Normalizer, same_canon, text};
use model::mutant::{self, Mutant};
use model::{Cell, Field};

/// What a side did to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Nothing.
    Same,
    /// The form changed, the meaning did not; or the replica rewrote what we sent (S25). The base follows silently.
    Reformed,
    /// A new value.
    Edited,
    /// Our own write is there as a mere beginning: cut off by the replica, or shortened by a person. Nobody can tell.
    Shortened,
    /// Emptied.
    Cleared,
    /// A text that cannot be read as what it should be (a damaged phone, a made-up name): never propagates.
    Unusable,
    /// The replica did not say.
    Unknown,
}

impl Edit {
    /// Nothing that the other side should learn.
    pub const fn is_quiet(self) -> bool {
        matches!(self, Self::Same | Self::Reformed)
    }
}

/// How sure the base is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The side showed it.
    ReadBack,
    /// Our own write, which nobody has read back.
    Sent,
    /// Likewise, and what is there now looks as if the replica had cut it off.
    CutOff,
}

/// A base value.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The value.
    pub cell: Cell<'a>,
    /// How sure it is.
    pub standing: Standing,
}

/// Compares a field's listed cell with its base on the same side. `made_up`: the record's name is a placeholder.
pub fn edit(normalizer: &Normalizer, field: &Field, base: Known<'_>, now: Cell<'_>, made_up: bool) -> Edit {
    let Known { cell: base, standing } = base;
    if now == Cell::Unknown {
        if mutant::is(Mutant::UnknownIsEmpty) {
            return Edit::Cleared;
        }
        return Edit::Unknown;
    }
    if now == base {
        return Edit::Same;
    }
    if made_up && matches!(field, Field::FirstName | Field::LastName) {
        return Edit::Unusable;
    }
    let canon = normalizer.canon(field, now);
    if canon == Canon::Unreadable {
        return Edit::Unusable;
    }
    if same_canon(&canon, &normalizer.canon(field, base)) {
        return Edit::Reformed;
    }
    if standing != Standing::ReadBack && !mutant::is(Mutant::RewritingIsEdit) && *field != Field::Phone {
        if text::is_reform(base.text(), now.text()) {
            return Edit::Reformed;
        }
        if text::is_shortened(base.text(), now.text()) {
            return if standing == Standing::CutOff { Edit::Reformed } else { Edit::Shortened };
        }
    }
    if canon == Canon::Blank { Edit::Cleared } else { Edit::Edited }
}
