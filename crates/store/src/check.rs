//! The look through the whole file for damage: before anything else, or on a thread of its own beside what is read from
//! elsewhere meanwhile.

use crate::error::Fault;
use crate::open::reader;
use rusqlite::Connection;
use std::cell::RefCell;
use std::path::Path;
use std::thread::{self, JoinHandle};

/// The structure after a clean end; also every index after a crash.
pub(crate) fn check(connection: &Connection, clean: bool) -> Result<(), Fault> {
    let pragma = if clean { "PRAGMA quick_check(1)" } else { "PRAGMA integrity_check(1)" };
    let verdict: String = connection.query_row(pragma, [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(Fault::corrupt(verdict)) }
}

/// A look for damage that may be under way.
#[derive(Debug)]
pub(crate) struct Check(RefCell<Stage>);

#[derive(Debug)]
enum Stage {
    Running(JoinHandle<Result<(), Fault>>),
    Sound,
    Damaged,
}

impl Check {
    /// There is nothing to wait for.
    pub(crate) const fn done() -> Self {
        Self(RefCell::new(Stage::Sound))
    }

    /// Begins to look at a file that was closed cleanly.
    pub(crate) fn begin(path: &Path, file: Option<(u64, u64)>) -> Result<Self, Fault> {
        let path = path.to_owned();
        let look = move || check(&reader(&path, file)?, true);
        let thread = thread::Builder::new().name("check".to_owned()).spawn(look);
        let thread = thread.map_err(|error| Fault::refused(format!("no thread to check the state: {error}")))?;
        Ok(Self(RefCell::new(Stage::Running(thread))))
    }

    /// Waits for it. What was found stays found.
    pub(crate) fn wait(&self) -> Result<(), Fault> {
        let mut stage = self.0.borrow_mut();
        // Whoever asks again, or after a panic, must not hear that all is well.
        let found = match std::mem::replace(&mut *stage, Stage::Damaged) {
            Stage::Running(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Stage::Sound => Ok(()),
            Stage::Damaged => Err(Fault::corrupt("it was looked through and is not sound")),
        };
        if found.is_ok() {
            *stage = Stage::Sound;
        }
        found
    }
}

impl Drop for Check {
    /// Its connection must be closed before the store's own: the last one clears up behind all of them.
    fn drop(&mut self) {
        let _ = self.wait();
    }
}
