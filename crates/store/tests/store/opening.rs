//! What may be opened: nothing yet, our own; and what is refused by name: everything else, untouched.

use crate::support::{ENTROPY, Scratch, at, intent, new_link, run};
use rusqlite::Connection;
use std::fs;
use store::{Error, Store};

#[test]
fn a_new_state_keeps_its_lineage() {
    let scratch = Scratch::new();
    let first = scratch.open().lineage().to_owned();
    assert_eq!(first, "ab".repeat(16));
    let again = Store::open(&scratch.path(), [1; 16]).unwrap();
    assert_eq!(again.lineage(), first, "entropy counts at creation alone");
}

#[test]
fn open_existing_makes_nothing() {
    let scratch = Scratch::new();
    let error = Store::open_existing(&scratch.path()).unwrap_err();
    assert!(matches!(&error, Error::NotFound { path } if *path == scratch.path()), "{error:?}");
    assert!(!scratch.path().exists());
}

#[test]
fn an_emptied_file_is_damage_and_no_new_state() {
    let scratch = Scratch::new();
    assert!(scratch.open().is_new());
    assert!(!scratch.open().is_new());
    fs::write(scratch.path(), "").unwrap();
    for opened in [Store::open_existing(&scratch.path()), Store::open(&scratch.path(), ENTROPY)] {
        assert!(matches!(opened, Err(Error::Corrupt { .. })), "{opened:?}");
    }
    assert_eq!(fs::read(scratch.path()).unwrap().len(), 0, "left as it is");
}

#[test]
fn migrating_twice_changes_nothing() {
    let scratch = Scratch::new();
    drop(scratch.open());
    let before = fs::read(scratch.path()).unwrap();
    drop(scratch.open());
    assert_eq!(fs::read(scratch.path()).unwrap(), before, "opening is not a write");
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    let foreign = Connection::open(scratch.path()).unwrap();
    foreign.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE mine (a); INSERT INTO mine VALUES (1)").unwrap();
    let before = fs::read(scratch.path()).unwrap();
    let error = Store::open(&scratch.path(), ENTROPY).unwrap_err();
    assert!(matches!(error, Error::NotOurs { .. }), "{error:?}");
    assert!(error.to_string().contains("tieline.db"), "{error}");
    assert_eq!(fs::read(scratch.path()).unwrap(), before);
}

#[test]
fn a_text_file_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    for text in ["id,First Name\n1,Zoë\n".to_owned(), "x".repeat(5000), "S".to_owned()] {
        fs::write(scratch.path(), &text).unwrap();
        let error = Store::open(&scratch.path(), ENTROPY).unwrap_err();
        assert!(matches!(error, Error::NotOurs { .. }), "{error:?}");
        assert_eq!(fs::read_to_string(scratch.path()).unwrap(), text);
    }
}

#[test]
fn a_folder_is_an_error_that_names_it() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    let error = Store::open(&scratch.path(), ENTROPY).unwrap_err();
    assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("tieline.db"), "{error:?}");
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    drop(scratch.open());
    scratch.meddle("PRAGMA user_version = 999");
    let error = Store::open(&scratch.path(), ENTROPY).unwrap_err();
    assert!(matches!(error, Error::TooNew { found: 999, .. }), "{error:?}");
}

/// Enough links for a few dozen pages.
fn filled() -> (Scratch, Vec<u8>) {
    let scratch = Scratch::new();
    let links: Vec<_> = (0..2000).map(|n| new_link(&format!("j{n}"), &format!("c{n}"), &format!("name {n}"))).collect();
    scratch.open().commit(&links).unwrap();
    let bytes = fs::read(scratch.path()).unwrap();
    assert!(bytes.len() > 50 * 4096);
    (scratch, bytes)
}

#[test]
fn a_truncated_file_is_damaged() {
    let (scratch, bytes) = filled();
    for length in [50, 4096, bytes.len() / 2, bytes.len() - 4096] {
        fs::write(scratch.path(), &bytes[..length]).unwrap();
        let error = Store::open(&scratch.path(), ENTROPY).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{length} bytes: {error:?}");
        let error = looked_at_meanwhile(&scratch).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{length} bytes: {error:?}");
    }
}

