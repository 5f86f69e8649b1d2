//! After a crash at any point the state opens, is sound, and stands at its old or its new generation (I14).

use crate::support::{Scratch, at, intent, new_link, run, schema};
use model::Outcome;
use rusqlite::Connection;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use store::{JournalFilter, StateChange, Store};

#[test]
fn an_unfinished_transaction_never_was() {
    let scratch = Scratch::new();
    scratch.open().commit(&[new_link("1", "1", "a")]).unwrap();
    let other = Connection::open(scratch.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM links; UPDATE state SET serial = 99").unwrap();
    assert_eq!(scratch.open().serial().unwrap(), 1, "not seen while it goes on");
    drop(other);
    let store = scratch.open();
    assert_eq!((store.serial().unwrap(), store.all_bases(&schema()).unwrap().len()), (1, 1));
}

const CHILD: &str = "STORE_TEST_COMMITS";

/// Not a test of its own: commits until it is killed.
#[test]
#[ignore = "run by the test below"]
fn child_that_commits() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let mut store = Store::open(Path::new(&path), [3; 16]).unwrap();
    store.set_schema(&schema(), "v1").unwrap();
    for number in 1.. {
        let name = number.to_string();
        let seqs = store.append_intents(&run("r"), &[intent(&name, None)], at(number)).unwrap();
        let outcome = Outcome::Done { id: None };
        let changes = [
            StateChange::Fact { key: "n".to_owned(), value: name.clone() },
            new_link(&name, &name, &name),
            StateChange::Outcome { intent: seqs[0], outcome, at: at(number) },
        ];
        store.commit(&changes).unwrap();
        println!("\nn={name}");
        std::io::stdout().flush().unwrap();
    }
}

#[test]
fn a_kill_leaves_the_old_or_the_new_generation() {
    for kill_after in [1, 2, 17] {
        let scratch = Scratch::new();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "reopened::child_that_commits", "--ignored", "--nocapture"])
            .env(CHILD, scratch.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let said = lines.filter(|line| line.starts_with("n=")).take(kill_after).count();
        child.kill().unwrap();
        child.wait().unwrap();
        let store = scratch.open();
        let counted: usize = store.facts().unwrap()[0].1.parse().unwrap();
        assert!(counted >= said, "what was acknowledged is kept");
        assert_eq!(store.link_heads(&schema()).unwrap().len(), counted);
        assert_eq!(store.all_bases(&schema()).unwrap().len(), counted);
        assert_eq!(store.verify_journal().unwrap().broken, None);
        let (all, open) = (store.journal(&JournalFilter::default()).unwrap(), store.open_intents().unwrap());
        assert_eq!(all.len() - open.len(), counted, "an intent without its commit is open");
        assert!(open.len() <= 1);
    }
}
