//! The one row about the state itself: serial and binding (S36). Lineage is read at opening.

use crate::error::{Fault, Result};
use crate::open::Store;
use crate::values::{from_count, to_count};
use rusqlite::Connection;

/// What the state belongs to, as fingerprints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBinding {
    /// The `JustCall` account.
    pub account: String,
    /// The CRM.
    pub crm: String,
}

impl Store {
    /// Moves whenever a run begins, and with every commit that touches links, bases or absences: a plan made before
    /// is void (S35).
    pub fn serial(&self) -> Result<u64> {
        self.named(serial(&self.connection))
    }

    /// What the state belongs to; nothing before the first run.
    pub fn binding(&self) -> Result<Option<StoredBinding>> {
        self.named(binding(&self.connection))
    }

    /// Ties the state to an account and a CRM, once; the same again is fine.
    pub fn bind(&mut self, account: &str, crm: &str) -> Result<()> {
        self.write(|transaction| {
            if let Some(bound) = binding(transaction)? {
                same("JustCall account", bound.account, account)?;
                return same("CRM", bound.crm, crm);
            }
            transaction.execute("UPDATE state SET account = ?1, crm = ?2", (account, crm))?;
            Ok(())
        })
    }
}

fn same(what: &'static str, to: String, wanted: &str) -> Result<(), Fault> {
    if to == wanted { Ok(()) } else { Err(Fault::Bound { what, to, wanted: wanted.to_owned() }) }
}

fn binding(connection: &Connection) -> Result<Option<StoredBinding>, Fault> {
    let (account, crm): (Option<String>, Option<String>) =
        connection.query_row("SELECT account, crm FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(account.zip(crm).map(|(account, crm)| StoredBinding { account, crm }))
}

pub(crate) fn serial(connection: &Connection) -> Result<u64, Fault> {
    to_count(connection.query_row("SELECT serial FROM state", [], |row| row.get(0))?)
}

pub(crate) fn set_serial(connection: &Connection, serial: u64) -> Result<(), Fault> {
    connection.execute("UPDATE state SET serial = ?1", [from_count(serial)])?;
    Ok(())
}
