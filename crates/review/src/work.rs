//! The one long job that the page has under way: planning, applying, looking at quality. It goes on when the browser is
//! closed, and says how far it is.

use crate::app::App;
use crate::ask::{Ask, Reply};
use crate::jobs::Trouble;
use crate::layout;
use maud::{Markup, html};
use model::{BySide, PlanId, RunId, Side};
use report::words;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use sync::{Event, Events};

/// Sentences that are kept of one job.
const NOTES: usize = 20;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Plan,
    Apply,
    Quality,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Result {
    Plan(PlanId),
    Run(RunId),
    Quality,
    Failed(Trouble),
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Idle,
    Running(Task),
    Done(Task, Result),
}

/// How far it is.
#[derive(Debug, Clone, Default)]
struct Progress {
    sides: BySide<Option<(&'static str, u64, Option<u64>)>>,
    notes: Vec<String>,
}

#[derive(Debug, Default)]
struct Inner {
    stage: Stage,
    progress: Progress,
}

/// The job under way, or the last one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Work {
    inner: Arc<(Mutex<Inner>, Condvar)>,
}

impl Work {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // What is in there is plain data, whole at any moment.
        self.inner.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_running(&self) -> bool {
        matches!(self.inner().stage, Stage::Running(_))
    }

    /// Begins; false where something is under way already.
    pub(crate) fn start(&self, task: Task, job: impl FnOnce(&dyn Events) -> Result + Send + 'static) -> bool {
        let mut inner = self.inner();
        if matches!(inner.stage, Stage::Running(_)) {
            return false;
        }
        *inner = Inner { stage: Stage::Running(task), progress: Progress::default() };
        drop(inner);
        let work = self.clone();
        std::thread::spawn(move || {
            let mut ended = Ended { work, task, result: Result::Failed(Trouble::new("it ended unexpectedly")) };
            ended.result = job(&ended.work.clone());
        });
        true
    }

    /// Waits for what is under way.
    pub(crate) fn wait(&self) {
        let running = |inner: &mut Inner| matches!(inner.stage, Stage::Running(_));
        drop(self.inner.1.wait_while(self.inner(), running));
    }
}

/// Notes the end, also where the job panicked.
struct Ended {
    work: Work,
    task: Task,
    result: Result,
}

impl Drop for Ended {
    fn drop(&mut self) {
        let result = std::mem::replace(&mut self.result, Result::Quality);
        self.work.inner().stage = Stage::Done(self.task, result);
        self.work.inner.1.notify_all();
    }
}

impl Events for Work {
    fn event(&self, event: Event<'_>) {
        let mut inner = self.inner();
        let progress = &mut inner.progress;
        match event {
            Event::Reading { side, done, total } => progress.sides[side] = Some(("reading", done, total)),
            Event::Read { side, records } => progress.sides[side] = Some(("read", records, Some(records))),
            Event::Probing { side, count } => {
                progress.sides[side] = Some(("asking for missing ones in", 0, Some(count)));
            }
            Event::Writing { side, done, total } => progress.sides[side] = Some(("writing", done, Some(total))),
            Event::Waiting { side, seconds, why } => {
                note(progress, format!("{}: waiting {seconds:.0} s: {why}", side.title()));
            }
            Event::Note(text) => note(progress, text.to_owned()),
        }
    }
}

fn note(progress: &mut Progress, text: String) {
    if progress.notes.last() != Some(&text) {
        progress.notes.push(text);
    }
    let surplus = progress.notes.len().saturating_sub(NOTES);
    progress.notes.drain(..surplus);
}

/// How far it is; where it led, once it is done.
pub(crate) fn page(app: &Arc<App>, _: &Ask) -> Reply {
    let inner = app.work.inner();
    let body = match &inner.stage {
        Stage::Idle => return Reply::Go("overview".to_owned()),
        Stage::Done(_, Result::Plan(id)) => return Reply::Go(format!("apply/{id}")),
        Stage::Done(_, Result::Run(id)) => return Reply::Go(format!("runs/{id}")),
        Stage::Done(_, Result::Quality) => return Reply::Go("quality".to_owned()),
        Stage::Done(task, Result::Failed(trouble)) => failed(*task, trouble, app),
        Stage::Running(task) => running(*task, &inner.progress, app),
    };
    drop(inner);
    Reply::page(layout::page(app, "apply", "Under way", &body))
}

const fn title(task: Task) -> &'static str {
    match task {
        Task::Plan => "Making a fresh plan",
        Task::Apply => "Applying the plan",
        Task::Quality => "Looking at both sides",
    }
}

fn running(task: Task, progress: &Progress, app: &App) -> Markup {
    html! {
        div #work data-live="" {
            h1 { (title(task)) "…" }
            @if task == Task::Apply {
                p { "It goes on also when you close this page. What was done is kept whatever happens." }
            } @else {
                p { "Both sides are read; nothing is written." }
            }
            div role="status" {
                @for side in Side::BOTH {
                    @if let Some((what, done, total)) = progress.sides[side] {
                        p {
                            label {
                                (what) " " (side.title()) ": " (words::number(done))
                                @if let Some(total) = total { " of " (words::number(total)) }
                                " "
                                @if let Some(total) = total { progress max=(total.max(1)) value=(done) {} } @else { progress {} }
                            }
                        }
                    }
                }
            }
            @if !progress.notes.is_empty() {
                ul.notes { @for note in &progress.notes { li { (report::text::safe(note)) } } }
            }
            p { a href=(app.path("work")) { "Look again" } }
        }
    }
}

fn failed(task: Task, trouble: &Trouble, app: &App) -> Markup {
    html! {
        h1 { (title(task)) ": it failed" }
        (layout::trouble(trouble))
        @match task {
            Task::Quality => p { a href=(app.path("quality")) { "Back" } },
            Task::Plan | Task::Apply => p { a href=(app.path("apply")) { "Make a fresh plan" } },
        }
    }
}
