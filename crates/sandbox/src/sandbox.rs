//! The sandbox as a value: what tests and the demo hold to look inside and to act as a user of the phone system.
//!
//! Nothing here goes through HTTP, so nothing here is limited, faulted, logged or counted.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::calls::{self, CallHistory, Delivery, PhoneCall};
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
    /// Wakes whoever delivers, once there is something to deliver or a call in flight.
    told: Notify,
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
        Self { shared: Arc::new(Shared { clock, world, told: Notify::new() }) }
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
        let mut world = self.world();
        let made = world.insert(contact, now);
        let shown = made.to_json(world.settings.choices.empty_fields);
        world.tell("contact.created", &shown.into(), now);
        drop(world);
        self.wake();
        made
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

    /// All calls, the first one first; those in flight as they are by now.
    pub fn calls(&self) -> Vec<PhoneCall> {
        let now = self.now();
        let mut world = self.world();
        world.advance(now);
        world.calls.all().iter().map(|call| PhoneCall::clone(call)).collect()
    }

    /// How many calls there are.
    pub fn call_count(&self) -> usize {
        self.world().calls.len()
    }

    /// One call.
    pub fn call(&self, id: &str) -> Option<PhoneCall> {
        let now = self.now();
        let mut world = self.world();
        world.advance(now);
        world.calls.get(id).map(|call| PhoneCall::clone(call))
    }

    /// Adds a call, unchecked, and tells the webhooks of it. Without an id it gets one.
    pub fn add_call(&self, mut call: PhoneCall) -> PhoneCall {
        let now = self.now();
        let mut world = self.world();
        if call.call_id.is_empty() {
            call.call_id = world.calls.take_id();
        }
        world.calls.put(call.clone());
        world.tell_of(&call, now);
        drop(world);
        self.wake();
        call
    }

    /// Changes a call, unchecked: notes and dispositions come late. Its id stays. `None` if there is no such call.
    pub fn edit_call(&self, id: &str, edit: impl FnOnce(&mut PhoneCall)) -> Option<PhoneCall> {
        let mut world = self.world();
        let mut call = PhoneCall::clone(world.calls.get(id)?);
        edit(&mut call);
        id.clone_into(&mut call.call_id);
        world.calls.put(call.clone());
        Some(call)
    }

    /// Deletes a call. `None` if there is no such call.
    pub fn delete_call(&self, id: &str) -> Option<PhoneCall> {
        self.world().calls.remove(id).map(|call| PhoneCall::clone(&call))
    }

    /// Adds a made-up history with the account's contacts. No webhook is told: it is the past.
    pub fn make_history(&self, history: &CallHistory) {
        let now = self.now();
        let mut world = self.world();
        let contacts: Vec<String> = world.state.all().values().map(|contact| contact.phone.clone()).collect();
        let settings = world.settings.clone();
        let account = calls::Account { contacts: &contacts, numbers: &settings.numbers, agents: &settings.agents };
        for mut call in calls::generate(history, &account, history.until.unwrap_or(now)) {
            call.call_id = world.calls.take_id();
            world.calls.put(call);
        }
    }

    /// Callbacks and webhooks, sent or waiting.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world().outbox.all().to_vec()
    }

    /// Sends what is due by the sandbox's clock, and answers with how many deliveries were tried. A running sandbox does
    /// it by itself.
    pub async fn deliver_due(&self) -> usize {
        let (due, secret) = {
            let now = self.now();
            let mut world = self.world();
            world.advance(now);
            let more = !world.live.is_empty();
            (world.outbox.due(now, more), world.settings.api_secret.clone())
        };
        for delivery in &due {
            let mut status = 0;
            for _ in 0..=delivery.copies {
                status = calls::post(delivery, &secret).await;
            }
            let now = self.now();
            self.world().outbox.answered(delivery.number, status, now);
        }
        due.len()
    }

    /// Whether a delivery waits, or a call in flight will bring one.
    pub(crate) fn has_news(&self) -> bool {
        let world = self.world();
        !world.live.is_empty() || world.outbox.is_waiting()
    }

    pub(crate) fn wake(&self) {
        if self.has_news() {
            self.shared.told.notify_one();
        }
    }

    /// Waits until there may be something to deliver.
    pub(crate) async fn news(&self) {
        self.shared.told.notified().await;
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
        let mut world = self.world();
        let calls = world.calls.all().iter().map(|call| PhoneCall::clone(call)).collect();
        Snapshot { calls, ..Snapshot::of(&world.state) }
    }

    /// Puts a snapshot in place of the account. On an error the account stays as it is.
    pub fn restore(&self, mut snapshot: Snapshot) -> Result<(), PersistenceError> {
        let mut log = calls::CallLog::default();
        for mut call in std::mem::take(&mut snapshot.calls) {
            if call.call_id.is_empty() {
                call.call_id = log.take_id();
            }
            log.put(call);
        }
        let state = snapshot.into_state(self.now())?;
        let mut world = self.world();
        world.state = state;
        world.calls = log;
        world.live = calls::LiveCalls::default();
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
