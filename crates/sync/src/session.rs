//! Everything that one run works with.

use crate::env::{Env, Events};
use connector::Connector;
use engine::Settings;
use engine::normalizer::Normalizer;
use engine::settings::GuardClass;
use model::BySide;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::rc::Rc;
use store::Store;

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
    pub(crate) config: String,
    pub(crate) approvals: BTreeMap<GuardClass, u64>,
    pub(crate) env: &'a dyn Env,
    pub(crate) events: &'a dyn Events,
}

impl<'a> Session<'a> {
    /// Puts a session together.
    pub fn new(parts: SessionParts<'a>) -> Self {
        let config = fingerprint(&parts.settings, &parts.scope);
        Self {
            store: parts.store,
            connectors: parts.connectors,
            settings: parts.settings,
            normalizer: Rc::new(parts.normalizer),
            scope: parts.scope,
            config,
            approvals: parts.approvals,
            env: parts.env,
            events: parts.events,
        }
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

/// Fingerprint of every choice that decides: a plan made under other choices is not applied.
fn fingerprint(settings: &Settings, scope: &str) -> String {
    let text = format!("{settings:?}\n{scope}\n{}", Normalizer::version());
    crate::seal::hex(&Sha256::digest(text.as_bytes())[..8])
}
