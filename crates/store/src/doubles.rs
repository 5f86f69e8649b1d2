//! Finds records that two links claim: the one rule that the tables do not keep by themselves (an index would double
//! the time of a first sync). For checks and doubtful moments, not for every run: the matcher sees doubles too.

use crate::error::{Fault, Result};
use crate::open::Store;
use model::{RecordId, Side};
use rusqlite::Connection;

impl Store {
    /// Records that more than one link claims; none in a sound state.
    pub fn doubly_linked(&self) -> Result<Vec<(Side, RecordId)>> {
        self.named(find(&self.connection))
    }
}

fn find(connection: &Connection) -> Result<Vec<(Side, RecordId)>, Fault> {
    let mut doubles = Vec::new();
    for (side, column) in [(Side::Justcall, "justcall_id"), (Side::Crm, "crm_id")] {
        let sql = format!("SELECT {column} FROM links WHERE {column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            doubles.push((side, RecordId::from(row.get::<_, String>(0)?)));
        }
    }
    Ok(doubles)
}
