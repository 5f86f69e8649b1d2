//! One run at a time: an exclusive lock on a file beside the state, which the kernel drops when its holder dies, with
//! the holder's name in it (S42). It says nothing about a copy of the state on another machine.

use crate::error::{Error, Result};
use crate::files::{beside, create_private, io, real_path};
use jiff::Timestamp;
use model::mutant::{self, Mutant};
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// Who holds, or wants to hold, the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Process number.
    pub pid: u32,
    /// Machine.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
    /// What it does, in the words of the command line.
    pub command: String,
}

impl Owner {
    fn text(&self) -> String {
        let Self { pid, host, since, command } = self;
        format!("`{command}` (process {pid} on {host}, since {since})")
    }
}

/// Holds the lock until it is dropped.
#[derive(Debug)]
#[must_use = "the lock ends when this is dropped"]
pub struct LockGuard {
    file: File,
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        // Best effort: the name is only read while the lock is held. The file stays: removing it would let a third
        // process lock a new file while a second one waits on the old.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Locks the state at `path` (which need not exist yet) without waiting.
pub fn lock(path: &Path, owner: &Owner) -> Result<LockGuard> {
    lock_beside(path, ".lock", owner)
}

/// One call at a time is made from the state at `path`: a lock of its own, so that somebody can be called while a run is
/// under way. Each write of a call is a transaction for itself.
pub fn lock_dialling(path: &Path, owner: &Owner) -> Result<LockGuard> {
    lock_beside(path, ".call.lock", owner)
}

fn lock_beside(path: &Path, suffix: &str, owner: &Owner) -> Result<LockGuard> {
    // Two names of one file share one lock.
    let lock_path = beside(&real_path(path), suffix);
    let mut file = create_private(&lock_path).map_err(|source| io(&lock_path, "create", source))?;
    match file.try_lock() {
        _ if mutant::is(Mutant::NoLock) => {}
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::Locked { path: path.to_owned(), owner: read_owner(&mut file) });
        }
        Err(TryLockError::Error(source)) => return Err(io(&lock_path, "lock", source)),
    }
    let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(owner.text().as_bytes()));
    written.map_err(|source| io(&lock_path, "write", source))?;
    Ok(LockGuard { file })
}

/// Who holds the lock now, in words; none where nobody does. Asking keeps no run away: what the file says is only tested
/// where a killed process may have left it there, and cleaned up then.
pub fn lock_holder(path: &Path) -> Result<Option<String>> {
    let lock_path = beside(&real_path(path), ".lock");
    let mut file = match File::options().read(true).write(true).open(&lock_path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io(&lock_path, "open", source)),
    };
    if file.metadata().map_err(|source| io(&lock_path, "read", source))?.len() == 0 {
        return Ok(None);
    }
    match file.try_lock() {
        Ok(()) => {
            drop(LockGuard { file });
            Ok(None)
        }
        Err(TryLockError::WouldBlock) => Ok(Some(read_owner(&mut file))),
        Err(TryLockError::Error(source)) => Err(io(&lock_path, "lock", source)),
    }
}

/// Since when, from what [`lock_holder`] says; none where that is not known.
pub fn held_since(holder: &str) -> Option<Timestamp> {
    holder.rsplit_once("since ")?.1.trim_end_matches(')').parse().ok()
}

fn read_owner(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "another process".to_owned(), // it has just begun, or this system hides what is locked
    }
}
