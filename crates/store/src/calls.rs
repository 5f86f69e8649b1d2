//! Phone calls: taken in from any source in any order, and read back by number, time and text. Who a number belongs to
//! is asked of the links (`owners`); what calls come to is `call_summaries`'.

use crate::error::{Fault, Result};
use crate::events::Fate;
use crate::forgotten;
use crate::open::Store;
use crate::values::{At, from_count, from_json, to_count, to_json};
use jiff::Timestamp;
use model::{Call, CallDirection, CallStage, PhoneKey};
use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params_from_iter};

/// Where calls come from: that decides what is missing in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallSource {
    /// The call log, which shows the whole call: what it leaves out is not there any more.
    Log,
    /// A callback, a webhook or an answer, which shows a part of it: what it leaves out says nothing.
    Event,
}

/// A call with the number that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// The call.
    pub call: Call,
    /// The customer's number, where it could be read.
    pub number: Option<u64>,
}

/// What became of calls that were taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallsTaken {
    /// Not known before.
    pub new: u64,
    /// Known, and changed since.
    pub changed: u64,
    /// Known as they are.
    pub same: u64,
    /// Of people who were erased: not kept.
    pub kept_out: u64,
}

impl std::ops::AddAssign for CallsTaken {
    fn add_assign(&mut self, other: Self) {
        self.new += other.new;
        self.changed += other.changed;
        self.same += other.same;
        self.kept_out += other.kept_out;
    }
}

/// Which calls to read; all that are given must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Begun at or after.
    pub since: Option<Timestamp>,
    /// Begun before.
    pub before: Option<Timestamp>,
    /// Who called whom.
    pub direction: Option<CallDirection>,
    /// The agent's id, or a part of the name.
    pub agent: Option<String>,
    /// With one of these numbers.
    pub numbers: Option<Vec<u64>>,
    /// The status.
    pub status: Option<String>,
    /// A part of the notes, the disposition or a tag, in any case.
    pub text: Option<String>,
}

impl Store {
    /// Takes calls in, by their ids: the same again changes nothing, and a call never goes back to an earlier stage,
    /// whatever order they come in. All of them or none.
    pub fn put_calls(&mut self, calls: &[CallRow], source: CallSource) -> Result<CallsTaken> {
        self.write(|transaction| put(transaction, calls, source))
    }

    /// One call.
    pub fn call(&self, id: &str) -> Result<Option<CallRow>> {
        self.named(one(&self.connection, id))
    }

    /// Shows the calls that match, newest first or oldest first, until `show` answers false.
    pub fn each_call(
        &self,
        filter: &CallFilter,
        newest_first: bool,
        show: &mut dyn FnMut(CallRow) -> bool,
    ) -> Result<()> {
        self.named(each(&self.connection, filter, newest_first, show))
    }

    /// How many calls are known.
    pub fn call_count(&self) -> Result<u64> {
        let count = self.connection.query_row("SELECT count(*) FROM calls", [], |row| row.get(0));
        self.named(count.map_err(Into::into).and_then(to_count))
    }
}

const COLUMNS: &str = "call_id, number, started_at, ended_at, direction, status, duration, agent_id, agent_name, \
    from_number, to_number, voicemail, recording_url, notes, disposition, tags, contact_name";

/// Takes calls in, within a transaction.
pub(crate) fn put(connection: &Connection, calls: &[CallRow], source: CallSource) -> Result<CallsTaken, Fault> {
    let mut taken = CallsTaken::default();
    for fate in put_each(connection, calls, source)? {
        match fate {
            Fate::New => taken.new += 1,
            Fate::Changed => taken.changed += 1,
            Fate::Same => taken.same += 1,
            Fate::KeptOut => taken.kept_out += 1,
        }
    }
    Ok(taken)
}

