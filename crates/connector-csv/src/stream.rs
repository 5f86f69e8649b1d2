//! Reads a file in parts, for a listing: a large one is never held whole. Only for what is the rule, UTF-8 without a flaw;
//! of anything else it says nothing, and the file is read whole, where every encoding and every message is at home.

use crate::convert::{Filling, Passed, Rows};
use crate::document::Document;
use crate::encoding::Encoding;
use crate::file;
use crate::layout::Layout;
use connector::{Error, Progress};
use model::{Remembered, Table};
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// How much is read at once: it should stay in the processor's cache. A longer row is held whole.
const PART: usize = 256 << 10;

/// How much is read at first, at least.
const SAMPLE: usize = 4096;

/// The rows of a file without a flaw.
pub(crate) struct Listed {
    pub(crate) table: Table,
    pub(crate) layout: Layout,
    /// Fingerprint of the whole content.
    pub(crate) hash: u128,
}

/// A file, part by part.
struct Parts<'s> {
    file: File,
    before: Metadata,
    shown: &'s str,
    hasher: Box<Xxh3>,
    /// What was read and not left behind yet.
    bytes: Vec<u8>,
    read: u64,
    ended: bool,
}

impl<'s> Parts<'s> {
    fn open(path: &Path, shown: &'s str) -> Result<Self, Error> {
        let (file, before) = file::open(path, shown)?;
        let (hasher, bytes) = (Box::new(Xxh3::new()), Vec::new());
        Ok(Self { file, before, shown, hasher, bytes, read: 0, ended: false })
    }

    /// Reads so many bytes more, or to the end.
    fn read(&mut self, part: usize) -> Result<(), Error> {
        let start = self.bytes.len();
        self.bytes.reserve(part + 1);
        let more = (&self.file).take(part as u64).read_to_end(&mut self.bytes);
        let more = more.map_err(|error| file::io_error(self.shown, "read", error))?;
        self.hasher.update(&self.bytes[start..]);
        self.read += more as u64;
        self.ended = more < part;
        Ok(())
    }

    /// A copy of the first bytes, as far as they are UTF-8.
    fn head(&mut self, part: usize) -> Result<Vec<u8>, Error> {
        // The header, and the sample by which UTF-16 is known, are in the first part.
        self.read(part.max(SAMPLE))?;
        Ok(self.text().unwrap_or_default().as_bytes().to_vec())
    }

    /// The document that begins like this, if it is one that can be read in parts.
    fn document<'b>(&self, head: &'b [u8]) -> Option<Document<'b>> {
        let document = Document::open(self.shown, head).ok()?;
        let is_cut = !self.ended && document.header_row.end == document.text().len();
        (!is_cut && document.decoded.encoding == Encoding::Utf8).then_some(document)
    }

    /// Lets go of the first bytes.
    fn leave(&mut self, first: usize) {
        self.bytes.drain(..first);
    }

    /// What is there, as text: none where it is not UTF-8. A character that is cut in two waits for its other half.
    fn text(&self) -> Option<&str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Some(text),
            Err(error) if error.error_len().is_none() && !self.ended => {
                std::str::from_utf8(&self.bytes[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        }
    }

    /// Bytes of the file before those that are there.
    fn left(&self) -> usize {
        usize::try_from(self.read).unwrap_or(usize::MAX) - self.bytes.len()
    }

    /// The fingerprint of what was read; an error where the file changed meanwhile.
    fn finish(&self) -> Result<u128, Error> {
        file::check_unchanged(&self.file, &self.before, self.read, self.shown)?;
        Ok(self.hasher.digest128())
    }
}

