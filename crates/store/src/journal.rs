//! The journal: what was about to be written, before it was; and how that ended. Append-only, chained (`chain`), and
//! the only memory of overwritten values: undo, history and recovery stand on it.

use crate::chain::{self, Links};
use crate::error::{Fault, Result};
use crate::intent::{Intent, JournalEntry};
use crate::open::Store;
use crate::values::{At, from_json, to_json};
use jiff::Timestamp;
use model::{LinkId, Outcome, RunId};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params_from_iter};

/// Which entries to read; empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Of one run.
    pub run: Option<RunId>,
    /// Of one contact: by this number, and by the link that any such entry names.
    pub phone: Option<String>,
    /// Of one link.
    pub link: Option<LinkId>,
}

impl Store {
    /// Notes what is about to be written, durably: when this returns, recovery knows. Answers with their numbers.
    pub fn append_intents(&mut self, run: &RunId, intents: &[Intent], at: Timestamp) -> Result<Vec<i64>> {
        self.write(|transaction| {
            let mut writer = Writer::new(transaction)?;
            let numbers = intents.iter().map(|intent| writer.intent(run, intent, at)).collect::<Result<_, _>>()?;
            writer.finish()?;
            Ok(numbers)
        })
    }

    /// Intents whose end is not known, oldest first: no outcome, or only [`Outcome::Unknown`].
    pub fn open_intents(&self) -> Result<Vec<(i64, RunId, Intent)>> {
        self.named(read_open(&self.connection))
    }

    /// Writes of a run whose end is known. Cheap also while the run writes.
    pub fn settled_writes(&self, run: &RunId) -> Result<u64> {
        let sql = "SELECT (SELECT count(*) FROM journal WHERE kind = 'intent' AND run = ?1)
                        - (SELECT count(*) FROM open_intents JOIN journal USING (seq) WHERE run = ?1)";
        let count = self.connection.query_row(sql, [&run.0], |row| row.get::<_, i64>(0));
        self.named(count.map(|count| u64::try_from(count).unwrap_or(0)).map_err(Into::into))
    }

    /// Intents with their outcomes, oldest first.
    pub fn journal(&self, filter: &JournalFilter) -> Result<Vec<JournalEntry>> {
        self.named(read(&self.connection, filter))
    }

    /// How many entries there are; the number of the last one.
    pub fn journal_entries(&self) -> Result<i64> {
        let entries = self.connection.query_row("SELECT journal_entries FROM state", [], |row| row.get(0));
        self.named(entries.map_err(Fault::from))
    }
}

/// Appends the entries of one transaction.
pub(crate) struct Writer<'c> {
    connection: &'c Connection,
    append: CachedStatement<'c>,
    seq: i64,
    head: Vec<u8>,
}

/// What an entry says, beside its place in the chain.
struct Entry<'a> {
    kind: &'a str,
    run: &'a str,
    at: Timestamp,
    intent: Option<i64>,
    phone: Option<&'a str>,
    link: Option<i64>,
    body: &'a str,
}

