//! What is told about a run, or about a run that is missing: one value that every form draws. Never empty: it always
//! says how things stand and how one knows.

use crate::parts::{self, Block, Entry, block};
use crate::told::{Condition, Overdue, Told};
use jiff::{SignedDuration, Timestamp};
use model::{Applied, BySide, RunId, RunOutcome, RunReport, Side};
use report::text::{fit, safe};
use report::view::{Titles, run_headline};
use report::words;
use serde::Serialize;
use std::collections::BTreeSet;

/// Name and version of the webhook's JSON.
const FORMAT: &str = "tieline-notice/1";
/// Columns of a subject.
const SUBJECT: usize = 140;

/// Why a run failed, cleaned of whatever must not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// What happened.
    pub message: String,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
}

/// How a run ended; neither: no run, only a look at how things stand.
#[derive(Debug, Clone, Default)]
pub struct Ended<'a> {
    /// What it did.
    pub report: Option<&'a RunReport>,
    /// What stopped it.
    pub trouble: Option<Trouble>,
}

/// What the state knows beside the run.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Records that are not tried again by themselves.
    pub parked: u64,
    /// Since when each open conflict waits.
    pub conflicts: Vec<Timestamp>,
    /// End of the last run that went through.
    pub last_success: Option<Timestamp>,
    /// Whether there is a state to ask: without one nothing can be overdue.
    pub is_known: bool,
}

/// After how long something is overdue; none: never.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Since the last successful run.
    pub no_run: Option<SignedDuration>,
    /// For a conflict.
    pub conflict: Option<SignedDuration>,
}

/// How it is told.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name contacts.
    pub details: bool,
    /// What the sides are called.
    pub titles: Titles,
    /// Now.
    pub at: Timestamp,
}

/// What waits, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// For a decision.
    pub conflicts: u64,
    /// For an approval or a look.
    pub held: u64,
    /// Refused by a side.
    pub refused: u64,
    /// To look at.
    pub alarms: u64,
}

/// What was written, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Contacts, per side.
    pub applied: BySide<Applied>,
    /// Requests, per side.
    pub requests: BySide<u64>,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    format: &'static str,
    /// True for a message that only tries the way.
    pub test: bool,
    /// When.
    pub at: Timestamp,
    /// How things stand.
    #[serde(flatten)]
    pub told: Told,
    /// For the first line of a mailbox: counts first.
    pub subject: String,
    /// One sentence.
    pub headline: String,
    /// What waits.
    pub counts: Counts,
    /// The run, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RunOutcome>,
    /// What it wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// What stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// The parts, in the order in which a reader needs them.
    pub blocks: Vec<Block>,
    /// Commands that help.
    pub next: Vec<String>,
}

impl Counts {
    const fn total(self) -> u64 {
        self.conflicts + self.held + self.refused + self.alarms
    }

    fn words(self) -> String {
        let named = [
            (self.conflicts, "conflict"),
            (self.held, "held change"),
            (self.refused, "refused record"),
            (self.alarms, "alarm"),
        ];
        let parts: Vec<String> =
            named.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| words::count(count, noun)).collect();
        words::list(&parts)
    }
}

impl Summary {
    /// What there is to say.
    pub fn new(ended: Ended<'_>, standing: &Standing, limits: Limits, options: &Options) -> Self {
        let Ended { report, trouble } = ended;
        let waiting = report.map(|run| parts::waiting(run, &options.titles));
        let held = waiting.iter().flat_map(|waiting| &waiting.decide).map(|group| group.rows.len() as u64).sum();
        let counts = Counts {
            conflicts: report.map_or(standing.conflicts.len(), |run| run.conflicts.len()) as u64,
            held,
            refused: standing.parked,
            alarms: report.map_or(0, |run| run.alarms.len() as u64),
        };
        let late = overdue(standing, limits, options.at);
        let stopped = trouble.is_some() || report.is_some_and(|run| run.outcome == RunOutcome::Failed);
        let told =
            Told { condition: condition(stopped, counts, &late), overdue: late.iter().map(|late| late.0).collect() };
        let first_late = late.first().map(|(_, text)| text.clone());
        let why = trouble.as_ref().map(|trouble| trouble.message.clone());
        let headline = headline(report, trouble.as_ref(), first_late, options);
        let blocks = blocks(report, trouble.as_ref(), &late, standing, options);
        Self {
            format: FORMAT,
            test: false,
            at: options.at,
            subject: subject(&told, counts, why.as_deref().unwrap_or(&headline), report),
            headline,
            counts,
            run: report.map(|run| run.run.clone()),
            outcome: report.map(|run| run.outcome),
            written: report.map(|run| Written { applied: run.applied, requests: run.requests }),
            trouble,
            next: next(&told, counts, report),
            told,
            blocks,
        }
    }

    /// A message that only tries the way.
    pub fn test(at: Timestamp) -> Self {
        let headline = "This is a test of tieline's messages: this channel works.".to_owned();
        Self {
            format: FORMAT,
            test: true,
            at,
            told: Told::default(),
            subject: "tieline: test message, nothing to do".to_owned(),
            headline,
            counts: Counts::default(),
            run: None,
            outcome: None,
            written: None,
            trouble: None,
            blocks: vec![Block {
                title: "What you will get".to_owned(),
                entries: vec![Entry::plain("what waits for you first, then alarms, then what was written")],
            }],
            next: Vec::new(),
        }
    }
}

