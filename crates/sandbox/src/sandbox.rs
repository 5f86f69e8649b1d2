//! The sandbox as a value: what tests and the demo hold to look inside and to act as a user of the phone system.
//!
//! Nothing here goes through HTTP, so nothing here is limited, faulted, logged or counted.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;

use crate::clock::{Clock, SystemClock};
use crate::contact::{Contact, NewContact};
use crate::control;
use crate::faults::Fault;
use crate::log::{Counters, LogEntry};
use crate::persistence::{PersistenceError, Snapshot};
use crate::pipeline;
use crate::server::{Running, StartError};
use crate::settings::Settings;
use crate::world::World;

/// A sandbox. Clones are handles to the same one.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("contacts", &self.world().state.len()).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// An empty account that lives by the system's clock.
    pub fn new(settings: Settings) -> Self {
        Self::with_clock(settings, Arc::new(SystemClock))
    }

    /// An empty account that lives by the given clock.
    pub fn with_clock(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let world = Mutex::new(World { settings, ..World::default() });
        Self { shared: Arc::new(Shared { clock, world }) }
    }

    /// Serves on 127.0.0.1 at this port; 0 takes any free one.
    pub async fn start(&self, port: u16) -> Result<Running, StartError> {
        Running::start(self.clone(), port).await
    }

    /// The HTTP side without a socket, for calls inside a test. Faults that close connections need a socket.
    pub fn router(&self) -> Router {
        control::router().fallback(pipeline::serve).with_state(self.clone())
    }

    /// All contacts, by id.
    pub fn contacts(&self) -> Vec<Contact> {
        self.world().state.all().values().map(|contact| Contact::clone(contact)).collect()
    }

    /// How many contacts there are.
    pub fn contact_count(&self) -> usize {
        self.world().state.len()
    }

    /// One contact.
    pub fn contact(&self, id: u64) -> Option<Contact> {
        self.world().state.get(id).map(|contact| Contact::clone(contact))
    }

    /// All contacts with this number, by id; `+41…` also finds `41…`.
    pub fn contacts_by_phone(&self, phone: &str) -> Vec<Contact> {
        let world = self.world();
        let found = world.state.ids_by_phone(phone).filter_map(|id| world.state.get(id));
        found.map(|contact| Contact::clone(contact)).collect()
    }

    /// Makes a contact, unchecked. Custom fields it uses become defined.
    pub fn insert(&self, contact: NewContact) -> Contact {
        let now = self.now();
        self.world().insert(contact, now)
    }

    /// Makes many contacts at once.
    pub fn insert_all(&self, contacts: impl IntoIterator<Item = NewContact>) {
        let now = self.now();
        let mut world = self.world();
        for contact in contacts {
            world.insert(contact, now);
        }
    }

    /// Edits a contact, unchecked; id and creation time stay. `None` if there is no such contact.
    pub fn edit(&self, id: u64, edit: impl FnOnce(&mut Contact)) -> Option<Contact> {
        let mut world = self.world();
        let before = world.state.get(id)?;
        let mut contact = Contact::clone(before);
        let created_at = contact.created_at;
        edit(&mut contact);
        contact.id = id;
        contact.created_at = created_at;
        world.state.custom_fields.extend(contact.custom_fields.keys().cloned());
        Some(Contact::clone(&world.state.put(contact)))
    }

    /// Deletes a contact for good. `None` if there is no such contact.
    pub fn delete(&self, id: u64) -> Option<Contact> {
        self.world().state.remove(id).map(|contact| Contact::clone(&contact))
    }

    /// Defines a custom field in the account.
    pub fn define_custom_field(&self, key: &str) {
        self.world().state.custom_fields.insert(key.to_owned());
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Settings {
        self.world().settings.clone()
    }

    /// Changes settings; they hold from the next request on.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.world().settings);
    }

    /// The faults that are switched on.
    pub fn faults(&self) -> Vec<Fault> {
        self.world().faults.faults()
    }

    /// Switches a fault on, beside those that are; its counts begin at 0.
    pub fn add_fault(&self, fault: Fault) {
        self.world().faults.add(fault);
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// The latest API requests, oldest first; at most 100,000.
    pub fn log(&self) -> Vec<LogEntry> {
        self.world().log.entries()
    }

    /// Counts since the start or the last reset.
    pub fn counters(&self) -> Counters {
        self.world().counters.clone()
    }

    /// Empties the log and sets the counters to 0. Limits and faults go on counting.
    pub fn reset_counters(&self) {
        let mut world = self.world();
        world.log.clear();
        world.counters = Counters::default();
    }

    /// Contacts, next id and custom-field definitions.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.world().state)
    }

    /// Puts a snapshot in place of the account. On an error the account stays as it is.
    pub fn restore(&self, snapshot: Snapshot) -> Result<(), PersistenceError> {
        let state = snapshot.into_state(self.now())?;
        let mut world = self.world();
        world.state = state;
        world.history.clear();
        Ok(())
    }

    /// Loads the account from a JSON file.
    pub fn load(&self, path: &Path) -> Result<(), PersistenceError> {
        self.restore(Snapshot::load(path)?)
    }

    /// Saves the account to a JSON file, in one step.
    pub fn save(&self, path: &Path) -> Result<(), PersistenceError> {
        self.snapshot().save(path)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// The world, locked. Never held while waiting.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere fails its own test; the sandbox goes on.
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
