//! Two replicas, a state file, a clock: what a story is told with. A run opens the state anew, like a process does.

use engine::Settings;
use engine::normalizer::Normalizer;
use engine::normalizer::phone::Region;
use engine::settings::GuardClass;
use jiff::Timestamp;
use model::{BySide, Choice, Clearing, Field, FieldPolicy, Plan, Resolution, RunReport, Schema, Side};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Store;
use sync::{Env, Error, Event, Events, Finished, Session, SessionParts};
use tempfile::TempDir;
use testkit::{Clock, Crash, Kind, MemoryReplica, Point, block_on};

thread_local! {
    /// Phone metadata is dear to read, and the same for all.
    static POOL: Cell<Option<Normalizer>> = const { Cell::new(None) };
}

/// The clock and the crash as the job's surroundings.
pub(crate) struct Surroundings {
    clock: Clock,
    crash: Crash,
}

impl Env for Surroundings {
    fn now(&self) -> Timestamp {
        self.crash.step(Point::Between);
        self.clock.now()
    }

    fn run_id(&self) -> String {
        self.clock.name("run ")
    }

    fn seconds(&self) -> f64 {
        0.0
    }
}

impl Events for Surroundings {
    fn event(&self, _event: Event<'_>) {
        self.crash.step(Point::Between);
    }
}

/// What a dry run showed.
pub(crate) struct Dry {
    pub(crate) plan: Plan,
}

/// What one run came to.
pub(crate) struct Told {
    pub(crate) plan: Plan,
    pub(crate) report: RunReport,
    pub(crate) stopped: Option<Error>,
}

pub(crate) struct Story {
    folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) crash: Crash,
    pub(crate) justcall: MemoryReplica,
    pub(crate) crm: MemoryReplica,
    pub(crate) settings: Settings,
    pub(crate) scope: String,
    pub(crate) approvals: BTreeMap<GuardClass, u64>,
}

/// In memory where the system offers that: a state file waits for the disk at every commit.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// First name, phone, e-mail and company, both ways; the CRM has a stage that the scope looks at.
pub(crate) fn settings() -> Settings {
    let columns = BySide { justcall: Vec::new(), crm: vec!["stage".to_owned()] };
    let schema = Schema::new([Field::FirstName, Field::Email, Field::Company]).with_scope_columns(columns);
    let mut settings = Settings::new(Arc::new(schema));
    settings.policies = vec![FieldPolicy { clearing: Clearing::Propagate, ..FieldPolicy::default() }; 4];
    settings
}

impl Story {
    pub(crate) fn new() -> Self {
        Self::between(Kind::phone_system(), Kind::file())
    }

    pub(crate) fn between(justcall: Kind, crm: Kind) -> Self {
        let settings = settings();
        let (clock, crash) = (Clock::default(), Crash::default());
        let replica =
            |side, kind| MemoryReplica::new(side, kind, Arc::clone(&settings.schema), clock.clone(), crash.clone());
        Self {
            folder: scratch(),
            justcall: replica(Side::Justcall, justcall),
            crm: replica(Side::Crm, crm),
            clock,
            crash,
            settings,
            scope: "everybody".to_owned(),
            approvals: BTreeMap::new(),
        }
    }

    /// The same world and state, going its own way from here.
    pub(crate) fn fork(&self) -> Self {
        let (clock, crash) = (self.clock.fork(), Crash::default());
        let folder = scratch();
        if self.state_path().exists() {
            std::fs::copy(self.state_path(), folder.path().join("tieline.db")).unwrap();
        }
        Self {
            folder,
            justcall: self.justcall.fork(clock.clone(), crash.clone()),
            crm: self.crm.fork(clock.clone(), crash.clone()),
            clock,
            crash,
            settings: self.settings.clone(),
            scope: self.scope.clone(),
            approvals: self.approvals.clone(),
        }
    }

    /// Deletions go through in the run that first sees them.
    pub(crate) fn quick_deletes(mut self) -> Self {
        self.settings.sightings = 1;
        self.settings.min_hours = 0;
        self
    }

    pub(crate) fn state_path(&self) -> PathBuf {
        self.folder.path().join("tieline.db")
    }

