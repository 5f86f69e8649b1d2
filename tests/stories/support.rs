//! A world for one story: a folder, a sandbox account on a free port, and the binary. Every output is checked for
//! secrets and for colours. It asserts nothing about contacts.

use sandbox::{Contact, Counters, NewContact, RequestKind, Running, Sandbox, Settings};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const KEY: &str = "story-key-1c7d0e";
pub(crate) const SECRET: &str = "story-secret-5b2f9a";
/// Without the documented limits, so that no story waits for them unless it is about them.
pub(crate) const PACE: &str = "requests_per_minute = 600000";
pub(crate) const HEADER: &str = "id,First Name,Last Name,Phone,Email,Company";
/// Deletes in the second run that misses a contact.
pub(crate) const SECOND_RUN: &str = "[deletes]\nsightings = 2\nmin_hours = 0\n";
/// Deletes in the run that first misses a contact.
pub(crate) const AT_ONCE: &str = "[deletes]\nsightings = 1\nmin_hours = 0\n";

pub(crate) struct World {
    pub(crate) account: Sandbox,
    folder: TempDir,
    running: Running,
    // Last: the server runs on it.
    _runtime: Runtime,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// An empty folder; in memory where the system offers that, since every commit waits for the disk.
fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// The binary, without any variable of the surroundings.
pub(crate) fn tieline(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
    command.env_clear().current_dir(folder).args(args).stdin(Stdio::null());
    command
}

pub(crate) fn finish(mut command: Command) -> Output {
    Output::of(&command.output().unwrap())
}

impl Output {
    pub(crate) fn of(output: &std::process::Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let output = Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        for shown in [&output.stdout, &output.stderr] {
            assert!(!shown.contains(KEY) && !shown.contains(SECRET), "a secret was shown: {shown}");
            assert!(!shown.contains('\u{1b}'), "colours in a pipe: {shown}");
        }
        output
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Ended with this code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Ended with this code and with `error:`, all the texts, and a `hint:`.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, texts: &[&str]) -> Self {
        let output = self.ends(code);
        assert!(output.stderr.contains("error: ") && output.stderr.contains("hint: "), "{}", output.stderr);
        for text in texts {
            assert!(output.stderr.contains(text), "no `{text}` in: {}", output.stderr);
        }
        output
    }
}

impl World {
    /// An empty account and no CRM file.
    pub(crate) fn new() -> Self {
        Self::with(Settings::unlimited(), "")
    }

    /// With settings of the account and further sections of the configuration.
    pub(crate) fn with(settings: Settings, config: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let account = Sandbox::new(Settings { api_key: KEY.to_owned(), api_secret: SECRET.to_owned(), ..settings });
        let running = runtime.block_on(account.start(0)).unwrap();
        let world = Self { account, folder: scratch(), running, _runtime: runtime };
        world.configure(config);
        world
    }

    /// Contacts 1 to `count`, equal on both sides and linked by a first sync; nothing counted so far.
    pub(crate) fn linked(count: usize, config: &str) -> Self {
        Self::with_linked(Settings::unlimited(), count, config)
    }

