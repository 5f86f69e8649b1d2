//! How a CRM's record shows several numbers: lines of [`crate::Record::rest`], one number a line. Reads and writes these
//! lines; which of the numbers is the synced one is the engine's to say, and what a number means the normaliser's.
//!
//! `FIELD<TAB>TEXT` is a number that the configuration names: field and text as the CRM has them, with `\\`, `\t`, `\n`
//! and `\r` for a backslash, a tab and line breaks in them. A record has one such line for every field with a number, in
//! order of preference, also for the one that stands in its phone cell. A line without a tab is a number of another field:
//! never the synced one.

use std::borrow::Cow;

/// One of a record's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number<'a> {
    /// What the CRM calls the field; none: no field that the configuration names.
    pub field: Option<Cow<'a, str>>,
    /// As the CRM has it.
    pub text: Cow<'a, str>,
}

/// All numbers of a record, in their order.
pub fn numbers(rest: Option<&str>) -> impl Iterator<Item = Number<'_>> {
    rest.unwrap_or_default().lines().map(|line| match line.split_once('\t') {
        Some((field, text)) => Number { field: Some(plain(field)), text: plain(text) },
        None => Number { field: None, text: Cow::Borrowed(line) },
    })
}

/// Whether a record has several fields for numbers, as far as its lines show it.
pub fn has_fields(rest: Option<&str>) -> bool {
    rest.is_some_and(|rest| rest.contains('\t'))
}

/// Adds a number of a field that the configuration names.
pub fn add(rest: &mut String, field: &str, text: &str) {
    start_line(rest);
    escape(rest, field);
    rest.push('\t');
    escape(rest, text);
}

/// Adds the text of another field. Every line of it counts as a number of its own.
pub fn add_other(rest: &mut String, text: &str) {
    start_line(rest);
    rest.extend(text.chars().map(|c| if c == '\t' { ' ' } else { c }));
}

fn start_line(rest: &mut String) {
    if !rest.is_empty() {
        rest.push('\n');
    }
}

fn escape(rest: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => rest.push_str("\\\\"),
            '\t' => rest.push_str("\\t"),
            '\n' => rest.push_str("\\n"),
            '\r' => rest.push_str("\\r"),
            c => rest.push(c),
        }
    }
}

fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            (c, false) => c,
        });
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_read_back() {
        let odd = ["", "a", "a\tb", "a\\tb", "a\\", "\\", "a\r\nb", " +1 415 ", "n\\n\n"];
        let mut rest = String::new();
        for (field, text) in odd.iter().zip(odd.iter().rev()) {
            add(&mut rest, field, text);
        }
        let read: Vec<(String, String)> = numbers(Some(&rest))
            .map(|number| (number.field.expect("a field").into_owned(), number.text.into_owned()))
            .collect();
        let expected: Vec<(String, String)> =
            odd.iter().zip(odd.iter().rev()).map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn other_numbers_have_no_field() {
        let mut rest = String::new();
        add_other(&mut rest, "+1 415\t555 0100\n555-0101");
        assert!(!has_fields(Some(&rest)));
        assert_eq!(numbers(Some(&rest)).map(|number| number.field).collect::<Vec<_>>(), [None, None]);
        add(&mut rest, "Mobile", "1");
        assert!(has_fields(Some(&rest)) && !has_fields(None));
        assert_eq!(numbers(None).count(), 0);
    }
}
