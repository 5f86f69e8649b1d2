//! A card from nothing: for contacts that the address book does not hold yet.

use super::{Card, Version};

/// What a new card begins with.
#[derive(Debug, Clone, Copy)]
pub struct NewCard<'a> {
    /// Which version it is to follow.
    pub version: Version,
    /// Its id for good.
    pub uid: &'a str,
}

/// A card with nothing in it but its id; name and fields are added as edits.
pub fn make(new: NewCard<'_>) -> Card {
    let (version, uid) = match new.version {
        Version::V3 => ("3.0", new.uid.to_owned()),
        Version::V4 => ("4.0", format!("urn:uuid:{}", new.uid)),
    };
    let text = format!("BEGIN:VCARD\r\nVERSION:{version}\r\nUID:{uid}\r\nEND:VCARD\r\n");
    let blank = Card { version: new.version, lines: Vec::new(), ending: "\r\n" };
    Card::parse(&text).unwrap_or(blank)
}
