//! A value that a person typed to decide a conflict: what nobody can mean is refused. Whether it suits the conflict is
//! `conflicts`'.

use model::Choice;

/// What to do about a value that was refused.
pub(crate) const HINT: &str = "give a value that both sides can hold; --clear empties the field on both sides";
/// Longer than any field of a contact has reason to be.
const LONGEST: usize = 1_000;

/// A value of a person's own. A blank one is refused: emptying a field is an answer of its own.
pub(crate) fn own_value(text: &str) -> Result<Choice, String> {
    if text.trim().is_empty() {
        return Err("an empty value never wins: to empty the field, choose `clear`".to_owned());
    }
    let shown = report::text::safe(text);
    if shown != text {
        return Err(format!("`{shown}` holds a character that nobody can see"));
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(format!("the value has {length} characters, more than {LONGEST}"));
    }
    Ok(Choice::Value(text.to_owned()))
}

/// One @ with something on either side, and no blanks: more than that only the mail's receiver knows.
pub(crate) fn is_email(text: &str) -> bool {
    let mut parts = text.split('@');
    let halves = (parts.next(), parts.next(), parts.next());
    matches!(halves, (Some(name), Some(host), None) if !name.is_empty() && !host.is_empty())
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_all_scripts_are_taken() {
        for text in ["Acme", "Zoë & Söhne, \"the best\"", "山田　太郎", "می‌خواهم", "👩‍👩‍👧"]
        {
            assert_eq!(own_value(text), Ok(Choice::Value(text.to_owned())));
        }
        for text in ["", " \t", "a\u{0}b", "a\u{200b}b"] {
            assert!(own_value(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_address_has_one_at() {
        for (text, is_one) in [("a@b", true), ("a@b.example", true), ("a", false), ("@b", false), ("a@", false)] {
            assert_eq!(is_email(text), is_one, "{text}");
        }
    }
}
