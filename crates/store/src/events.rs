//! What is told to us, in one transaction for many events: calls, and contacts that are said to be new. A contact is a
//! hint alone: the next complete listing is the truth, and drops it. It checks no signature and knows no order of events.

use crate::calls;
use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::to_count;
use crate::{CallRow, CallSource};
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

/// A point in the order in which we were told of contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HintSeq(i64);

impl Store {
    /// Takes events in, all or none, and says what became of each. When this returns, they are on the disk.
    pub fn put_events(&mut self, events: &[EventRow]) -> Result<Vec<Fate>> {
        self.write(|transaction| {
            let rows = events.iter().filter_map(|event| match event {
                EventRow::Call(row) => Some(&**row),
                EventRow::Contact(_) => None,
            });
            let mut calls = calls::put_each(transaction, rows, CallSource::Event)?.into_iter();
            let mut forget = transaction.prepare_cached("DELETE FROM contact_hints WHERE record_id = ?1")?;
            let mut hint = transaction.prepare_cached("INSERT INTO contact_hints (record_id) VALUES (?1)")?;
            events
                .iter()
                .map(|event| match event {
                    EventRow::Call(_) => calls.next().ok_or_else(|| Fault::refused("a call without an answer")),
                    EventRow::Contact(id) => {
                        let known = forget.execute([id.as_str()])?;
                        hint.execute([id.as_str()])?;
                        Ok(if known > 0 { Fate::Same } else { Fate::New })
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

    /// The last thing that we were told of a contact; none: nothing.
    pub fn last_contact_hint(&self) -> Result<Option<HintSeq>> {
        let last =
            self.connection.query_row("SELECT max(seq) FROM contact_hints", [], |row| row.get::<_, Option<i64>>(0));
        Ok(self.named(last.map_err(Into::into))?.map(HintSeq))
    }

    /// Drops what we were told until then: a complete listing that began later showed who is there.
    pub fn drop_contact_hints(&mut self, last: HintSeq) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM contact_hints WHERE seq <= ?1", [last.0])?;
            Ok(())
        })
    }
}
