//! What must hold for every table, every style and any bytes at all.
#![allow(clippy::unwrap_used)]

use crate::batch::Batch;
use crate::document::Document;
use crate::encoding::{Encoding, decode, encode};
use crate::layout::Layout;
use crate::quoting::{must_quote, push_cell};
use crate::{Config, Preset, convert};
use connector::{NoProgress, Write, WriteKind, WriteResult};
use model::{Field, FieldId, Record, Schema, Table, Via};
use proptest::collection::vec;
use proptest::prelude::*;

/// How a file is written; `quotes` and `endings` are gone through in turn.
#[derive(Debug, Clone)]
struct Style {
    delimiter: char,
    quotes: Vec<bool>,
    endings: Vec<&'static str>,
    last_ended: bool,
    encoding: Encoding,
    bom: bool,
}

fn style() -> impl Strategy<Value = Style> {
    let encodings = prop_oneof![
        Just((Encoding::Utf8, false)),
        Just((Encoding::Utf8, true)),
        Just((Encoding::Utf16Le, true)),
        Just((Encoding::Utf16Be, true)),
    ];
    (
        prop_oneof![Just(','), Just(';'), Just('\t')],
        vec(any::<bool>(), 1..7),
        vec(prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n")], 1..4),
        any::<bool>(),
        encodings,
    )
        .prop_map(|(delimiter, quotes, endings, last_ended, (encoding, bom))| Style {
            delimiter,
            quotes,
            endings,
            last_ended,
            encoding,
            bom,
        })
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c,;\t\"\r\n é王=+]{0,6}", any::<String>().prop_map(|text| text.replace('\0', ""))]
}

/// Rows of three cells.
fn cells() -> impl Strategy<Value = Vec<[String; 3]>> {
    vec([cell(), cell(), cell()], 0..6)
}

/// Header `a b c`, then the rows, each cell quoted where it must be or the style's turn comes.
fn write(rows: &[[String; 3]], style: &Style) -> String {
    let mut quotes = style.quotes.iter().copied().cycle();
    let mut endings = style.endings.iter().copied().cycle();
    let header = ["a", "b", "c"].map(str::to_owned);
    let mut text = String::new();
    for (index, row) in std::iter::once(&header).chain(rows).enumerate() {
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                text.push(style.delimiter);
            }
            let delimiter = u8::try_from(style.delimiter).unwrap();
            push_cell(&mut text, cell, must_quote(cell, delimiter, false) || quotes.next().unwrap());
        }
        if style.last_ended || index < rows.len() {
            text.push_str(endings.next().unwrap());
        }
    }
    text
}

fn config() -> Config {
    let mut config = Config::new("x.csv");
    config.preset = Preset::Plain;
    config.columns =
        vec![(Field::FirstName, "a".into()), (Field::Phone, "b".into()), (Field::Custom("c".into()), "c".into())];
    config
}

fn schema() -> Schema {
    Schema::new([Field::FirstName, Field::Phone, Field::Custom("c".into())])
}