fn looked_at_meanwhile(scratch: &Scratch) -> Result<(), Error> {
    Store::open_meanwhile(&scratch.path(), ENTROPY)?.sound()
}

#[test]
fn whoever_does_not_wait_for_the_look_writes_nothing_to_a_damaged_file() {
    let (scratch, bytes) = filled();
    assert!(looked_at_meanwhile(&scratch).is_ok());
    let mut damaged = bytes.clone();
    // Of the table of links, in the middle: opening does not come by there.
    let page = bytes.len() / 4096 / 2;
    damaged[page * 4096..page * 4096 + 64].fill(0x5a);
    fs::write(scratch.path(), &damaged).unwrap();
    let mut store = Store::open_meanwhile(&scratch.path(), ENTROPY).unwrap();
    for _ in 0..2 {
        let error = store.set_fact("a", "b").unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    }
    assert!(matches!(store.sound(), Err(Error::Corrupt { .. })), "what was found stays found");
    drop(store);
    assert_eq!(fs::read(scratch.path()).unwrap(), damaged);
    let beside = fs::read_dir(scratch.folder.path()).unwrap().count();
    assert_eq!(beside, 1, "both connections are closed, and SQLite's own files are gone");
}

#[test]
fn pages_full_of_noise_are_damage() {
    let (scratch, bytes) = filled();
    for page in 1..bytes.len() / 4096 {
        let mut damaged = bytes.clone();
        damaged[page * 4096..page * 4096 + 64].fill(0x5a);
        fs::write(scratch.path(), &damaged).unwrap();
        let error = Store::open(&scratch.path(), ENTROPY).map(drop).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "page {page}: {error:?}");
        let error = looked_at_meanwhile(&scratch).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "page {page}: {error:?}");
    }
}

#[test]
fn a_broken_index_is_found_after_a_crash() {
    let scratch = Scratch::new();
    scratch.open().append_intents(&run("r"), &[intent("+1", None), intent("+2", None)], at(0)).unwrap();
    // The structure is sound, an index entry is missing: only the full check sees it.
    scratch.meddle(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'WHERE', 'WHERE phone <> ''+1'' AND')
         WHERE name = 'journal_by_phone';
         PRAGMA writable_schema = RESET;
         REINDEX journal_by_phone;
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'phone <> ''+1'' AND', '') WHERE name = 'journal_by_phone';",
    );
    drop(scratch.open()); // closed cleanly: the quick check passes
    fs::write(scratch.folder.path().join("tieline.db-journal"), "not empty").unwrap();
    let error = Store::open(&scratch.path(), ENTROPY).map(drop).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
}

#[cfg(unix)]
mod permissions {
    use super::{Error, Scratch, Store, fs, new_link};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn every_file_is_the_owners_alone() {
        let scratch = Scratch::new();
        let mut store = scratch.open();
        store.commit(&[new_link("1", "2", "Zoë")]).unwrap();
        let files: Vec<_> = fs::read_dir(scratch.folder.path()).unwrap().map(Result::unwrap).collect();
        assert!(files.len() >= 3, "the state, -wal and -shm");
        for file in files {
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", file.path());
        }
        assert!(store.warnings().is_empty());
    }

    #[test]
    fn wider_permissions_are_warned_about_not_changed() {
        let scratch = Scratch::new();
        drop(scratch.open());
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o644)).unwrap();
        let store = scratch.open();
        let [warning] = store.warnings() else { panic!("{:?}", store.warnings()) };
        assert!(warning.contains("chmod 600") && warning.contains("tieline.db"), "{warning}");
        assert_eq!(fs::metadata(scratch.path()).unwrap().permissions().mode() & 0o777, 0o644);
    }

    #[test]
    fn a_missing_folder_is_named() {
        let scratch = Scratch::new();
        let error = Store::open(&scratch.folder.path().join("no/such.db"), [0; 16]).unwrap_err();
        assert!(matches!(error, Error::Io { .. }) && error.to_string().contains("such.db"), "{error:?}");
    }
}
