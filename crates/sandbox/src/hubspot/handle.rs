//! The account as a value: what tests hold to look inside and to act as a user of the CRM.
//!
//! Nothing here goes through HTTP, so nothing here is limited, faulted, logged or counted. What a user does moves the
//! last change and reaches the search index late, as everything does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;

use super::counters::Counters;
use super::faults::Fault;
use super::object::Object;
use super::people;
use super::property::Property;
use super::record::{Record, Source};
use super::route::ObjectKind;
use super::running::Running;
use super::settings::Settings;
use super::snapshot::Snapshot;
use super::world::World;
use super::{LogEntry, control, pipeline};
use crate::clock::{Clock, SystemClock};
use crate::persistence::PersistenceError;
use crate::server::StartError;

/// The user of the CRM who does what tests do, where they name nobody.
const USER: u64 = 9001;

/// An account. Clones are handles to the same one.
#[derive(Clone)]
pub struct HubSpot {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Arc<dyn Clock>,
    world: Mutex<World>,
}

impl std::fmt::Debug for HubSpot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HubSpot").field("contacts", &self.contact_count()).finish_non_exhaustive()
    }
}

impl HubSpot {
    /// An empty account that lives by the system's clock.
    pub fn new(settings: Settings) -> Self {
        Self::with_clock(settings, Arc::new(SystemClock))
    }

    /// An empty account that lives by the given clock.
    pub fn with_clock(settings: Settings, clock: Arc<dyn Clock>) -> Self {
        Self { shared: Arc::new(Shared { clock, world: Mutex::new(World::new(settings)) }) }
    }

    /// Serves on 127.0.0.1 at this port; 0 takes any free one.
    pub async fn start(&self, port: u16) -> Result<Running, StartError> {
        Running::start(self.clone(), port).await
    }

    /// The HTTP side without a socket, for calls inside a test. Faults that close connections need a socket.
    pub fn router(&self) -> Router {
        control::router().fallback(pipeline::serve).with_state(self.clone())
    }

    /// All live contacts, by id.
    pub fn contacts(&self) -> Vec<Object> {
        self.world().contacts.live().values().map(|record| Object::from(&**record)).collect()
    }

    /// All archived contacts, by id, also those that are too old to be restored.
    pub fn archived_contacts(&self) -> Vec<Object> {
        self.world().contacts.archived().values().map(|record| Object::from(&**record)).collect()
    }

    /// How many live contacts there are.
    pub fn contact_count(&self) -> usize {
        self.world().contacts.len()
    }

    /// The live contact with this id, or the one it was merged into.
    pub fn contact(&self, id: u64) -> Option<Object> {
        self.world().contacts.follow(id).map(shown)
    }

    /// All calls, by id.
    pub fn calls(&self) -> Vec<Object> {
        self.world().calls.live().values().map(|record| Object::from(&**record)).collect()
    }

    /// A user makes a contact, unchecked. Properties that do not exist become defined as text.
    pub fn insert<K: Into<String>, V: Into<String>>(&self, properties: impl IntoIterator<Item = (K, V)>) -> Object {
        let now = self.now();
        shown(&self.world().insert(map(properties), now, Source::User(USER)))
    }

    /// Adds so many made-up people. The same seed makes the same ones.
    pub fn insert_people(&self, count: usize, seed: u64) {
        let now = self.now();
        let mut world = self.world();
        for person in people::people(count, seed) {
            world.insert(person, now, Source::User(USER));
        }
    }

    /// A user changes values in the CRM's pages: numbers among them get the pages' form (`+1 415-555-0101`). Empty
    /// values clear. `None` if there is no such contact.
    pub fn edit_as_user<K: Into<String>, V: Into<String>>(
        &self,
        id: u64,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Option<Object> {
        self.edit_as(USER, id, properties)
    }

    /// The same by another user, whom the history names.
    pub fn edit_as<K: Into<String>, V: Into<String>>(
        &self,
        user: u64,
        id: u64,
        properties: impl IntoIterator<Item = (K, V)>,
    ) -> Option<Object> {
        let now = self.now();
        self.world().edit_as_user(id, map(properties), now, user).as_ref().map(shown)
    }

    /// A user saves a contact unchanged: its numbers get the pages' form. `None` if there is no such contact.
    pub fn reformat_phones(&self, id: u64) -> Option<Object> {
        let now = self.now();
        self.world().reformat_phones(id, now, USER).as_ref().map(shown)
    }

    /// A user merges the second contact into the first: a new one takes the place of both. `None` if one is not there.
    pub fn merge(&self, primary: u64, other: u64) -> Option<Object> {
        let now = self.now();
        self.world().merge(primary, other, now).as_ref().map(shown)
    }

    /// A user deletes a contact. `None` if there is no such contact.
    pub fn archive(&self, id: u64) -> Option<Object> {
        let now = self.now();
        self.world().contacts.archive(id, now).as_ref().map(shown)
    }

    /// A user restores a contact that was deleted in the last 90 days. `None` if there is no such contact.
    pub fn restore(&self, id: u64) -> Option<Object> {
        let now = self.now();
        self.world().contacts.restore(id, now).as_ref().map(shown)
    }

    /// Defines a property, in place of the one with its name.
    pub fn define(&self, kind: ObjectKind, property: Property) {
        self.world().collection_mut(kind).define(property);
    }

    /// Removes a definition; values stay unseen.
    pub fn undefine(&self, kind: ObjectKind, name: &str) -> Option<Property> {
        self.world().collection_mut(kind).undefine(name)
    }

    /// The definitions, by name.
    pub fn properties(&self, kind: ObjectKind) -> Vec<Property> {
        self.world().collection(kind).definitions().cloned().collect()
    }

    /// Leaves so many requests for today, as if other apps had used up the rest.
    pub fn leave_today(&self, requests: u64) {
        let now = self.now();
        let world = &mut *self.world();
        world.limits.leave_today(requests, now, &world.settings);
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

    /// Contacts, calls, next id and definitions.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.world())
    }

    /// Puts a snapshot in place of the account. On an error the account stays as it is.
    pub fn restore_snapshot(&self, snapshot: Snapshot) -> Result<(), PersistenceError> {
        let now = self.now();
        let world = &mut *self.world();
        snapshot.put_into(world, now)
    }

    /// Loads the account from a JSON file.
    pub fn load(&self, path: &Path) -> Result<(), PersistenceError> {
        self.restore_snapshot(Snapshot::load(path)?)
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
        // A panic elsewhere fails its own test; the account goes on.
        self.shared.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn map<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn shown(record: &Arc<Record>) -> Object {
    Object::from(&**record)
}
