//! What a run tells about itself, by the channels of `[notify]`. It never changes how the run ends: what could not be
//! told is a note on standard error.

pub(crate) mod channels;
pub(crate) mod memory;

use crate::config::{Config, When};
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::mask::mask;
use jiff::Timestamp;
use memory::Memory;
use model::RunReport;
use notify::{Channel, Condition, Ended, Options, Signal, Standing, Summary, Told, Trouble};
use tokio::task::JoinHandle;

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
    Options { details: config.notify.details, titles, at: Timestamp::now() }
}

fn standing(memory: &Memory) -> Standing {
    memory.standing().unwrap_or_else(|failure| {
        note("state", &failure.message, failure.hint.as_deref());
        Standing::default()
    })
}

/// Why a run failed, in words that may leave this machine: without details no number, no address, and nothing of a
/// message that names a contact.
fn trouble(failure: &Failure, details: bool) -> Trouble {
    if details {
        return Trouble {
            message: failure.message.clone(),
            causes: failure.causes.clone(),
            hint: failure.hint.clone(),
        };
    }
    if failure.personal {
        let message = "the message names a contact: it stands in the output of the run".to_owned();
        return Trouble { message, causes: Vec::new(), hint: failure.hint.as_deref().map(mask) };
    }
    Trouble {
        message: mask(&failure.message),
        causes: failure.causes.iter().map(|cause| mask(cause)).collect(),
        hint: failure.hint.as_deref().map(mask),
    }
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
        let before = memory.told(name);
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
    anstream::eprintln!("note: notify.{channel}: {what}{hint}; how the run ended is not changed by this");
}
