//! How a CRM's record shows several numbers: lines of [`crate::Record::rest`], one number a line. Reads and writes these
//! lines; which of the numbers is the synced one is the engine's to say, and what a number means the normaliser's.
//!
//! `FIELD<TAB>TEXT` is a number that the configuration names: field and text as the CRM has them, with `\\`, `\t`, `\n`
//! and `\r` for a backslash, a tab and line breaks in them. A record has one such line for every field with a number, in
//! order of preference, also for the one that stands in its phone cell. A line without a tab is a number of another field:
//! never the synced one.
//!
//! With `numbers = "each"` a contact is shown as several records, one per number. The first has the contact's own id, each
//! further one `ID#tel:+14155550123`. Such a record's lines are its own number's; all of the contact's stand behind them.

use crate::PhoneKey;
use std::borrow::Cow;

/// Between a contact's own id and the number that one of its further records was made for.
const FURTHER: &str = "#tel:";
/// Between the lines of one number and all lines of the contact.
const WHOLE: char = '\u{1e}';

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
    shown(rest).lines().map(|line| match line.split_once('\t') {
        Some((field, text)) => Number { field: Some(plain(field)), text: plain(text) },
        None => Number { field: None, text: Cow::Borrowed(line) },
    })
}

/// Whether a record has several fields for numbers, as far as its lines show it.
pub fn has_fields(rest: Option<&str>) -> bool {
    shown(rest).contains('\t')
}

fn shown(rest: Option<&str>) -> &str {
    rest.unwrap_or_default().split(WHOLE).next().unwrap_or_default()
}

/// All lines of the contact, where the record is one of several.
pub fn whole(rest: Option<&str>) -> Option<&str> {
    rest?.split_once(WHOLE).map(|(_, whole)| whole)
}

/// The lines of a record that is one of a contact's: its own, and all.
pub fn part(own: &str, whole: &str) -> String {
    format!("{own}{WHOLE}{whole}")
}

/// The id by which the CRM knows the contact.
pub fn own_id(id: &str) -> &str {
    if !id.as_bytes().contains(&b'#') {
        return id; // nearly all of them, and every id of a plan is looked at
    }
    let is_number = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or_default().as_bytes();
        digits.first().is_some_and(u8::is_ascii_digit) && digits.iter().all(|c| c.is_ascii_digit() || *c == b'-')
    };
    match id.rsplit_once(FURTHER) {
        Some((own, number)) if is_number(number) => own,
        _ => id,
    }
}

/// Whether a record is a further one of its contact.
pub fn is_further(id: &str) -> bool {
    own_id(id).len() < id.len()
}

/// The id of a contact's further record for a number; `again` tells two of one number apart, 1 being the first.
pub fn further_id(own: &str, key: PhoneKey, again: u32) -> String {
    let number = key.e164();
    if again > 1 { format!("{own}{FURTHER}{number}-{again}") } else { format!("{own}{FURTHER}{number}") }
}

/// The number in the id of a further record, for people.
pub fn number_in(id: &str) -> Option<&str> {
    is_further(id).then(|| &id[own_id(id).len() + FURTHER.len()..])
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
    rest.extend(text.chars().map(|c| if matches!(c, '\t' | WHOLE) { ' ' } else { c }));
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
            WHOLE => rest.push_str("\\e"),
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
                Some('e') => WHOLE,
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
        let odd = ["", "a", "a\tb", "a\\tb", "a\\", "\\", "a\r\nb", " +1 415 ", "n\\n\n", "\u{1e}\\e"];
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

    #[test]
    fn a_part_shows_its_own_lines_and_keeps_all() {
        let (mut own, mut whole_lines) = (String::new(), String::new());
        add(&mut own, "Phone", "2");
        add(&mut whole_lines, "Mobile", "1\u{1e}");
        add(&mut whole_lines, "Phone", "2");
        let rest = part(&own, &whole_lines);
        assert_eq!(numbers(Some(&rest)).map(|number| number.text.into_owned()).collect::<Vec<_>>(), ["2"]);
        assert_eq!(whole(Some(&rest)), Some(whole_lines.as_str()));
        assert_eq!((whole(Some(&whole_lines)), whole(None)), (None, None));
        assert!(has_fields(Some(&rest)) && !has_fields(Some(&part("", &whole_lines))));
    }

    #[test]
    fn ids_of_further_records_lead_back_to_their_contact() {
        let key: PhoneKey = "+14155550123;ext=7".parse().expect("a key");
        for own in ["17", "", "/book/a b#1.vcf", "x#tel:y"] {
            for again in [1, 2, 30] {
                let id = further_id(own, key, again);
                assert!(is_further(&id) && own_id(&id) == own, "{id}");
                assert!(number_in(&id).is_some_and(|number| number.starts_with("+14155550123")), "{id}");
            }
            assert!(!is_further(own) && number_in(own).is_none());
        }
        // What is no number is somebody's own id.
        for own in ["17#tel:", "17#tel:+", "17#tel:415", "17#tel:+1 415", "17#tel:+-1", "#tel:+1x"] {
            assert_eq!(own_id(own), own);
        }
    }
}
