//! What a write leaves alone: every byte that is not its own, in every encoding and style.
#![allow(clippy::unwrap_used)]

mod common;

use common::Crm;
use connector::WriteResult;
use model::Field::{FirstName, Phone};

fn utf16(text: &str, big: bool, bom: bool) -> Vec<u8> {
    let mark = if bom { "\u{feff}" } else { "" };
    let units = [mark, text].concat();
    units.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

fn windows(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() }).collect()
}

type Encode<'a> = &'a dyn Fn(&str) -> Vec<u8>;

/// Mixed line endings, mixed quoting, blank lines, an unknown column, a cell of several lines.
const BEFORE: &str = "\"id\";Name;Phone;Notes\r\n1;\"Änne \"\"A\"\"\";\"1\";\"a;\r\nb\"\n\n2; Bob ;2;\"\"\r3;;;x\r\n";
const AFTER: &str = "\"id\";Name;Phone;Notes\r\n1;\"Änne \"\"A\"\"\";\"7\";\"a;\r\nb\"\n\n2;\"B;ö\"\"b\";2;\"\"\r3;;8;x\r\n4;é;9;\"\"\r\n";

#[test]
fn only_the_cells_that_change_change_in_every_encoding() {
    let utf8 = |text: &str| text.as_bytes().to_vec();
    let bom = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let encodings: [(&str, Encode<'_>); 7] = [
        ("UTF-8", &utf8),
        ("UTF-8 with BOM", &bom),
        ("UTF-16 LE", &|text| utf16(text, false, true)),
        ("UTF-16 BE", &|text| utf16(text, true, true)),
        ("UTF-16 LE without BOM", &|text| utf16(text, false, false)),
        ("UTF-16 BE without BOM", &|text| utf16(text, true, false)),
        ("Windows-1252", &windows),
    ];
    for (name, encode) in encodings {
        let crm = Crm::new(encode(BEFORE));
        let writes = [
            crm.create(&[(FirstName, "é"), (Phone, "9")]),
            crm.update("3", &[(Phone, "8")]),
            crm.update("1", &[(Phone, "7"), (FirstName, "Änne \"A\"")]),
            crm.update("2", &[(FirstName, "B;ö\"b")]),
        ];
        crm.done(&writes);
        assert_eq!(crm.bytes(), encode(AFTER), "{name}");
    }
}

#[test]
fn a_deleted_row_takes_its_own_bytes_along_and_no_others() {
    for (before, after) in [
        ("id,Name,Phone\n1,Ann,1\r\n2,Bob,2\n3,Cyd,3\n", "id,Name,Phone\n1,Ann,1\r\n3,Cyd,3\n"),
        ("id,Name,Phone\r\n2,\"B\r\nb\",2", "id,Name,Phone\r\n"),
        ("id,Name,Phone\n\n2,Bob,2\n\n1,Ann,1", "id,Name,Phone\n\n\n1,Ann,1"),
    ] {
        let crm = Crm::new(before);
        let done = crm.done(&[crm.delete("2")]);
        assert_eq!(crm.text(), after);
        assert_eq!(done, [(Some("2".into()), None)]);
    }
}

#[test]
fn new_rows_are_written_in_the_files_style() {
    for (before, row) in [
        ("id,Name,Phone\n", "1,Dee,9\n"),
        ("id,Name,Phone", "\n1,Dee,9"),
        ("id,Name,Phone\r\n7,Ann,1", "\r\n8,Dee,9"),
        ("id;Name;Phone\r7;Ann;1\r", "8;Dee;9\r"),
        ("id\tName\tPhone\r\n7\tAnn\t1\n", "8\tDee\t9\n"),
        ("\"id\",\"Name\",\"Phone\"\n", "\"1\",\"Dee\",\"9\"\n"),
        ("id,Name,Phone\n\"7\",\"Ann\",\"1\"\n", "\"8\",\"Dee\",\"9\"\n"),
        ("id,Name,Phone\n7,\"Ann\",1\n", "8,\"Dee\",9\n"),
        ("id,Name,Phone\n7,\"A,n\",1\n", "8,Dee,9\n"),
        ("sep=;\nid;Name;Phone\n7;A,n;1\n", "8;Dee;9\n"),
        ("Notes,id,Name,Phone\n,7,Ann,1\n", ",8,Dee,9\n"),
        ("Notes,id,Name,Phone\n\"\",7,Ann,1\n", "\"\",8,Dee,9\n"),
    ] {
        let crm = Crm::new(before);
        crm.list().unwrap();
        let done = crm.done(&[crm.create(&[(FirstName, "Dee"), (Phone, "9")])]);
        assert_eq!(crm.text(), format!("{before}{row}"), "{before:?}");
        let (id, stored) = done.into_iter().next().unwrap();
        assert_eq!(crm.record(id.unwrap().as_str()), stored.unwrap());
    }
}

#[test]
fn several_new_rows_in_a_file_without_a_last_line_ending() {
    let crm = Crm::new("id,Name,Phone\n1,Ann,1");
    crm.done(&[crm.create(&[(Phone, "2")]), crm.create(&[(Phone, "3")])]);
    assert_eq!(crm.text(), "id,Name,Phone\n1,Ann,1\n2,,2\n3,,3");
}

#[test]
fn what_the_encoding_cannot_hold_is_refused_alone() {
    let before = windows("id,Name,Phone\n1,Zoë,1\n2,Bob,2\n");
    let crm = Crm::new(&before);
    let writes = [
        crm.update("1", &[(FirstName, "Łucja"), (Phone, "5")]),
        crm.update("2", &[(FirstName, "B€b")]),
        crm.create(&[(FirstName, "王"), (Phone, "6")]),
    ];
    let results = crm.apply(&writes).unwrap();
    assert_eq!(crm.bytes(), windows("id,Name,Phone\n1,Zoë,1\n2,B€b,2\n"));
    for (index, c) in [(0, 'Ł'), (2, '王')] {
        let message =
            format!("crm.csv is stored as Windows-1252, which has no `{c}`: export it as UTF-8 to write this value");
        assert_eq!(results[index], WriteResult::Refused { message });
    }
}

#[test]
fn a_value_that_would_make_the_file_look_like_utf8_is_refused() {
    // The only accent of the file goes; what comes reads as UTF-8 for a different text.
    let crm = Crm::new(windows("id,Name,Phone\n1,Zoë,1\n"));
    let before = crm.bytes();
    let results = crm.apply(&[crm.update("1", &[(FirstName, "Ã«")])]).unwrap();
    assert!(matches!(&results[0], WriteResult::Refused { .. }), "{results:?}");
    assert_eq!(crm.bytes(), before);
}

#[test]
fn windows_1252_is_said() {
    let listing = Crm::new(windows("id,Name,Phone\n1,Ann,1\n2,Zoë,2\n")).list().unwrap();
    assert_eq!(listing.notes, ["crm.csv: read as Windows-1252, as it is not UTF-8 (first seen in line 3)"]);
    assert_eq!(listing.table.row(1).cell(0).text(), "Zoë");
}

#[test]
fn formulas_and_spaces_are_written_as_they_are() {
    let crm = Crm::new("id,Name,Phone\n1,Ann,1\n");
    crm.done(&[crm.update("1", &[(FirstName, "=1+1 "), (Phone, " +1")])]);
    assert_eq!(crm.text(), "id,Name,Phone\n1,=1+1 , +1\n");
}

#[test]
fn a_nul_is_refused() {
    let crm = Crm::new("id,Name,Phone\n1,Ann,1\n");
    let results = crm.apply(&[crm.update("1", &[(FirstName, "A\0")])]).unwrap();
    assert!(matches!(&results[0], WriteResult::Refused { message } if message.contains("NUL")));
}

#[test]
fn one_column_keeps_its_blank_rows() {
    let crm = Crm::with("Phone\n1\n2\n", |config| {
        config.id_column = None;
        config.columns = vec![(Phone, "Phone".into())];
    });
    crm.done(&[crm.update("row:2", &[(Phone, "")]), crm.create(&[])]);
    assert_eq!(crm.text(), "Phone\n\"\"\n2\n\"\"\n");
    assert_eq!(crm.list().unwrap().table.len(), 3);
}
