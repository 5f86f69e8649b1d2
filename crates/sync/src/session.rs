//! Everything that one run works with.

use crate::calls::{CallCells, Enriched};
use crate::columns::Columns;
use crate::env::{Env, Events};
use crate::error::Result;
use crate::fold::Folded;
use connector::{Connector, Identity};
use engine::Settings;
use engine::normalizer::Normalizer;
use engine::settings::GuardClass;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{BySide, Field, LinkId, RecordId, Schema, Side};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use store::{CopyChange, StateChange, Store};

/// What a session is made of.
pub struct SessionParts<'a> {
    /// The state.
    pub store: Store,
    /// The replicas.
    pub connectors: BySide<Box<dyn Connector>>,
    /// The user's choices.
    pub settings: Settings,
    /// Canonical forms.
    pub normalizer: Normalizer,
    /// The scope in words, to notice when it changes (S10).
    pub scope: String,
    /// What the configuration calls fields on a side, to notice when a field becomes another column.
    pub columns: Columns,
    /// What a person lets through in this run.
    pub approvals: BTreeMap<GuardClass, u64>,
    /// Time and names.
    pub env: &'a dyn Env,
    /// Who watches.
    pub events: &'a dyn Events,
}

/// One run's surroundings.
pub struct Session<'a> {
    pub(crate) store: Store,
    pub(crate) connectors: BySide<Box<dyn Connector>>,
    pub(crate) settings: Settings,
    pub(crate) normalizer: Rc<Normalizer>,
    pub(crate) scope: String,
    pub(crate) columns: Columns,
    pub(crate) config: String,
    pub(crate) approvals: BTreeMap<GuardClass, u64>,
    pub(crate) env: &'a dyn Env,
    pub(crate) events: &'a dyn Events,
    /// Who is on the other end, where that was just found out.
    pub(crate) known: RefCell<Option<BySide<Identity>>>,
    /// What sides with a feed of changes showed, to be kept once the run is done.
    pub(crate) copies: RefCell<Vec<CopyChange>>,
    /// Fields that synced numbers stand in, as far as the state does not know it.
    pub(crate) number_fields: RefCell<Vec<(RecordId, String)>>,
    /// Links whose record has another id now, to be noted once the run is done.
    pub(crate) moved: RefCell<Vec<(LinkId, Side, RecordId)>>,
    /// Decisions about records that have another id now, to be noted likewise.
    pub(crate) followed: RefCell<Vec<StateChange>>,
    /// What calls come to, for the computed fields.
    pub(crate) call_cells: CallCells,
}

impl<'a> Session<'a> {
    /// Puts a session together.
    pub fn new(parts: SessionParts<'a>) -> Self {
        let config = fingerprint(&parts.settings, &parts.scope);
        let call_cells = CallCells::default();
        let mut connectors = parts.connectors;
        if has_call_fields(&parts.settings.schema) {
            // One more reader of phones: the connector's own, since it may be asked from any thread.
            let normalizer = Normalizer::new(parts.normalizer.region());
            let schema = &parts.settings.schema;
            connectors.justcall = Box::new(Enriched::new(connectors.justcall, schema, call_cells.clone(), normalizer));
        }
        connectors.crm = Box::new(Folded::new(connectors.crm, parts.settings.schema.phone()));
        Self {
            store: parts.store,
            connectors,
            settings: parts.settings,
            normalizer: Rc::new(parts.normalizer),
            scope: parts.scope,
            columns: parts.columns,
            config,
            approvals: parts.approvals,
            env: parts.env,
            events: parts.events,
            known: RefCell::default(),
            copies: RefCell::default(),
            number_fields: RefCell::default(),
            moved: RefCell::default(),
            followed: RefCell::default(),
            call_cells,
        }
    }

    /// Whether contacts carry fields that are computed from calls.
    pub(crate) fn has_call_fields(&self) -> bool {
        has_call_fields(&self.settings.schema)
    }

    /// Computes what calls come to, as of now.
    pub(crate) fn load_calls(&self) -> Result<()> {
        if !self.has_call_fields() {
            return Ok(());
        }
        let synced = self.store.calls_synced()?;
        let summaries = synced.map(|_| self.store.call_summaries(month(self.env.now()))).transpose()?;
        *self.call_cells.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = summaries;
        Ok(())
    }

    /// Whether this run read only what changed on a side.
    pub(crate) fn is_fed(&self, side: Side) -> bool {
        self.copies.borrow().iter().any(|change| change.side == side && !change.whole)
    }

    /// Gives the state and the canonical forms back: both are dear to open, and a process that holds several sessions
    /// needs them once.
    pub fn into_parts(self) -> (Store, Option<Normalizer>) {
        (self.store, Rc::into_inner(self.normalizer))
    }

    /// The state, to look into.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The state, to store a person's answer.
    pub const fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The replicas.
    pub const fn connectors(&self) -> &BySide<Box<dyn Connector>> {
        &self.connectors
    }

    /// The choices.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Canonical forms.
    pub fn normalizer(&self) -> &Normalizer {
        &self.normalizer
    }
}

fn has_call_fields(schema: &Schema) -> bool {
    schema.fields().iter().any(Field::is_computed)
}

/// Where the 30 days begin: at a midnight (UTC), today being the last of them. So the count moves at most once a day, and
/// a second run on the same day finds nothing to write.
fn month(now: Timestamp) -> Timestamp {
    let day = now.to_zoned(TimeZone::UTC).start_of_day().map_or(now, |midnight| midnight.timestamp());
    day.checked_sub(SignedDuration::from_hours(29 * 24)).unwrap_or(day)
}

/// Fingerprint of every choice that decides: a plan made under other choices is not applied.
fn fingerprint(settings: &Settings, scope: &str) -> String {
    let text = format!("{settings:?}\n{scope}\n{}", Normalizer::version());
    crate::seal::hex(&Sha256::digest(text.as_bytes())[..8])
}