    /// The same with settings of the account.
    pub(crate) fn with_linked(settings: Settings, count: usize, config: &str) -> Self {
        let world = Self::with(settings, config);
        let rows: Vec<String> = (1..=count).map(row).collect();
        world.crm(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        world.account.insert_all((1..=count).map(contact));
        let report = world.run(&["sync", "--json"]).ends(0).json();
        assert_eq!(report["outcome"], "clean", "{report:#}");
        world.account.reset_counters();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn base_url(&self) -> String {
        self.running.base_url()
    }

    /// Writes tieline.toml: the usual one and these sections.
    pub(crate) fn configure(&self, sections: &str) {
        let text = format!(
            "[justcall]\nbase_url = \"{}\"\n{PACE}\n\n[crm]\nconnector = \"csv\"\npath = \"crm.csv\"\npreset = \"plain\"\n\
             id_column = \"id\"\n\n[match]\ndefault_region = \"US\"\n\n{sections}\n",
            self.base_url()
        );
        let fields = "[fields]\nfirst_name = \"First Name\"\nlast_name = \"Last Name\"\nphone = \"Phone\"\n\
                      email = \"Email\"\ncompany = \"Company\"\n";
        let fields = if sections.contains("[fields]") { "" } else { fields };
        self.write("tieline.toml", format!("{text}{fields}"));
    }

    /// Replaces a text of tieline.toml that must be there.
    pub(crate) fn reconfigure(&self, from: &str, to: &str) {
        let text = self.read("tieline.toml");
        assert!(text.contains(from), "{text}");
        self.write("tieline.toml", text.replace(from, to));
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes crm.csv: the usual header and these rows.
    pub(crate) fn crm(&self, rows: &[&str]) {
        let lines: String = [HEADER].iter().chain(rows).map(|line| format!("{line}\n")).collect();
        self.write("crm.csv", lines);
    }

    /// Replaces a text of crm.csv that stands there once.
    pub(crate) fn edit_crm(&self, from: &str, to: &str) {
        let text = self.read("crm.csv");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {text}");
        self.write("crm.csv", text.replace(from, to));
    }

    /// Adds a row to crm.csv.
    pub(crate) fn add_row(&self, row: &str) {
        self.write("crm.csv", format!("{}{row}\n", self.read("crm.csv")));
    }

    /// Deletes the rows of these contacts.
    pub(crate) fn drop_rows(&self, ids: impl IntoIterator<Item = usize>) {
        let mut text = self.read("crm.csv");
        for id in ids {
            let line = text.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap().to_owned();
            text = text.replace(&format!("{line}\n"), "");
        }
        self.write("crm.csv", text);
    }

    /// The row of crm.csv that contains this.
    #[track_caller]
    pub(crate) fn row(&self, text: &str) -> String {
        let file = self.read("crm.csv");
        let found: Vec<&str> = file.lines().filter(|line| line.contains(text)).collect();
        assert_eq!(found.len(), 1, "`{text}` in {file}");
        found[0].to_owned()
    }

    pub(crate) fn insert(&self, first: &str, last: &str, phone: &str, company: &str) -> u64 {
        let company = (!company.is_empty()).then(|| company.to_owned());
        self.account.insert(NewContact { company, ..NewContact::named(first, last, phone) }).id
    }

    /// The only contact of the account with this number.
    #[track_caller]
    pub(crate) fn contact(&self, phone: &str) -> Contact {
        let mut found = self.account.contacts_by_phone(phone);
        assert_eq!(found.len(), 1, "{phone}: {:?}", self.account.contacts());
        found.remove(0)
    }

    /// The contact numbered so by [`World::linked`], wherever its number went.
    pub(crate) fn numbered(&self, number: usize) -> Contact {
        let last = last_name(number);
        self.account.contacts().into_iter().find(|contact| contact.last_name.as_deref() == Some(&last)).unwrap()
    }

    /// Edits the contact numbered so.
    pub(crate) fn edit(&self, number: usize, edit: impl FnOnce(&mut Contact)) {
        self.account.edit(self.numbered(number).id, edit).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = tieline(self.folder(), args);
        command.env("JUSTCALL_API_KEY", KEY).env("JUSTCALL_API_SECRET", SECRET);
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        finish(self.command(args))
    }

    /// Starts the binary, to look at it on its way.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs and reads the plan.
    #[track_caller]
    pub(crate) fn plan(&self) -> Value {
        self.run(&["plan", "--json"]).ends(0).json()
    }

    /// A sync that ends with 0; its report.
    #[track_caller]
    pub(crate) fn sync(&self) -> Value {
        self.run(&["sync", "--json"]).ends(0).json()
    }

    pub(crate) fn counters(&self) -> Counters {
        self.account.counters()
    }

    pub(crate) fn requests(&self, kind: RequestKind) -> u64 {
        self.counters().requests_of(kind)
    }

    /// Runs something that must write to neither side.
    #[track_caller]
    pub(crate) fn untouched<T>(&self, act: impl FnOnce(&Self) -> T) -> T {
        let bytes = || std::fs::read(self.path("crm.csv")).ok();
        let before = (bytes(), self.counters().mutating_calls);
        let result = act(self);
        assert!(before.0 == bytes(), "crm.csv changed");
        assert_eq!(before.1, self.counters().mutating_calls, "calls that write");
        result
    }

    /// Both sides agree and the next run is quiet (L2, L3): nothing is planned, written or touched.
    #[track_caller]
    pub(crate) fn settled(&self) {
        self.untouched(|world| {
            let plan = world.plan();
            assert_eq!(writes(&plan), Vec::<String>::new(), "{plan:#}");
            world.sync();
            // Whatever the story was: an independent look finds nothing that contradicts the rest.
            world.run(&["verify", "--json"]).ends(0);
        });
    }
}

/// What a plan would write: `justcall create +1415…`.
pub(crate) fn writes(plan: &Value) -> Vec<String> {
    let text = |action: &Value, key: &str| action[key].as_str().unwrap_or("-").to_owned();
    let actions = plan["actions"].as_array().unwrap().iter();
    let writing = actions.filter(|action| ["create", "update", "delete"].contains(&action["kind"].as_str().unwrap()));
    writing.map(|action| ["side", "kind", "phone"].map(|key| text(action, key)).join(" ")).collect()
}

/// One number of a report: `applied(&report, "crm", "create")`.
pub(crate) fn applied(report: &Value, side: &str, kind: &str) -> u64 {
    report["applied"][side][kind].as_u64().unwrap()
}

/// One word out of each element: `words(&plan, "held", "reason")`.
pub(crate) fn words(value: &Value, list: &str, key: &str) -> Vec<String> {
    let list = value[list].as_array().unwrap_or_else(|| panic!("no {list} in {value:#}"));
    list.iter().map(|item| item[key].as_str().unwrap_or("-").to_owned()).collect()
}

/// Number of the contact numbered so.
pub(crate) fn phone(number: usize) -> String {
    format!("+1415555{:04}", 100 + number)
}

/// No two are alike, and none is the beginning of another.
pub(crate) fn last_name(number: usize) -> String {
    let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).unwrap());
    format!("Person{}{}", letter(number / 26), letter(number))
}

/// Its row of crm.csv.
pub(crate) fn row(number: usize) -> String {
    let last = last_name(number);
    format!("{number},Kim,{last},{},{}@example.com,Acme {number}", phone(number), last.to_lowercase())
}

/// Itself, as the account holds it.
pub(crate) fn contact(number: usize) -> NewContact {
    let last = last_name(number);
    NewContact {
        email: Some(format!("{}@example.com", last.to_lowercase())),
        company: Some(format!("Acme {number}")),
        ..NewContact::named("Kim", &last, &phone(number))
    }
}

/// Tells stories that mostly wait at the same time.
pub(crate) fn at_once(stories: &[fn()]) {
    std::thread::scope(|scope| {
        for story in stories {
            scope.spawn(story);
        }
    });
}

/// Waits for something that another process does.
#[track_caller]
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits for what something comes to.
#[track_caller]
pub(crate) fn until_some<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = attempt() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}