/// The same, saying what became of each.
pub(crate) fn put_each<'a>(
    connection: &Connection,
    calls: impl IntoIterator<Item = &'a CallRow>,
    source: CallSource,
) -> Result<Vec<Fate>, Fault> {
    let forgotten = forgotten::read(connection)?;
    let mut find = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE call_id = ?1"))?;
    let mut write = connection.prepare_cached(&format!(
        "INSERT INTO calls ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         ON CONFLICT (call_id) DO UPDATE SET number = ?2, started_at = ?3, ended_at = ?4, direction = ?5, status = ?6,
             duration = ?7, agent_id = ?8, agent_name = ?9, from_number = ?10, to_number = ?11, voicemail = ?12,
             recording_url = ?13, notes = ?14, disposition = ?15, tags = ?16, contact_name = ?17"
    ))?;
    let mut fates = Vec::new();
    for row in calls {
        if row.number.is_some_and(|number| forgotten.contains(PhoneKey::from_parts(number, 0))) {
            fates.push(Fate::KeptOut);
            continue;
        }
        let known = find.query_row([&row.call.call_id], |found| Ok(read(found))).optional()?.transpose()?;
        let merged = match &known {
            Some(known) => merge(known, row, source),
            None => row.clone(),
        };
        fates.push(match &known {
            Some(known) if *known == merged => Fate::Same,
            Some(_) => Fate::Changed,
            None => Fate::New,
        });
        if known.as_ref() != Some(&merged) {
            insert(&mut write, &merged)?;
        }
    }
    Ok(fates)
}

/// What is known of a call once this is known of it, too.
fn merge(known: &CallRow, told: &CallRow, source: CallSource) -> CallRow {
    let (old, new) = (&known.call, &told.call);
    let late = new.stage() < old.stage() || new.status.is_empty();
    if source == CallSource::Event {
        // What is known of a call that has ended is the log's, or will be: an event only fills in what is missing.
        let ended = old.stage() == CallStage::Ended;
        let pick = |new: &Option<String>, old: &Option<String>| {
            let (first, second) = if ended { (old, new) } else { (new, old) };
            first.clone().or_else(|| second.clone())
        };
        let text = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
        // A later end wins over an earlier one only by the log: two ends in disorder say nothing about which is right.
        let keeps = late || (new.stage() == old.stage() && !old.status.is_empty());
        let call = Call {
            call_id: old.call_id.clone(),
            direction: old.direction.or(new.direction),
            from: text(&old.from, &new.from),
            to: text(&old.to, &new.to),
            agent_id: pick(&new.agent_id, &old.agent_id),
            agent_name: pick(&new.agent_name, &old.agent_name),
            status: if keeps { old.status.clone() } else { new.status.clone() },
            duration: if late || (ended && old.duration.is_some()) {
                old.duration
            } else {
                old.duration.max(new.duration)
            },
            recording_url: pick(&new.recording_url, &old.recording_url),
            voicemail: old.voicemail || new.voicemail,
            notes: pick(&new.notes, &old.notes),
            disposition: pick(&new.disposition, &old.disposition),
            tags: if new.tags.is_empty() || (ended && !old.tags.is_empty()) {
                old.tags.clone()
            } else {
                new.tags.clone()
            },
            started_at: old.started_at.or(new.started_at),
            ended_at: old.ended_at.or(new.ended_at),
            contact_name: pick(&new.contact_name, &old.contact_name),
        };
        return CallRow { call, number: known.number.or(told.number) };
    }
    let mut merged = told.clone();
    if late {
        // The log lags behind what a callback said.
        merged.call.status.clone_from(&old.status);
        merged.call.duration = old.duration;
        merged.call.ended_at = old.ended_at.or(new.ended_at);
    }
    merged
}

fn insert(write: &mut CachedStatement<'_>, row: &CallRow) -> Result<(), Fault> {
    let call = &row.call;
    let tags = if call.tags.is_empty() { None } else { Some(to_json(&call.tags)?) };
    write.execute(rusqlite::params![
        call.call_id,
        row.number.map(u64::cast_signed),
        call.started_at.map(At),
        call.ended_at.map(At),
        call.direction.map(direction_column),
        call.status,
        call.duration.map(from_count),
        call.agent_id,
        call.agent_name,
        call.from,
        call.to,
        call.voicemail,
        call.recording_url,
        call.notes,
        call.disposition,
        tags,
        call.contact_name,
    ])?;
    Ok(())
}

