//! The real clock, run names, and the wish to stop: what the job takes from its surroundings.

use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The operating system's clock and randomness.
pub(crate) struct System {
    started: Instant,
    stopping: Arc<AtomicBool>,
}

impl System {
    /// Listens for SIGINT and SIGTERM: the first one finishes the batch under way, a second one ends at once.
    pub(crate) fn new() -> Self {
        let stopping = Arc::new(AtomicBool::new(false));
        let flag = stopping.clone();
        tokio::spawn(async move {
            loop {
                wait_for_signal().await;
                if flag.swap(true, Ordering::SeqCst) {
                    std::process::exit(130);
                }
                eprintln!("stopping after the batch under way; once more to stop at once");
            }
        });
        Self { started: Instant::now(), stopping }
    }
}

/// Completes at the next SIGINT or SIGTERM.
pub(crate) async fn wait_for_signal() {
    listen_for_signal().await;
}

/// The same, heard from now on, also before anybody waits.
pub(crate) fn listen_for_signal() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    #[cfg(unix)]
    let mut interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).ok();
    async move {
        #[cfg(unix)]
        if let (Some(terminate), Some(interrupt)) = (&mut terminate, &mut interrupt) {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

impl sync::Env for System {
    fn now(&self) -> Timestamp {
        // Whole seconds: what is stored and compared is what is shown.
        Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn run_id(&self) -> String {
        let [a, b, ..] = entropy();
        format!("r{}-{a:02x}{b:02x}", self.now().strftime("%Y%m%dT%H%M%S"))
    }

    fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// Random bytes of the operating system; the clock's, should it have none.
pub(crate) fn entropy() -> [u8; 16] {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = Timestamp::now().as_nanosecond().to_le_bytes();
    }
    bytes
}
