//! Reads the whole file, and says what is wrong where that is not possible. Writing is `replace`'s.

use connector::{Error, ErrorKind};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;
use xxhash_rust::xxh3::xxh3_128;

/// Larger files are refused before they are read.
const LARGEST: u64 = 4 << 30;

/// What was read, and its fingerprint.
#[derive(Debug)]
pub(crate) struct Bytes {
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: u128,
}

/// Fingerprint of a file's whole content.
pub(crate) fn hash(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}

/// Reads the file as one piece: an error where it changed meanwhile.
pub(crate) fn read(path: &Path, shown: &str) -> Result<Bytes, Error> {
    let (mut file, before) = open(path, shown)?;
    let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0) + 1);
    file.read_to_end(&mut bytes).map_err(|error| io_error(shown, "read", error))?;
    check_unchanged(&file, &before, bytes.len() as u64, shown)?;
    let hash = hash(&bytes);
    Ok(Bytes { bytes, hash })
}

/// Opens the file, if it is one that can be read, with what the file system says of it.
pub(crate) fn open(path: &Path, shown: &str) -> Result<(File, Metadata), Error> {
    // Looked at before it is opened: opening a pipe would wait for somebody to write to it.
    let found = std::fs::metadata(path).map_err(|error| io_error(shown, "opened", error))?;
    if found.is_dir() {
        return Err(Error::new(ErrorKind::Config, format!("{shown} is a folder, not a file"))
            .hint("[crm] path must name the CSV file itself"));
    }
    if !found.is_file() {
        return Err(Error::new(ErrorKind::Config, format!("{shown} is not a regular file"))
            .hint("[crm] path must name a file on disk: it is read more than once"));
    }
    let file = File::open(path).map_err(|error| io_error(shown, "opened", error))?;
    let before = file.metadata().map_err(|error| io_error(shown, "read", error))?;
    check_size(before.len(), shown)?;
    Ok((file, before))
}

/// Whether a file that was read to its end still is what it was when it was opened.
pub(crate) fn check_unchanged(file: &File, before: &Metadata, read: u64, shown: &str) -> Result<(), Error> {
    let after = file.metadata().map_err(|error| io_error(shown, "read", error))?;
    let stamp = |metadata: &Metadata| (metadata.len(), metadata.modified().ok());
    check_still(stamp(before), stamp(&after), read, shown)
}

/// A file that somebody writes at this moment would be read as if its later rows had been deleted.
fn check_still(
    before: (u64, Option<SystemTime>),
    after: (u64, Option<SystemTime>),
    read: u64,
    shown: &str,
) -> Result<(), Error> {
    if before == after && after.0 == read {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Changed, format!("{shown} is being written by another program"))
        .hint("run again when the export is complete"))
}

fn check_size(len: u64, shown: &str) -> Result<(), Error> {
    if len < LARGEST {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Data, format!("{shown}: larger than 4 GiB"))
        .hint("split the export, or leave out columns that need not be kept in sync"))
}

/// What the file system said, as an error with a way out.
pub(crate) fn io_error(shown: &str, what: &str, error: io::Error) -> Error {
    let (kind, hint) = match error.kind() {
        io::ErrorKind::NotFound => {
            return Error::new(ErrorKind::Config, format!("{shown} does not exist"))
                .hint("check [crm] path; a relative path starts at the folder of the configuration file")
                .caused_by(error);
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            (ErrorKind::Io, "make room on the disk and run again; the file is as it was")
        }
        io::ErrorKind::PermissionDenied => {
            (ErrorKind::Io, "check who may read the file, and who may write to its folder: it is replaced as a whole")
        }
        io::ErrorKind::ReadOnlyFilesystem => (ErrorKind::Io, "the disk is mounted read-only"),
        _ => (ErrorKind::Io, "check the disk; the file is as it was"),
    };
    Error::new(kind, format!("{shown} could not be {what}")).hint(hint).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        let (then, now) = (Some(SystemTime::UNIX_EPOCH), Some(SystemTime::now()));
        assert!(check_still((9, then), (9, then), 9, "crm.csv").is_ok());
        for (before, after, read) in [((9, then), (10, then), 10), ((9, then), (9, now), 9), ((9, then), (9, then), 8)]
        {
            assert!(check_still(before, after, read, "crm.csv").is_err_and(|error| error.kind == ErrorKind::Changed));
        }
    }

    #[test]
    fn a_file_of_4_gib_is_refused_before_it_is_read() {
        assert!(check_size(LARGEST - 1, "crm.csv").is_ok());
        assert!(check_size(LARGEST, "crm.csv").is_err_and(|error| error.kind == ErrorKind::Data));
    }
}
