//! Progress bars with an ETA on a terminal; nothing in a pipe. Notes go to standard error.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use model::{BySide, Side};
use std::io::IsTerminal;
use std::sync::Mutex;
use sync::Event;

/// Seconds. Shorter waits are part of a normal run.
const WORTH_SAYING: f64 = 2.0;

/// Shows what happens.
pub(crate) struct Bars {
    all: MultiProgress,
    current: Mutex<BySide<Option<ProgressBar>>>,
    quiet: bool,
    shown: bool,
}

impl Bars {
    /// Bars only where somebody can see them.
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        Self { all: MultiProgress::new(), current: Mutex::new(BySide::default()), quiet, shown }
    }

    fn with_bar(&self, side: Side, what: &str, done: u64, total: Option<u64>) {
        if !self.shown {
            return;
        }
        let Ok(mut current) = self.current.lock() else { return };
        let bar = current[side].get_or_insert_with(|| self.all.add(ProgressBar::no_length().with_style(style(total))));
        bar.set_message(format!("{what} {}", side.title()));
        if let Some(total) = total {
            bar.set_length(total);
        }
        bar.set_position(done);
    }

    /// A line on standard error: above the bars where there are some.
    fn say(&self, line: &str) {
        match (self.quiet, self.shown) {
            (true, _) => {}
            (false, true) => drop(self.all.println(line)),
            (false, false) => eprintln!("{line}"),
        }
    }

    fn clear(&self, side: Side) {
        if let Ok(mut current) = self.current.lock()
            && let Some(bar) = current[side].take()
        {
            bar.finish_and_clear();
        }
    }
}

fn style(total: Option<u64>) -> ProgressStyle {
    let template = if total.is_some() {
        "{msg:24} {bar:30} {human_pos}/{human_len} {elapsed_precise}, {eta} left"
    } else {
        "{msg:24} {human_pos} {elapsed_precise}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl sync::Events for Bars {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Reading { side, done, total } => self.with_bar(side, "reading", done, total),
            Event::Read { side, .. } => self.clear(side),
            Event::Writing { side, done, total } if done >= total => self.clear(side),
            Event::Writing { side, done, total } => self.with_bar(side, "writing", done, Some(total)),
            Event::Probing { side, count } => self.with_bar(side, "asking for missing in", 0, Some(count)),
            Event::Waiting { side, seconds, why } if seconds >= WORTH_SAYING => self.say(&waiting(side, seconds, why)),
            Event::Note(text) => self.say(&format!("note: {text}")),
            Event::Waiting { .. } => {}
        }
    }
}

/// Says only what is waited for: for commands without a run.
pub(crate) struct Waits {
    side: Side,
    quiet: bool,
}

impl Waits {
    pub(crate) const fn new(side: Side, quiet: bool) -> Self {
        Self { side, quiet }
    }
}

impl connector::Progress for Waits {
    fn read(&self, _done: u64, _total: Option<u64>) {}

    fn written(&self, _done: u64) {}

    fn waiting(&self, seconds: f64, why: &str) {
        if seconds >= WORTH_SAYING && !self.quiet {
            eprintln!("{}", waiting(self.side, seconds, why));
        }
    }
}

fn waiting(side: Side, seconds: f64, why: &str) -> String {
    format!("{}: waiting {seconds:.0} s: {why}", side.title())
}
