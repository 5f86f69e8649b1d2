//! The summary as a file that holds the last message: replaced as a whole, for its owner alone.

use crate::{Error, Summary, text};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where the last message stands.
#[derive(Debug, Clone)]
pub struct File {
    path: PathBuf,
}

impl File {
    /// Names the file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Which.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn send(&self, summary: &Summary) -> Result<(), Error> {
        self.replace(text::text(summary).as_bytes()).map_err(|why| Error::File { path: self.path.clone(), why })
    }

    /// A temporary file is its owner's alone, and so is what it becomes.
    fn replace(&self, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}
