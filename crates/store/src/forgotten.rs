//! People who were erased on request (S48): only a keyed hash of their number is kept, so that a record that a replica
//! still holds is recognised and left alone. Erasing itself is `erase`'s.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;
use model::PhoneKey;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Recognises people who were erased, without knowing who they are.
#[derive(Debug, Clone, Default)]
pub struct Forgotten {
    key: Vec<u8>,
    hashes: HashSet<[u8; 32]>,
}

impl Forgotten {
    /// Whether this number is one of theirs. Nobody erased: no hash is computed.
    pub fn contains(&self, key: PhoneKey) -> bool {
        !self.hashes.is_empty() && self.hashes.contains(&hash(&self.key, key))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// True if nobody was erased.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

impl Store {
    /// Everybody who was erased.
    pub fn forgotten(&self) -> Result<Forgotten> {
        self.named(read(&self.connection))
    }

    /// Lets a person take part again; false if the number was never erased.
    pub fn readmit(&mut self, key: PhoneKey) -> Result<bool> {
        self.write(|transaction| {
            let known = read(transaction)?;
            let changed =
                transaction.execute("DELETE FROM forgotten WHERE hash = ?1", [hash(&known.key, key).as_slice()])?;
            Ok(changed > 0)
        })
    }
}

pub(crate) fn read(connection: &Connection) -> Result<Forgotten, Fault> {
    let key: Option<Vec<u8>> = connection.query_row("SELECT forget_key FROM state", [], |row| row.get(0))?;
    let mut statement = connection.prepare_cached("SELECT hash FROM forgotten")?;
    let hashes = statement.query_map([], |row| row.get::<_, [u8; 32]>(0))?;
    Ok(Forgotten { key: key.unwrap_or_default(), hashes: hashes.collect::<Result<_, _>>()? })
}

/// Remembers that this number is not to come back. `entropy` becomes the key of the first one.
pub(crate) fn remember(connection: &Connection, key: PhoneKey, entropy: [u8; 16], at: Timestamp) -> Result<(), Fault> {
    connection.execute("UPDATE state SET forget_key = ?1 WHERE forget_key IS NULL", [entropy.as_slice()])?;
    let known = read(connection)?;
    connection.execute(
        "INSERT OR IGNORE INTO forgotten (hash, at) VALUES (?1, ?2)",
        (hash(&known.key, key).as_slice(), At(at)),
    )?;
    Ok(())
}

/// All parts have a fixed length, so a plain prefix key is sound.
fn hash(key: &[u8], person: PhoneKey) -> [u8; 32] {
    let (number, extension) = person.to_parts();
    let mut hasher = Sha256::new();
    hasher.update(key);
    hasher.update(number.to_be_bytes());
    hasher.update(extension.to_be_bytes());
    hasher.finalize().into()
}
