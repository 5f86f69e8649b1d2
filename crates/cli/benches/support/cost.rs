//! Requests that the real binary needs against the sandbox, and the fewest that would be safe.

use super::data::World;
use sandbox::{Running, Sandbox, Settings};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Used and fewest.
pub(crate) struct Cost {
    used: u64,
    fewest: u64,
}

impl Cost {
    pub(crate) fn shown(&self) -> String {
        format!("{} / {} = {:.3}", self.used, self.fewest, self.used as f64 / self.fewest as f64)
    }
}

/// A first sync, and where its files are.
pub(crate) struct First {
    pub(crate) cost: Cost,
    pub(crate) folder: Folder,
}

/// The sandbox and the files of one size.
pub(crate) struct Folder {
    path: PathBuf,
    running: Running,
    /// Serves the sandbox as long as the folder is used.
    _runtime: tokio::runtime::Runtime,
    _temporary: tempfile::TempDir,
}

impl Folder {
    fn sync(&self) -> u64 {
        self.running.sandbox().reset_counters();
        let output = Command::new(env!("CARGO_BIN_EXE_tieline"))
            .args(["--quiet", "--json", "--config"])
            .arg(self.path.join("tieline.toml"))
            .arg("sync")
            .env("JUSTCALL_API_KEY", "sandbox-key")
            .env("JUSTCALL_API_SECRET", "sandbox-secret")
            .output();
        match output {
            Ok(output) if output.status.success() => {}
            other => {
                println!("tieline sync failed: {other:?}");
                std::process::exit(1);
            }
        }
        self.running.sandbox().counters().total_requests()
    }
}

const CONFIG: &str = "
[crm]
connector = \"csv\"
path = \"crm.csv\"
preset = \"plain\"
id_column = \"id\"
[deletes]
sightings = 1
min_hours = 0
[state]
path = \"tieline.db\"
[justcall]
requests_per_minute = 60000000
concurrency = 25
";

/// Half of the contacts on the phone side, all of them in the CRM.
pub(crate) fn first_sync(world: &World) -> First {
    let temporary = tempfile::tempdir().unwrap_or_else(|error| panic!("a temporary folder: {error}"));
    let path = temporary.path().to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap_or_else(|error| panic!("a runtime: {error}"));
    let sandbox = Sandbox::new(Settings::unlimited());
    let half = world.people.len() / 2;
    sandbox.insert_all(world.contacts().take(half));
    let running = runtime.block_on(sandbox.start(0)).unwrap_or_else(|error| panic!("the sandbox: {error}"));
    write(&path.join("crm.csv"), &world.csv());
    write(&path.join("tieline.toml"), &format!("{CONFIG}base_url = \"{}\"\n", running.base_url()));
    let folder = Folder { path, running, _runtime: runtime, _temporary: temporary };
    let used = folder.sync();
    // The account, the pages, the writes in bulk, and once per account two requests to learn what bulk does to fields
    // that a row leaves out.
    let creates = world.people.len() - half;
    let updates = half / 20;
    let writes = creates + updates;
    let fewest = 1 + half.div_ceil(100) + writes.div_ceil(5_000) + if updates > 0 { 2 } else { 0 };
    First { cost: Cost { used, fewest: fewest as u64 }, folder }
}

/// 1 % of changes on both sides, deletions among them.
pub(crate) fn night(world: &World, folder: &Folder) -> Cost {
    let account = folder.running.sandbox();
    let path = folder.path.join("crm.csv");
    write(&path, &world.changed(&std::fs::read_to_string(&path).unwrap_or_default()));
    let id_of = |at: usize| {
        let phone = format!("+1{}", world.people[at].digits);
        account.contacts_by_phone(&phone).first().map_or(0, |contact| contact.id)
    };
    for at in &world.justcall_edits {
        account.edit(id_of(*at), |contact| contact.company = Some("Renamed Ltd".to_owned()));
    }
    for at in &world.justcall_deletes {
        account.delete(id_of(*at));
    }
    let contacts = account.contact_count();
    let used = folder.sync();
    let fewest = 1
        + contacts.div_ceil(100)
        + world.crm_edits.len().div_ceil(5_000)
        + world.crm_deletes.len()
        + world.justcall_deletes.len();
    Cost { used, fewest: fewest as u64 }
}

/// A night without changes: requests, writes, and whether a byte of the CSV moved.
pub(crate) fn quiet(folder: &Folder) -> String {
    let path = folder.path.join("crm.csv");
    folder.sync(); // learns what the last night wrote
    let before = std::fs::read(&path).unwrap_or_default();
    let used = folder.sync();
    let writes = folder.running.sandbox().counters().mutating_calls;
    let same = if std::fs::read(&path).unwrap_or_default() == before { "no byte" } else { "SOME BYTES" };
    format!("{used} requests, {writes} writes, {same} of the CSV changed")
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
