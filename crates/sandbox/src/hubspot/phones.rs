//! How the CRM's pages write phone numbers. The API leaves them as they are given.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region};

/// The number as the pages show and save it: `+1 415-555-0101`. What is no number stays as it is.
pub(crate) fn as_user(given: &str) -> String {
    parsed(given).map_or_else(|| given.to_owned(), |number| format(&number, PhoneNumberFormat::International))
}

/// The number that the account computes: E.164, if it is one.
pub(crate) fn calculated(given: &str) -> Option<String> {
    parsed(given).map(|number| format(&number, PhoneNumberFormat::E164))
}

fn parsed(given: &str) -> Option<PhoneNumber> {
    PHONE_NUMBER_UTIL.parse(given, Some(Region::US)).ok()
}

fn format(number: &PhoneNumber, format: PhoneNumberFormat) -> String {
    PHONE_NUMBER_UTIL.format(number, format).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_group_digits_and_keep_what_is_no_number() {
        assert_eq!(as_user("+14155550101"), "+1 415-555-0101");
        assert_eq!(as_user("(415) 555-0101"), "+1 415-555-0101");
        assert_eq!(as_user("+442079460190"), "+44 20 7946 0190");
        assert_eq!(as_user("ask reception"), "ask reception");
    }
}
