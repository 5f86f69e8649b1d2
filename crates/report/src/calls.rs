//! Calls for readers: one call as a row of a file, and many as totals by agent, day, hour and disposition.
//!
//! Plain data; `terminal` and `html` draw it. Who a call belongs to is handed in.

use crate::csv::neutral;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};
use model::{Call, CallDirection, CallStage};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A call with whom it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallLine {
    /// The call, with the API's field names.
    #[serde(flatten)]
    pub call: Call,
    /// The customer's number in E.164; none where it is withheld or unreadable.
    pub number: Option<String>,
    /// The contact's name, where it is one.
    pub contact: Option<String>,
    /// Its record in `JustCall`.
    pub justcall_id: Option<String>,
    /// Its record in the CRM.
    pub crm_id: Option<String>,
    /// Linked contacts that have the number: 0 for an unknown caller, several where nobody can tell.
    pub owners: u64,
}

/// The columns of a file of calls, in order. Stable: new ones go to the end.
pub const CALL_COLUMNS: [&str; 20] = [
    "call_id",
    "started_at",
    "ended_at",
    "direction",
    "from",
    "to",
    "number",
    "status",
    "duration",
    "agent_id",
    "agent_name",
    "disposition",
    "notes",
    "tags",
    "voicemail",
    "recording_url",
    "contact",
    "justcall_id",
    "crm_id",
    "owners",
];

impl CallLine {
    /// Its cells, in the order of [`CALL_COLUMNS`].
    pub fn cells(&self) -> [String; 20] {
        let call = &self.call;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        [
            call.call_id.clone(),
            time(call.started_at),
            time(call.ended_at),
            call.direction.map(CallDirection::name).unwrap_or_default().to_owned(),
            call.from.clone(),
            call.to.clone(),
            text(&self.number),
            call.status.clone(),
            call.duration.map(|seconds| seconds.to_string()).unwrap_or_default(),
            text(&call.agent_id),
            text(&call.agent_name),
            text(&call.disposition),
            text(&call.notes),
            call.tags.join(", "),
            call.voicemail.to_string(),
            text(&call.recording_url),
            text(&self.contact),
            text(&self.justcall_id),
            text(&self.crm_id),
            self.owners.to_string(),
        ]
    }

    /// As a line of CSV: every cell quoted, formulas neutralised.
    pub fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        csv_line(&self.cells(), out)
    }

    /// As a line of JSON.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

/// The first line of a CSV file of calls, behind a byte order mark.
pub fn csv_header(out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    csv_line(&CALL_COLUMNS.map(str::to_owned), out)
}

fn is_e164(cell: &str) -> bool {
    let digits = cell.strip_prefix('+').unwrap_or_default();
    (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text without what a terminal or a reader of files would obey: breaks and tabs stay, as somebody typed them.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect()
}

/// A line of CSV.
pub fn csv_line(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    for (at, cell) in cells.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // A number in E.164 runs nowhere, and other tools join by it.
        let text = if is_e164(cell) { cell.clone() } else { neutral(&printable(cell)) };
        write!(out, "{comma}\"{}\"", text.replace('"', "\"\""))?;
    }
    out.write_all(b"\r\n")
}

/// Calls of one agent, day, hour or disposition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// All.
    pub calls: u64,
    /// From customers.
    pub inbound: u64,
    /// To customers.
    pub outbound: u64,
    /// Two people talked.
    pub completed: u64,
    /// A customer called and nobody talked to them.
    pub missed: u64,
    /// Seconds of talk.
    pub talk_seconds: u64,
}

impl Tally {
    fn add(&mut self, call: &Call) {
        self.calls += 1;
        self.inbound += u64::from(call.direction == Some(CallDirection::Inbound));
        self.outbound += u64::from(call.direction == Some(CallDirection::Outbound));
        self.completed += u64::from(call.is_contact());
        self.missed += u64::from(call.is_missed());
        self.talk_seconds = self.talk_seconds.saturating_add(call.duration.unwrap_or(0));
    }
}

/// Somebody who called and was not called back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The number.
    pub number: String,
    /// Whose it is.
    pub contact: Option<String>,
    /// How often they called since anybody last called or talked to them.
    pub calls: u64,
    /// When last.
    pub last_at: Timestamp,
}

