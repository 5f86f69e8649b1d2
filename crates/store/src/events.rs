//! What is told to us, in one transaction for many events: calls, and contacts that are said to be new. A contact is a
//! hint alone: the next complete listing is the truth, and drops it. It checks no signature and knows no order of events.

use crate::calls;
use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{At, to_count};
use crate::{CallRow, CallSource};
use jiff::Timestamp;
use model::RecordId;

/// What an event tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventRow {
    /// A call.
    Call(Box<CallRow>),
    /// A contact of `JustCall` that is new.
    Contact(RecordId),
}

/// What became of something that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Not known before.
    New,
    /// Known, and changed since.
    Changed,
    /// Known as it is.
    Same,
    /// Of somebody who was erased: not kept.
    KeptOut,
}

impl Store {
    /// Takes events in, all or none, and says what became of each. When this returns, they are on the disk.
    pub fn put_events(&mut self, events: &[EventRow], at: Timestamp) -> Result<Vec<Fate>> {
        self.write(|transaction| {
            let rows = events.iter().filter_map(|event| match event {
                EventRow::Call(row) => Some(&**row),
                EventRow::Contact(_) => None,
            });
            let mut calls = calls::put_each(transaction, rows, CallSource::Event)?.into_iter();
            let mut hint = transaction.prepare_cached(
                "INSERT INTO contact_hints (record_id, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = max(at, ?2)",
            )?;
            let mut known = transaction.prepare_cached("SELECT EXISTS (SELECT 1 FROM contact_hints WHERE record_id = ?1)")?;
            events
                .iter()
                .map(|event| match event {
                    EventRow::Call(_) => calls.next().ok_or_else(|| Fault::refused("a call without an answer")),
                    EventRow::Contact(id) => {
                        let was_known: bool = known.query_row([id.as_str()], |row| row.get(0))?;
                        hint.execute((id.as_str(), At(at)))?;
                        Ok(if was_known { Fate::Same } else { Fate::New })
                    }
                })
                .collect()
        })
    }

    /// How many contacts we were told of since the last complete listing.
    pub fn contact_hints(&self) -> Result<u64> {
        let count = self.connection.query_row("SELECT count(*) FROM contact_hints", [], |row| row.get(0));
        self.named(count.map_err(Into::into).and_then(to_count))
    }

    /// Drops what we were told before a complete listing began: it showed who is there.
    pub fn drop_contact_hints(&mut self, before: Timestamp) -> Result<()> {
        if self.contact_hints()? == 0 {
            return Ok(()); // a quiet night writes nothing
        }
        self.write(|transaction| {
            transaction.execute("DELETE FROM contact_hints WHERE at < ?1", [At(before)])?;
            Ok(())
        })
    }
}
