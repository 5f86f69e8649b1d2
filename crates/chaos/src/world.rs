//! Two replicas in memory, a state file, a clock. A run opens the state anew, as a process does, and may be killed.

use crate::story::{Choices, Fault, Traits};
use crate::watch::{Call, Calls, Watched};
use connector::ErrorKind;
use engine::Settings;
use engine::normalizer::Normalizer;
use engine::normalizer::phone::Region;
use engine::settings::{Guard, GuardClass, Guards};
use jiff::Timestamp;
use model::{BySide, Clearing, Field, FieldPolicy, Plan, RunReport, Schema, Side, Via};
use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use store::Store;
use sync::{Env, Error, Event, Events, Finished, Planned, Session, SessionParts};
use tempfile::TempDir;
use testkit::{Clock, Crash, Kind, Loss, MemoryReplica, Point, Rewrite, block_on};

thread_local! {
    /// Phone metadata is dear to read, and the same for all.
    static POOL: Cell<Option<Normalizer>> = const { Cell::new(None) };
}

/// The field by which the simulation knows who is who: unique per person, edited by nobody, and synced like any other.
/// The job does not know what it means.
pub(crate) const PERSON: &str = "person";

/// Two records that turn out to be one person take the CRM's name for her, so that no question about it is asked.
const NAMED_BY_CRM: FieldPolicy = FieldPolicy {
    direction: model::Direction::Both,
    conflict: model::ConflictPolicy::Crm,
    write: model::WritePolicy::Always,
    clearing: Clearing::Keep,
};

/// The clock and the crash as the job's surroundings.
struct Surroundings {
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

/// What one run came to.
pub(crate) struct Told {
    pub(crate) plan: Plan,
    pub(crate) report: RunReport,
    pub(crate) stopped: Option<Error>,
    /// What a second use of the same plan came to (I10).
    pub(crate) again: Result<(), String>,
}

/// The world of a story.
pub struct World {
    /// The state, open between two runs: to open it for every run and every look costs more than the runs themselves. A
    /// run that is killed takes it along, and the next one opens the file anew. Before the folder, which goes last.
    open: RefCell<Option<Store>>,
    folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) crash: Crash,
    pub(crate) replicas: BySide<MemoryReplica>,
    pub(crate) settings: Settings,
    pub(crate) scope: String,
    pub(crate) approvals: BTreeMap<GuardClass, u64>,
    pub(crate) calls: Calls,
}

/// A state that was just made: to make the tables costs more than a run.
static NEW: OnceLock<Vec<u8>> = OnceLock::new();

fn new_state() -> Vec<u8> {
    let folder = scratch();
    let path = folder.path().join("tieline.db");
    drop(Store::open(&path, [7; 16]).unwrap());
    std::fs::read(path).unwrap()
}

/// In memory where the system offers that: a state file waits for the disk at every commit.
fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).unwrap()
}

/// First name, phone, e-mail and company, both ways; the CRM has a stage that a scope may look at.
pub fn default_settings() -> Settings {
    let columns = BySide { justcall: Vec::new(), crm: vec!["stage".to_owned()] };
    let schema = Schema::new([Field::FirstName, Field::Email, Field::Company]).with_scope_columns(columns);
    Settings::new(Arc::new(schema))
}

/// The same choices with one more field: who the person is.
pub(crate) fn with_person(settings: &Settings) -> Settings {
    let person = Field::Custom(PERSON.into());
    if settings.schema.position(&person).is_some() {
        return settings.clone();
    }
    let columns = BySide::from_fn(|side| settings.schema.scope_columns(side).to_vec());
    let fields = settings.schema.fields().iter().cloned().chain([person]);
    let schema = Arc::new(Schema::new(fields).with_scope_columns(columns));
    let mut grown = settings.clone();
    let policy = |field: &Field| settings.schema.position(field).map_or(NAMED_BY_CRM, |id| settings.policy(id));
    grown.policies = schema.fields().iter().map(policy).collect();
    // A condition names a cell by its position, and those behind the fields moved.
    let moved = |at: usize| {
        let field = settings.schema.fields().get(at).and_then(|field| schema.position(field));
        field.map_or(at + schema.len() - settings.schema.len(), model::FieldId::index)
    };
    for side in Side::BOTH {
        for (at, _) in &mut grown.scope[side].conditions {
            *at = moved(*at);
        }
    }
    grown.schema = schema;
    grown
}

