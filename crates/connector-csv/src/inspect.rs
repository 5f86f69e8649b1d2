//! Shows a file to a person: how it is stored, and each column with what it is taken for and a few of its values.
//! Lenient where the connector is strict about columns: it is asked in order to find out what is wrong.

use crate::dialect::LineEnding;
use crate::document::Document;
use crate::parse::Row;
use crate::presets::{Detection, folded, propose};
use crate::{Config, Encoding, file};
use connector::Error;
use model::Field;
use std::path::{Path, PathBuf};

/// How many values of a column are shown.
const SAMPLES: usize = 3;

/// What a column is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The record's id.
    Id,
    /// A synced field.
    Field(Field),
    /// Nothing: it is kept as it is.
    Kept,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnView {
    /// As the header spells it.
    pub name: String,
    /// What it is taken for.
    pub role: Role,
    /// The first different values in it, at most three.
    pub samples: Vec<String>,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The file.
    pub path: PathBuf,
    /// How it stores characters.
    pub encoding: Encoding,
    /// Whether it starts with a byte order mark.
    pub bom: bool,
    /// Between cells.
    pub delimiter: char,
    /// After lines.
    pub line_ending: LineEnding,
    /// Rows below the header.
    pub rows: u64,
    /// Rows whose id is blank; all of them where there is no id column.
    pub rows_without_id: u64,
    /// The columns in the file's order.
    pub columns: Vec<ColumnView>,
    /// What the header says by itself, or by the configured preset.
    pub detection: Detection,
    /// What a person should know: a guessed encoding, configured columns that are not there.
    pub notes: Vec<String>,
}

impl Inspection {
    /// The column names.
    pub fn header(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }
}

/// Reads the file at `path`; columns are named as `config` says, or by the preset that the header shows.
pub fn inspect(path: &Path, config: Option<&Config>) -> Result<Inspection, Error> {
    let shown = config.map_or_else(|| path.display().to_string(), |config| config.identity.clone());
    let read = file::read(path, &shown)?;
    let document = Document::open(&shown, &read.bytes)?;
    let detection = propose(config.map_or(crate::Preset::Auto, |config| config.preset), &document.header);
    let mut notes: Vec<String> = document.encoding_note().into_iter().collect();
    let roles = roles(&document.header, &detection, config, &mut notes);
    let id = roles.iter().position(|role| *role == Role::Id);
    let mut columns: Vec<ColumnView> = document
        .header
        .iter()
        .zip(roles)
        .map(|(name, role)| ColumnView { name: name.clone(), role, samples: Vec::new() })
        .collect();
    let text = document.text();
    let ending = |row: &Row| LineEnding::of(&text[row.cells_end..row.end]);
    let mut line_ending = ending(&document.header_row);
    let (mut rows, mut rows_without_id) = (0, 0);
    let (mut parser, mut row) = (document.rows(), Row::default());
    while parser.next(&mut row).map_err(|flaw| document.error(flaw))? {
        rows += 1;
        line_ending = line_ending.and(ending(&row));
        rows_without_id += u64::from(id.is_none_or(|id| row.text(text, id).trim().is_empty()));
        for (index, column) in columns.iter_mut().enumerate().filter(|(_, column)| column.samples.len() < SAMPLES) {
            let value = row.text(text, index);
            if !value.trim().is_empty() && !column.samples.iter().any(|sample| sample == value) {
                column.samples.push(value.to_owned());
            }
        }
    }
    Ok(Inspection {
        path: path.to_owned(),
        encoding: document.decoded.encoding,
        bom: document.decoded.bom,
        delimiter: char::from(document.dialect.delimiter),
        line_ending,
        rows,
        rows_without_id,
        columns,
        detection,
        notes,
    })
}

/// What each column is taken for: the configuration's word first, the preset's for the fields it leaves out.
fn roles(header: &[String], detection: &Detection, config: Option<&Config>, notes: &mut Vec<String>) -> Vec<Role> {
    let mut roles = vec![Role::Kept; header.len()];
    let mut name = |wanted: &str, role: Role| {
        let exact = header.iter().position(|name| name == wanted);
        match exact.or_else(|| header.iter().position(|name| folded(name) == folded(wanted))) {
            Some(column) => roles[column] = role,
            None => notes.push(format!("no column is called `{wanted}`")),
        }
    };
    let configured = config.map(|config| config.columns.as_slice()).unwrap_or_default();
    for (field, column) in &detection.mapping {
        if !configured.iter().any(|(configured, _)| configured == field) {
            name(column, Role::Field(field.clone()));
        }
    }
    for (field, column) in configured {
        name(column, Role::Field(field.clone()));
    }
    if let Some(id) = config.and_then(|config| config.id_column.as_ref()).or(detection.id_column.as_ref()) {
        name(id, Role::Id);
    }
    roles
}
