//! Writes rows by bulk and finds out how each of them ended.
//!
//! A batch that is refused is halved until the rows that fail are alone; a body that is too large is halved, too. Rows
//! of which an answer does not tell are looked up. The same rows may be sent again: bulk finds contacts by phone. It
//! does *not* decide which writes ride bulk, nor whether rows are whole.

use crate::client::{CallError, Client};
use crate::landed::{covers, landed};
use crate::readback::{Seen, look_up};
use crate::requests::bulk_summary::{Summary, Written};
use crate::rows::{Row, body, custom_keys};
use crate::verdict::{Base, Verdict, base, judge};
use connector::{Error, Progress, WriteResult};

/// Requests that one batch may take before the search for bad rows ends.
const MOST_REQUESTS: u32 = 120;
/// Rows refused one by one, without any that was taken, after which the rest is not tried.
const ALL_REFUSED: u32 = 8;
/// Open rows up to this many are looked up, more are halved and sent again where some of them failed.
const LOOK_UP: usize = 4;

/// The course of one batch.
pub(crate) struct Run<'a> {
    pub(crate) client: &'a Client,
    pub(crate) progress: &'a dyn Progress,
    /// Whether bulk keeps what a row leaves out.
    pub(crate) merges: bool,
    /// One per write of the batch.
    pub(crate) results: &'a mut [Option<WriteResult>],
    /// What ends the run.
    pub(crate) stop: Option<Error>,
    /// Writes whose result must show what is stored: a part of them was not taken.
    pub(crate) unproven: Vec<usize>,
    sent: u32,
    refused: u32,
    taken: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        client: &'a Client,
        progress: &'a dyn Progress,
        merges: bool,
        results: &'a mut [Option<WriteResult>],
    ) -> Self {
        Self { client, progress, merges, results, stop: None, unproven: Vec::new(), sent: 0, refused: 0, taken: false }
    }

    /// Writes the rows. Those left without a result were not sent.
    pub(crate) async fn write(&mut self, rows: Vec<Row<'a>>) {
        let mut queue: Vec<Vec<Row<'a>>> =
            rows.chunks(self.client.dialect.bulk_rows).rev().map(<[_]>::to_vec).collect();
        while let Some(mut chunk) = queue.pop() {
            let hopeless = !self.taken && self.refused >= ALL_REFUSED;
            if hopeless || self.sent >= MOST_REQUESTS {
                self.give_up(&chunk, hopeless);
                continue;
            }
            self.sent += 1;
            for row in &mut chunk {
                row.without_custom |= self.lacks_all(row);
            }
            let bodies: Vec<_> = chunk.iter().map(|row| body(self.client, row, self.merges)).collect();
            match self.client.bulk(&bodies, self.progress).await {
                Ok(summary) => self.settle(chunk, &summary, &mut queue).await,
                Err(error) => match error.stop() {
                    Ok(stop) => {
                        self.stop = Some(stop);
                        return;
                    }
                    Err(CallError::Api(error)) => self.refused(chunk, &error.to_string(), &mut queue),
                    Err(lost) => {
                        let message = lost.to_string();
                        for row in &chunk {
                            self.set(row, WriteResult::Unknown { message: message.clone() });
                        }
                    }
                },
            }
        }
    }

    fn set(&mut self, row: &Row<'_>, result: WriteResult) {
        if matches!(result, WriteResult::Done { .. }) {
            self.taken = true;
            self.progress.written(1);
            if row.without_custom {
                self.unproven.push(row.at);
            }
        }
        self.results[row.at] = Some(result);
    }

    fn give_up(&mut self, chunk: &[Row<'a>], hopeless: bool) {
        let why =
            if hopeless { "JustCall refused all rows before it" } else { "too many rows of its batch were refused" };
        for row in chunk {
            // Not its own fault: it is planned anew.
            self.set(row, WriteResult::Stale { message: format!("not written: {why}") });
        }
    }

    /// A batch that was refused as a whole: nothing of it is written.
    fn refused(&mut self, chunk: Vec<Row<'a>>, message: &str, queue: &mut Vec<Vec<Row<'a>>>) {
        match chunk.as_slice() {
            [row] => self.refused_alone(*row, message, queue),
            _ => halve(chunk, queue),
        }
    }

    /// A row that fails by itself. Where custom fields may be why, it is tried once more without them.
    fn refused_alone(&mut self, row: Row<'a>, message: &str, queue: &mut Vec<Vec<Row<'a>>>) {
        if let Some(row) = self.without_custom(row, message) {
            return queue.push(vec![row]);
        }
        self.refused += 1;
        self.set(&row, WriteResult::Refused { message: message.to_owned() });
    }

    /// Whether the account has none of the row's custom fields, so that it goes without them.
    fn lacks_all(&self, row: &Row<'_>) -> bool {
        let mut keys = custom_keys(&self.client.converter, row.write).peekable();
        keys.peek().is_some() && keys.all(|(_, key)| self.client.learned.lacks(key))
    }

    /// The row without its custom fields; none where it has none, or nothing else.
    fn without_custom(&self, row: Row<'a>, message: &str) -> Option<Row<'a>> {
        let converter = &self.client.converter;
        let keys: Vec<&str> = custom_keys(converter, row.write).map(|(_, key)| key).collect();
        if row.without_custom || keys.is_empty() {
            return None;
        }
        crate::custom::note_undefined(self.client, &keys, message);
        let phone = converter.phone();
        let others = row.write.set.iter().any(|(field, _)| *field != phone && converter.custom_key(*field).is_none());
        (others || row.write.current.is_none()).then_some(Row { without_custom: true, ..row })
    }

    /// Takes over what an answer tells and sees to the rows it does not tell of.
    async fn settle(&mut self, chunk: Vec<Row<'a>>, summary: &Summary, queue: &mut Vec<Vec<Row<'a>>>) {
        let phones: Vec<&str> = chunk.iter().map(|row| row.phone).collect();
        let verdict = match self.base(&chunk, summary).await {
            Some(base) => judge(summary, &phones, base),
            // The failures cannot be told apart: only their number counts.
            None => judge(&Summary { failures: Vec::new(), ..summary.clone() }, &phones, 0),
        };
        let Verdict { mut failed, done, open, open_failed } = verdict;
        for (at, written) in done {
            let row = &chunk[at];
            self.set(row, self.done(row, written));
        }
        let mut again = Vec::new();
        for (at, row) in chunk.iter().enumerate() {
            let Some(message) = failed.remove(&at) else { continue };
            match self.without_custom(*row, &message) {
                Some(row) => again.push(row),
                None => self.set(row, WriteResult::Refused { message }),
            }
        }
        if !again.is_empty() {
            queue.push(again);
        }
        let open: Vec<Row<'a>> = open.into_iter().map(|at| chunk[at]).collect();
        self.open(open, open_failed, summary, queue).await;
    }

    /// Rows of which the answer does not tell; `failed` of them failed, where it counts them.
    async fn open(
        &mut self,
        rows: Vec<Row<'a>>,
        failed: Option<u64>,
        summary: &Summary,
        queue: &mut Vec<Vec<Row<'a>>>,
    ) {
        if rows.is_empty() {
            return;
        }
        let words =
            summary.complaint.clone().unwrap_or_else(|| "JustCall counts it as failed and gives no reason".into());
        match failed {
            Some(failed) if failed == rows.len() as u64 => match rows.as_slice() {
                [row] => self.refused_alone(*row, &words, queue),
                _ => halve(rows, queue), // alone, each may get its own words, or its custom fields dropped
            },
            Some(1..) if rows.len() > LOOK_UP && self.sent < MOST_REQUESTS => halve(rows, queue),
            _ => self.look_up(&rows, failed, &words).await,
        }
    }

    async fn look_up(&mut self, rows: &[Row<'a>], failed: Option<u64>, words: &str) {
        let writes: Vec<_> = rows.iter().map(|row| row.write).collect();
        let seen = look_up(self.client, &writes, self.progress).await;
        let converter = &self.client.converter;
        let is_there = |row: &Row<'_>, seen: &Seen| match seen {
            Seen::Found { record, .. } => landed(converter, row.write, record),
            Seen::Absent { .. } | Seen::Unclear(_) => false,
        };
        let missing = rows.iter().zip(&seen).filter(|(row, seen)| !is_there(row, seen)).count() as u64;
        for (row, seen) in rows.iter().zip(seen) {
            let there = is_there(row, &seen);
            let result = match seen {
                Seen::Found { record, .. } if there => {
                    WriteResult::Done { id: Some(record.id.clone()), stored: Some(record) }
                }
                // What is not seen may only lag behind, unless the numbers agree that it failed.
                Seen::Found { sure, .. } | Seen::Absent { sure } if sure || failed == Some(missing) => {
                    WriteResult::Refused { message: words.to_owned() }
                }
                Seen::Found { .. } | Seen::Absent { .. } => WriteResult::Unknown {
                    message: "JustCall's answer does not tell, and the contact does not show it yet".to_owned(),
                },
                Seen::Unclear(why) => WriteResult::Unknown { message: why },
            };
            self.set(row, result);
        }
    }

    fn done(&self, row: &Row<'_>, written: Option<Written>) -> WriteResult {
        let known = row.write.current.as_ref().map(|current| current.id.clone());
        let Some(written) = written else { return WriteResult::Done { id: known, stored: None } };
        // Another id under the same phone: which contact was written is for the next listing to say.
        if known.as_ref().is_some_and(|id| id.as_str() != written.id) {
            return WriteResult::Done { id: known, stored: None };
        }
        let stored = written
            .record
            .filter(|record| !self.client.converter.phone_of(record).is_empty() && covers(row.write, record));
        WriteResult::Done { id: Some(written.id.as_str().into()), stored }
    }

    /// From which number the answer counts failed rows. Where that can be either, one look at the neighbours of a
    /// failed row tells, once per account.
    async fn base(&self, chunk: &[Row<'a>], summary: &Summary) -> Option<u64> {
        let learned = &self.client.learned;
        match base(summary, chunk.len()) {
            Base::Known(base) => {
                if summary.failures.iter().any(|failure| failure.phone.is_none()) && chunk.len() > 1 {
                    learned.learn_index_base(base);
                }
                return Some(base);
            }
            Base::Unclear => {}
        }
        if let Some(base) = learned.index_base() {
            return Some(base);
        }
        let indexes: Vec<usize> =
            summary.failures.iter().filter_map(|failure| usize::try_from(failure.index?).ok()).collect();
        let first = *indexes.iter().min()?;
        let (below, at) = (chunk.get(first.checked_sub(1)?)?, chunk.get(first)?);
        let seen = look_up(self.client, &[below.write, at.write], self.progress).await;
        let landed: Vec<bool> = [below, at]
            .iter()
            .zip(&seen)
            .map(|(row, seen)| {
                matches!(seen, Seen::Found { record, .. } if landed(&self.client.converter, row.write, record))
            })
            .collect();
        let base = match landed.as_slice() {
            [true, false] => 0,
            [false, true] => 1,
            _ => return None,
        };
        learned.learn_index_base(base);
        Some(base)
    }
}

fn halve<'a>(mut chunk: Vec<Row<'a>>, queue: &mut Vec<Vec<Row<'a>>>) {
    let second = chunk.split_off(chunk.len() / 2);
    queue.push(second);
    queue.push(chunk);
}
