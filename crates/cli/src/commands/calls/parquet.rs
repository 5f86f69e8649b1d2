//! Calls as a Parquet file: one column per field, a group of rows at a time, so that a million calls need little memory.
//!
//! Texts are UTF-8 with dictionaries, times milliseconds in UTC. It does not compress.

use super::lines;
use crate::failure::{Failure, Fallible};
use jiff::Timestamp;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use report::calls::CallLine;
use std::fs::File;
use std::sync::Arc;
use store::{CallFilter, Store};

/// Rows of a group.
const GROUP: usize = 100_000;

/// In the order in which [`Group::write`] writes them.
const SCHEMA: &str = "message calls {
    required binary call_id (UTF8);
    optional int64 started_at (TIMESTAMP_MILLIS);
    optional int64 ended_at (TIMESTAMP_MILLIS);
    optional int64 duration;
    required boolean voicemail;
    required int64 owners;
    optional binary direction (UTF8);
    optional binary from (UTF8);
    optional binary to (UTF8);
    optional binary number (UTF8);
    optional binary status (UTF8);
    optional binary agent_id (UTF8);
    optional binary agent_name (UTF8);
    optional binary disposition (UTF8);
    optional binary notes (UTF8);
    optional binary tags (UTF8);
    optional binary recording_url (UTF8);
    optional binary contact (UTF8);
    optional binary justcall_id (UTF8);
    optional binary crm_id (UTF8);
}";

fn failed(error: &ParquetError) -> Failure {
    Failure::new(format!("the Parquet file could not be written: {error}")).hint("check the disk and its free space")
}

/// Writes the calls that match; answers with how many.
pub(super) fn write(store: &Store, filter: &CallFilter, file: &mut File) -> Fallible<u64> {
    let mut writer = start(file).map_err(|error| failed(&error))?;
    let mut group = Group::default();
    let count = lines::each(store, filter, false, |line| {
        group.add(line);
        if group.rows < GROUP {
            return Ok(());
        }
        std::mem::take(&mut group).write(&mut writer).map_err(|error| failed(&error))
    })?;
    if group.rows > 0 {
        group.write(&mut writer).map_err(|error| failed(&error))?;
    }
    writer.close().map_err(|error| failed(&error))?;
    Ok(count)
}

fn start(file: &mut File) -> Result<SerializedFileWriter<&mut File>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    SerializedFileWriter::new(file, schema, Arc::new(WriterProperties::default()))
}

/// Values of a column that may be missing, with a mark for each row.
struct Column<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T> Column<T> {
    fn add(&mut self, value: Option<T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }
}

#[derive(Default)]
struct Group {
    rows: usize,
    call_id: Vec<ByteArray>,
    times: [Column<i64>; 2],
    duration: Column<i64>,
    voicemail: Vec<bool>,
    owners: Vec<i64>,
    texts: [Column<ByteArray>; 14],
}

impl Group {
    fn add(&mut self, line: &CallLine) {
        let call = &line.call;
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.rows += 1;
        self.call_id.push(ByteArray::from(call.call_id.as_str()));
        for (column, at) in self.times.iter_mut().zip([call.started_at, call.ended_at]) {
            column.add(at.map(Timestamp::as_millisecond));
        }
        self.duration.add(call.duration.map(whole));
        self.voicemail.push(call.voicemail);
        self.owners.push(whole(line.owners));
        let tags = call.tags.join(", ");
        let texts = [
            call.direction.map(model::CallDirection::name),
            Some(call.from.as_str()),
            Some(call.to.as_str()),
            line.number.as_deref(),
            Some(call.status.as_str()),
            call.agent_id.as_deref(),
            call.agent_name.as_deref(),
            call.disposition.as_deref(),
            call.notes.as_deref(),
            Some(tags.as_str()),
            call.recording_url.as_deref(),
            line.contact.as_deref(),
            line.justcall_id.as_deref(),
            line.crm_id.as_deref(),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.add(text.filter(|text| !text.is_empty()).map(ByteArray::from));
        }
    }

    fn write(self, writer: &mut SerializedFileWriter<&mut File>) -> Result<(), ParquetError> {
        let mut rows = writer.next_row_group()?;
        let missing = || ParquetError::General("the schema has fewer columns than a call".to_owned());
        macro_rules! column {
            ($type:ty, $values:expr, $levels:expr) => {{
                let mut column = rows.next_column()?.ok_or_else(missing)?;
                column.typed::<$type>().write_batch($values, $levels, None)?;
                column.close()?;
            }};
        }
        column!(ByteArrayType, &self.call_id, None);
        for times in &self.times {
            column!(Int64Type, &times.values, Some(&times.levels));
        }
        column!(Int64Type, &self.duration.values, Some(&self.duration.levels));
        column!(BoolType, &self.voicemail, None);
        column!(Int64Type, &self.owners, None);
        for texts in &self.texts {
            column!(ByteArrayType, &texts.values, Some(&texts.levels));
        }
        rows.close()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::{Call, CallDirection};
    use parquet::file::reader::{FileReader, SerializedFileReader};

    #[test]
    fn what_is_written_is_read_and_what_is_missing_is_null() {
        let whole = Call {
            call_id: "call_1".to_owned(),
            direction: Some(CallDirection::Inbound),
            from: "+14155550101".to_owned(),
            status: "completed".to_owned(),
            duration: Some(61),
            notes: Some("=1+1".to_owned()),
            tags: vec!["a".to_owned(), "b".to_owned()],
            started_at: Some("2026-03-01T12:00:00Z".parse().unwrap()),
            ..Call::default()
        };
        let line = |call: Call| CallLine {
            call,
            number: Some("+14155550101".to_owned()),
            contact: None,
            justcall_id: Some("7".to_owned()),
            crm_id: None,
            owners: 1,
        };
        let mut file = tempfile::tempfile().unwrap();
        let mut writer = start(&mut file).unwrap();
        let mut group = Group::default();
        group.add(&line(whole));
        group.add(&line(Call { call_id: "call_2".to_owned(), ..Call::default() }));
        group.write(&mut writer).unwrap();
        writer.close().unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(rows.len(), 2);
        for text in [
            "call_id: \"call_1\"",
            "started_at: 2026-03-01 12:00:00",
            "duration: 61",
            "direction: \"inbound\"",
            "notes: \"=1+1\"",
            "tags: \"a, b\"",
            "justcall_id: \"7\"",
            "crm_id: null",
            "owners: 1",
        ] {
            assert!(rows[0].contains(text), "no `{text}` in {}", rows[0]);
        }
        assert!(rows[1].contains("duration: null") && rows[1].contains("notes: null"), "{}", rows[1]);
    }
}
