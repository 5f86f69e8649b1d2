//! `cargo bench -p tieline --bench calls`: what a million calls cost, with the real binary against the sandbox on this
//! machine. Prints a table; asserts nothing about time.
//!
//! The sandbox runs in this process without limits, so the network and the account's pace are left out: JustCall's own
//! limit makes the first sync of a million calls a matter of hours.

use sandbox::{CallHistory, NewContact, Sandbox, Settings};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const KEY: &str = "bench-key";
const SECRET: &str = "bench-secret";

fn main() {
    // `cargo bench -- 1000,1000000`: numbers of calls may be named.
    let sizes = std::env::args()
        .find_map(|arg| arg.split(',').map(|size| size.parse::<usize>().ok()).collect::<Option<Vec<_>>>())
        .unwrap_or_else(|| vec![1_000_000]);
    for size in sizes {
        measure(size);
    }
}

fn measure(calls: usize) {
    let contacts = (calls / 50).max(100);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let settings = Settings { api_key: KEY.to_owned(), api_secret: SECRET.to_owned(), ..Settings::unlimited() };
    let account = Sandbox::new(settings);
    let folder = tempfile::tempdir().expect("a folder");
    prepare(&account, folder.path(), contacts);
    let running = runtime.block_on(account.start(0)).expect("a port");
    std::fs::write(folder.path().join("tieline.toml"), config(&running.base_url())).expect("a configuration");
    println!("{calls} calls, {contacts} contacts");
    run(folder.path(), "contacts: first sync", &["sync", "--quiet"]);
    account.make_history(&CallHistory { calls, days: 360, ..CallHistory::default() });
    run(folder.path(), "calls sync, all of them", &["calls", "sync", "--json", "--quiet"]);
    println!("{:32} {:>10} MiB", "state file", bytes(&folder.path().join("tieline.db")) >> 20);
    run(folder.path(), "calls sync again, 8 days", &["calls", "sync", "--json", "--quiet"]);
    run(folder.path(), "calls list --number", &["calls", "list", "--number", &phone(1), "--json", "--limit", "100"]);
    run(folder.path(), "calls list --contact NAME", &["calls", "list", "--contact", "Person 7x", "--json"]);
    run(folder.path(), "calls report", &["calls", "report"]);
    for file in ["calls.parquet", "calls.csv", "calls.jsonl"] {
        run(folder.path(), &format!("calls export -o {file}"), &["calls", "export", "-o", file, "--quiet"]);
        println!("{:32} {:>10} MiB", file, bytes(&folder.path().join(file)) >> 20);
    }
    run(folder.path(), "sync: calls into the CRM file", &["sync", "--quiet", "--approve", "changed=1000000"]);
    run(folder.path(), "sync again, quiet", &["sync", "--quiet"]);
}

fn phone(number: usize) -> String {
    format!("+1415{:07}", 2_000_000 + number)
}

fn prepare(account: &Sandbox, folder: &Path, contacts: usize) {
    let mut file = String::from("id,First Name,Last Name,Phone,Last Call,Calls\n");
    account.insert_all((1..=contacts).map(|number| {
        let (last, phone) = (format!("{number}x"), phone(number));
        let _ = writeln!(file, "{number},Person,{last},{phone},,"); // writing to a String cannot fail
        NewContact::named("Person", &last, &phone)
    }));
    std::fs::write(folder.join("crm.csv"), file).expect("a file");
}

fn config(base_url: &str) -> String {
    format!(
        "[justcall]\nbase_url = \"{base_url}\"\nrequests_per_minute = 600000\n[crm]\npath = \"crm.csv\"\n\
         preset = \"plain\"\nid_column = \"id\"\n[fields]\nfirst_name = \"First Name\"\nlast_name = \"Last Name\"\n\
         phone = \"Phone\"\n\"calls.last_at\" = \"Last Call\"\n\"calls.count\" = \"Calls\"\n"
    )
}

fn bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

fn run(folder: &Path, what: &str, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
    command.current_dir(folder).env("JUSTCALL_API_KEY", KEY).env("JUSTCALL_API_SECRET", SECRET).args(args);
    let started = Instant::now();
    let output = command.output().expect("the binary runs");
    let seconds = started.elapsed().as_secs_f64();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let requests = report["requests"].as_u64().map(|requests| format!("  {requests} requests")).unwrap_or_default();
    println!("{what:32} {seconds:>10.2} s{requests}");
}
