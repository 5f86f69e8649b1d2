//! How single values stand in the tables: times, sides, phone keys, words of closed lists, JSON. Not the packed base
//! rows (`codec`).

use crate::error::Fault;
use jiff::Timestamp;
use model::{PhoneKey, Side};
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A time as nanoseconds since 1970: exact, and sorts. Years 1677 to 2262.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At(pub(crate) Timestamp);

impl At {
    /// Beyond its range, the nearest end.
    pub(crate) fn to_i64(self) -> i64 {
        let nanoseconds = self.0.as_nanosecond();
        i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX })
    }
}

impl ToSql for At {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_i64().into())
    }
}

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let nanoseconds = value.as_i64()?;
        Timestamp::from_nanosecond(nanoseconds.into()).map(Self).map_err(FromSqlError::other)
    }
}

/// A side by name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SideName(pub(crate) Side);

impl ToSql for SideName {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.name().into())
    }
}

impl FromSql for SideName {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Side::BOTH.into_iter().find(|side| side.name() == name).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

/// Number and extension, as two columns.
pub(crate) fn key_columns(key: Option<PhoneKey>) -> (Option<i64>, i64) {
    key.map_or((None, 0), |key| {
        let (number, extension) = key.to_parts();
        (Some(number.cast_signed()), extension.cast_signed())
    })
}

/// The reverse of [`key_columns`].
pub(crate) fn key_from_columns(number: Option<i64>, extension: i64) -> Option<PhoneKey> {
    number.map(|number| PhoneKey::from_parts(number.cast_unsigned(), extension.cast_unsigned()))
}

/// As JSON text.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::refused(error.to_string()))
}

/// From JSON text that we wrote; `what` names the row.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: impl FnOnce() -> String) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::corrupt(format!("{}: {error}", what())))
}

/// A value of a closed list, as its bare word.
pub(crate) fn to_word<T: Serialize>(value: &T) -> Result<String, Fault> {
    Ok(to_json(value)?.trim_matches('"').to_owned())
}

/// The reverse of [`to_word`].
pub(crate) fn from_word<T: DeserializeOwned>(word: &str, what: impl FnOnce() -> String) -> Result<T, Fault> {
    serde_json::from_value(word.into()).map_err(|error| Fault::corrupt(format!("{}: {error}", what())))
}

/// Counts, which are never negative.
pub(crate) fn to_count(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|_| Fault::corrupt(format!("a count of {number}")))
}

/// Counts on their way in.
pub(crate) fn from_count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