/// What a story's own choices make of the settings.
pub(crate) fn chosen(settings: &Settings, choices: &Choices) -> Settings {
    let mut settings = settings.clone();
    let clearing = if choices.clear { Clearing::Propagate } else { Clearing::Keep };
    for (field, policy) in settings.schema.fields().iter().zip(&mut settings.policies) {
        *policy = FieldPolicy { clearing, ..FieldPolicy::default() };
        match field {
            Field::Company => policy.direction = choices.company,
            Field::Custom(name) if **name == *PERSON => *policy = NAMED_BY_CRM,
            Field::Email => (policy.conflict, policy.write) = (choices.email, choices.email_write),
            _ => {}
        }
    }
    let [deletes, clears, phone_changes, creates, changed] = choices.floors.map(|floor| Guard { floor, percent: 0.0 });
    settings.guards = Guards { deletes, clears, phone_changes, creates, changed };
    (settings.sightings, settings.min_hours) = (choices.sightings, choices.min_hours);
    settings.edit_vs_delete = choices.edit_vs_delete;
    settings.create_in.crm = choices.create_in_crm;
    settings.delete_in.crm = choices.delete_in_crm;
    narrow(&mut settings, choices.scope);
    settings
}

/// Only leads and those without a stage take part; or everybody.
pub(crate) fn narrow(settings: &mut Settings, narrow: bool) {
    let column = settings.schema.scope_columns(Side::Crm).iter().position(|name| name == "stage");
    let Some(column) = column else { return };
    let at = settings.schema.len() + column;
    let wanted = (at, vec![String::new(), "lead".to_owned()]);
    settings.scope.crm.conditions = if narrow { vec![wanted] } else { Vec::new() };
}

/// A replica of these traits.
pub(crate) fn kind(side: Side, traits: &Traits) -> Kind {
    let mut kind = match (side, traits.silent) {
        (Side::Justcall, true) => Kind::phone_system(),
        (Side::Justcall, false) => Kind::talkative(),
        (Side::Crm, true) => Kind { shows_stored: false, ids_in_answers: false, ..Kind::file() },
        (Side::Crm, false) => Kind::file(),
    };
    kind.unique_phones = traits.unique_phones;
    kind.gives_ids = !traits.no_ids;
    kind.lag = traits.lag;
    if traits.bulk_replaces {
        kind.bulk_replaces = true;
        kind.capabilities.update_via = Via::Put;
    }
    kind.capabilities.change_feed = traits.feed;
    if traits.rewrites {
        kind.rewrites = vec![Rewrite::Trim, Rewrite::Cut(40)];
    }
    kind
}

impl World {
    /// An empty world.
    pub fn new(justcall: &Traits, crm: &Traits, settings: &Settings) -> Self {
        let settings = with_person(settings);
        let (clock, crash) = (Clock::default(), Crash::default());
        let replica = |side, traits| {
            MemoryReplica::new(side, kind(side, traits), Arc::clone(&settings.schema), clock.clone(), crash.clone())
        };
        Self {
            open: RefCell::default(),
            folder: scratch(),
            replicas: BySide { justcall: replica(Side::Justcall, justcall), crm: replica(Side::Crm, crm) },
            clock,
            crash,
            scope: scope_words(&settings),
            settings,
            approvals: BTreeMap::new(),
            calls: Calls::default(),
        }
    }

    /// The same world and state, going its own way from here.
    #[must_use]
    pub fn fork(&self) -> Self {
        let (clock, crash) = (self.clock.fork(), Crash::default());
        let folder = scratch();
        // Whoever closes the state last leaves everything in the one file.
        drop(self.open.take());
        if self.state_path().exists() {
            std::fs::copy(self.state_path(), folder.path().join("tieline.db")).unwrap();
        }
        Self {
            open: RefCell::default(),
            folder,
            replicas: BySide::from_fn(|side| self.replicas[side].fork(clock.clone(), crash.clone())),
            clock,
            crash,
            settings: self.settings.clone(),
            scope: self.scope.clone(),
            approvals: self.approvals.clone(),
            calls: Calls::default(),
        }
    }

    fn state_path(&self) -> PathBuf {
        self.folder.path().join("tieline.db")
    }

    /// The state, opened as any process would.
    fn open(&self) -> Store {
        let path = self.state_path();
        if !path.exists() {
            std::fs::write(&path, NEW.get_or_init(new_state)).unwrap();
        }
        let mut store = Store::open(&path, [7; 16]).unwrap();
        store.set_schema(&self.settings.schema, &Normalizer::version()).unwrap();
        store
    }

