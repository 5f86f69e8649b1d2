//! Work that blocks, on a thread of its own: whoever waits for it can do something else meanwhile.

use connector::{Error, ErrorKind, Progress};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// How far the work has come, as it is told across threads.
enum Step {
    Read(u64, Option<u64>),
    Written(u64),
    Waiting(f64, String),
}

/// Passes on what the work tells. Nobody listens any more: neither does the work care.
struct Relay(UnboundedSender<Step>);

impl Progress for Relay {
    fn read(&self, done: u64, total: Option<u64>) {
        let _ = self.0.send(Step::Read(done, total));
    }

    fn written(&self, done: u64) {
        let _ = self.0.send(Step::Written(done));
    }

    fn waiting(&self, seconds: f64, why: &str) {
        let _ = self.0.send(Step::Waiting(seconds, why.to_owned()));
    }
}

/// Does `work` beside the calling task; its progress is told from there.
pub(crate) async fn aside<T: Send + 'static>(
    progress: &dyn Progress,
    work: impl FnOnce(&dyn Progress) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (sender, mut steps) = unbounded_channel();
    let working = tokio::task::spawn_blocking(move || work(&Relay(sender)));
    while let Some(step) = steps.recv().await {
        match step {
            Step::Read(done, total) => progress.read(done, total),
            Step::Written(done) => progress.written(done),
            Step::Waiting(seconds, why) => progress.waiting(seconds, &why),
        }
    }
    match working.await {
        Ok(result) => result,
        Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
        Err(failed) => Err(Error::new(ErrorKind::Io, "the reading was stopped").caused_by(failed)),
    }
}
