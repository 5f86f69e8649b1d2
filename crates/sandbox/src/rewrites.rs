//! Values a server changes on save, without saying so.
//!
//! It changes text only; which requests it happens to is a fault's business.

use serde::{Deserialize, Serialize};

use crate::change::{Change, Given};
use crate::contact::Field;

/// A way to rewrite values on save. It applies to the text fields of a contact, not to custom fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rewrite {
    /// Cuts white space off both ends of every field.
    Trim,
    /// Lowercases the email address.
    LowercaseEmail,
    /// Writes first and last names with capitals at the start of words and small letters after them.
    TitleCaseNames,
    /// Cuts every field but the phone to so many characters.
    Truncate(usize),
    /// Stores numbers without their `+`, as real accounts do.
    StripPlus,
}

impl Rewrite {
    pub(crate) fn apply(self, change: &mut Change) {
        for (field, given) in &mut change.fields {
            let Given::Text(text) = given else { continue };
            let rewritten = self.rewrite(*field, text);
            *given = if rewritten.is_empty() { Given::Empty } else { Given::Text(rewritten) };
        }
    }

    fn rewrite(self, field: Field, text: &str) -> String {
        match (self, field) {
            (Self::Trim, _) => text.trim().to_owned(),
            (Self::LowercaseEmail, Field::Email) => text.to_lowercase(),
            (Self::TitleCaseNames, Field::FirstName | Field::LastName) => title_case(text),
            (Self::StripPlus, Field::Phone) => text.trim_start_matches('+').to_owned(),
            (Self::Truncate(chars), field) if field != Field::Phone => text.chars().take(chars).collect(),
            _ => text.to_owned(),
        }
    }
}

fn title_case(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut inside_word = false;
    for letter in text.chars() {
        if inside_word {
            titled.extend(letter.to_lowercase());
        } else {
            titled.extend(letter.to_uppercase());
        }
        inside_word = letter.is_alphanumeric();
    }
    titled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rewrite_touches_its_own_fields() {
        let table = [
            (Rewrite::Trim, Field::Company, " Acme ", "Acme"),
            (Rewrite::LowercaseEmail, Field::Email, "Anna@X.CH", "anna@x.ch"),
            (Rewrite::LowercaseEmail, Field::Company, "ACME", "ACME"),
            (Rewrite::TitleCaseNames, Field::LastName, "von DER mühle-é", "Von Der Mühle-É"),
            (Rewrite::TitleCaseNames, Field::Company, "acme", "acme"),
            (Rewrite::Truncate(3), Field::FirstName, "Zoë!", "Zoë"),
            (Rewrite::Truncate(3), Field::Phone, "+41791234567", "+41791234567"),
            (Rewrite::StripPlus, Field::Phone, "+41791234567", "41791234567"),
        ];
        for (rewrite, field, from, to) in table {
            assert_eq!(rewrite.rewrite(field, from), to, "{rewrite:?} of {from:?}");
        }
    }
}
