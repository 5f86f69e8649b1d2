//! Replaces a file as a whole or not at all: temporary file beside it, fsync, rename, fsync of the folder.
//! Does not know what is in the file.

use crate::file::{hash, io_error};
use connector::{Error, ErrorKind};
use std::ffi::OsStr;
use std::fmt::Debug;
use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The steps that a disk can fail at, so that tests can make them fail. The defaults do the real thing.
pub trait Disk: Debug + Send + Sync {
    /// Writes the new content.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Waits until the content is on the disk.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Puts the new file in the place of the old one.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    /// Waits until the rename is on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }
}

/// The disk as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {}

/// How a replacement ended.
#[derive(Debug)]
pub(crate) enum Replaced {
    /// The new content is on the disk.
    Done,
    /// The file was not the expected one any more; nothing was written.
    Changed,
    /// The new content is in place, but the disk did not confirm it.
    Unconfirmed(io::Error),
}

/// Replaces the file at `path`, whose content has the hash `old`, by `bytes`.
///
/// A symbolic link is followed. Mode is kept, owner and group where the system lets us.
pub(crate) fn replace(disk: &dyn Disk, path: &Path, shown: &str, old: u128, bytes: &[u8]) -> Result<Replaced, Error> {
    let failed = |error| io_error(shown, "written", error);
    let target = fs::canonicalize(path).map_err(failed)?;
    let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(Error::new(ErrorKind::Config, format!("{shown} is not a file")));
    };
    let metadata = fs::metadata(&target).map_err(failed)?;
    if metadata.permissions().readonly() {
        return Err(Error::new(ErrorKind::Io, format!("{shown} is read-only")).hint(
            "allow writing to the file (chmod u+w), or set [deletes] and directions so that nothing is written to it",
        ));
    }
    remove_leftovers(folder, name);
    let temporary =
        tempfile::Builder::new().prefix(&prefix(name)).suffix(SUFFIX).tempfile_in(folder).map_err(failed)?;
    // Both halves are dropped on every way out: the temporary file never outlives a failure.
    let (mut file, temporary) = temporary.into_parts();
    // Held until the end: tells the next run's clean-up that this file is in use. Not every file system has locks.
    let _ = file.try_lock();
    disk.write(&mut file, bytes).map_err(failed)?;
    keep_owner(&file, &metadata);
    file.set_permissions(metadata.permissions()).map_err(failed)?;
    disk.sync(&file).map_err(failed)?;
    match fs::read(&target) {
        Ok(now) if hash(&now) == old => {}
        Ok(_) => return Ok(Replaced::Changed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Replaced::Changed),
        Err(error) => return Err(failed(error)),
    }
    disk.rename(&temporary, &target).map_err(failed)?;
    match disk.sync_folder(folder) {
        // Some network file systems cannot do this; their rename is as durable as it gets.
        Err(error) if !matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => {
            Ok(Replaced::Unconfirmed(error))
        }
        _ => Ok(Replaced::Done),
    }
}

const SUFFIX: &str = ".tmp";

fn prefix(name: &OsStr) -> String {
    format!(".{}.tieline-", name.to_string_lossy())
}

/// Removes what runs that were killed left behind. Never an error: it only takes up room.
fn remove_leftovers(folder: &Path, name: &OsStr) {
    let prefix = prefix(name);
    let ours = |path: &PathBuf| {
        path.file_name()
            .and_then(OsStr::to_str)
            .is_some_and(|name| name.len() > prefix.len() && name.starts_with(&prefix) && name.ends_with(SUFFIX))
    };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()).filter(ours) {
        let unused = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file())
            && File::open(&path).is_ok_and(|file| !matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)));
        if unused {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Only the superuser may give files away: elsewhere this does nothing, and the mode still stands.
#[cfg(unix)]
fn keep_owner(file: &File, metadata: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if fchown(file, Some(metadata.uid()), Some(metadata.gid())).is_err() {
        let _ = fchown(file, None, Some(metadata.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _metadata: &Metadata) {}
