//! Raw text to canonical form, for comparison only: what is stored stays what the user typed.

pub mod email;
pub mod name;
pub mod phone;
pub mod text;

use model::{Cell, Field, PhoneKey};
use phone::{PhoneNormalizer, Region, Verdict};
use std::borrow::Cow;

/// The canonical form of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Canon<'a> {
    /// Comparable text.
    Text(Cow<'a, str>),
    /// A phone that was read without doubt.
    Phone(PhoneKey),
    /// The replica says it is empty; or it holds only what looks like nothing (spaces, a placeholder name).
    Blank,
    /// A phone that cannot be read: never propagates, is never overwritten by itself.
    Unreadable,
    /// The replica did not say.
    Unknown,
}

/// What a phone text is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneReading {
    /// A match key.
    Key(PhoneKey),
    /// A key that links two records only together with a name or an e-mail.
    WeakKey(PhoneKey),
    /// No key, and why.
    Unusable(model::SkipReason, String),
}

/// Canonical forms under one default region. One per thread: it owns its phone parser.
pub struct Normalizer {
    phone: PhoneNormalizer,
}

impl Normalizer {
    /// Numbers without a country code are read as numbers of `region`.
    pub fn new(region: Region) -> Self {
        Self { phone: PhoneNormalizer::new(region) }
    }

    /// The country of numbers without a country code.
    pub const fn region(&self) -> Region {
        self.phone.region()
    }

    /// Version of everything that canonical forms depend on.
    pub fn version() -> String {
        format!("1/{}", PhoneNormalizer::metadata_version())
    }

    /// The canonical form of a field.
    pub fn canon<'a>(&self, field: &Field, cell: Cell<'a>) -> Canon<'a> {
        let text = match cell {
            Cell::Unknown => return Canon::Unknown,
            Cell::Cleared => return Canon::Blank,
            Cell::Value(text) => text,
        };
        let canonical = match field {
            Field::Phone => return self.canon_phone(text),
            Field::Email => email::canonical(text),
            Field::FirstName | Field::LastName => name::canonical(text),
            Field::Company | Field::Custom(_) | Field::Call(_) => text::canonical(text),
        };
        if canonical.is_empty() { Canon::Blank } else { Canon::Text(canonical) }
    }

    fn canon_phone<'a>(&self, text: &str) -> Canon<'a> {
        match self.read_phone(text) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Canon::Phone(key),
            PhoneReading::Unusable(model::SkipReason::NoPhone, _) => Canon::Blank,
            PhoneReading::Unusable(..) => Canon::Unreadable,
        }
    }

    /// Reads a phone as a match key.
    pub fn read_phone(&self, text: &str) -> PhoneReading {
        use model::SkipReason::{DestroyedPhone, InvalidPhone, NoPhone, SuspectPhone};
        if text.trim().is_empty() {
            return PhoneReading::Unusable(NoPhone, "no phone".to_owned());
        }
        let key = |phone: &phone::Phone| PhoneKey::new(&phone.e164, &phone.extension);
        match self.phone.normalize(text) {
            Verdict::Accept(phone) => key(&phone).map_or_else(
                || PhoneReading::Unusable(InvalidPhone, format!("`{text}`: the extension is too long")),
                PhoneReading::Key,
            ),
            Verdict::Unverified(phone) => key(&phone).map_or_else(
                || PhoneReading::Unusable(InvalidPhone, format!("`{text}`: the extension is too long")),
                PhoneReading::WeakKey,
            ),
            Verdict::Split(phones) => {
                let list: Vec<&str> = phones.iter().map(|phone| &*phone.e164).collect();
                PhoneReading::Unusable(SuspectPhone, format!("`{text}` holds several numbers: {}", list.join(", ")))
            }
            Verdict::Reject(reason) => {
                let kind = if reason.is_destroyed() {
                    DestroyedPhone
                } else if matches!(reason, phone::Rejection::Ambiguous | phone::Rejection::NoteWithDigits) {
                    SuspectPhone
                } else {
                    InvalidPhone
                };
                PhoneReading::Unusable(kind, format!("`{text}`: {reason}"))
            }
        }
    }

    /// Whether two values of a field mean the same. Phones compare by number where one side cannot hold extensions.
    pub fn same(&self, field: &Field, a: Cell<'_>, b: Cell<'_>) -> bool {
        if a == b {
            return true;
        }
        same_canon(&self.canon(field, a), &self.canon(field, b))
    }
}

/// Whether two canonical forms mean the same; an extension that one of them lacks makes no difference.
pub fn same_canon(a: &Canon<'_>, b: &Canon<'_>) -> bool {
    match (a, b) {
        (Canon::Phone(a), Canon::Phone(b)) => {
            a == b || (a.number() == b.number() && (a.extension().is_empty() || b.extension().is_empty()))
        }
        (Canon::Unreadable, _) | (_, Canon::Unreadable) => false,
        _ => a == b,
    }
}