    pub(crate) fn replica(&self, side: Side) -> &MemoryReplica {
        match side {
            Side::Justcall => &self.justcall,
            Side::Crm => &self.crm,
        }
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.state_path(), [7; 16]).unwrap()
    }

    /// Works with a session, as one process would.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Session<'_>) -> T) -> T {
        let surroundings = Surroundings { clock: self.clock.clone(), crash: self.crash.clone() };
        let mut session = Session::new(SessionParts {
            store: self.store(),
            connectors: BySide { justcall: Box::new(self.justcall.clone()), crm: Box::new(self.crm.clone()) },
            settings: self.settings.clone(),
            normalizer: POOL.take().unwrap_or_else(|| Normalizer::new("US".parse::<Region>().unwrap())),
            scope: self.scope.clone(),
            columns: sync::Columns::new(),
            approvals: self.approvals.clone(),
            env: &surroundings,
            events: &surroundings,
        });
        let worked = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
        POOL.set(session.into_parts().1);
        worked.unwrap_or_else(|cause| resume_unwind(cause))
    }

    pub(crate) fn try_run(&self) -> Result<Told, Error> {
        self.with(|session| {
            let planned = block_on(session.plan_for_run())?;
            let Finished { report, stopped } = block_on(session.apply(&planned))?;
            Ok(Told { plan: planned.plan, report, stopped })
        })
    }

    /// An ordinary run.
    pub(crate) fn run(&self) -> Told {
        self.try_run().unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
    }

    /// A run that ends at the crash, if one is armed.
    pub(crate) fn run_or_crash(&self) -> Option<Told> {
        Crash::survive(|| self.run())
    }

    /// A dry run.
    pub(crate) fn plan(&self) -> Dry {
        let plan = self.with(|session| block_on(session.plan())).unwrap();
        let whole = self.with(|session| block_on(session.plan_to_apply())).unwrap();
        assert_eq!(whole.plan, plan, "what a dry run does not keep makes no difference");
        Dry { plan }
    }

    /// Runs until nothing is left to do; at most three times.
    pub(crate) fn settle(&self) {
        for _ in 0..3 {
            self.clock.seconds(60);
            self.run();
        }
    }

    /// Answers a conflict.
    pub(crate) fn resolve(&self, plan: &Plan, field: &str, choice: Choice) {
        let has = |conflict: &&model::Conflict| conflict.field.as_ref().is_some_and(|name| name.to_string() == field);
        let conflict = plan.conflicts.iter().find(has).unwrap_or_else(|| panic!("no conflict: {:?}", plan.conflicts));
        let resolution = Resolution {
            conflict: conflict.id.clone(),
            choice,
            justcall: conflict.justcall.clone(),
            crm: conflict.crm.clone(),
            made_at: self.clock.now(),
            made_by: "ann".to_owned(),
        };
        self.store().add_resolution(&resolution).unwrap();
    }

    /// Both worlds without ids and order; scope columns do not travel.
    pub(crate) fn worlds(&self) -> BySide<Vec<Vec<String>>> {
        BySide { justcall: self.justcall.world(), crm: self.crm.world() }
    }

    /// What a state file promises, and that the sides are equal on synced fields.
    pub(crate) fn check_state(&self, what: &str) {
        let store = self.store();
        assert_eq!(store.doubly_linked().unwrap(), [], "{what}");
        assert_eq!(store.verify_journal().unwrap().broken, None, "{what}");
        assert_eq!(store.open_intents().unwrap().len(), 0, "{what}: open intents");
    }

    /// A run that neither writes nor changes what is remembered (L3).
    pub(crate) fn check_quiet(&self, what: &str) {
        let remembered = |store: &Store| {
            let bases = store.all_bases(&self.settings.schema).unwrap();
            let heads = store.link_heads(&self.settings.schema).unwrap();
            (
                bases,
                heads,
                store.absences().unwrap(),
                store.tombstones().unwrap(),
                store.parked().unwrap(),
                store.facts().unwrap(),
            )
        };
        let before = remembered(&self.store());
        let deeds = (self.justcall.deeds(), self.crm.deeds());
        let told = self.run();
        assert!(!told.plan.has_work(), "{what}: {:#?}\n{:#?}", told.plan.actions, told.plan.observations);
        assert_eq!((self.justcall.deeds(), self.crm.deeds()), deeds, "{what}");
        assert!(remembered(&self.store()) == before, "{what}: the state moved");
    }
}
