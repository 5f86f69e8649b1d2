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
        let mut signals = Signals::listen();
        tokio::spawn(async move {
            loop {
                signals.next().await;
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
    Signals::listen().next().await;
}

/// SIGINT and SIGTERM. Heard from the moment that this is made: one that comes while nobody waits is not lost.
pub(crate) struct Signals {
    #[cfg(unix)]
    streams: Vec<tokio::signal::unix::Signal>,
}

impl Signals {
    /// Listens from now on; within a runtime.
    pub(crate) fn listen() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let kinds = [SignalKind::interrupt(), SignalKind::terminate()];
            Self { streams: kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Completes at the next one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if let [interrupt, terminate] = self.streams.as_mut_slice() {
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

/// A random UUID (RFC 9562, version 4).
pub(crate) fn uuid() -> String {
    let mut bytes = entropy();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
