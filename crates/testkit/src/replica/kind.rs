//! What a replica in memory can do, as data: like a phone system with an API, or like a file.

use model::{AbsenceProof, Capabilities, Via};

/// What a replica does to a value that it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// Cuts spaces off at both ends.
    Trim,
    /// Upper case.
    Shout,
    /// At most so many characters.
    Cut(usize),
    /// Drops the plus of a phone.
    BarePhones,
}

/// What a replica can do.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // each is one independent trait of the replica
pub struct Kind {
    /// What it tells the job.
    pub capabilities: Capabilities,
    /// New contacts get an id.
    pub gives_ids: bool,
    /// A bulk answer tells the ids of new contacts.
    pub ids_in_answers: bool,
    /// An answer shows the record as it is stored now.
    pub shows_stored: bool,
    /// What a bulk request does not mention of a contact that exists is emptied.
    pub bulk_replaces: bool,
    /// Refuses a number that another contact has.
    pub unique_phones: bool,
    /// Refuses a write where the record is not what the writer saw.
    pub notices_moves: bool,
    /// Its last scope column is a second field for numbers, behind the phone's own.
    pub several_numbers: bool,
    /// What it makes of values.
    pub rewrites: Vec<Rewrite>,
    /// How late listings are, in seconds.
    pub lag: i64,
}

impl Kind {
    /// Like `JustCall`: bulk by phone without ids or read-back, deletion by id, absence proven by asking.
    pub fn phone_system() -> Self {
        Self {
            capabilities: Capabilities {
                create_via: Via::Bulk,
                update_via: Via::Bulk,
                phone_update_via: Via::Put,
                delete_via: Via::Delete,
                batch: 5000,
                concurrency: 4,
                absence_proof: AbsenceProof::Probe,
                phone_required: true,
                unique_phones: true,
                bulk_by_phone: true,
                field_times: false,
                read_batch: 1,
                change_feed: false,
                read_lag_seconds: 30,
            },
            gives_ids: true,
            ids_in_answers: false,
            shows_stored: false,
            bulk_replaces: false,
            unique_phones: false,
            notices_moves: false,
            several_numbers: false,
            rewrites: Vec::new(),
            lag: 0,
        }
    }

    /// Like a phone system that answers with ids and with what it stored.
    pub fn talkative() -> Self {
        Self { ids_in_answers: true, shows_stored: true, ..Self::phone_system() }
    }

    /// Like a file: replaced as a whole, read back, absence proven by its listing.
    pub fn file() -> Self {
        Self {
            capabilities: Capabilities {
                create_via: Via::File,
                update_via: Via::File,
                phone_update_via: Via::File,
                delete_via: Via::File,
                batch: usize::MAX,
                concurrency: 1,
                absence_proof: AbsenceProof::Listing,
                phone_required: false,
                unique_phones: false,
                bulk_by_phone: false,
                field_times: false,
                read_batch: 1,
                change_feed: false,
                read_lag_seconds: 0,
            },
            gives_ids: true,
            ids_in_answers: true,
            shows_stored: true,
            bulk_replaces: false,
            unique_phones: false,
            notices_moves: true,
            several_numbers: false,
            rewrites: Vec::new(),
            lag: 0,
        }
    }

    /// A file whose new rows have no id until the CRM imports it.
    pub fn file_without_ids() -> Self {
        Self { gives_ids: false, ..Self::file() }
    }

    /// The same, with a second number for each contact.
    #[must_use]
    pub fn with_several_numbers(self) -> Self {
        Self { several_numbers: true, ..self }
    }

    /// The same, and it tells what changed since an earlier reading.
    #[must_use]
    pub fn with_feed(mut self) -> Self {
        self.capabilities.change_feed = true;
        self
    }

    /// The same, and it tells when and by whom each value was set.
    #[must_use]
    pub fn with_times(mut self) -> Self {
        self.capabilities.field_times = true;
        self
    }

    /// Whether a batch that travels so is one effect.
    pub(crate) const fn is_one_effect(via: Via) -> bool {
        matches!(via, Via::Bulk | Via::File)
    }

    pub(crate) fn rewritten(&self, is_phone: bool, text: &str) -> String {
        let mut text = text.to_owned();
        for rewrite in &self.rewrites {
            text = match rewrite {
                Rewrite::BarePhones if is_phone => text.trim_start_matches('+').to_owned(),
                Rewrite::Trim if !is_phone => text.trim().to_owned(),
                Rewrite::Shout if !is_phone => text.to_uppercase(),
                Rewrite::Cut(most) if !is_phone => text.chars().take(*most).collect(),
                _ => text,
            };
        }
        text
    }
}
