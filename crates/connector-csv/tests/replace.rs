//! The file is replaced as a whole or not at all, whatever the disk does.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod common;

use common::Crm;
use connector::{ErrorKind, WriteResult};
use connector_csv::Disk;
use model::Field::Phone;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const FILE: &str = "id,Name,Phone\n1,Ann,1\n";
const AFTER: &str = "id,Name,Phone\n1,Ann,9\n";

/// Fails at one step, after half of the content in the case of a write.
#[derive(Debug)]
struct Failing(&'static str, io::ErrorKind);

impl Failing {
    fn at(&self, step: &str) -> io::Result<()> {
        if self.0 == step { Err(self.1.into()) } else { Ok(()) }
    }
}

impl Disk for Failing {
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(file, &bytes[..bytes.len() / 2])?;
        self.at("write")?;
        io::Write::write_all(file, &bytes[bytes.len() / 2..])
    }

    fn sync(&self, _: &File) -> io::Result<()> {
        self.at("sync")
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.at("rename")?;
        fs::rename(from, to)
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        self.at("sync_folder")
    }
}

#[test]
fn a_disk_that_fails_leaves_the_file_as_it_was() {
    for (step, kind, hint) in [
        ("write", io::ErrorKind::StorageFull, "make room on the disk"),
        ("sync", io::ErrorKind::QuotaExceeded, "make room on the disk"),
        ("rename", io::ErrorKind::PermissionDenied, "who may write to its folder"),
    ] {
        let crm = Crm::new(FILE).on_disk(Failing(step, kind));
        let error = crm.apply(&[crm.update("1", &[(Phone, "9")])]).unwrap_err();
        assert_eq!((error.kind, error.to_string().as_str()), (ErrorKind::Io, "crm.csv could not be written"));
        assert!(error.hint.unwrap().contains(hint), "{step}");
        assert_eq!(crm.text(), FILE, "{step}");
        assert_eq!(crm.others(), [""; 0], "{step}");
    }
}

#[test]
fn an_unconfirmed_rename_is_an_unknown_outcome() {
    let crm = Crm::new(FILE).on_disk(Failing("sync_folder", io::ErrorKind::Other));
    let results = crm.apply(&[crm.update("1", &[(Phone, "9")])]).unwrap();
    assert!(matches!(results[0], WriteResult::Unknown { .. }));
    // A file system that cannot sync folders is not in doubt.
    let crm = Crm::new(FILE).on_disk(Failing("sync_folder", io::ErrorKind::InvalidInput));
    crm.done(&[crm.update("1", &[(Phone, "9")])]);
    assert_eq!(crm.text(), AFTER);
}

/// Somebody saves the file in the moment in which ours is ready.
#[derive(Debug)]
struct Racing(PathBuf);

impl Disk for Racing {
    fn sync(&self, _: &File) -> io::Result<()> {
        fs::write(&self.0, "id,Name,Phone\n1,Zoe,1\n")
    }
}

#[test]
fn a_file_saved_while_ours_was_written_wins() {
    let crm = Crm::new(FILE);
    let path = crm.path.clone();
    let crm = crm.on_disk(Racing(path));
    let results = crm.apply(&[crm.update("1", &[(Phone, "9")])]).unwrap();
    assert!(matches!(results[0], WriteResult::Stale { .. }));
    assert_eq!(crm.text(), "id,Name,Phone\n1,Zoe,1\n");
    assert_eq!(crm.others(), [""; 0]);
}

#[test]
fn the_mode_is_kept() {
    for mode in [0o640, 0o600, 0o664] {
        let crm = Crm::new(FILE);
        fs::set_permissions(&crm.path, fs::Permissions::from_mode(mode)).unwrap();
        crm.done(&[crm.update("1", &[(Phone, "9")])]);
        assert_eq!(fs::metadata(&crm.path).unwrap().mode() & 0o7777, mode);
    }
}

#[test]
fn a_read_only_file_is_not_written() {
    let crm = Crm::new(FILE);
    fs::set_permissions(&crm.path, fs::Permissions::from_mode(0o444)).unwrap();
    let error = crm.apply(&[crm.update("1", &[(Phone, "9")])]).unwrap_err();
    assert_eq!((error.kind, error.to_string().as_str()), (ErrorKind::Io, "crm.csv is read-only"));
    assert_eq!(crm.text(), FILE);
}

#[test]
fn a_link_is_followed_and_kept() {
    let crm = Crm::new(FILE);
    let elsewhere = tempfile::tempdir().unwrap();
    let real = elsewhere.path().join("export.csv");
    fs::rename(&crm.path, &real).unwrap();
    symlink(&real, &crm.path).unwrap();
    crm.done(&[crm.update("1", &[(Phone, "9")])]);
    assert_eq!(fs::read_link(&crm.path).unwrap(), real);
    assert_eq!(fs::read_to_string(&real).unwrap(), AFTER);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

#[test]
fn leftovers_of_a_killed_run_are_removed_and_nothing_else() {
    let crm = Crm::new(FILE);
    let put = |name: &str| fs::write(crm.folder.path().join(name), "half").unwrap();
    let names = [".crm.csv.tieline-a1B2c3.tmp", ".other.csv.tieline-a1B2c3.tmp", ".crm.csv.tieline-x", "crm.csv.tmp"];
    names.into_iter().for_each(put);
    crm.done(&[crm.update("1", &[(Phone, "9")])]);
    assert_eq!(crm.others(), [".crm.csv.tieline-x", ".other.csv.tieline-a1B2c3.tmp", "crm.csv.tmp"]);
}

#[test]
fn a_temporary_file_in_use_is_left_alone() {
    let crm = Crm::new(FILE);
    let name = ".crm.csv.tieline-a1B2c3.tmp";
    let other = File::create(crm.folder.path().join(name)).unwrap();
    other.lock().unwrap();
    crm.done(&[crm.update("1", &[(Phone, "9")])]);
    assert_eq!(crm.others(), [name]);
}
