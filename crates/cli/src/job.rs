//! Opens everything that one run works with: lock, state, connectors.

use crate::context::Context;
use crate::failure::{Failure, Fallible};
use crate::output;
use crate::own_files;
use crate::progress::Bars;
use crate::registry::Setup;
use crate::surroundings::{System, entropy};
use engine::GuardClass;
use engine::normalizer::Normalizer;
use model::{BySide, Side};
use std::collections::BTreeMap;
use store::{LockGuard, Owner, Store};
use sync::{Env, Events, Session, SessionParts};

/// Whether the run may write to the replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads only: writing is refused by construction.
    Read,
    /// Reads and writes.
    Write,
}

/// What a run needs beside the session.
pub(crate) struct Job {
    pub(crate) env: System,
    pub(crate) bars: Bars,
    _lock: Option<LockGuard>,
    store: Option<Store>,
}

impl Job {
    /// Takes the lock and opens the state.
    pub(crate) fn open(context: &Context, setup: &Setup, command: &str) -> Fallible<Self> {
        let env = System::new();
        let path = setup.config.state_path();
        let lock = lock(&path, &env, command)?;
        let store = made(Store::open_meanwhile(&path, entropy())?, command);
        let wide = own_files::secrets(&setup.config).filter_map(|file| output::wide(&file, "a secret"));
        for warning in store.warnings().iter().cloned().chain(wide) {
            context.note(&format!("warning: {warning}"));
        }
        Ok(Self { env, bars: Bars::new(context.global.quiet), _lock: Some(lock), store: Some(store) })
    }

    /// Opens the state beside a run that may be under way, to make a call: one at a time, until the guard is dropped.
    pub(crate) fn open_to_dial(setup: &Setup, command: &str) -> Fallible<(Self, LockGuard)> {
        let env = System::new();
        let path = setup.config.state_path();
        let lock = store::lock_dialling(&path, &owner(&env, command))?;
        let store = made(Store::open(&path, entropy())?, command);
        Ok((Self { env, bars: Bars::new(true), _lock: None, store: Some(store) }, lock))
    }

    /// What was approved for this run, and what was stored for the next one: that is this.
    pub(crate) fn approvals(&self, given: BTreeMap<GuardClass, u64>) -> Fallible<BTreeMap<GuardClass, u64>> {
        match &self.store {
            Some(store) => Ok(sync::decide::approvals(store, given)?),
            None => Ok(given),
        }
    }

    /// The session of this run, with progress on standard error.
    pub(crate) fn session(
        &mut self,
        setup: &Setup,
        access: Access,
        approvals: BTreeMap<GuardClass, u64>,
    ) -> Fallible<Session<'_>> {
        let store = self.store.take();
        session(store, &self.env, setup, access, approvals, &self.bars)
    }

    /// The session of this run, with somebody else to watch it.
    pub(crate) fn session_watched<'a>(
        &'a mut self,
        setup: &Setup,
        access: Access,
        approvals: BTreeMap<GuardClass, u64>,
        events: &'a dyn Events,
    ) -> Fallible<Session<'a>> {
        let store = self.store.take();
        session(store, &self.env, setup, access, approvals, events)
    }
}

/// Says so where the state had to be made.
fn made(store: Store, command: &str) -> Store {
    if store.is_new() && !matches!(command, "demo" | "adopt") {
        // Also with --quiet: whoever lost a state must hear of it, and most of all at night (S43).
        let path = store.path().display();
        eprintln!(
            "a new state was made at {path}: nothing is known of earlier runs. If there was one before, \
             stop and restore it from a backup, or use `tieline adopt`"
        );
    }
    store
}

fn session<'a>(
    store: Option<Store>,
    env: &'a System,
    setup: &Setup,
    access: Access,
    approvals: BTreeMap<GuardClass, u64>,
    events: &'a dyn Events,
) -> Fallible<Session<'a>> {
    let Some(store) = store else {
        return Err(Failure::new("the state is in use by this very run"));
    };
    let connectors = setup.connectors(learned(&store)?)?;
    let connectors = match access {
        Access::Write => connectors,
        Access::Read => {
            connectors.map(|connector| -> Box<dyn connector::Connector> { Box::new(connector::ReadOnly(connector)) })
        }
    };
    Ok(Session::new(SessionParts {
        store,
        connectors,
        settings: setup.settings.clone(),
        normalizer: Normalizer::new(setup.region),
        scope: setup.scope_text(),
        columns: setup.columns(),
        approvals,
        env,
        events,
    }))
}

/// What earlier runs found out about each side.
pub(crate) fn learned(store: &Store) -> Fallible<BySide<Vec<(String, String)>>> {
    let facts = store.facts()?;
    Ok(BySide::from_fn(|side: Side| {
        let own = |(key, value): &(String, String)| {
            Some((key.strip_prefix(side.name())?.strip_prefix('.')?.to_owned(), value.clone()))
        };
        facts.iter().filter_map(own).collect()
    }))
}

/// Keeps other runs away from the state.
pub(crate) fn lock(path: &std::path::Path, env: &System, command: &str) -> Fallible<LockGuard> {
    Ok(store::lock(path, &owner(env, command))?)
}

fn owner(env: &System, command: &str) -> Owner {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    Owner { pid: std::process::id(), host, since: env.now(), command: command.to_owned() }
}

/// A session belongs to one thread, so a job that a server starts has a runtime of its own on the thread that it was given.
pub(crate) fn wait_for<T>(work: impl Future<Output = Fallible<T>>) -> Fallible<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::from_error(&error))?.block_on(work)
}

/// After a run: what is older than `[state] keep_days` is erased from the state.
pub(crate) fn retain(session: &mut Session<'_>, setup: &Setup, now: jiff::Timestamp) -> Fallible<()> {
    let age = jiff::SignedDuration::from_hours(24 * i64::from(setup.config.state.keep_days));
    if let Ok(cutoff) = now.checked_sub(age) {
        session.store_mut().retain_since(cutoff)?;
    }
    Ok(())
}

/// The state, to look into; nothing is locked, nothing created.
pub(crate) fn look(setup_path: &std::path::Path) -> Fallible<Store> {
    Ok(Store::open_existing(setup_path)?)
}
