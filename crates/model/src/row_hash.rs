//! What a record's synced fields hold, in one number.

use crate::Cell;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_64;

/// Hash of what a record's synced fields hold, as stored. Equal hash: nothing to compare.
///
/// 64 bits: a hash is only ever compared with the same record's earlier one, so a miss has odds of 1 in 1.8e19 per change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RowHash(pub u64);

impl Serialize for RowHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digit = |nibble: u64| b"0123456789abcdef"[(nibble & 15) as usize];
        let digits: [u8; 16] = std::array::from_fn(|at| digit(self.0 >> (60 - 4 * at)));
        serializer.serialize_str(&String::from_utf8_lossy(&digits))
    }
}

impl<'de> Deserialize<'de> for RowHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

impl RowHash {
    /// The hash of cells in schema order. Position, state and text all count.
    pub fn of<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Self {
        RowHasher::default().hash(cells)
    }
}

/// Hashes many records with the same scratch space: what is hashed at once takes a third of what is hashed bit by bit.
#[derive(Debug, Default)]
pub struct RowHasher {
    bytes: Vec<u8>,
}

impl RowHasher {
    /// See [`RowHash::of`].
    pub fn hash<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) -> RowHash {
        self.bytes.clear();
        for cell in cells {
            match cell {
                Cell::Value(text) => self.value(text.as_bytes()),
                Cell::Cleared => self.bytes.push(0xfe),
                Cell::Unknown => self.bytes.push(0xfd),
            }
        }
        RowHash(xxh3_64(&self.bytes))
    }

    /// A record whose cells come one by one: unknown, or bytes of text, which may be none.
    pub(crate) fn hash_texts<'a>(&mut self, cells: impl Iterator<Item = Option<&'a [u8]>>) -> RowHash {
        self.bytes.clear();
        for cell in cells {
            match cell {
                None => self.bytes.push(0xfd),
                Some([]) => self.bytes.push(0xfe),
                Some(text) => self.value(text),
            }
        }
        RowHash(xxh3_64(&self.bytes))
    }

    /// The bytes that end a text, or stand for none, are never part of UTF-8.
    fn value(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.bytes.push(0xff);
    }
}