pub(crate) const fn direction_column(direction: CallDirection) -> i64 {
    match direction {
        CallDirection::Inbound => 0,
        CallDirection::Outbound => 1,
    }
}

pub(crate) const fn direction_from_column(column: Option<i64>) -> Option<CallDirection> {
    match column {
        Some(0) => Some(CallDirection::Inbound),
        Some(1) => Some(CallDirection::Outbound),
        _ => None,
    }
}

fn read(row: &Row<'_>) -> Result<CallRow, Fault> {
    let at = |column: usize| -> Result<_, Fault> { Ok(row.get::<_, Option<At>>(column)?.map(|at| at.0)) };
    let tags: Option<String> = row.get(15)?;
    let call = Call {
        call_id: row.get(0)?,
        started_at: at(2)?,
        ended_at: at(3)?,
        direction: direction_from_column(row.get(4)?),
        status: row.get(5)?,
        duration: row.get::<_, Option<i64>>(6)?.map(to_count).transpose()?,
        agent_id: row.get(7)?,
        agent_name: row.get(8)?,
        from: row.get(9)?,
        to: row.get(10)?,
        voicemail: row.get(11)?,
        recording_url: row.get(12)?,
        notes: row.get(13)?,
        disposition: row.get(14)?,
        tags: tags.map(|json| from_json(&json, || "the tags of a call".to_owned())).transpose()?.unwrap_or_default(),
        contact_name: row.get(16)?,
    };
    Ok(CallRow { call, number: row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned) })
}

fn one(connection: &Connection, id: &str) -> Result<Option<CallRow>, Fault> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE call_id = ?1"))?;
    statement.query_row([id], |row| Ok(read(row))).optional()?.transpose()
}

fn each(
    connection: &Connection,
    filter: &CallFilter,
    newest_first: bool,
    show: &mut dyn FnMut(CallRow) -> bool,
) -> Result<(), Fault> {
    let (condition, values) = condition(filter);
    let order = if newest_first { "DESC" } else { "ASC" };
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE {condition} ORDER BY started_at {order}, call_id {order}");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        if !show(read(row)?) {
            break;
        }
    }
    Ok(())
}

fn condition(filter: &CallFilter) -> (String, Vec<Value>) {
    let mut conditions = vec!["TRUE".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut add = |condition: &str, given: Vec<Value>| {
        conditions.push(condition.to_owned());
        values.extend(given);
    };
    if let Some(since) = filter.since {
        add("started_at >= ?", vec![At(since).to_i64().into()]);
    }
    if let Some(before) = filter.before {
        add("started_at < ?", vec![At(before).to_i64().into()]);
    }
    if let Some(direction) = filter.direction {
        add("direction = ?", vec![direction_column(direction).into()]);
    }
    if let Some(status) = &filter.status {
        add("status = ?", vec![status.clone().into()]);
    }
    if let Some(agent) = &filter.agent {
        add("(agent_id = ? OR agent_name LIKE ? ESCAPE '\\')", vec![agent.clone().into(), like(agent).into()]);
    }
    if let Some(text) = &filter.text {
        let found = ["notes", "disposition", "tags"].map(|column| format!("{column} LIKE ? ESCAPE '\\'")).join(" OR ");
        add(&format!("({found})"), vec![like(text).into(); 3]);
    }
    if let Some(numbers) = &filter.numbers {
        let places = vec!["?"; numbers.len()].join(", ");
        let numbers = numbers.iter().map(|number| Value::Integer(number.cast_signed())).collect();
        add(&format!("number IN ({places})"), numbers);
    }
    (conditions.join(" AND "), values)
}

/// A pattern for a part of a text, with nothing in it that means more.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
