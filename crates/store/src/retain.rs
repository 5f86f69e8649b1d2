//! Forgetting with time: what old runs wrote and overwrote, once nobody will ask for it. Links, bases, tombstones and
//! the journal's chain stay. Erasing a person at once is `erase`'s.

use crate::erase::blank_out;
use crate::error::Result;
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;

impl Store {
    /// Empties journal entries, run reports and plans from before `cutoff`, but for writes whose end is not known.
    /// Answers with the number of journal entries.
    pub fn retain_since(&mut self, cutoff: Timestamp) -> Result<u64> {
        let old: bool = self.named(
            self.connection
                .query_row(
                    "SELECT EXISTS (SELECT 1 FROM journal WHERE at < ?1 AND body IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM runs WHERE started_at < ?1 AND report IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM plans WHERE created_at < ?1 AND body IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM decisions WHERE at < ?1)",
                    [At(cutoff)],
                    |row| row.get(0),
                )
                .map_err(Into::into),
        )?;
        if !old {
            return Ok(0); // a quiet night writes nothing
        }
        self.erasing(|transaction| {
            let mut statement = transaction.prepare(
                "SELECT seq FROM journal WHERE at < ?1 AND body IS NOT NULL
                 AND seq NOT IN (SELECT seq FROM open_intents)
                 AND coalesce(intent, 0) NOT IN (SELECT seq FROM open_intents)",
            )?;
            let entries: Vec<i64> =
                statement.query_map([At(cutoff)], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            blank_out(transaction, &entries)?;
            transaction.execute("UPDATE runs SET report = NULL WHERE started_at < ?1", [At(cutoff)])?;
            transaction.execute("UPDATE plans SET body = NULL WHERE created_at < ?1", [At(cutoff)])?;
            transaction.execute("DELETE FROM plans WHERE body IS NULL AND consumed_by IS NULL", [])?;
            transaction.execute("DELETE FROM decisions WHERE at < ?1", [At(cutoff)])?;
            Ok(entries.len() as u64)
        })
    }
}