/// What has taken too long, with the words for it.
fn overdue(standing: &Standing, limits: Limits, now: Timestamp) -> Vec<(Overdue, String)> {
    let mut late = Vec::new();
    if let Some(limit) = limits.no_run.filter(|_| standing.is_known) {
        match standing.last_success {
            None => late.push((Overdue::NoRun, "no run has succeeded so far".to_owned())),
            Some(last) if now.duration_since(last) > limit => {
                let since = words::duration(now.duration_since(last).as_secs_f64());
                late.push((Overdue::NoRun, format!("no successful run for {since}")));
            }
            Some(_) => {}
        }
    }
    if let Some(limit) = limits.conflict {
        let old = standing.conflicts.iter().filter(|since| now.duration_since(**since) > limit);
        let ages: Vec<SignedDuration> = old.map(|since| now.duration_since(*since)).collect();
        if let Some(oldest) = ages.iter().max() {
            let (count, oldest) = (words::count(ages.len() as u64, "conflict"), words::duration(oldest.as_secs_f64()));
            let limit = words::duration(limit.as_secs_f64());
            late.push((
                Overdue::OldConflict,
                format!("{count} undecided for more than {limit}, the oldest for {oldest}"),
            ));
        }
    }
    late
}

fn condition(stopped: bool, counts: Counts, late: &[(Overdue, String)]) -> Condition {
    let late: BTreeSet<Overdue> = late.iter().map(|late| late.0).collect();
    if stopped || late.contains(&Overdue::NoRun) {
        Condition::Failed
    } else if counts.total() > 0 || !late.is_empty() {
        Condition::NeedsYou
    } else {
        Condition::Fine
    }
}

/// One sentence. A run that got as far as a report says what it did; one that did not, what stopped it.
fn headline(report: Option<&RunReport>, trouble: Option<&Trouble>, late: Option<String>, options: &Options) -> String {
    match (report, trouble, late) {
        (Some(run), ..) => run_headline(run, &options.titles),
        (None, Some(trouble), _) => format!("The run failed: {}.", safe(trouble.message.trim_end_matches('.'))),
        (None, None, Some(late)) => capital(&format!("{late}.")),
        (None, None, None) => "Nothing is overdue.".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// One line for a mailbox; `short` is what happened.
fn subject(told: &Told, counts: Counts, short: &str, report: Option<&RunReport>) -> String {
    let short = short.trim_end_matches('.');
    let total = counts.total();
    let waits =
        format!("{} {} you: {}", words::number(total), if total == 1 { "needs" } else { "need" }, counts.words());
    let text = match told.condition {
        Condition::Failed if total > 0 => format!("failed: {short}; {waits}"),
        Condition::Failed => format!("failed: {short}"),
        Condition::NeedsYou => waits,
        Condition::Fine => {
            let written: u64 = report.map_or(0, |run| {
                Side::BOTH.iter().map(|side| run.applied[*side]).map(|at| at.create + at.update + at.delete).sum()
            });
            format!("fine, nothing waits for you; {} written", words::count(written, "change"))
        }
    };
    fit(&safe(&format!("tieline: {text}")), SUBJECT).into_owned()
}

fn blocks(
    report: Option<&RunReport>,
    trouble: Option<&Trouble>,
    late: &[(Overdue, String)],
    standing: &Standing,
    options: &Options,
) -> Vec<Block> {
    let mut found = Vec::new();
    if let Some(trouble) = trouble {
        let lines = std::iter::once(&trouble.message).chain(&trouble.causes);
        let mut entries: Vec<Entry> = lines.map(|line| Entry::plain(safe(line))).collect();
        entries.extend(trouble.hint.iter().map(|hint| Entry::plain(format!("hint: {}", safe(hint)))));
        found.push(Block { title: "What went wrong".to_owned(), entries });
    }
    let waiting = report.map(|run| parts::waiting(run, &options.titles));
    if let Some(waiting) = &waiting {
        let entries = parts::needs_you(waiting, standing.parked, options.details);
        found.extend(block("Needs you", waiting.for_a_person() as u64 + standing.parked, entries));
    }
    let entries: Vec<Entry> = late.iter().map(|(_, text)| Entry::plain(text.clone())).collect();
    found.extend(block("Overdue", late.len() as u64, entries));
    if let (Some(run), Some(waiting)) = (report, &waiting) {
        found.extend(block("Alarms", run.alarms.len() as u64, parts::alarms(&run.alarms, options.details)));
        found.extend(block("Not written", (run.failed.len() + run.stale.len()) as u64, parts::misses(run)));
        found.extend(block("Waits without you", waiting.for_later() as u64, parts::later(waiting, options.details)));
    }
    found
}

fn next(told: &Told, counts: Counts, report: Option<&RunReport>) -> Vec<String> {
    let mut next = Vec::new();
    if counts.conflicts > 0 {
        next.push("tieline conflicts list".to_owned());
    }
    if counts.held + counts.refused + counts.alarms > 0 || told.condition == Condition::Failed {
        next.push("tieline status".to_owned());
    }
    if let Some(run) = report.filter(|_| told.condition != Condition::Fine) {
        next.push(format!("tieline show {}", run.run));
    }
    next
}
