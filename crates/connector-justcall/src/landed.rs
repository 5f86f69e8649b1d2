//! Whether a write can be seen in a record. Servers rewrite what they store (trim, lowercase, cut), so this compares
//! loosely; what exactly is stored is the caller's to judge. It does *not* read anything.

use crate::convert::Converter;
use connector::{Write, WriteKind};
use model::{Cell, FieldId, Record};

/// Whether a stored value may be what a server made of the text.
pub(crate) fn is_close(stored: Cell<'_>, sent: &str) -> bool {
    let Some(stored) = stored.value() else { return sent.trim().is_empty() };
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let (stored, sent) = (plain(stored), plain(sent));
    stored == sent || (!stored.is_empty() && sent.starts_with(&stored)) || same_number(&stored, &sent)
}

/// Whether two texts are one number, written differently.
pub(crate) fn same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let bare = |text: &str| !text.chars().any(char::is_alphabetic);
    let number = digits(one);
    number.len() >= 5 && bare(one) && bare(other) && number == digits(other)
}

/// Whether the write is in the record.
pub(crate) fn landed(converter: &Converter, write: &Write, record: &Record) -> bool {
    let phone = converter.phone();
    if let (WriteKind::Update, Some(before)) = (write.kind, &write.current) {
        return write.set.iter().any(|(field, text)| {
            let now = record.cell(field.index());
            now != Cell::Unknown && (is_close(now, text) || now != before.cell(field.index()))
        });
    }
    let mut others = write.set.iter().filter(|(field, text)| *field != phone && !text.is_empty()).peekable();
    others.peek().is_none() || others.any(|(field, text)| is_close(record.cell(field.index()), text))
}

/// The fields that still hold what they held before, though another value was sent.
pub(crate) fn unchanged(write: &Write, record: &Record) -> Vec<FieldId> {
    let Some(before) = &write.current else { return Vec::new() };
    let same = |field: &FieldId, text: &str| {
        let now = record.cell(field.index());
        now != Cell::Unknown && now == before.cell(field.index()) && !is_close(now, text)
    };
    write.set.iter().filter(|(field, text)| same(field, text)).map(|(field, _)| *field).collect()
}

/// Whether a record says something about every field of the write.
pub(crate) fn covers(write: &Write, record: &Record) -> bool {
    write.set.iter().all(|(field, _)| record.cell(field.index()) != Cell::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritings_are_close_and_other_values_are_not() {
        let table = [
            ("Acme", "Acme", true),
            ("Acme", " Acme ", true),
            ("anna@x.ch", "Anna@X.ch", true),
            ("A long com", "A long company name", true),
            ("14155551234", "+1 415 555-1234", true),
            ("Acme", "Beta", false),
            ("Acme Corp", "Acme", false),
            ("1415555", "1415556", false),
        ];
        for (stored, sent, close) in table {
            assert_eq!(is_close(Cell::Value(stored), sent), close, "{stored} {sent}");
        }
        assert!(is_close(Cell::Cleared, ""));
        assert!(!is_close(Cell::Cleared, "a"));
        assert!(!is_close(Cell::Value("a"), ""));
    }
}