impl<'c> Writer<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Result<Self, Fault> {
        let (seq, head) = connection
            .query_row("SELECT journal_entries, journal_head FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let append = connection.prepare_cached(
            "INSERT INTO journal (seq, kind, run, at, intent, phone, link, body, chain)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        Ok(Self { connection, append, seq, head })
    }

    fn intent(&mut self, run: &RunId, intent: &Intent, at: Timestamp) -> Result<i64, Fault> {
        let body = to_json(intent)?;
        let link = intent.link.map(|link| link.0);
        let phone = Some(intent.phone.as_str());
        let entry = Entry { kind: "intent", run: &run.0, at, intent: None, phone, link, body: &body };
        let seq = self.append(&entry)?;
        self.connection.prepare_cached("INSERT INTO open_intents (seq) VALUES (?1)")?.execute([seq])?;
        Ok(seq)
    }

    /// How an open intent ended.
    pub(crate) fn outcome(&mut self, intent: i64, outcome: &Outcome, at: Timestamp) -> Result<(), Fault> {
        let run: Option<String> = self
            .connection
            .prepare_cached("SELECT run FROM journal WHERE seq = (SELECT seq FROM open_intents WHERE seq = ?1)")?
            .query_row([intent], |row| row.get(0))
            .optional()?;
        let run = run.ok_or_else(|| Fault::refused(format!("there is no open intent {intent}")))?;
        if !matches!(outcome, Outcome::Unknown { .. }) {
            self.connection.prepare_cached("DELETE FROM open_intents WHERE seq = ?1")?.execute([intent])?;
        }
        let body = to_json(outcome)?;
        let entry =
            Entry { kind: "outcome", run: &run, at, intent: Some(intent), phone: None, link: None, body: &body };
        self.append(&entry)?;
        Ok(())
    }

    fn append(&mut self, entry: &Entry<'_>) -> Result<i64, Fault> {
        let seq = self.seq + 1;
        let digest = chain::digest(entry.phone, entry.link, entry.body);
        let links = Links { seq, kind: entry.kind, run: entry.run, at: At(entry.at).to_i64(), intent: entry.intent };
        let head = chain::next(&self.head, &links, &digest);
        self.append.execute((
            seq,
            entry.kind,
            entry.run,
            links.at,
            entry.intent,
            entry.phone,
            entry.link,
            entry.body,
            head,
        ))?;
        self.seq = seq;
        self.head = head.to_vec();
        Ok(seq)
    }

    /// Remembers the end of the chain.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        self.connection.execute(
            "UPDATE state SET journal_entries = ?1, journal_head = ?2 WHERE journal_entries <> ?1",
            (self.seq, self.head),
        )?;
        Ok(())
    }
}

fn read_open(connection: &Connection) -> Result<Vec<(i64, RunId, Intent)>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT journal.seq, run, body FROM open_intents JOIN journal USING (seq)
         WHERE body IS NOT NULL ORDER BY journal.seq",
    )?;
    let mut rows = statement.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, body): (i64, String) = (row.get(0)?, row.get(2)?);
        let intent = from_json(&body, || format!("journal entry {seq}"))?;
        open.push((seq, RunId(row.get(1)?), intent));
    }
    Ok(open)
}

fn read(connection: &Connection, filter: &JournalFilter) -> Result<Vec<JournalEntry>, Fault> {
    let (condition, values) = condition(filter);
    let sql = format!("SELECT seq, run, at, body FROM journal WHERE kind = 'intent'{condition} ORDER BY seq");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = row.get(0)?;
        let body: Option<String> = row.get(3)?;
        let intent = body.map(|body| from_json(&body, || format!("journal entry {seq}"))).transpose()?;
        let outcome = last_outcome(connection, seq)?;
        entries.push(JournalEntry { seq, run: RunId(row.get(1)?), at: row.get::<_, At>(2)?.0, intent, outcome });
    }
    Ok(entries)
}

fn condition(filter: &JournalFilter) -> (String, Vec<Value>) {
    let mut condition = String::new();
    let mut values = Vec::new();
    if let Some(run) = &filter.run {
        condition += " AND run = ?";
        values.push(Value::Text(run.0.clone()));
    }
    if let Some(phone) = &filter.phone {
        condition += " AND (phone = ? OR link IN (SELECT link FROM journal WHERE phone = ? AND link IS NOT NULL))";
        values.extend([Value::Text(phone.clone()), Value::Text(phone.clone())]);
    }
    if let Some(link) = filter.link {
        condition += " AND link = ?";
        values.push(Value::Integer(link.0));
    }
    (condition, values)
}

fn last_outcome(connection: &Connection, intent: i64) -> Result<Option<(Timestamp, Outcome)>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT at, body FROM journal WHERE intent = ?1 AND body IS NOT NULL ORDER BY seq DESC LIMIT 1",
    )?;
    let found =
        statement.query_row([intent], |row| Ok((row.get::<_, At>(0)?.0, row.get::<_, String>(1)?))).optional()?;
    found.map(|(at, body)| Ok((at, from_json(&body, || format!("the outcome of entry {intent}"))?))).transpose()
}
