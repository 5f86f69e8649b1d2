//! Rule 9: one reading of one text by the phone library.
//!
//! The only file that knows the library's types, besides the region. Repairs nothing: the text
//! goes in as it is, and out come a number, its standing, or the library's reason.
use rlibphonenumber::{
    NotANumberError, NumberLengthType, ParseError, PhoneNumber, PhoneNumberType, PhoneNumberUtil, ValidationError,
};

use super::{
    region::Region,
    uri,
    verdict::{Phone, Rejection},
};

/// What the library made of a text.
pub(super) struct Reading<'a> {
    library: &'a PhoneNumberUtil,
    number: PhoneNumber,
}

/// Reads the text, national where it has no plus.
pub(super) fn read<'a>(library: &'a PhoneNumberUtil, text: &str, region: Region) -> Result<Reading<'a>, Rejection> {
    uri::guard(text)?;
    match library.parse(text, region.inner()) {
        Ok(number) => Ok(Reading { library, number }),
        Err(error) => Err(reason(&error, text)),
    }
}

/// The valid number in the text, if there is one.
pub(super) fn valid<'a>(library: &'a PhoneNumberUtil, text: &str, region: Region) -> Option<Reading<'a>> {
    read(library, text, region).ok().filter(Reading::is_valid)
}

/// Whether these digits are a country calling code.
pub(super) fn is_calling_code(library: &PhoneNumberUtil, digits: &str) -> bool {
    digits.parse().is_ok_and(|code| library.get_region_for_country_code(code).is_some())
}

impl Reading<'_> {
    pub(super) fn is_valid(&self) -> bool {
        self.library.is_valid_number(&self.number)
    }

    pub(super) fn is_mobile(&self) -> bool {
        self.kind() == PhoneNumberType::Mobile
    }

    /// Ranges that are sold by their letters.
    pub(super) fn may_be_spelled(&self) -> bool {
        self.number.country_code == 1
            || matches!(
                self.kind(),
                PhoneNumberType::TollFree
                    | PhoneNumberType::PremiumRate
                    | PhoneNumberType::SharedCost
                    | PhoneNumberType::UAN
            )
    }

    pub(super) fn calling_code(&self) -> i32 {
        self.number.country_code
    }

    pub(super) fn has_extension(&self) -> bool {
        self.number.extension.is_some()
    }

    /// Whether the number could be one, going by its length; otherwise why not.
    pub(super) fn possible(&self) -> Result<(), Rejection> {
        match self.library.is_possible_number_with_reason(&self.number) {
            Ok(NumberLengthType::IsPossible) => Ok(()),
            Ok(NumberLengthType::IsPossibleLocalOnly) => Err(Rejection::LocalOnly),
            Err(ValidationError::InvalidCountryCode) => Err(Rejection::UnknownCountry),
            Err(ValidationError::TooShort) => Err(Rejection::TooShort),
            Err(ValidationError::TooLong) => Err(Rejection::TooLongNumber),
            Err(ValidationError::InvalidLength) => Err(Rejection::InvalidRange),
        }
    }

    /// The digits after the plus, as a number: at most 3 + 17 digits, so `u128` never overflows.
    pub(super) fn digits(&self) -> u128 {
        let number = u128::from(self.number.national_number);
        let zeros = if self.number.italian_leading_zero.unwrap_or(false) {
            u32::try_from(self.number.number_of_leading_zeros.unwrap_or(1)).unwrap_or(1).min(17)
        } else {
            0
        };
        let length = number.checked_ilog10().unwrap_or(0) + 1 + zeros;
        u128::from(self.number.country_code.unsigned_abs()) * 10_u128.pow(length.min(34)) + number
    }

    pub(super) fn phone(&self) -> Phone {
        Phone {
            e164: match u64::try_from(self.digits()) {
                Ok(digits) => format!("+{digits}").into(),
                Err(_) => format!("+{}", self.digits()).into(),
            },
            extension: self.number.extension.as_deref().unwrap_or_default().into(),
        }
    }

    fn kind(&self) -> PhoneNumberType {
        self.library.get_number_type(&self.number)
    }
}

fn reason(error: &ParseError, text: &str) -> Rejection {
    match error {
        ParseError::InvalidCountryCode if text.contains('+') => Rejection::UnknownCountry,
        ParseError::InvalidCountryCode => Rejection::NoRegion,
        ParseError::NotANumber(NotANumberError::InvalidPhoneContext) => Rejection::BadContext,
        ParseError::NotANumber(_) => Rejection::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Rejection::TooShort,
        ParseError::TooLongNsn => Rejection::TooLongNumber,
    }
}
