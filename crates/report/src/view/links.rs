//! Addresses of the records' own pages, made from a template that the user gives. Nothing is fetched.

use model::{BySide, Conflict, Side};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Signs that stand for themselves everywhere in an address; an id is never more than a part of it.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Where the id goes.
const ID: &str = "{id}";

/// A template such as `https://crm.example.com/contacts/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPage(String);

/// Of both sides, where they are known.
pub type RecordPages = BySide<Option<RecordPage>>;

impl RecordPage {
    /// Checks a template: a web address with the id behind its host, so that no id can lead elsewhere.
    pub fn new(template: &str) -> Result<Self, &'static str> {
        let behind = template.strip_prefix("https://").or_else(|| template.strip_prefix("http://"));
        let behind = behind.ok_or("it must begin with https:// or http://")?;
        if template.chars().any(|sign| sign.is_control() || sign.is_whitespace() || "\"<>\\".contains(sign)) {
            return Err("it holds a blank, a quote or another sign that no address has");
        }
        let host = behind.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty() || host.contains(ID) || host.contains('@') {
            return Err("it must name a host, without a user, before {id}");
        }
        if template.contains(ID) { Ok(Self(template.to_owned())) } else { Err("it must say where the id goes: {id}") }
    }

    /// The page of one record.
    pub fn of(&self, id: &str) -> String {
        let id = model::numbers::own_id(id); // a contact's numbers share its page
        // Dots alone would climb up in the address.
        let id = if id.chars().all(|sign| sign == '.') {
            id.replace('.', "%2E")
        } else {
            utf8_percent_encode(id, PLAIN).to_string()
        };
        self.0.replace(ID, &id)
    }
}

/// The pages of both records of a conflict.
pub fn pages_of(conflict: &Conflict, pages: &RecordPages) -> BySide<Option<String>> {
    BySide::from_fn(|side| {
        let id = match side {
            Side::Justcall => &conflict.justcall_id,
            Side::Crm => &conflict.crm_id,
        };
        Some(pages[side].as_ref()?.of(id.as_deref()?))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_stays_a_part_of_the_path() {
        let page = RecordPage::new("https://crm.example.com/contacts/{id}?tab=all").unwrap();
        for (id, wanted) in [
            ("17", "17"),
            ("a b/../c?x#y", "a%20b%2F..%2Fc%3Fx%23y"),
            ("\"><script>", "%22%3E%3Cscript%3E"),
            ("..", "%2E%2E"),
            ("ü", "%C3%BC"),
            ("17#tel:+14155550102", "17"),
        ] {
            assert_eq!(page.of(id), format!("https://crm.example.com/contacts/{wanted}?tab=all"));
        }
    }

    #[test]
    fn only_web_addresses_with_a_place_for_the_id() {
        for bad in [
            "javascript:alert(1)//{id}",
            "ftp://example.com/{id}",
            "https://{id}.example.com/",
            "https://user@example.com/{id}",
            "https:///{id}",
            "https://example.com/",
            "https://example.com/{id}\" onclick=\"",
            "https://example.com/{id} x",
            "//example.com/{id}",
            "",
        ] {
            assert!(RecordPage::new(bad).is_err(), "{bad}");
        }
        RecordPage::new("http://localhost:8080/?contact={id}").unwrap();
    }
}
