//! One warm plan: open the state, read both files, decide, write the plan. And the first sync that makes the state.

use crate::folder;
use crate::people::FIELDS;
use crate::phone_side::PhoneSide;
use connector::Connector;
use connector_csv::CsvConnector;
use engine::normalizer::Normalizer;
use engine::{Guard, Guards, Settings};
use jiff::Timestamp;
use model::{BySide, Capabilities, Field, Plan, Schema};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use store::Store;
use sync::{Env, Quiet, Session, SessionParts};

/// What a step came to.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// Of the night in which everybody was linked (0), and of the one after it (1).
struct Fixed {
    night: i64,
}

impl Env for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + self.night * 86_400).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn run_id(&self) -> String {
        "r1".to_owned()
    }

    fn seconds(&self) -> f64 {
        0.0
    }
}

fn fields() -> Vec<(Field, String)> {
    let own = |name: &str| name.parse().unwrap_or_else(|_| Field::Custom(name.into()));
    let mut fields: Vec<(Field, String)> = FIELDS.iter().map(|name| (own(name), (*name).to_owned())).collect();
    fields.push((Field::Phone, "phone".to_owned()));
    fields
}

/// The synced fields.
pub fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(fields().into_iter().map(|(field, _)| field)))
}

/// What a user decided: deletions at once, and no guard, since what is measured is deciding, not what a guard would hold
/// back.
pub fn settings(schema: &Arc<Schema>) -> Settings {
    let mut settings = Settings::new(schema.clone());
    let open = Guard { floor: u64::MAX, percent: 100.0 };
    settings.guards = Guards { deletes: open, clears: open, phone_changes: open, creates: open, changed: open };
    (settings.sightings, settings.min_hours) = (1, 0);
    settings
}

/// What both sides can do.
pub fn abilities(folder: &Path) -> BySide<Capabilities> {
    let file = connector(folder, "right.csv", &schema());
    BySide { justcall: PhoneSide(file.clone()).capabilities(), crm: file.capabilities() }
}

/// One of the files.
pub fn connector(folder: &Path, name: &str, schema: &Arc<Schema>) -> CsvConnector {
    let mut config = connector_csv::Config::new(folder.join(name));
    "contacts.csv".clone_into(&mut config.identity);
    config.id_column = Some("id".to_owned());
    config.columns = fields();
    CsvConnector::new(config, schema.clone())
}

fn session<'a>(folder: &Path, files: [&str; 2], env: &'a Fixed, quiet: &'a Quiet) -> Outcome<Session<'a>> {
    let schema = schema();
    let [left, right] = files;
    let connectors = BySide::<Box<dyn Connector>> {
        justcall: Box::new(PhoneSide(connector(folder, left, &schema))),
        crm: Box::new(connector(folder, right, &schema)),
    };
    Ok(Session::new(SessionParts {
        store: Store::open_meanwhile(&folder::state(folder), [7; 16])?,
        connectors,
        settings: settings(&schema),
        normalizer: Normalizer::new("US".parse()?),
        scope: String::new(),
        columns: sync::Columns::new(),
        approvals: std::collections::BTreeMap::new(),
        env,
        events: quiet,
    }))
}

/// A runtime as the command has it.
///
/// # Errors
/// The system has no more of what it takes.
pub fn runtime() -> Outcome<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().build()?)
}

/// The state in which everybody of the files before is linked. Nothing is written to a file: both are alike.
///
/// # Errors
/// Whatever stops a run.
pub fn link(folder: &Path) -> Outcome<()> {
    let (env, quiet) = (Fixed { night: 0 }, Quiet);
    let mut session = session(folder, ["left_before.csv", "right_before.csv"], &env, &quiet)?;
    let runtime = runtime()?;
    let planned = runtime.block_on(session.plan_for_run())?;
    let finished = runtime.block_on(session.apply(&planned))?;
    match finished.stopped {
        None => Ok(()),
        Some(error) => Err(error.into()),
    }
}

/// The plan of the files now; written beside them as JSON.
///
/// # Errors
/// Whatever stops a run.
pub fn plan(folder: &Path) -> Outcome<Plan> {
    let (env, quiet) = (Fixed { night: 1 }, Quiet);
    let mut session = session(folder, ["left.csv", "right.csv"], &env, &quiet)?;
    let plan = runtime()?.block_on(session.plan())?;
    let mut out = std::fs::File::create(folder.join("plan.json"))?;
    report::json::plan(&plan, report::json::Layout::Compact, &mut out)?;
    Ok(plan)
}
