//! How each write travels: in bulk, by PUT, or not at all, and what its bulk row looks like.
//!
//! Bulk finds contacts by phone, so only a strict E.164 number that occurs once in the request may ride it. A write
//! that clears, or that must know what it would overwrite, goes by PUT. It does *not* send.

use crate::client::Client;
use crate::config::BulkUpdates;
use crate::convert::{Converter, Rest};
use crate::draft::{self, ClearForm};
use crate::json::Body;
use crate::readback::phone;
use connector::{Write, WriteKind};
use model::{FieldId, Via};
use std::collections::HashSet;

/// How a write travels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Bulk,
    Put,
    Delete,
    /// Not at all.
    Refused(String),
}

/// A row of a bulk request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    /// Position of the write in the batch.
    pub(crate) at: usize,
    pub(crate) write: &'a Write,
    pub(crate) phone: &'a str,
    /// The account refused the row with its custom fields.
    pub(crate) without_custom: bool,
}

/// Whether a text is a strict E.164 number.
pub(crate) fn is_e164(phone: &str) -> bool {
    let Some(digits) = phone.strip_prefix('+') else { return false };
    (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Sorts writes in order; a phone rides bulk only once.
#[derive(Debug, Default)]
pub(crate) struct Sorter<'a> {
    phones: HashSet<&'a str>,
}

impl<'a> Sorter<'a> {
    pub(crate) fn way(&mut self, client: &Client, write: &'a Write) -> Way {
        match write.kind {
            WriteKind::Delete => Way::Delete,
            WriteKind::Create => self.way_of_create(client, write),
            WriteKind::Update => self.way_of_update(client, write),
        }
    }

    fn way_of_create(&mut self, client: &Client, write: &'a Write) -> Way {
        let phone = phone(client, write);
        if !is_e164(phone) {
            return Way::Refused("a new contact in JustCall needs a phone in E.164 form".to_owned());
        }
        if !self.phones.insert(phone) {
            return Way::Refused("another write of the same batch has this phone".to_owned());
        }
        Way::Bulk
    }

    fn way_of_update(&mut self, client: &Client, write: &'a Write) -> Way {
        let converter = &client.converter;
        let Some(current) = &write.current else { return Way::Refused("an update of no record".to_owned()) };
        let custom_unknown = || {
            let touches = write.set.iter().any(|(field, _)| converter.custom_key(*field).is_some());
            touches && Rest::of(current, client.dialect).custom.is_none()
        };
        let alone = write.via != Via::Bulk
            || client.bulk_updates == BulkUpdates::Never
            || write.set.iter().any(|(field, text)| *field == converter.phone() || text.is_empty())
            || custom_unknown()
            || !is_e164(phone(client, write));
        if alone || !self.phones.insert(phone(client, write)) { Way::Put } else { Way::Bulk }
    }
}

/// The fields that are sent: without custom fields that the account does not have.
pub(crate) fn sendable(client: &Client, write: &Write, without_custom: bool) -> Vec<(FieldId, String)> {
    let lacking = |field: FieldId| {
        client.converter.custom_key(field).is_some_and(|key| without_custom || client.learned.lacks(key))
    };
    write.set.iter().filter(|(field, _)| !lacking(*field)).cloned().collect()
}

/// The custom fields that a write sets to a value.
pub(crate) fn custom_keys<'a>(converter: &'a Converter, write: &'a Write) -> impl Iterator<Item = (FieldId, &'a str)> {
    let values = write.set.iter().filter(|(_, text)| !text.is_empty());
    values.filter_map(|(field, _)| Some((*field, converter.custom_key(*field)?)))
}

/// The row as it is sent.
pub(crate) fn body(client: &Client, row: &Row<'_>, merges: bool) -> Body {
    let converter = &client.converter;
    let mut set = sendable(client, row.write, row.without_custom);
    let body = match &row.write.current {
        None => {
            set.retain(|(_, text)| !text.is_empty());
            draft::partial(converter, None, &set, ClearForm::Null)
        }
        Some(current) if merges => draft::partial(converter, Some(current), &set, ClearForm::Null),
        Some(current) => draft::whole(converter, current, &set),
    };
    draft::with_phone(converter, body, row.phone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_e164() {
        for (text, strict) in [
            ("+14155551234", true),
            ("14155551234", false),
            ("+1 415", false),
            ("+04155551234", false),
            ("+1234567890123456", false),
            ("", false),
        ] {
            assert_eq!(is_e164(text), strict, "{text}");
        }
    }
}
