//! Seconds and memory from reading the CSV to the printed plan. Runs in a process of its own, which measures itself.

use super::data::{Change, World};
use async_trait::async_trait;
use connector::{Connector, Error, Identity, Presence, Progress, Workload, Write, WriteResult};
use engine::Settings;
use engine::normalizer::Normalizer;
use jiff::Timestamp;
use model::{AbsenceProof, BySide, Capabilities, Cell, Cost, Coverage, Field, Listing, RecordId, Schema, Table, Via};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use store::Store;
use sync::{Env, Quiet, Session, SessionParts};

/// The phone side, read already: what the network would have brought.
struct Ready(Table);

#[async_trait]
impl Connector for Ready {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            create_via: Via::Bulk,
            update_via: Via::Bulk,
            phone_update_via: Via::Put,
            delete_via: Via::Delete,
            batch: 5_000,
            concurrency: 10,
            absence_proof: AbsenceProof::Probe,
            phone_required: true,
            unique_phones: true,
            bulk_by_phone: true,
            field_times: false,
            read_batch: 1,
            change_feed: false,
            read_lag_seconds: 60,
        }
    }

    async fn identify(&self) -> Result<Identity, Error> {
        Ok(Identity { fingerprint: "ready".to_owned(), title: "ready".to_owned(), details: Vec::new() })
    }

    async fn list(&self, _progress: &dyn Progress) -> Result<Listing, Error> {
        Ok(Listing { table: self.0.clone(), coverage: Coverage::Complete, read_at: now(), notes: Vec::new() })
    }

    async fn read(&self, ids: &[RecordId], _progress: &dyn Progress) -> Result<Vec<Presence>, Error> {
        Ok(vec![Presence::Gone; ids.len()])
    }

    /// Shows everything as it was sent, so that a first state can be made.
    async fn apply(&self, batch: &[Write], _progress: &dyn Progress) -> Result<Vec<WriteResult>, Error> {
        let stored = |(at, write): (usize, &Write)| {
            let mut record = write.current.clone().unwrap_or_else(|| model::Record {
                id: RecordId::from(format!("n{at}").as_str()),
                native_id: true,
                cells: vec![model::OwnedCell::Cleared; schema().len()],
                rest: None,
            });
            for (field, text) in &write.set {
                record.cells[field.index()] = Cell::from_text(text).to_owned();
            }
            WriteResult::Done { id: None, stored: Some(record) }
        };
        Ok(batch.iter().enumerate().map(stored).collect())
    }

    fn forecast(&self, _work: &Workload) -> Cost {
        Cost::default()
    }

    fn requests(&self) -> u64 {
        0
    }
}

struct Fixed;

impl Env for Fixed {
    fn now(&self) -> Timestamp {
        now()
    }

    fn run_id(&self) -> String {
        "r1".to_owned()
    }

