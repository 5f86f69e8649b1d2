//! Signs of life for a monitor that raises the alarm when they stay away (healthchecks.io and the like): start, success,
//! fail. Sent by every run, whatever was told before.

use crate::Error;
use crate::web::Door;
use model::Secret;
use std::time::Duration;

/// What is signalled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// A run began.
    Start,
    /// It went through.
    Success,
    /// It did not.
    Fail,
    /// A test: noted by the monitor, and nothing else.
    Log,
}

impl Signal {
    const fn behind(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Success => "",
            Self::Fail => "fail",
            Self::Log => "log",
        }
    }
}

/// The monitor's address.
#[derive(Debug, Clone)]
pub struct Ping {
    door: Door,
}

impl Ping {
    /// Checks the address. Sends nothing.
    pub fn new(url: &Secret, timeout: Duration) -> Result<Self, Error> {
        Ok(Self { door: Door::new(url, timeout)? })
    }

    /// Its host.
    pub fn host(&self) -> String {
        self.door.host()
    }

    /// Sends a signal with a line of text, which monitors keep beside it.
    pub async fn send(&self, signal: Signal, text: &str) -> Result<(), Error> {
        self.door.post(signal.behind(), "text/plain; charset=utf-8", text.to_owned()).await
    }
}
