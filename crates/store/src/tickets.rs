//! Tickets: what allows one thing once, a call by a link or by a confirm page. Who may have one is not known here.

use crate::error::Result;
use crate::open::Store;
use crate::values::At;
use jiff::Timestamp;

impl Store {
    /// Uses a ticket up, durably. False: it was used before. Tickets that ended before `now` are forgotten, since
    /// their own end refuses them.
    pub fn use_ticket(&mut self, id: &str, until: Timestamp, now: Timestamp) -> Result<bool> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM used_tickets WHERE until < ?1", [At(now)])?;
            let sql = "INSERT INTO used_tickets (id, until) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            Ok(transaction.execute(sql, (id, At(until)))? > 0)
        })
    }

    /// Whether a ticket was used.
    pub fn is_ticket_used(&self, id: &str) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM used_tickets WHERE id = ?1)";
        let found = self.connection.query_row(sql, [id], |row| row.get(0));
        self.named(found.map_err(Into::into))
    }

    /// Gives a ticket back: what it allows did surely not happen.
    pub fn return_ticket(&mut self, id: &str) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM used_tickets WHERE id = ?1", [id])?;
            Ok(())
        })
    }
}
