//! What all pages share: options, secrets, the state file, the plan that was read last, the work under way.

use crate::ask::Ask;
use crate::calls::Confirms;
use crate::jobs::{Jobs, Trouble};
use crate::keys::{Keys, Purpose, Tries};
use crate::layout;
use crate::quality::Looked;
use crate::serve::Reach;
use crate::undo::{Past, Told};
use crate::work::Work;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use model::{Apart, Conflict, Plan, PlanId, Resolution, StandingRule};
use report::html::{PageOptions, hash};
use report::view::RecordPages;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Store;
use sync::decide::Who;

/// How the page is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens, and under which names.
    pub reach: Reach,
    /// Who decides, where a form does not say.
    pub by: String,
    /// Where the reader is.
    pub zone: TimeZone,
    /// Where the records have pages of their own.
    pub pages: RecordPages,
    /// How long a connection may say nothing, or send the rest of a form.
    pub patience: Duration,
}

/// What one request has: everything that is shared, and the key of its browser's forms.
pub(crate) struct App {
    desk: Arc<Desk>,
    csrf: String,
}

impl Deref for App {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl App {
    pub(crate) const fn new(desk: Arc<Desk>, csrf: String) -> Self {
        Self { desk, csrf }
    }

    /// The field that every form has.
    pub(crate) fn csrf(&self) -> Markup {
        csrf(&self.csrf)
    }
}

/// The field that every form of a session has.
pub(crate) fn csrf(key: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(key); }
}

/// What all pages share.
pub(crate) struct Desk {
    pub(crate) options: Options,
    pub(crate) keys: Keys,
    /// Sessions so far: each browser has its own.
    sessions: AtomicU64,
    pub(crate) password: Option<String>,
    pub(crate) jobs: Arc<dyn Jobs>,
    pub(crate) tries: Mutex<Tries>,
    /// Choices that can be taken back, the last one at the end.
    pub(crate) past: Mutex<Past>,
    /// Calls that may be confirmed.
    pub(crate) confirms: Confirms,
    pub(crate) work: Work,
    pub(crate) quality: Mutex<Option<Looked>>,
    /// What browsers are told to allow.
    pub(crate) policy: String,
    plan: Mutex<Option<Arc<Plan>>>,
}

/// What was decided so far.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// By conflict.
    pub(crate) single: HashMap<String, Resolution>,
    /// For all conflicts alike.
    pub(crate) rules: Vec<StandingRule>,
    /// Records that are kept apart.
    pub(crate) apart: Vec<Apart>,
    /// Whether a run has used the plan: what it carried out is not decided any more.
    used: bool,
}

impl Answers {
    pub(crate) fn read(store: &Store, plan: &Plan) -> Result<Self, Trouble> {
        let single = store.resolutions()?.into_iter().map(|answer| (answer.conflict.0.clone(), answer)).collect();
        Ok(Self { single, rules: store.standing_rules()?, apart: store.apart()?, used: store.is_used(&plan.id)? })
    }

    /// The answer that stands for this conflict.
    pub(crate) fn to(&self, conflict: &Conflict) -> Option<&Resolution> {
        self.single.get(&conflict.id.0).filter(|answer| answer.still_fits(conflict))
    }

    /// What a person can decide now, as [`sync::decide::decidable`] says.
    pub(crate) fn decidable<'p>(&'p self, plan: &'p Plan) -> impl Iterator<Item = &'p Conflict> {
        let carried_out = plan.decided.iter().filter(|conflict| !self.used || self.to(conflict).is_some());
        plan.conflicts.iter().chain(carried_out)
    }
}

impl Desk {
    pub(crate) fn new(options: Options, keys: Keys, password: Option<String>, jobs: Arc<dyn Jobs>) -> Self {
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
            hash(&layout::style()),
            hash(layout::SCRIPT)
        );
        Self {
            options,
            keys,
            sessions: AtomicU64::default(),
            password,
            jobs,
            tries: Mutex::default(),
            past: Mutex::default(),
            confirms: Confirms::default(),
            work: Work::default(),
            quality: Mutex::default(),
            policy,
            plan: Mutex::default(),
        }
    }

    /// A name of its own for each port: cookies do not know ports.
    pub(crate) fn cookie_name(&self) -> String {
        format!("tieline_{}", self.options.reach.address.port())
    }

    /// The cookie of a new session.
    pub(crate) fn new_session(&self, purpose: Purpose) -> String {
        self.keys.session(purpose, self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    /// The path of a page.
    pub(crate) fn path(&self, page: &str) -> String {
        format!("/{}/{page}", self.keys.place)
    }

    /// The state, for one look or one change.
    pub(crate) fn store(&self) -> Result<Store, Trouble> {
        Ok(Store::open_again(self.jobs.state())?)
    }

    /// The last plan of what follows from both sides; reading a large one takes its time, so it is kept.
    pub(crate) fn last_plan(&self, store: &Store) -> Result<Option<Arc<Plan>>, Trouble> {
        for id in store.saved_plans()? {
            let Some(plan) = self.plan(store, &id)? else { continue };
            if plan.undoes.is_none() {
                return Ok(Some(plan));
            }
        }
        Ok(None)
    }

    /// One plan, if it is kept.
    pub(crate) fn plan(&self, store: &Store, id: &PlanId) -> Result<Option<Arc<Plan>>, Trouble> {
        let kept = self.plan.lock().map_err(|_| broken())?.clone();
        if let Some(plan) = kept.filter(|plan| plan.id == *id) {
            return Ok(Some(plan));
        }
        let Some(stored) = store.plan(id)? else { return Ok(None) };
        let plan = Arc::new(sync::plan_from_json(&stored.json)?);
        *self.plan.lock().map_err(|_| broken())? = Some(plan.clone());
        Ok(Some(plan))
    }

    /// Who decides, and when.
    pub(crate) fn who(&self, ask: &Ask) -> Who {
        Who { name: ask.by.clone(), at: self.jobs.now() }
    }

    /// Remembers what a step came to, for the page that it was taken on.
    pub(crate) fn tell(&self, page: &'static str, text: String) {
        if let Ok(mut past) = self.past.lock() {
            past.tell(Told { page, text, ..Told::default() });
        }
    }

    /// Who holds the lock: another command, or we ourselves.
    pub(crate) fn busy(&self) -> Option<String> {
        if self.work.is_running() { None } else { store::lock_holder(self.jobs.state()).ok().flatten() }
    }

    /// How the views of the reports are drawn.
    pub(crate) fn page_options(&self) -> PageOptions {
        PageOptions { zone: self.options.zone.clone(), pages: self.options.pages.clone(), ..PageOptions::default() }
    }
}

/// Another thread failed while it held a lock.
pub(crate) fn broken() -> Trouble {
    Trouble { message: "a page failed before".to_owned(), hint: Some("start `tieline review` again".to_owned()) }
}
