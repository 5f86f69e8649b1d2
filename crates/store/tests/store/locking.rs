//! One run at a time, across processes, and never longer than its process lives (S42).

use crate::support::{Scratch, at};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use store::{Error, Owner, lock};

fn owner(command: &str) -> Owner {
    Owner { pid: std::process::id(), host: "desk".to_owned(), since: at(0), command: command.to_owned() }
}

#[test]
fn the_second_is_told_who_holds_it() {
    let scratch = Scratch::new();
    let held = lock(&scratch.path(), &owner("tieline sync")).unwrap();
    let error = lock(&scratch.path(), &owner("tieline apply")).unwrap_err();
    let Error::Locked { owner: text, .. } = &error else { panic!("{error:?}") };
    assert!(text.contains("tieline sync") && text.contains("desk"), "{text}");
    assert!(text.contains(&std::process::id().to_string()), "{text}");
    drop(held);
    drop(lock(&scratch.path(), &owner("tieline apply")).unwrap());
}

#[test]
fn a_state_can_be_read_while_locked() {
    let scratch = Scratch::new();
    drop(scratch.open());
    let _held = lock(&scratch.path(), &owner("tieline sync")).unwrap();
    assert_eq!(scratch.open().counts().unwrap().links, 0);
}

#[cfg(unix)]
#[test]
fn two_names_of_one_state_share_one_lock() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    drop(scratch.open());
    let other = scratch.folder.path().join("other.db");
    std::os::unix::fs::symlink(scratch.path(), &other).unwrap();
    let _held = lock(&scratch.path(), &owner("tieline sync")).unwrap();
    assert!(matches!(lock(&other, &owner("tieline apply")), Err(Error::Locked { .. })));
    let file = scratch.folder.path().join("tieline.db.lock");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

const CHILD: &str = "STORE_TEST_LOCK";

/// Not a test of its own: the process that the next test kills.
#[test]
#[ignore = "run by the test below"]
fn child_that_holds_the_lock() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let _held = lock(Path::new(&path), &owner("child")).unwrap();
    println!("\nheld");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().lock().lines().next(); // until killed
}

#[test]
fn a_killed_process_holds_no_lock() {
    let scratch = Scratch::new();
    let path: PathBuf = scratch.path();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "locking::child_that_holds_the_lock", "--ignored", "--nocapture"])
        .env(CHILD, &path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "held"));
    let error = lock(&path, &owner("parent")).unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", child.id())), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(lock(&path, &owner("parent")).unwrap());
}