/// What a time's calls come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CallTotals {
    /// All calls.
    pub total: Tally,
    /// By agent; calls that nobody took are under an empty name.
    pub by_agent: BTreeMap<String, Tally>,
    /// By day, in the reader's time zone.
    pub by_day: BTreeMap<Date, Tally>,
    /// By hour of the day, 0 to 23.
    pub by_hour: BTreeMap<i8, Tally>,
    /// By disposition; calls without one are under an empty name.
    pub by_disposition: BTreeMap<String, Tally>,
    /// Who waits for a call, the longest first.
    pub not_called_back: Vec<Waiting>,
    #[serde(skip)]
    waiting: BTreeMap<String, Waiting>,
}

impl CallTotals {
    /// Adds a call. Calls must come in the order in which they began, since a later one answers an earlier.
    pub fn add(&mut self, line: &CallLine, zone: &TimeZone) {
        let call = &line.call;
        let Some(at) = call.started_at.filter(|_| call.stage() == CallStage::Ended) else { return };
        let local = at.to_zoned(zone.clone());
        let agent = call.agent_name.clone().or_else(|| call.agent_id.clone()).unwrap_or_default();
        self.total.add(call);
        self.by_agent.entry(agent).or_default().add(call);
        self.by_day.entry(local.date()).or_default().add(call);
        self.by_hour.entry(local.hour()).or_default().add(call);
        self.by_disposition.entry(call.disposition.clone().unwrap_or_default()).or_default().add(call);
        let Some(number) = &line.number else { return };
        if call.is_missed() {
            let waiting = self.waiting.entry(number.clone()).or_insert_with(|| Waiting {
                number: number.clone(),
                contact: line.contact.clone(),
                calls: 0,
                last_at: at,
            });
            waiting.calls += 1;
            waiting.last_at = at;
        } else {
            // A talk, or at least a call back.
            self.waiting.remove(number);
        }
    }

    /// Call it after the last call.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.not_called_back = std::mem::take(&mut self.waiting).into_values().collect();
        self.not_called_back.sort_by(|one, two| (one.last_at, &one.number).cmp(&(two.last_at, &two.number)));
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(number: &str, direction: CallDirection, status: &str, second: i64) -> CallLine {
        let call = Call {
            call_id: format!("c{second}"),
            direction: Some(direction),
            status: status.to_owned(),
            duration: Some(10),
            notes: Some("=1+1 \"x\"\ny".to_owned()),
            started_at: Some(Timestamp::from_second(second).unwrap()),
            ..Call::default()
        };
        CallLine { call, number: Some(number.to_owned()), contact: None, justcall_id: None, crm_id: None, owners: 0 }
    }

    #[test]
    fn a_line_of_csv_commands_nothing() {
        let mut out = Vec::new();
        csv_line(&["\u{1b}[31mred\u{7}".to_owned(), "\u{1b}=1+1".to_owned(), "a\nb".to_owned()], &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\"[31mred\",\"'=1+1\",\"a\nb\"\r\n");
    }

    #[test]
    fn whoever_called_waits_until_somebody_calls_back() {
        use CallDirection::{Inbound, Outbound};
        let mut totals = CallTotals::default();
        for line in [
            line("+1", Inbound, "missed", 0),
            line("+2", Inbound, "missed", 10),
            line("+3", Inbound, "voicemail", 20),
            line("+1", Outbound, "busy", 3_600),
            line("+2", Inbound, "completed", 3_700),
            line("+3", Inbound, "missed", 90_000),
            line("+4", Outbound, "ringing", 90_001),
        ] {
            totals.add(&line, &TimeZone::UTC);
        }
        let totals = totals.finish();
        let waiting: Vec<(&str, u64)> =
            totals.not_called_back.iter().map(|one| (one.number.as_str(), one.calls)).collect();
        assert_eq!(waiting, [("+3", 2)]);
        assert_eq!((totals.total.calls, totals.total.missed, totals.total.completed), (6, 4, 1));
        assert_eq!(totals.by_hour.keys().copied().collect::<Vec<_>>(), [0, 1]);
        assert_eq!(totals.by_day.len(), 2);
    }

    #[test]
    fn a_formula_in_a_note_is_text() {
        let mut out = Vec::new();
        line("+1", CallDirection::Inbound, "missed", 0).csv(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\"'=1+1 \"\"x\"\"\ny\"") && text.contains("\"'+1\""), "{text}");
        assert_eq!(CALL_COLUMNS.len(), line("+1", CallDirection::Inbound, "missed", 0).cells().len());
    }
}