fn read<T>(bytes: &[u8], look: impl FnOnce(&Document<'_>, &Layout, Table) -> T) -> T {
    let document = Document::open("x.csv", bytes).unwrap();
    let layout = Layout::resolve(&config(), &schema(), &document.header).unwrap();
    let table = convert::table(&document, &layout, &NoProgress).unwrap();
    look(&document, &layout, table)
}

fn texts(table: &Table) -> Vec<[String; 3]> {
    table.iter().map(|row| [0, 1, 2].map(|index| row.cell(index).text().to_owned())).collect()
}

fn edit(bytes: &[u8], write: impl FnOnce(&Table) -> Write) -> (String, WriteResult) {
    read(bytes, |document, layout, table| {
        let writes = [write(&table)];
        let batch = Batch::decide(document, layout, &writes, &mut crate::new_ids::NewIds::new()).unwrap();
        let text = batch.rewrite(document.text());
        let edited = encode(text.clone(), document.decoded.encoding, document.decoded.bom);
        let stored = batch.verify(&Document::open("x.csv", &edited).unwrap(), layout).unwrap();
        (text, batch.results(stored, None).remove(0))
    })
}

fn update(current: Record, field: u16, value: &str) -> Write {
    let set = vec![(FieldId(field), value.to_owned())];
    Write { kind: WriteKind::Update, via: Via::File, current: Some(current), set }
}

// A row of three empty bare cells is `,,` and no blank line, so that every row is read.
proptest! {
    #[test]
    fn what_is_written_is_read(rows in cells(), style in style()) {
        let text = write(&rows, &style);
        let bytes = encode(text.clone(), style.encoding, style.bom);
        read(&bytes, |document, _, table| {
            assert_eq!(document.text(), text);
            assert_eq!(texts(&table), rows);
        });
    }

    #[test]
    fn an_edit_changes_one_cell_and_no_other_byte(
        rows in cells().prop_filter("a row to edit", |rows| !rows.is_empty()),
        style in style(),
        at in any::<(prop::sample::Index, prop::sample::Index)>(),
        value in cell(),
    ) {
        let (row, column) = (at.0.index(rows.len()), at.1.index(3));
        let text = write(&rows, &style);
        let bytes = encode(text.clone(), style.encoding, style.bom);
        let field = u16::try_from(column).unwrap();
        let (edited, result) = edit(&bytes, |table| update(table.row(row).to_record(), field, &value));
        let mut expected = rows.clone();
        expected[row][column].clone_from(&value);
        read(edited.as_bytes(), |_, _, table| assert_eq!(texts(&table), expected));
        let stored = match result {
            WriteResult::Done { stored, .. } => stored.unwrap(),
            other => panic!("{other:?}"),
        };
        prop_assert_eq!(stored.cell(column).text(), &value);
        // What is the same at both ends covers everything but the cell.
        let ahead = text.bytes().zip(edited.bytes()).take_while(|(a, b)| a == b).count();
        let cell_start = read(&bytes, |document, _, _| {
            let (mut parser, mut found) = (document.rows(), crate::parse::Row::default());
            for _ in 0..=row {
                parser.next(&mut found).unwrap();
            }
            (found.cells[column].start, found.cells[column].end)
        });
        prop_assert!(ahead >= cell_start.0);
        prop_assert!(edited.ends_with(&text[cell_start.1..]));
    }

    #[test]
    fn setting_what_is_there_changes_nothing(
        rows in cells().prop_filter("a row to edit", |rows| !rows.is_empty()),
        style in style(),
        at in any::<prop::sample::Index>(),
    ) {
        let text = write(&rows, &style);
        let row = at.index(rows.len());
        let (edited, _) = edit(text.as_bytes(), |table| update(table.row(row).to_record(), 1, &rows[row][1]));
        prop_assert_eq!(edited, text);
    }

    #[test]
    fn a_new_row_is_added_behind_every_old_byte(rows in cells(), style in style(), new in [cell(), cell(), cell()]) {
        let text = write(&rows, &style);
        let set = new.iter().cloned().enumerate().map(|(i, value)| (FieldId(u16::try_from(i).unwrap()), value)).collect();
        let (edited, _) = edit(text.as_bytes(), |_| Write { kind: WriteKind::Create, via: Via::File, current: None, set });
        prop_assert!(edited.starts_with(&text));
        let expected: Vec<_> = rows.into_iter().chain([new]).collect();
        read(edited.as_bytes(), |_, _, table| assert_eq!(texts(&table), expected));
    }

    #[test]
    fn a_deleted_row_is_cut_out(
        rows in cells().prop_filter("a row to delete", |rows| !rows.is_empty()),
        style in style(),
        at in any::<prop::sample::Index>(),
    ) {
        let text = write(&rows, &style);
        let row = at.index(rows.len());
        let (edited, _) = edit(text.as_bytes(), |table| {
            Write { kind: WriteKind::Delete, via: Via::File, current: Some(table.row(row).to_record()), set: Vec::new() }
        });
        let mut expected = rows.clone();
        expected.remove(row);
        read(edited.as_bytes(), |_, _, table| assert_eq!(texts(&table), expected));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(0)], 0..80)) {
        open_anything(&bytes);
        open_anything(&[b"a,b,c\n", bytes.as_slice()].concat());
        open_anything(&[b"\xff\xfea\0,\0b\0\n\0", bytes.as_slice()].concat());
    }

    #[test]
    fn bytes_that_are_read_are_written_back_the_same(bytes in vec(any::<u8>(), 0..60), ascii in "[a-z,\n]{0,20}") {
        for bytes in [bytes.clone(), [ascii.as_bytes(), &bytes].concat()] {
            if let Ok(decoded) = decode(&bytes) {
                prop_assert_eq!(encode(decoded.text.clone().into_owned(), decoded.encoding, decoded.bom), bytes);
            }
        }
    }
}

fn open_anything(bytes: &[u8]) {
    if let Ok(document) = Document::open("x.csv", bytes) {
        let schema = schema();
        if let Ok(layout) = Layout::resolve(&config(), &schema, &document.header) {
            let _ = convert::table(&document, &layout, &NoProgress).map_err(|error| error.to_string());
        }
    }
}

/// The last check before the disk: a text that does not hold what was meant is not written.
#[test]
fn a_text_that_lacks_an_edit_does_not_pass() {
    let bytes = b"id,a,b,c\n1,x,y,z\n2,x,y,z\n";
    read(bytes, |document, layout, table| {
        let writes = [update(table.row(0).to_record(), 1, "new")];
        let batch = Batch::decide(document, layout, &writes, &mut crate::new_ids::NewIds::new()).unwrap();
        let verify = |text: &str| batch.verify(&Document::open("x.csv", text.as_bytes()).unwrap(), layout).is_ok();
        assert!(verify("id,a,b,c\n1,x,new,z\n2,x,y,z\n"));
        assert!(!verify("id,a,b,c\n1,x,y,z\n2,x,y,z\n"));
        assert!(!verify("id,a,b,c\n1,x,new,z\n"));
    });
}
