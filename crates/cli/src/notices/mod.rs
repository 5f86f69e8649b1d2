//! What a run tells about itself, by the channels of `[notify]`. It never changes how the run ends: what could not be
//! told is a note on standard error.

pub(crate) mod channels;
pub(crate) mod memory;

use crate::config::{Config, When};
use crate::exit::Code;
use crate::failure::{Failure, Fallible, Quotes};
use crate::mask::mask;
use jiff::Timestamp;
use memory::Memory;
use model::RunReport;
use notify::{Channel, Condition, Ended, Options, Signal, Standing, Summary, Told, Trouble};
use tokio::task::JoinHandle;

/// Where a text stands that is not repeated in a message.
const HERE: &str = "the output of the run says more; so does `tieline doctor`, where tieline runs";

/// The messages of one run.
pub(crate) struct Notices {
    config: Config,
    report: Option<RunReport>,
    start: Option<JoinHandle<()>>,
}

impl Notices {
    /// A run that somebody may wait for: the monitor is told that it begins, while it begins.
    pub(crate) fn begin(config: &Config) -> Self {
        let start = channels::ping(config).and_then(Result::ok).map(|ping| {
            tokio::spawn(async move {
                if let Err(error) = ping.send(Signal::Start, "").await {
                    note("ping", &error.to_string(), Some(error.hint()));
                }
            })
        });
        Self { start, ..Self::unannounced(config) }
    }

    /// A run that began with a person.
    pub(crate) fn unannounced(config: &Config) -> Self {
        Self { config: config.clone(), report: None, start: None }
    }

    /// What the run did.
    pub(crate) fn saw(&mut self, report: &RunReport) {
        if self.config.notify.is_on() {
            self.report = Some(report.clone());
        }
    }

    /// Tells how it ended.
    pub(crate) async fn end(self, result: &Fallible<Code>) {
        let Self { config, report, start } = self;
        if !config.notify.is_on() {
            return;
        }
        if let Some(start) = start {
            let _ = start.await; // in this order; how it ended was said
        }
        let mut memory = Memory::open(&config.state_path());
        let trouble = result.as_ref().err().map(|failure| trouble(failure, config.notify.details));
        let ended = Ended { report: report.as_ref(), trouble };
        let summary = Summary::new(ended, &standing(&memory), config.notify.limits(), &options(&config));
        signal(&config, &summary).await;
        let always = config.notify.when == When::Always;
        let tells = |before: &Told| (always || summary.told.is_news_after(before)).then(|| summary.told.clone());
        tell(&config, &summary, &mut memory, tells).await;
    }
}

/// What is overdue, told to whoever was not told yet. For times when no run looks.
pub(crate) async fn look(config: &Config) -> Summary {
    let mut memory = Memory::open(&config.state_path());
    let summary = Summary::new(Ended::default(), &standing(&memory), config.notify.limits(), &options(config));
    let news = |before: &Told| {
        // Only a run knows that all is fine again, or that it failed: what was told of one stays.
        (!summary.told.overdue.is_subset(&before.overdue)).then(|| Told {
            condition: before.condition.max(summary.told.condition),
            overdue: before.overdue.union(&summary.told.overdue).copied().collect(),
        })
    };
    tell(config, &summary, &mut memory, news).await;
    summary
}

fn options(config: &Config) -> Options {
    let titles = report::view::default_titles();
    Options { details: config.notify.details, titles, at: now() }
}

/// Whole seconds, as everywhere.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn standing(memory: &Memory) -> Standing {
    memory.standing().unwrap_or_else(|failure| {
        note("state", &failure.message, failure.hint.as_deref());
        Standing::default()
    })
}

/// Why a run failed, in words that may leave this machine: without details no number, no address, and nothing of a text
/// that may quote a contact.
fn trouble(failure: &Failure, details: bool) -> Trouble {
    let quotes = if details { Quotes::Nobody } else { failure.quotes };
    let clean = |text: &String| if details { text.clone() } else { mask(text) };
    if quotes == Quotes::Anywhere {
        let message = "the message may name a contact, so it is not repeated here".to_owned();
        return Trouble { message, causes: Vec::new(), hint: Some(HERE.to_owned()) };
    }
    let hint = if quotes == Quotes::InHint { Some(HERE.to_owned()) } else { failure.hint.as_ref().map(clean) };
    Trouble { message: clean(&failure.message), causes: failure.causes.iter().map(clean).collect(), hint }
}

/// Success or failure, for the monitor.
async fn signal(config: &Config, summary: &Summary) {
    let Some(ping) = channels::ping(config) else { return };
    let signal = if summary.told.condition == Condition::Failed { Signal::Fail } else { Signal::Success };
    match ping {
        Ok(ping) => {
            if let Err(error) = ping.send(signal, &summary.subject).await {
                note("ping", &error.to_string(), Some(error.hint()));
            }
        }
        Err(failure) => note("ping", &failure.message, failure.hint.as_deref()),
    }
}

