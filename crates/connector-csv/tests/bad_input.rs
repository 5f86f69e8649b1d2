//! Every way in which a file or a configuration can be wrong: the error names path, line and column, says what to do,
//! and nothing is written.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Crm, block_on, config};
use connector::{Connector, Error, ErrorKind, NoProgress};
use connector_csv::{Config, CsvConnector, Preset};
use model::{BySide, Coverage, Field, Schema};
use std::sync::Arc;

/// Lists, and tries to write: both must fail alike and leave the file alone.
fn refused(content: impl AsRef<[u8]>, change: impl FnOnce(&mut Config)) -> Error {
    let crm = Crm::with(content.as_ref(), change);
    let error = crm.list().unwrap_err();
    let create = crm.create(&[(Field::Phone, "+14155550199")]);
    assert_eq!(crm.apply(&[create]).unwrap_err().to_string(), error.to_string());
    assert_eq!(crm.bytes(), content.as_ref());
    assert_eq!(crm.others(), [""; 0]);
    assert!(error.hint.is_some());
    error
}

#[test]
fn broken_data_is_named_by_line_and_column() {
    for (content, message) in [
        ("id,Name,Phone\n1,Ann,1\n1,Bob,2\n", "crm.csv: line 3, column 1 (`id`): the id `1` is already in line 2"),
        (
            "id,Name,Phone\n9,\"A\n\",1\n2,Bob,2\n9,Cyd,2\n",
            "crm.csv: line 5, column 1 (`id`): the id `9` is already in line 2",
        ),
        ("id,Name,Phone\n1,Ann\n", "crm.csv: line 2, column 3 (`Phone`): 2 cells where the header has 3"),
        ("id,Name,Phone\n1,Ann,1\n2,B,o,b\n", "crm.csv: line 3, column 4: 4 cells where the header has 3"),
        (
            "id,Name,Phone\n1,Ann,1\n2,\"Bob,2\n3,Cyd,3\n",
            "crm.csv: line 3, column 2 (`Name`): the quote that opens here is never closed",
        ),
        ("id,Name,Phone\n1,An\"n,1\n", "crm.csv: line 2, column 2 (`Name`): a quote inside a cell that is not quoted"),
        (
            "id,Name,Phone\n1,\"A\nn\"n,1\n",
            "crm.csv: line 3, column 2 (`Name`): more text after the closing quote of the cell that opened in line 2",
        ),
        ("id,Name,Phone\r1,Ann,1\r2,B\0b,2\r", "crm.csv: line 3, column 2 (`Name`): a NUL character"),
        ("id,Name,Phone\n1,Ann,\"1\0\"\n", "crm.csv: line 2, column 3 (`Phone`): a NUL character"),
        ("id,Na\0me,Phone\n", "crm.csv: line 1, column 2: a NUL character"),
        (
            "id,Name,Phone\n\nrow:2,Ann,1\n",
            "crm.csv: line 3, column 1 (`id`): the id `row:2` starts with `row:`, which names rows without an id",
        ),
        ("", "crm.csv: line 1: the file is empty: it has no header"),
        ("\n\r\n", "crm.csv: line 1: the file is empty: it has no header"),
        ("\u{feff}", "crm.csv: line 1: the file is empty: it has no header"),
    ] {
        let error = refused(content, |_| {});
        assert_eq!((error.kind, error.to_string().as_str()), (ErrorKind::Data, message), "{content:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_named_by_line() {
    for (content, message) in [
        (
            &b"\xef\xbb\xbfid,Name,Phone\n1,\xe9,1\n"[..],
            "crm.csv: line 2: a byte that is not UTF-8, though the file says it is",
        ),
        (
            b"id,Name,Phone\n1,Zo\xc3\xab,1\n2,Zo\xeb,2\n",
            "crm.csv: line 3: a byte that is not UTF-8, in a file that otherwise is",
        ),
        (b"id,Name,Phone\n1,\xe9\x81,1\n", "crm.csv: line 2: a byte that is neither UTF-8 nor Windows-1252"),
        (b"\xff\xfei\0d\0\n\0\x00\xd8", "crm.csv: line 2: half a UTF-16 character"),
        (b"\xfe\xff\0i\0d\0\n\0", "crm.csv: line 2: the file ends in the middle of a UTF-16 character"),
    ] {
        let error = refused(content, |_| {});
        assert_eq!((error.kind, error.to_string().as_str()), (ErrorKind::Data, message));
    }
}

#[test]
fn a_missing_column_is_named_with_the_nearest_one() {
    let error = refused("id,Full Name,Phone\n", |config| config.columns[0].1 = "FullName".into());
    assert_eq!(error.kind, ErrorKind::Config);
    assert_eq!(error.to_string(), "crm.csv: line 1: no column is called `FullName`, as first_name needs");
    let hint = error.hint.unwrap();
    assert_eq!(hint, "did you mean `Full Name`? the file has the columns `id`, `Full Name`, `Phone`");
}

#[test]
fn a_configured_id_column_must_exist() {
    let error = refused("ID Number,Name,Phone\n", |_| {});
    assert_eq!(error.to_string(), "crm.csv: line 1: no column is called `id`, as id_column needs");
}

#[test]
fn mapped_columns_must_be_one_of_a_kind() {
    let error = refused("id,Phone,Name,Phone\n", |_| {});
    assert_eq!(error.kind, ErrorKind::Config);
    assert_eq!(error.to_string(), "crm.csv: line 1, columns 2 and 4: both are called `Phone`, the column for phone");
    Crm::new("id,Notes,Name,Phone,Notes\n1,,Ann,1,\n").list().unwrap();
}

#[test]
fn one_column_is_not_two_fields() {
    let error = refused("id,Name,Phone\n", |config| config.columns[0].1 = "phone".into());
    assert_eq!(error.to_string(), "crm.csv: column `Phone` is mapped twice: first_name and phone");
    let error = refused("id,Name,Phone\n", |config| config.columns[0].1 = "id".into());
    assert_eq!(error.to_string(), "crm.csv: column `id` is mapped twice: id_column and first_name");
}

#[test]
fn a_scope_column_must_exist() {
    let crm = Crm::new("id,Name,Phone,Stage\n1,Ann,1,lead\n");
    let scope = |name: &str| BySide { crm: vec![name.to_owned()], justcall: Vec::new() };
    let list = |name| {
        let schema = Schema::new([Field::Phone]).with_scope_columns(scope(name));
        let connector = CsvConnector::new(config(&crm.path), Arc::new(schema));
        block_on(connector.list(&NoProgress))
    };
    assert_eq!(list("Stage").unwrap().table.row(0).cell(1), model::Cell::Value("lead"));
    assert_eq!(list("Stge").unwrap_err().hint.unwrap().split('?').next(), Some("did you mean `Stage`"));
}

#[test]
fn a_phone_column_is_needed() {
    let error = refused("id,Name,Fon\n", |config| {
        config.columns.pop();
    });
    assert_eq!(error.to_string(), "crm.csv: no column is known to be phone");
    assert_eq!(error.kind, ErrorKind::Config);
}

#[test]
fn a_header_alone_is_a_complete_empty_listing() {
    for content in ["id,Name,Phone", "id,Name,Phone\r\n"] {
        let listing = Crm::new(content).list().unwrap();
        assert_eq!((listing.table.len(), listing.coverage), (0, Coverage::Complete));
    }
}

#[test]
fn a_missing_file_and_a_folder_are_the_configurations_fault() {
    let crm = Crm::new("id,Name,Phone\n");
    for (path, message) in
        [(crm.folder.path().join("none.csv"), "does not exist"), (crm.folder.path().into(), "is a folder")]
    {
        let connector = CsvConnector::new(config(&path), Arc::clone(&crm.schema));
        for error in [
            block_on(connector.list(&NoProgress)).unwrap_err(),
            block_on(connector.identify()).unwrap_err(),
            block_on(connector.apply(&[crm.create(&[])], &NoProgress)).unwrap_err(),
        ] {
            assert_eq!(error.kind, ErrorKind::Config);
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.hint.is_some());
        }
    }
}

#[test]
fn optional_columns_are_unknown_where_they_are_missing() {
    let crm = Crm::with("id,Phone\n1,5\n", |config| config.optional = vec![Field::FirstName]);
    assert_eq!(crm.list().unwrap().table.row(0).cell(0), model::Cell::Unknown);
}

#[test]
fn a_preset_leaves_alone_what_the_file_lacks() {
    let crm = Crm::with("id,Mobile,Tel\n1,5,6\n", |config| {
        config.preset = Preset::Auto;
        config.id_column = None;
        config.columns = vec![(Field::Phone, "Tel".into())];
    });
    let schema = Schema::new([Field::Phone, Field::Company]);
    let mut config = config(&crm.path);
    config.columns.clear();
    let listing = block_on(CsvConnector::new(config, Arc::new(schema)).list(&NoProgress)).unwrap();
    let cells: Vec<_> = listing.table.row(0).cells(2).collect();
    assert_eq!(cells, [model::Cell::Value("6"), model::Cell::Unknown]);
    let notes =
        ["crm.csv: phone is column `Tel`; `Mobile` not read", "crm.csv: no column for company: it is left alone"];
    assert_eq!(listing.notes, notes);
}