/// What the header says of a file; none where it must be read whole to know.
pub(crate) fn header<T>(
    path: &Path,
    shown: &str,
    look: impl FnOnce(&Document<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let mut parts = Parts::open(path, shown)?;
    let head = parts.head(PART)?;
    let Some(document) = parts.document(&head) else { return Ok(None) };
    // Its encoding is seen from all of it.
    while let Some(length) = parts.text().map(str::len) {
        if parts.ended {
            parts.finish()?;
            return look(&document).map(Some);
        }
        parts.leave(length);
        parts.read(PART)?;
    }
    Ok(None)
}

/// Lists the rows, those that are as remembered by their ids alone; none where the file must be read whole.
pub(crate) fn list(
    path: &Path,
    shown: &str,
    resolve: impl Fn(&Document<'_>) -> Result<Layout, Error>,
    remembered: Option<&dyn Remembered>,
    progress: &dyn Progress,
) -> Result<Option<Listed>, Error> {
    list_from(&mut Parts::open(path, shown)?, resolve, remembered, progress, PART)
}

fn list_from(
    parts: &mut Parts<'_>,
    resolve: impl Fn(&Document<'_>) -> Result<Layout, Error>,
    remembered: Option<&dyn Remembered>,
    progress: &dyn Progress,
    part: usize,
) -> Result<Option<Listed>, Error> {
    let shown = parts.shown;
    let all = usize::try_from(parts.before.len()).unwrap_or(usize::MAX);
    let head = parts.head(part)?;
    let Some(document) = parts.document(&head) else { return Ok(None) };
    let Ok(layout) = resolve(&document) else { return Ok(None) };
    let mut passed = Passed::before(&document);
    let mut filling = Filling::new(&layout, remembered, progress);
    // The mark of the encoding is no text.
    let start = head.len() - document.text().len() + document.header_row.end;
    parts.leave(start);
    // A file that grows had another length when it was opened.
    let all = all.saturating_sub(start);
    loop {
        let Some(text) = parts.text() else { return Ok(None) };
        let (length, here) = (text.len(), document.part(text));
        let mut rows = Rows::go_on(&here, &layout, passed, !parts.ended);
        loop {
            match rows.next_whole() {
                Ok(Some(row)) => {
                    if filling.add(&row, parts.left() + row.row.end - start, all, shown).is_err() {
                        return Ok(None);
                    }
                }
                Ok(None) => break,
                Err(_) => return Ok(None),
            }
        }
        if parts.ended {
            if rows.may_repeat() {
                return Ok(None);
            }
            let hash = parts.finish()?;
            return Ok(Some(Listed { table: filling.finish(shown)?, layout, hash }));
        }
        let at;
        (passed, at) = rows.leave();
        parts.leave(at);
        // A row that is longer than a part is read on in ever longer ones: not as often as it has parts.
        parts.read(part.max(length - at))?;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Config;
    use crate::convert;
    use connector::NoProgress;
    use model::{Field, Missed, RowHash, RowRef, Schema};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn layout(document: &Document<'_>, id: bool) -> Result<Layout, Error> {
        let mut config = Config::new("x.csv");
        config.id_column = id.then(|| "id".to_owned());
        config.columns = vec![(Field::Phone, "phone".to_owned()), (Field::Company, "company".to_owned())];
        Layout::resolve(&config, &Schema::new([Field::Phone, Field::Company]), &document.header)
    }

    /// Rows and fingerprint.
    type Found = Option<(Table, u128)>;

    /// By parts, and at once.
    fn both_ways(bytes: &[u8], part: usize, id: bool) -> (Found, Found) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        std::fs::write(&path, bytes).unwrap();
        let mut parts = Parts::open(&path, "x.csv").unwrap();
        let parts = list_from(&mut parts, |document| layout(document, id), None, &NoProgress, part);
        let whole = Document::open("x.csv", bytes).and_then(|document| {
            let layout = layout(&document, id)?;
            Ok((convert::table(&document, &layout, &NoProgress)?, file::hash(bytes)))
        });
        (parts.ok().flatten().map(|listed| (listed.table, listed.hash)), whole.ok())
    }

    proptest! {
        /// Whatever a file holds, and wherever it is cut: in a character, a quote, a line ending.
        #[test]
        fn what_is_read_in_parts_is_what_is_read_at_once(
            (header, cells) in (SAMPLE - 60..SAMPLE + 10, prop::collection::vec("[a1é,;\"\r\n\u{0}]{0,6}|\"[a\r\n,]{0,9}\"|[a-z]{90}", 0..24)),
            ending in prop::sample::select(vec!["\n", "\r\n", "\r", "\n\r\n"]),
            (marked, id) in (any::<bool>(), any::<bool>()),
            part in 1..40usize,
        ) {
            let mut text = if marked { "\u{feff}" } else { "" }.to_owned();
            // Ends before, at, or after the end of what is read first.
            text.extend(["id,phone,company,", &"x".repeat(header - 17), ending]);
            for (row, cells) in cells.chunks(3).enumerate() {
                let second = cells.get(1).map_or("", String::as_str);
                text.extend([&row.to_string(), ",", &cells[0], ",", second, ",", ending]);
            }
            let (parts, whole) = both_ways(text.as_bytes(), part, id);
            // In parts, everything that needs no explanation; but for a header that the first part does not hold.
            if header < SAMPLE - 8 || parts.is_some() {
                prop_assert_eq!(parts, whole);
            }
        }
    }

    /// Rows of some ids, as they were.
    struct Known {
        hashes: BTreeMap<String, RowHash>,
        missed: Missed,
    }

    impl Remembered for Known {
        fn fields(&self) -> usize {
            2
        }

        fn links_of(&self, records: &Table) -> Vec<Option<u32>> {
            let known = |row: RowRef<'_>| self.hashes.get(row.id()).is_some_and(|hash| *hash == row.hash(2));
            records.iter().map(|row| (row.native_id() && known(row)).then_some(7)).collect()
        }

        fn missed(&self) -> &Missed {
            &self.missed
        }
    }

    proptest! {
        /// Also across pages: none is lost, none comes twice, and each is whole or as remembered.
        #[test]
        fn rows_that_are_as_remembered_are_bare(rows in 0..3 * convert::PAGE, every in 1..5usize, part in 20..20_000usize) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.csv");
            let line = |row: usize| format!("{row},+1415555{row:04},\"Acme, {row}\"\n");
            let text: String = ["id,phone,company\n".to_owned()].into_iter().chain((0..rows).map(line)).collect();
            std::fs::write(&path, &text).unwrap();
            let list = |known: Option<&dyn Remembered>| {
                let mut parts = Parts::open(&path, "x.csv").unwrap();
                list_from(&mut parts, |document| layout(document, true), known, &NoProgress, part).unwrap().unwrap()
            };
            let whole = list(None);
            // Of every so many, one has changed since.
            let hash = |row: RowRef<'_>| if row.index().is_multiple_of(every + 1) { RowHash(1) } else { row.hash(2) };
            let hashes = whole.table.iter().filter(|row| row.index().is_multiple_of(every));
            let hashes = hashes.map(|row| (row.id().to_owned(), hash(row))).collect();
            let known = Known { hashes, missed: Missed::default() };
            let mut bare = list(Some(&known));
            prop_assert_eq!(bare.hash, whole.hash);
            for at in 0..rows {
                let is_known = at.is_multiple_of(every) && !at.is_multiple_of(every + 1);
                prop_assert_eq!(bare.table.row(at).bare(), is_known.then_some(7));
                bare.table.fill(at, whole.table.row(at).cells(2)).unwrap();
            }
            prop_assert_eq!(bare.table.len(), whole.table.len());
            prop_assert!(bare.table.iter().zip(whole.table.iter()).all(|(a, b)| a.to_record() == b.to_record()));
        }
    }

    #[test]
    fn the_encoding_is_seen_from_all_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        let seen = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            header(&path, "x.csv", |document| Ok(document.header.len())).unwrap()
        };
        let mut text = b"id,phone\n".to_vec();
        // A character of two bytes lies across the end of the first part; then the file ends where a part does.
        text.resize(PART - 1, b'1');
        text.extend("é".as_bytes());
        assert_eq!(seen(&text), Some(2));
        text.resize(2 * PART, b'1');
        assert_eq!(seen(&text), Some(2));
        text.push(0xe9);
        assert_eq!(seen(&text), None);
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        for (before, after) in [("", "id,phone,company\n1,,\n"), ("id,phone,company\n1,,\n", "id,phone,company\n")] {
            std::fs::write(&path, before).unwrap();
            let mut parts = Parts::open(&path, "x.csv").unwrap();
            std::fs::write(&path, after).unwrap();
            let found = list_from(&mut parts, |document| layout(document, true), None, &NoProgress, PART);
            assert!(found.is_err_and(|error| error.kind == connector::ErrorKind::Changed), "{before:?}");
        }
    }

    #[test]
    fn what_is_no_utf8_or_repeats_an_id_is_left_to_the_whole() {
        let latin = b"id,phone,company\n1,+14155550101,Caf\xe9\n";
        let repeated = b"id,phone,company\n1,+14155550101,\n2,,\n1,,\n";
        let utf16: Vec<u8> = "id,phone,company\n1,,\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [&latin[..], repeated, &utf16] {
            assert_eq!(both_ways(bytes, 7, true).0, None);
        }
        assert!(both_ways(b"id,phone,company\n1,+14155550101,\n", 7, true).0.is_some());
    }
}
