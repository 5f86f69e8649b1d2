//! The journal's hash chain: every entry's hash covers the one before, so that an entry that was edited, removed or
//! put in shows. It proves nothing against someone who computes the whole chain anew.

use crate::error::{Fault, Result};
use crate::open::Store;
use rusqlite::{Connection, Row};
use sha2::{Digest, Sha256};

/// Before the first entry.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// What a look at the whole journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalCheck {
    /// Entries looked at.
    pub entries: u64,
    /// The first entry that does not fit.
    pub broken: Option<BrokenLink>,
}

/// Where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLink {
    /// Number of the entry.
    pub seq: i64,
    /// What is wrong.
    pub detail: String,
}

/// The columns of an entry that the chain covers.
pub(crate) struct Links<'a> {
    pub(crate) seq: i64,
    pub(crate) kind: &'a str,
    pub(crate) run: &'a str,
    pub(crate) at: i64,
    pub(crate) intent: Option<i64>,
}

/// Digest of the part that may be erased.
pub(crate) fn digest(phone: Option<&str>, link: Option<i64>, body: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    text(&mut hasher, phone.unwrap_or(""));
    hasher.update(link.unwrap_or(0).to_be_bytes());
    text(&mut hasher, body);
    hasher.finalize().into()
}

/// The chain hash of an entry.
pub(crate) fn next(previous: &[u8], entry: &Links<'_>, digest: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(entry.seq.to_be_bytes());
    text(&mut hasher, entry.kind);
    text(&mut hasher, entry.run);
    hasher.update(entry.at.to_be_bytes());
    hasher.update(entry.intent.unwrap_or(0).to_be_bytes());
    hasher.update(digest);
    hasher.finalize().into()
}

/// With its length in front, so that no two lists of texts give the same bytes.
fn text(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

impl Store {
    /// Recomputes the whole chain.
    pub fn verify_journal(&self) -> Result<JournalCheck> {
        self.named(verify(&self.connection))
    }
}

fn verify(connection: &Connection) -> Result<JournalCheck, Fault> {
    let (count, head): (i64, Vec<u8>) =
        connection
            .query_row("SELECT journal_entries, journal_head FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut statement = connection.prepare_cached(
        "SELECT seq, kind, run, at, intent, phone, link, body, digest, chain FROM journal ORDER BY seq",
    )?;
    let mut rows = statement.query([])?;
    let mut previous = GENESIS.to_vec();
    let mut entries = 0;
    let broken = loop {
        let Some(row) = rows.next()? else {
            break (i64::try_from(entries) != Ok(count) || previous != head)
                .then(|| broken(count, "the last entries are missing"));
        };
        let seq: i64 = row.get(0)?;
        if Ok(seq) != i64::try_from(entries + 1) {
            break Some(broken(seq, "entries before it are missing"));
        }
        let stored: Vec<u8> = row.get(9)?;
        if recompute(row, &previous)? != Some(stored.as_slice()).and_then(|chain| chain.try_into().ok()) {
            break Some(broken(seq, "it is not what was written"));
        }
        previous = stored;
        entries += 1;
    };
    Ok(JournalCheck { entries, broken })
}

fn broken(seq: i64, detail: &str) -> BrokenLink {
    BrokenLink { seq, detail: detail.to_owned() }
}

/// None where the row holds neither a body nor the digest of an erased one.
fn recompute(row: &Row<'_>, previous: &[u8]) -> Result<Option<[u8; 32]>, Fault> {
    let text = |column: usize| -> Result<Option<&str>, Fault> {
        Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
    };
    let digest = match (text(7)?, row.get::<_, Option<Vec<u8>>>(8)?) {
        (Some(body), None) => digest(text(5)?, row.get(6)?, body).to_vec(),
        (None, Some(digest)) => digest,
        _ => return Ok(None),
    };
    let (kind, run) = (text(1)?.unwrap_or(""), text(2)?.unwrap_or(""));
    let entry = Links { seq: row.get(0)?, kind, run, at: row.get(3)?, intent: row.get(4)? };
    Ok(Some(next(previous, &entry, &digest)))
}
