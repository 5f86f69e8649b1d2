//! The parts of a message: blocks of entries, the same for every form. Counts by default; whom they are about only where
//! that was asked for.

use model::{Alarm, AlarmKind, Conflict, Held, RunReport};
use report::text::safe;
use report::view::{Group, Titles, Waiting};
use report::words;
use serde::Serialize;

/// Contacts that are named under one entry.
const NAMED: usize = 20;

/// A titled part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// With a count where there is one.
    pub title: String,
    /// What belongs to it.
    pub entries: Vec<Entry>,
}

/// One line of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What it says; never personal data.
    pub text: String,
    /// Whom it is about; empty unless details were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
}

impl Entry {
    /// A line about nobody.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), contacts: Vec::new() }
    }
}

/// A block, unless it would be empty.
pub(crate) fn block(title: &str, count: u64, entries: Vec<Entry>) -> Option<Block> {
    (!entries.is_empty()).then(|| Block { title: format!("{title}: {}", words::number(count)), entries })
}

/// Conflicts, held changes that a person decides, refused records.
pub(crate) fn needs_you(waiting: &Waiting<'_>, parked: u64, details: bool) -> Vec<Entry> {
    let conflicts = waiting.conflicts.iter().map(|group| entry(group, details, conflict));
    let held = waiting.decide.iter().map(|group| entry(group, details, held));
    let mut entries: Vec<Entry> = conflicts.chain(held).collect();
    if parked > 0 {
        let count = words::count(parked, "refused record");
        entries.push(Entry::plain(format!("{count}, not tried again before it changes or `tieline retry`")));
    }
    entries
}

/// What settles by itself.
pub(crate) fn later(waiting: &Waiting<'_>, details: bool) -> Vec<Entry> {
    waiting.later.iter().map(|group| entry(group, details, held)).collect()
}

fn entry<T>(group: &Group<'_, T>, details: bool, name: impl Fn(&T) -> String) -> Entry {
    if !details {
        return Entry::plain(group.title.clone());
    }
    let mut contacts: Vec<String> = group.rows.iter().take(NAMED).map(|row| name(row)).collect();
    if let Some(left) = group.rows.len().checked_sub(NAMED + 1) {
        contacts.push(format!("and {} more", words::number(left as u64 + 1)));
    }
    Entry { text: group.title.clone(), contacts }
}

fn conflict(conflict: &Conflict) -> String {
    who(&conflict.name, &conflict.phone)
}

fn held(held: &Held) -> String {
    who(&held.name, &held.phone)
}

fn who(name: &str, phone: &str) -> String {
    let name = if name.trim().is_empty() { "(no name)".into() } else { safe(name) };
    format!("{name} {}", safe(phone)).trim_end().to_owned()
}

/// What a person should look at. Some alarms quote a contact: without details only what they are about is said.
pub(crate) fn alarms(alarms: &[Alarm], details: bool) -> Vec<Entry> {
    let quotes_nobody = |kind: AlarmKind| {
        matches!(kind, AlarmKind::Guard | AlarmKind::EmptyListing | AlarmKind::ShortListing | AlarmKind::ScopeChanged)
    };
    let line = |alarm: &Alarm| {
        let kind = words::alarm(alarm.kind);
        if details || quotes_nobody(alarm.kind) {
            return Entry::plain(format!("{kind}: {}", safe(&alarm.detail)));
        }
        let side = alarm.side.map(|side| format!(" in {}", side.title())).unwrap_or_default();
        Entry::plain(format!("{kind}{side}: the run's report says more"))
    };
    alarms.iter().map(line).collect()
}

/// What was not written tonight, as numbers: whom it concerns stands in the run's report.
pub(crate) fn misses(run: &RunReport) -> Vec<Entry> {
    let unclear = run.failed.iter().filter(|failed| failed.unknown).count() as u64;
    let refused = run.failed.len() as u64 - unclear;
    let stale = run.stale.len() as u64;
    [
        (refused, "refused by a side"),
        (unclear, "with an unclear end, which the next run finds out"),
        (stale, "changed meanwhile, left for the next run"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| Entry::plain(format!("{} {what}", words::count(count, "write"))))
    .collect()
}

/// What waits, arranged as in every view.
pub(crate) fn waiting<'a>(run: &'a RunReport, titles: &Titles) -> Waiting<'a> {
    Waiting::new(&run.conflicts, &run.held, titles)
}
