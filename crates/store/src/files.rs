//! The files around the state: creating them for the owner alone, telling ours from foreign ones by their first bytes,
//! and warning about wider permissions. It opens no database.

use crate::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// "tiel" in the `SQLite` header's application id.
pub(crate) const APPLICATION_ID: i32 = 0x7469_656c;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;
const APPLICATION_ID_AT: usize = 68;

/// What stands at the path of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing: a state may be made there.
    Nothing,
    /// Our own; `clean` if the last one who used it closed it.
    Ours { clean: bool },
}

/// The path with something behind its file name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Behind symbolic links, where `SQLite` puts its own files too. The file need not exist.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// Looks without touching, so that a foreign database keeps every byte and its own journal.
pub(crate) fn look(path: &Path) -> Result<Found, Error> {
    let mut header = Vec::with_capacity(HEADER);
    match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(source) => return Err(io(path, "open", source)),
        Ok(file) => {
            let limit = u64::try_from(HEADER).unwrap_or(u64::MAX);
            file.take(limit).read_to_end(&mut header).map_err(|source| io(path, "read", source))?;
        }
    }
    if header.is_empty() {
        // Never ours: a new state has its header before anything else can see it. Somebody emptied it.
        return Err(Error::Corrupt { path: path.to_owned(), detail: "it is empty".to_owned() });
    }
    if !header.starts_with(MAGIC) {
        return Err(Error::NotOurs { path: path.to_owned(), detail: "it is no SQLite database".to_owned() });
    }
    let Some(id) = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4).filter(|_| header.len() == HEADER) else {
        return Err(Error::Corrupt { path: path.to_owned(), detail: "it ends within its header".to_owned() });
    };
    if id != APPLICATION_ID.to_be_bytes() {
        let detail = "it is the SQLite database of another program".to_owned();
        return Err(Error::NotOurs { path: path.to_owned(), detail });
    }
    let real = real_path(path);
    let clean = ["-wal", "-journal"]
        .iter()
        .all(|suffix| std::fs::metadata(beside(&real, suffix)).map_or(true, |left| left.len() == 0));
    Ok(Found::Ours { clean })
}

/// Device and number of a file; none where there is none, or the system has no such numbers.
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let found = std::fs::metadata(path).ok()?;
        Some((found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Opens for reading and writing; a new file is readable by its owner alone.
pub(crate) fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// A sentence if others can open the state: it holds names and phone numbers.
pub(crate) fn permission_warnings(path: &Path) -> Vec<String> {
    let real = real_path(path);
    let files = ["", "-wal", "-shm", ".lock"].map(|suffix| beside(&real, suffix));
    let wide: Vec<String> =
        files.iter().filter(|file| wider_than_owner(file)).map(|file| file.display().to_string()).collect();
    let wide = wide.join(" ");
    if wide.is_empty() {
        return Vec::new();
    }
    vec![format!("others can open the state, which holds personal data: run `chmod 600 {wide}`")]
}

#[cfg(unix)]
fn wider_than_owner(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn wider_than_owner(_path: &Path) -> bool {
    false
}

pub(crate) fn io(path: &Path, doing: &'static str, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), doing, source }
}
