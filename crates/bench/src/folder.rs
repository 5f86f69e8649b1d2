//! A folder with everything that a measurement needs: the files of both sides, and the state in which they agreed.

use crate::measured::{Outcome, link};
use crate::people::Files;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// Makes the files of `size` contacts from a seed, and the state from those of the night before.
///
/// # Errors
/// The folder cannot be written, or has a state already.
pub fn make(folder: &Path, size: u64, seed: u64) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    if state(folder).exists() {
        return Err(format!("{} has a state already: name another folder", folder.display()).into());
    }
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let mut files = Files {
        base: file("base.csv")?,
        left_before: file("left_before.csv")?,
        left: file("left.csv")?,
        right_before: file("right_before.csv")?,
        right: file("right.csv")?,
        truth: file("truth.csv")?,
    };
    files.write(size, seed)?;
    drop(files);
    link(folder)
}

/// The state of a folder.
pub fn state(folder: &Path) -> std::path::PathBuf {
    folder.join("tieline.db")
}