    fn seconds(&self) -> f64 {
        0.0
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn schema() -> Schema {
    Schema::new([Field::FirstName, Field::LastName, Field::Phone, Field::Email, Field::Company])
}

/// What was done before the measured plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Nothing.
    First,
    /// The first sync.
    Linked,
    /// The first sync, and edits and deletions on both sides after it.
    Night,
}

impl When {
    fn of(folder: &Path) -> Self {
        match (folder.join("linked").exists(), folder.join("night").exists()) {
            (false, _) => Self::First,
            (true, false) => Self::Linked,
            (true, true) => Self::Night,
        }
    }
}

/// So many people, with the changes of the night where it is night.
fn world(folder: &Path, when: When) -> World {
    let size = std::fs::read_to_string(folder.join("size")).unwrap_or_default();
    let mut world = World::new(size.trim().parse().unwrap_or(0), 7);
    if when == When::Night {
        world.change(&Change::busy());
    }
    world
}

/// The phone side: before the first sync a company in twenty is missing there.
fn phone_side(world: &World, when: When) -> Table {
    let mut table = Table::new(schema().len());
    for (at, person) in world.people.iter().enumerate() {
        if world.justcall_deletes.contains(&at) {
            continue;
        }
        let phone = format!("+1{}", person.digits);
        let company = if when == When::First && person.id % 20 == 0 {
            Cell::Cleared
        } else if world.justcall_edits.contains(&at) {
            Cell::Value("Renamed Ltd")
        } else {
            Cell::Value(&person.company)
        };
        let cells = [
            Cell::Value(&person.first),
            Cell::Value(&person.last),
            Cell::Value(&phone),
            Cell::Value(&person.email),
            company,
        ];
        let pushed = table.push(&(person.id + 1_000_000).to_string(), true, cells, None);
        assert!(pushed.is_ok(), "too many contacts for one table");
    }
    table
}

fn session<'a>(folder: &Path, table: Table, env: &'a Fixed, quiet: &'a Quiet) -> Session<'a> {
    let schema = Arc::new(schema());
    let mut csv = connector_csv::Config::new(folder.join("crm.csv"));
    "crm.csv".clone_into(&mut csv.identity);
    let store = Store::open(&folder.join("tieline.db"), [7; 16]).unwrap_or_else(|error| panic!("the state: {error}"));
    let region = "US".parse().unwrap_or(engine::normalizer::phone::Region::NONE);
    Session::new(SessionParts {
        store,
        connectors: BySide {
            justcall: Box::new(Ready(table)),
            crm: Box::new(connector_csv::CsvConnector::new(csv, schema.clone())),
        },
        settings: Settings::new(schema),
        normalizer: Normalizer::new(region),
        scope: String::new(),
        columns: sync::Columns::new(),
        approvals: std::collections::BTreeMap::new(),
        env,
        events: quiet,
    })
}

/// Runs in the measured process: `folder` holds the CSV, the size and perhaps a state.
pub(crate) fn measure(folder: &Path) {
    let when = When::of(folder);
    let table = phone_side(&world(folder, when), when);
    let (env, quiet) = (Fixed, Quiet);
    let start = Instant::now();
    let mut session = session(folder, table, &env, &quiet);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("a runtime: {error}"));
    let plan = runtime.block_on(session.plan()).unwrap_or_else(|error| panic!("a plan: {error}"));
    let out = std::fs::File::create(folder.join("plan.json"));
    let mut out = out.unwrap_or_else(|error| panic!("plan.json: {error}"));
    let written = report::json::plan(&plan, report::json::Layout::Compact, &mut out);
    written.unwrap_or_else(|error| panic!("plan.json: {error}"));
    println!("{} {}", start.elapsed().as_secs_f64(), peak_kib());
}

/// Highest resident memory of this process so far.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Gets a folder ready for a measurement.
type Step = fn(&Path, usize);

/// Rows of the table: nothing known yet, everything linked, a busy night. Seconds: the median of five.
pub(crate) fn table(size: usize) -> Vec<(&'static str, f64, u64)> {
    let temporary = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
    let folder = temporary.path();
    let steps: [(&str, Step); 3] = [("first plan", prepare), ("all linked", link), ("busy night", fall_asleep)];
    steps
        .map(|(state, prepare)| {
            prepare(folder, size);
            let (seconds, peak) = median(folder);
            (state, seconds, peak)
        })
        .into()
}

/// Makes a folder to measure in, up to the named state; to look at one measurement with a profiler.
pub(crate) fn make(folder: &Path, size: usize, state: &str) {
    prepare(folder, size);
    if state != "first" {
        link(folder, size);
    }
    if state == "night" {
        fall_asleep(folder, size);
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// A CRM file of so many contacts, and no state yet.
fn prepare(folder: &Path, size: usize) {
    write(folder, "size", &size.to_string());
    write(folder, "crm.csv", &world(folder, When::First).csv());
}

/// Makes the state in which everything of [`prepare`] is linked. The phone side shows what was written there.
fn link(folder: &Path, _size: usize) {
    let (env, quiet) = (Fixed, Quiet);
    let mut session = session(folder, phone_side(&world(folder, When::First), When::First), &env, &quiet);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.unwrap_or_else(|error| panic!("a runtime: {error}"));
    let planned = runtime.block_on(session.plan_to_apply()).unwrap_or_else(|error| panic!("a plan: {error}"));
    let finished = runtime.block_on(session.apply(&planned)).unwrap_or_else(|error| panic!("a run: {error}"));
    assert!(finished.stopped.is_none(), "{:?}", finished.stopped);
    write(folder, "linked", "");
}

/// Edits and deletions on both sides.
fn fall_asleep(folder: &Path, _size: usize) {
    write(folder, "night", "");
    let world = world(folder, When::Night);
    write(folder, "crm.csv", &world.changed(&world.csv()));
}

fn median(folder: &Path) -> (f64, u64) {
    let mut runs: Vec<(f64, u64)> = (0..5)
        .filter_map(|_| {
            let me = std::env::current_exe().ok()?;
            let output = Command::new(me).arg("--measure-plan").arg(folder).output().ok()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let (seconds, kib) = text.trim().split_once(' ')?;
            Some((seconds.parse().ok()?, kib.parse().ok()?))
        })
        .collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    runs.get(runs.len() / 2).map_or((f64::NAN, 0), |(seconds, kib)| (*seconds, kib / 1024))
}
