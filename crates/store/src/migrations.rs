//! Brings a state file to the version this build knows. Migrations are append-only; there is no way back.

use crate::error::Fault;
use crate::files::APPLICATION_ID;
use crate::{chain, values};
use rusqlite::{Connection, TransactionBehavior};

/// In order; the position is the version it leads to.
const MIGRATIONS: [&str; 12] = [
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_parked_by_undo.sql"),
    include_str!("../migrations/0003_forgotten.sql"),
    include_str!("../migrations/0004_decisions.sql"),
    include_str!("../migrations/0005_calls.sql"),
    include_str!("../migrations/0006_events.sql"),
    include_str!("../migrations/0007_apart.sql"),
    include_str!("../migrations/0008_copies.sql"),
    include_str!("../migrations/0009_callers.sql"),
    include_str!("../migrations/0010_sightings_and_activities.sql"),
    include_str!("../migrations/0011_number_fields.sql"),
    include_str!("../migrations/0012_narrow_links.sql"),
];

/// The version this build writes.
pub(crate) fn known() -> i64 {
    values::from_count(MIGRATIONS.len() as u64)
}

/// Whether the file has this very version.
pub(crate) fn is_done(connection: &Connection) -> Result<bool, Fault> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == known())
}

/// Applies what is missing, each migration in a transaction of its own. `entropy` names a state that is made now.
pub(crate) fn migrate(connection: &mut Connection, entropy: [u8; 16]) -> Result<(), Fault> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known() {
        return Err(Fault::TooNew { found, known: known() });
    }
    for (version, sql) in (1_i64..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been faster while we waited for the write lock.
        let now: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if now >= version {
            continue;
        }
        transaction.execute_batch(sql)?;
        if version == 1 {
            let lineage = format!("{:032x}", u128::from_be_bytes(entropy));
            transaction.execute(
                "INSERT INTO state (id, lineage, journal_head) VALUES (1, ?1, ?2)",
                (lineage, chain::GENESIS),
            )?;
        }
        // Both stand in the file's header and belong to the transaction: a half-made file never looks like ours.
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}
