//! A sandbox's account as a JSON file: contacts, next id, custom-field definitions, calls.
//!
//! Settings, faults, log and counters are not in it. A save replaces the file in one step, so that a crash leaves the
//! old file or the new one.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::calls::PhoneCall;
use crate::contact::{Contact, NewContact};
use crate::state::State;
use crate::world::whole_second;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Snapshot {
    /// The id the next new contact gets, if no contact in the file has a higher one.
    pub next_id: u64,
    /// Keys of the custom fields defined in the account. Keys that contacts use count as defined.
    pub custom_fields: BTreeSet<String>,
    /// The contacts.
    pub contacts: Vec<FileContact>,
    /// The calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<PhoneCall>,
}

/// A contact in a file; a hand-written one may leave out what the server would set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileContact {
    /// Without it the contact gets the next free id.
    #[serde(default)]
    pub id: Option<u64>,
    /// The rest of it.
    #[serde(flatten)]
    pub contact: NewContact,
    /// Without it the contact was made at load.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
}

/// Why a file could not be loaded or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistenceError {
    /// The file could not be read.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// The file is not a snapshot.
    #[error("{} is not a list of sandbox contacts", .0.display())]
    Parse(PathBuf, #[source] serde_json::Error),
    /// The file could not be written.
    #[error("cannot write {}", .0.display())]
    Write(PathBuf, #[source] std::io::Error),
    /// Two contacts have one id.
    #[error("two contacts have the id {0}")]
    DuplicateId(u64),
}

impl Snapshot {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, PersistenceError> {
        read_json(path)
    }

    /// Writes a file, in one step.
    pub fn save(&self, path: &Path) -> Result<(), PersistenceError> {
        write_json(path, self)
    }

    /// The contacts and definitions of an account.
    pub(crate) fn of(state: &State) -> Self {
        let contacts = state.all().values().map(|contact| FileContact::from(Contact::clone(contact)));
        Self {
            next_id: state.next_id(),
            custom_fields: state.custom_fields.clone(),
            contacts: contacts.collect(),
            calls: Vec::new(),
        }
    }

    /// The account a snapshot describes.
    pub(crate) fn into_state(self, now: Timestamp) -> Result<State, PersistenceError> {
        let mut state = State::default();
        state.custom_fields = self.custom_fields;
        state.skip_ids_below(self.next_id);
        let (with_id, without_id): (Vec<_>, Vec<_>) = self.contacts.into_iter().partition(|row| row.id.is_some());
        // Given ids first, so that a contact without one cannot take one of theirs.
        for row in with_id.into_iter().chain(without_id) {
            let id = row.id.unwrap_or_else(|| state.take_id(false));
            if state.get(id).is_some() {
                return Err(PersistenceError::DuplicateId(id));
            }
            state.custom_fields.extend(row.contact.custom_fields.keys().cloned());
            state.put(row.contact.with_id(id, row.created_at.unwrap_or_else(|| whole_second(now))));
        }
        Ok(state)
    }
}

/// Reads a file as JSON.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, PersistenceError> {
    // Parsing from memory is several times faster than from a reader.
    let bytes = std::fs::read(path).map_err(|error| PersistenceError::Read(path.to_owned(), error))?;
    serde_json::from_slice(&bytes).map_err(|error| PersistenceError::Parse(path.to_owned(), error))
}

/// Writes a file as JSON, in one step.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), PersistenceError> {
    write(path, value).map_err(|error| PersistenceError::Write(path.to_owned(), error))
}

fn write(path: &Path, value: &impl Serialize) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = NamedTempFile::new_in(folder)?;
    let mut writer = BufWriter::new(beside.as_file_mut());
    serde_json::to_writer_pretty(&mut writer, value)?;
    writer.write_all(b"\n")?;
    writer.flush()?;
    drop(writer);
    beside.as_file().sync_all()?;
    beside.persist(path)?;
    Ok(())
}

impl From<Contact> for FileContact {
    fn from(contact: Contact) -> Self {
        Self {
            id: Some(contact.id),
            created_at: Some(contact.created_at),
            contact: NewContact {
                first_name: contact.first_name,
                last_name: contact.last_name,
                phone: contact.phone,
                email: contact.email,
                company: contact.company,
                custom_fields: contact.custom_fields,
            },
        }
    }
}
