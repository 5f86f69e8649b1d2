//! The answer types: what a phone text means, and why one is refused.
//!
//! Holds no rule: the other files decide, these types only carry the decision. The raw text is not
//! kept here; the caller has it and never overwrites it with a guess.
use std::fmt;

/// What a phone text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Valid: a match key.
    Accept(Phone),
    /// Right length, unknown range, written with `+`: matches on the exact E.164 only and never
    /// links two records without another field.
    Unverified(Phone),
    /// Two different numbers in one cell: take none, report both.
    Split(Vec<Phone>),
    /// Not a phone number we dare to use.
    Reject(Rejection),
}

impl Verdict {
    /// The number, where it is valid.
    pub fn accepted(&self) -> Option<&Phone> {
        match self {
            Self::Accept(phone) => Some(phone),
            _ => None,
        }
    }
}

/// One number. The extension is not part of E.164: the match key is both fields together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    /// The number in E.164, with the plus: `+14155551234`.
    pub e164: Box<str>,
    /// The digits of the extension, empty where there is none.
    pub extension: Box<str>,
}

impl fmt::Display for Phone {
    /// `+14155551234`, or `+14155551234 ext. 12`: both read back as the same phone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.e164)?;
        if self.extension.is_empty() {
            return Ok(());
        }
        write!(f, " ext. {}", self.extension)
    }
}

/// Why a text is not used as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejection {
    /// Nothing but space.
    Empty,
    /// More text than any phone cell holds.
    TooLong,
    /// A control character, or a line break inside one number.
    ControlCharacter,
    /// Scientific notation: a spreadsheet threw digits away.
    Scientific,
    /// A calendar date.
    DateLike,
    /// An IPv4 address.
    IpAddress,
    /// The id of a person, an order, an account; an e-mail or SIP address; an amount.
    IdLike,
    /// Digits hidden behind `XXX` or `**`.
    Masked,
    /// 1234567890, or the same digit to the end: it would merge strangers.
    Filler,
    /// A code dialled to the network (`*21*…#`), not a number of somebody.
    ServiceCode,
    /// A note that holds digits of its own.
    NoteWithDigits,
    /// Letters among the digits.
    Letters,
    /// No digit at all.
    NoDigits,
    /// Characters no phone number is written with.
    NotANumber,
    /// A national number without a region to read it in.
    NoRegion,
    /// No country has this calling code.
    UnknownCountry,
    /// The area code is missing.
    LocalOnly,
    /// Too few digits for its country.
    TooShort,
    /// Too many digits for its country.
    TooLongNumber,
    /// The length fits, but nobody assigns such numbers.
    InvalidRange,
    /// A `tel:` address whose context is damaged.
    BadContext,
    /// Two readings are possible, and a wrong one would be somebody else.
    Ambiguous,
}

impl Rejection {
    /// A stable name for reports and JSON.
    pub const fn code(self) -> &'static str {
        self.words().0
    }

    /// Whether a spreadsheet destroyed the digits, so that no reading can bring them back.
    pub const fn is_destroyed(self) -> bool {
        matches!(self, Self::Scientific)
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => ("empty", "the cell is empty"),
            Self::TooLong => ("too_long", "the text is too long for a phone number"),
            Self::ControlCharacter => ("control_character", "a control character or line break is inside the number"),
            Self::Scientific => {
                ("scientific", "a spreadsheet turned the number into scientific notation and lost digits")
            }
            Self::DateLike => ("date_like", "this is a date"),
            Self::IpAddress => ("ip_address", "this is an IP address"),
            Self::IdLike => ("id_like", "this is an id, an address or an amount"),
            Self::Masked => ("masked", "some digits are masked"),
            Self::Filler => ("filler", "this is a filler, not a number of somebody"),
            Self::ServiceCode => ("service_code", "this is a code for the phone network"),
            Self::NoteWithDigits => ("note_with_digits", "a note with digits stands at the number"),
            Self::Letters => ("letters", "letters stand among the digits"),
            Self::NoDigits => ("no_digits", "there is no digit"),
            Self::NotANumber => ("not_a_number", "no phone number is written like this"),
            Self::NoRegion => ("no_region", "the number is national and no region is known to read it in"),
            Self::UnknownCountry => ("unknown_country", "no country has this calling code"),
            Self::LocalOnly => ("local_only", "the area code is missing"),
            Self::TooShort => ("too_short", "the number has too few digits"),
            Self::TooLongNumber => ("too_long_number", "the number has too many digits"),
            Self::InvalidRange => ("invalid_range", "no such numbers are assigned"),
            Self::BadContext => ("bad_context", "the context of the tel: address is damaged"),
            Self::Ambiguous => ("ambiguous", "the number can be read in two ways"),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().1)
    }
}