    /// The state between two runs.
    pub(crate) fn store(&self) -> RefMut<'_, Store> {
        RefMut::map(self.open.borrow_mut(), |store| store.get_or_insert_with(|| self.open()))
    }

    /// Another process takes, or fails to take, the lock of this state.
    pub(crate) fn lock(&self) -> Result<store::LockGuard, store::Error> {
        let since = self.clock.now();
        let owner = store::Owner { pid: 1, host: "simulation".to_owned(), since, command: "run".to_owned() };
        store::lock(&self.state_path(), &owner)
    }

    /// Narrows the scope, or widens it again.
    pub(crate) fn narrow(&mut self, on: bool) {
        narrow(&mut self.settings, on);
        self.scope = scope_words(&self.settings);
    }

    /// Works with a session, as one process would.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Session<'_>) -> T) -> T {
        let surroundings = Surroundings { clock: self.clock.clone(), crash: self.crash.clone() };
        let connector = |side: Side| -> Box<dyn connector::Connector> {
            Box::new(Watched { side, inner: self.replicas[side].clone(), calls: Arc::clone(&self.calls) })
        };
        let mut session = Session::new(SessionParts {
            store: self.open.take().unwrap_or_else(|| self.open()),
            connectors: BySide::from_fn(connector),
            settings: self.settings.clone(),
            normalizer: POOL.take().unwrap_or_else(|| Normalizer::new("US".parse::<Region>().unwrap())),
            scope: self.scope.clone(),
            columns: sync::Columns::new(),
            approvals: self.approvals.clone(),
            env: &surroundings,
            events: &surroundings,
        });
        let worked = catch_unwind(AssertUnwindSafe(|| work(&mut session)));
        let (store, normalizer) = session.into_parts();
        POOL.set(normalizer);
        match worked {
            Ok(worked) => {
                self.open.replace(Some(store));
                worked
            }
            Err(cause) => {
                drop(store); // gone with its process
                resume_unwind(cause)
            }
        }
    }

    /// An ordinary run, and the same plan once more, which must be refused.
    pub(crate) fn run(&self) -> Result<Told, Error> {
        self.with(|session| {
            let planned = block_on(session.plan_for_run())?;
            self.finish(session, planned)
        })
    }

    /// A dry run.
    pub(crate) fn plan(&self) -> Result<Plan, Error> {
        self.with(|session| block_on(session.plan()))
    }

    /// Applies a plan that was kept.
    pub(crate) fn apply(&self, plan: Plan) -> Result<Told, Error> {
        self.with(|session| {
            let planned = block_on(session.revalidate(plan))?;
            self.finish(session, planned)
        })
    }

    fn finish(&self, session: &mut Session<'_>, planned: Planned) -> Result<Told, Error> {
        let Finished { report, stopped } = block_on(session.apply(&planned))?;
        self.crash.disarm();
        let again = match block_on(session.apply(&planned)) {
            Ok(_) => Err("it was applied a second time".to_owned()),
            Err(_) => Ok(()),
        };
        Ok(Told { plan: planned.plan, report, stopped, again })
    }

    /// The calls since the last time.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// Whether contacts have such a field.
    pub(crate) fn has_field(&self, side: Side, name: &str) -> bool {
        let known = name.parse().is_ok_and(|field| self.settings.schema.position(&field).is_some());
        known || self.settings.schema.scope_columns(side).iter().any(|column| column == name)
    }

    /// Both worlds without ids and order.
    pub(crate) fn worlds(&self) -> BySide<Vec<Vec<String>>> {
        self.replicas.as_ref().map(MemoryReplica::world)
    }

    /// Lets something go wrong until the replica is calmed.
    pub(crate) fn fault(&self, side: Side, fault: &Fault) {
        let field = |name: &String| name.parse::<Field>().ok().filter(|_| self.has_field(side, name));
        self.replicas[side].faults(|faults| match fault.clone() {
            Fault::Partial => faults.partial = true,
            Fault::Empty => faults.empty = true,
            Fault::CutAt(at) => faults.cut_at = Some(at),
            Fault::Doubled => faults.doubled = true,
            Fault::Reversed => faults.reversed = true,
            Fault::Hidden(who) => drop(faults.hidden.insert(who)),
            Fault::NoListing => faults.list_error = Some(ErrorKind::Credentials),
            Fault::NoIdentity => faults.identify_error = Some(ErrorKind::Unreachable),
            Fault::NotSent => faults.apply_error = Some(ErrorKind::RateLimited),
            Fault::Unclear => faults.unclear = true,
            Fault::FalseGone => faults.false_gone = true,
            Fault::Refused(text) => drop(faults.refused.insert(text)),
            Fault::Ignored(name) => faults.ignored.extend(field(&name)),
            Fault::Unknown(name) => faults.unknown.extend(field(&name)),
            Fault::LostBefore => faults.losses.push_back(Loss::BeforeEffect),
            Fault::LostAfter => faults.losses.push_back(Loss::AfterEffect),
            Fault::Acknowledged => faults.losses.push_back(Loss::Acknowledged),
            Fault::ShortAnswer => faults.short_answer = true,
            Fault::AfterListing(who, name, text) => {
                if name.is_empty() || self.has_field(side, &name) {
                    faults.after_listing.push_back((who, name, text));
                }
            }
            Fault::BeforeBatch(who, name, text) => {
                if name.is_empty() || self.has_field(side, &name) {
                    faults.meanwhile.push_back((who, name, text));
                }
            }
        });
    }
}

/// Every choice that decides who takes part, as the command line says it too.
fn scope_words(settings: &Settings) -> String {
    format!("{:?}", settings.scope)
}
