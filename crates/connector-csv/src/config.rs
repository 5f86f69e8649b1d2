//! Which file, and which column is which field. Not its TOML form: the caller parses that.

use crate::Preset;
use model::Field;
use std::path::PathBuf;

/// Which file, and which column is which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the file is.
    pub path: PathBuf,
    /// The path as the user wrote it: names the replica (`csv:<identity>`) and stands in messages.
    pub identity: String,
    /// Whose export it is; fills in the id column and the fields that `columns` leaves out.
    pub preset: Preset,
    /// The column with the record's id. Named here, it must exist; left to the preset, it may be missing.
    pub id_column: Option<String>,
    /// Field and the column that holds it.
    pub columns: Vec<(Field, String)>,
    /// Further columns with a contact's numbers, in order of preference after the phone's own column. Empty: one column
    /// holds the phone.
    pub numbers: Vec<String>,
    /// A file without a column of ids is refused: several records are made of one of its rows.
    pub needs_ids: bool,
    /// Fields of `columns` whose column may be missing: their cells are then unknown.
    pub optional: Vec<Field>,
    /// What earlier runs learned ([`connector::Connector::learned`]): ids that must not be given again.
    pub learned: Vec<(String, String)>,
}

impl Config {
    /// The file at `path`, everything else found out from its header.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            identity: path.display().to_string(),
            path,
            preset: Preset::Auto,
            id_column: None,
            columns: Vec::new(),
            numbers: Vec::new(),
            needs_ids: false,
            optional: Vec::new(),
            learned: Vec::new(),
        }
    }
}