/// Sends to those for whom `news` finds something to remember; the others are left alone. What is no news is remembered,
/// too, where it differs: an overdue conflict that was settled may become overdue again.
async fn tell(config: &Config, summary: &Summary, memory: &mut Memory, news: impl Fn(&Told) -> Option<Told>) {
    let mut due: Vec<(Channel, Told)> = Vec::new();
    for (name, channel) in channels::messages(config) {
        let before = memory.last(name).unwrap_or_default(); // all was fine
        match (news(&before), channel) {
            (Some(told), Ok(channel)) => due.push((channel, told)),
            (Some(_), Err(failure)) => note(name, &failure.message, failure.hint.as_deref()),
            (None, _) if summary.run.is_some() && before != summary.told => keep(memory, name, &summary.told),
            (None, _) => {}
        }
    }
    let channels: Vec<&Channel> = due.iter().map(|(channel, _)| channel).collect();
    let results = notify::send_all(&channels, summary).await;
    for ((channel, told), result) in due.iter().zip(results) {
        match result {
            Ok(()) => keep(memory, channel.name(), told),
            Err(error) => note(channel.name(), &error.to_string(), Some(error.hint())),
        }
    }
}

fn keep(memory: &mut Memory, channel: &str, told: &Told) {
    if let Err(failure) = memory.keep(channel, told) {
        note(channel, &format!("told, but that cannot be remembered: {}", failure.message), failure.hint.as_deref());
    }
}

/// Also with --quiet: at night, nobody would know otherwise why no message came.
fn note(channel: &str, what: &str, hint: Option<&str>) {
    let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    anstream::eprintln!("note: notify.{channel}: {what}{hint}; the run itself is not affected");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::{Applied, BySide, RunId, RunOutcome};

    /// A configuration with a file as its only channel, and a state beside it.
    fn place() -> (tempfile::TempDir, Config) {
        let folder = tempfile::tempdir().unwrap();
        let text = "[notify.file]\npath = \"notice.txt\"\n";
        let config = Config::parse(text, &folder.path().join("tieline.toml")).unwrap();
        drop(store::Store::open(&config.state_path(), [7; 16]).unwrap());
        (folder, config)
    }

    fn told(config: &Config) -> String {
        Memory::open(&config.state_path()).last("file").map(|told| told.to_string()).unwrap_or_default()
    }

    fn remember(config: &Config, text: &str) {
        Memory::open(&config.state_path()).keep("file", &text.parse().unwrap()).unwrap();
    }

    async fn ends(config: &Config, result: Fallible<Code>) {
        let mut notices = Notices::unannounced(config);
        let report = RunReport {
            format: model::RUN_FORMAT.to_owned(),
            run: RunId("r1".to_owned()),
            outcome: RunOutcome::Clean,
            applied: BySide::from_fn(|_| Applied::default()),
            stale: Vec::new(),
            failed: Vec::new(),
            held: Vec::new(),
            conflicts: Vec::new(),
            parked: 0,
            alarms: Vec::new(),
            requests: BySide::default(),
            seconds: 1.0,
            plan: None,
            error: None,
        };
        if result.is_ok() {
            notices.saw(&report);
        }
        notices.end(&result).await;
    }

    #[tokio::test]
    async fn what_was_overdue_can_become_so_again() {
        let (_folder, mut config) = place();
        config.notify.no_run_hours = 0;
        remember(&config, "fine old_conflict");
        ends(&config, Ok(Code::Done)).await;
        assert_eq!(told(&config), "fine");
        // A look without a run knows only what is overdue, and adds that.
        config.notify.no_run_hours = 36;
        remember(&config, "needs_you old_conflict");
        look(&config).await;
        assert_eq!(told(&config), "failed no_run old_conflict");
    }

    #[tokio::test]
    async fn a_failure_names_nobody_unless_details_are_asked_for() {
        let (folder, mut config) = place();
        let notice = || std::fs::read_to_string(folder.path().join("notice.txt")).unwrap();
        let failure =
            |quotes| Failure { quotes, ..Failure::new("row 7, Ada: +14155550142").hint("Eve, eve@example.com") };
        for (details, quotes, shown, hidden) in [
            (false, Quotes::Nobody, &["row 7, Ada: +1415•••0142", "e•••@•••"][..], &["+14155550142", "eve@"][..]),
            (false, Quotes::InHint, &["row 7, Ada: +1415•••0142", HERE], &["Eve", "e•••"]),
            (false, Quotes::Anywhere, &["may name a contact", HERE], &["Ada", "Eve"]),
            (true, Quotes::Anywhere, &["row 7, Ada: +14155550142", "eve@example.com"], &["•••", HERE]),
        ] {
            config.notify.details = details;
            remember(&config, "fine");
            ends(&config, Err(failure(quotes))).await;
            assert!(shown.iter().all(|text| notice().contains(text)), "{}", notice());
            assert!(!hidden.iter().any(|text| notice().contains(text)), "{}", notice());
        }
    }

    #[test]
    fn errors_about_one_contact_are_known_as_such() {
        let canary = sync::Error::Canary { detail: "Ada holds X".to_owned(), left: 3 };
        assert_eq!(Failure::from(canary).quotes, Quotes::Anywhere);
        let of = |kind| connector::Error::new(kind, "row 7");
        for (kind, quotes) in [
            (connector::ErrorKind::Data, Quotes::Anywhere),
            (connector::ErrorKind::Config, Quotes::InHint),
            (connector::ErrorKind::Unreachable, Quotes::Nobody),
        ] {
            assert_eq!(Failure::from(of(kind)).quotes, quotes);
            let side = model::Side::Crm;
            assert_eq!(Failure::from(sync::Error::Replica { side, source: of(kind) }).quotes, quotes);
        }
    }
}
