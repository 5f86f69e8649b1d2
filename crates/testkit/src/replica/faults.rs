//! What goes wrong, as data that a test switches on and off. Nothing here happens by chance.

use connector::ErrorKind;
use model::Field;
use std::collections::{BTreeSet, VecDeque};

/// What becomes of one write whose answer is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The request never arrived.
    BeforeEffect,
    /// It was carried out; nobody said so.
    AfterEffect,
    /// It was acknowledged and not carried out.
    Acknowledged,
}

/// An edit by a user at an awkward moment: contact, field, value; an empty field deletes the contact.
pub type AwkwardEdit = (String, String, String);

/// What goes wrong now.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools)] // each is one independent fault
pub struct Faults {
    /// Listings say that they are partial, and show the first half.
    pub partial: bool,
    /// Listings are empty and say that they are complete.
    pub empty: bool,
    /// Listings end after so many records and say that they are complete.
    pub cut_at: Option<usize>,
    /// Contacts (by any text in them, or id) that listings miss: page drift.
    pub hidden: BTreeSet<String>,
    /// The first record is listed twice.
    pub doubled: bool,
    /// Listings run backwards.
    pub reversed: bool,
    /// Listings hold everything of all records, whatever whoever reads them remembers. Nothing goes wrong by that.
    pub whole: bool,
    /// Listings fail.
    pub list_error: Option<ErrorKind>,
    /// Histories of values cannot be read.
    pub history_error: Option<ErrorKind>,
    /// Its feed of changes knows no cursor any more.
    pub cursor_lost: bool,
    /// Its feed of changes tells of nothing.
    pub silent_feed: bool,
    /// Nobody can say who this is.
    pub identify_error: Option<ErrorKind>,
    /// Batches fail before anything is sent.
    pub apply_error: Option<ErrorKind>,
    /// Asking for single records says that they do not exist.
    pub false_gone: bool,
    /// Answers leave out their last result.
    pub short_answer: bool,
    /// Asking for single records fails to give a clear answer.
    pub unclear: bool,
    /// Writes of a contact with this text are refused.
    pub refused: BTreeSet<String>,
    /// Fields that are acknowledged and not stored.
    pub ignored: BTreeSet<Field>,
    /// Fields that listings do not say anything about.
    pub unknown: BTreeSet<Field>,
    /// What becomes of the next writes that travel one by one, or of the next batches.
    pub losses: VecDeque<Loss>,
    /// Edits that a user makes just after the next listing was taken.
    pub after_listing: VecDeque<AwkwardEdit>,
    /// Edits that a user makes just before the next batch is carried out.
    pub meanwhile: VecDeque<AwkwardEdit>,
}

impl Faults {
    /// Whether a listing taken now can be short without saying so, or says that it is partial.
    pub fn lies(&self) -> bool {
        self.partial || self.empty || self.cut_at.is_some() || !self.hidden.is_empty() || self.list_error.is_some()
    }
}
