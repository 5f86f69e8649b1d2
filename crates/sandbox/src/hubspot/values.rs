//! Which values a property takes, and in which form the account keeps them.
//!
//! Codes and words are those of the real service where public reports show them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::property::{Property, PropertyType};

/// Why a value is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) property: String,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Issue {
    pub(crate) fn unknown(property: &str) -> Self {
        Self::new(property, "PROPERTY_DOESNT_EXIST", format!("Property \"{property}\" does not exist"))
    }

    pub(crate) fn new(property: &str, code: &'static str, message: String) -> Self {
        Self { property: property.to_owned(), code, message }
    }
}

/// The value as the account keeps it. An empty one clears the property.
pub(crate) fn accept(property: &Property, given: &str) -> Result<String, Issue> {
    let issue = |code, message: String| Issue::new(&property.name, code, message);
    if property.read_only {
        let message = format!("\"{}\" is a read only property; its value cannot be set.", property.name);
        return Err(issue("READ_ONLY_VALUE", message));
    }
    if given.is_empty() {
        return Ok(String::new());
    }
    let kept = match property.kind {
        PropertyType::String | PropertyType::PhoneNumber if property.name == "email" => return email(given),
        PropertyType::String | PropertyType::PhoneNumber => Ok(given.to_owned()),
        PropertyType::Number => number(given).ok_or(("INVALID_NUMBER", "a valid number")),
        PropertyType::Date => date(given).ok_or(("INVALID_DATE", "a valid date")),
        PropertyType::Datetime => datetime(given).ok_or(("INVALID_LONG", "a valid long")),
        PropertyType::Bool => flag(given).ok_or(("INVALID_OPTION", "one of the allowed options: [true, false]")),
        // Without a list of its own, any value goes: additional e-mails are such a property.
        PropertyType::Enumeration if property.options.is_empty() => Ok(given.to_owned()),
        PropertyType::Enumeration => return option(property, given),
    };
    kept.map_err(|(code, wanted)| issue(code, format!("{given} was not {wanted}.")))
}

/// Addresses are kept in lowercase.
fn email(given: &str) -> Result<String, Issue> {
    let valid = given.split_once('@').is_some_and(|(name, domain)| {
        let dotted = domain.split('.').all(|part| !part.is_empty()) && domain.contains('.');
        !name.is_empty() && dotted && !given.contains(char::is_whitespace) && !domain.contains('@')
    });
    if valid {
        Ok(given.to_lowercase())
    } else {
        Err(Issue::new("email", "INVALID_EMAIL", format!("Email address {given} is invalid")))
    }
}

fn number(given: &str) -> Option<String> {
    given.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| given.to_owned())
}

fn flag(given: &str) -> Option<String> {
    matches!(given, "true" | "false").then(|| given.to_owned())
}

/// `2026-11-22`, or midnight UTC in milliseconds.
fn date(given: &str) -> Option<String> {
    if let Ok(ms) = given.parse::<i64>() {
        let at = Timestamp::from_millisecond(ms).ok().filter(|_| ms % 86_400_000 == 0)?;
        return Some(at.to_zoned(TimeZone::UTC).date().to_string());
    }
    given.parse::<Date>().ok().filter(|_| given.len() == 10).map(|date| date.to_string())
}

fn datetime(given: &str) -> Option<String> {
    moment(given).map(shown)
}

/// A moment in any form that the API takes: ISO 8601, or milliseconds.
pub(crate) fn moment(given: &str) -> Option<Timestamp> {
    match given.parse::<i64>() {
        Ok(ms) => Timestamp::from_millisecond(ms).ok(),
        Err(_) => given.parse().ok(),
    }
}

/// A moment as the API shows it.
pub(crate) fn shown(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn option(property: &Property, given: &str) -> Result<String, Issue> {
    let several = property.field_type == "checkbox";
    let parts: Vec<&str> = if several { given.split(';').collect() } else { vec![given] };
    let known = |part: &&str| property.options.iter().any(|option| option.value == **part);
    match parts.iter().find(|part| !known(part)) {
        None => Ok(given.to_owned()),
        Some(part) => {
            let allowed: Vec<&str> = property.options.iter().map(|option| option.value.as_str()).collect();
            let message = format!("{part} was not one of the allowed options: [{}]", allowed.join(", "));
            Err(Issue::new(&property.name, "INVALID_OPTION", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kind: PropertyType, given: &str) -> Result<String, &'static str> {
        accept(&Property::text("p", "P").of(kind, "text"), given).map_err(|issue| issue.code)
    }

    #[test]
    fn each_type_takes_its_values_and_no_others() {
        use PropertyType::{Bool, Date, Datetime, Number, String};
        assert_eq!(kept(String, " any ").as_deref(), Ok(" any "));
        assert_eq!(kept(Number, "-1.5").as_deref(), Ok("-1.5"));
        assert_eq!(kept(Number, "1 "), Err("INVALID_NUMBER"));
        assert_eq!(kept(Number, "NaN"), Err("INVALID_NUMBER"));
        assert_eq!(kept(Date, "2026-11-22").as_deref(), Ok("2026-11-22"));
        assert_eq!(kept(Date, "1795305600000").as_deref(), Ok("2026-11-22"));
        assert_eq!(kept(Date, "1795305600001"), Err("INVALID_DATE"));
        assert_eq!(kept(Date, "22.11.2026"), Err("INVALID_DATE"));
        assert_eq!(kept(Datetime, "2026-11-22T10:00:00Z").as_deref(), Ok("2026-11-22T10:00:00.000Z"));
        assert_eq!(kept(Datetime, "1795305600001").as_deref(), Ok("2026-11-22T00:00:00.001Z"));
        assert_eq!(kept(Datetime, "tomorrow"), Err("INVALID_LONG"));
        assert_eq!(kept(Bool, "true").as_deref(), Ok("true"));
        assert_eq!(kept(Bool, "yes"), Err("INVALID_OPTION"));
        assert_eq!(kept(Bool, "").as_deref(), Ok(""), "an empty value clears");
    }

    #[test]
    fn options_are_exact_and_checkboxes_take_several() {
        let one = Property::text("stage", "Stage").options(&["lead", "customer"]);
        assert_eq!(accept(&one, "lead").as_deref(), Ok("lead"));
        assert_eq!(accept(&one, "Lead").map_err(|issue| issue.code), Err("INVALID_OPTION"));
        assert_eq!(accept(&one, "lead;customer").map_err(|issue| issue.code), Err("INVALID_OPTION"));
        let many = one.of(PropertyType::Enumeration, "checkbox");
        assert_eq!(accept(&many, "lead;customer").as_deref(), Ok("lead;customer"));
    }

    #[test]
    fn read_only_properties_take_nothing_and_addresses_must_look_like_one() {
        let fixed = Property::text("id", "ID").read_only();
        assert_eq!(accept(&fixed, "").map_err(|issue| issue.code), Err("READ_ONLY_VALUE"));
        let email = Property::text("email", "Email");
        assert_eq!(accept(&email, "Ada@Example.COM").as_deref(), Ok("ada@example.com"));
        for bad in ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "a@b@example.com", "a@.com"] {
            assert_eq!(accept(&email, bad).map_err(|issue| issue.code), Err("INVALID_EMAIL"), "{bad}");
        }
    }
}
