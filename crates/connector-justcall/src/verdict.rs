//! Which row of a bulk request ended how, as far as its answer tells.
//!
//! Every row is failed, done or open, each exactly once; open rows must be looked up. It does *not* send anything.

use crate::landed::same_number;
use crate::requests::bulk_summary::{Failure, Summary, Written};
use std::collections::BTreeMap;

/// How the rows of one request ended. Positions count from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Rows that failed, with the API's words.
    pub(crate) failed: BTreeMap<usize, String>,
    /// Rows that were written, with what the answer shows of them.
    pub(crate) done: BTreeMap<usize, Option<Written>>,
    /// Rows of which the answer does not tell.
    pub(crate) open: Vec<usize>,
    /// How many of the open rows failed, where the answer counts them.
    pub(crate) open_failed: Option<u64>,
}

/// From which number a list of failures counts rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// From 0 or 1.
    Known(u64),
    /// Both are possible.
    Unclear,
}

/// Reads off the numbers themselves from which one they count.
pub(crate) fn base(summary: &Summary, rows: usize) -> Base {
    let mut indexes =
        summary.failures.iter().filter(|failure| failure.phone.is_none()).filter_map(|failure| failure.index);
    let mut base = Base::Known(0);
    for index in indexes.by_ref() {
        match index {
            0 => return Base::Known(0),
            index if index == rows as u64 => return Base::Known(1),
            _ => base = Base::Unclear,
        }
    }
    base
}

/// Sorts the rows with these phones by an answer.
pub(crate) fn judge(summary: &Summary, phones: &[&str], base: u64) -> Verdict {
    let mut verdict = Verdict::default();
    for failure in &summary.failures {
        if let Some(row) = row_of(failure, phones, base) {
            let message = if failure.message.is_empty() { "JustCall gave no reason" } else { &failure.message };
            verdict.failed.entry(row).or_insert_with(|| message.to_owned());
        }
    }
    let failed = summary.failed.unwrap_or(0).max(summary.failures.len() as u64);
    let unnamed = failed.saturating_sub(verdict.failed.len() as u64);
    let settled = unnamed == 0 && summary.accounts_for(phones.len());
    let written = by_phone(&summary.written);
    for (row, phone) in phones.iter().enumerate() {
        if verdict.failed.contains_key(&row) {
            continue;
        }
        let shown = find(&written, phone);
        if settled || shown.is_some() {
            verdict.done.insert(row, shown.cloned());
        } else {
            verdict.open.push(row);
        }
    }
    let counted = summary.failed.is_some() || !summary.failures.is_empty();
    verdict.open_failed = Some(unnamed).filter(|_| counted && summary.accounts_for(phones.len()));
    verdict
}

fn row_of(failure: &Failure, phones: &[&str], base: u64) -> Option<usize> {
    if let Some(named) = &failure.phone {
        let exact = phones.iter().position(|phone| phone == named);
        return exact.or_else(|| phones.iter().position(|phone| same_number(phone, named)));
    }
    let row = usize::try_from(failure.index?.checked_sub(base)?).ok()?;
    Some(row).filter(|row| *row < phones.len())
}

/// Written contacts by the digits of their phone; none where several share it.
fn by_phone(written: &[Written]) -> BTreeMap<String, Option<&Written>> {
    let mut map = BTreeMap::new();
    for contact in written {
        let Some(phone) = &contact.phone else { continue };
        map.entry(digits(phone)).and_modify(|slot| *slot = None).or_insert(Some(contact));
    }
    map
}

fn find<'a>(written: &BTreeMap<String, Option<&'a Written>>, phone: &str) -> Option<&'a Written> {
    written.get(&digits(phone)).copied().flatten()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(index: Option<u64>, phone: Option<&str>) -> Failure {
        Failure { index, phone: phone.map(str::to_owned), message: "bad".to_owned() }
    }

    fn phones(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("+1415555{n:04}")).collect()
    }

    fn judged(summary: &Summary, count: usize, base: u64) -> Verdict {
        let phones = phones(count);
        judge(summary, &phones.iter().map(String::as_str).collect::<Vec<_>>(), base)
    }

    #[test]
    fn the_base_of_indexes_is_read_off_or_unclear() {
        let summary = |indexes: &[u64]| Summary {
            failures: indexes.iter().map(|index| failure(Some(*index), None)).collect(),
            ..Summary::default()
        };
        assert_eq!(base(&summary(&[3, 0]), 10), Base::Known(0));
        assert_eq!(base(&summary(&[3, 10]), 10), Base::Known(1));
        assert_eq!(base(&summary(&[3]), 10), Base::Unclear);
        assert_eq!(base(&summary(&[]), 10), Base::Known(0));
    }

    #[test]
    fn counts_that_do_not_add_up_leave_rows_open() {
        // created, updated, failed, rows, open
        let table = [
            (Some(2), Some(1), Some(0), 3, 0),
            (Some(2), Some(1), None, 3, 0),
            (Some(3), None, None, 3, 0),
            (Some(2), Some(0), Some(0), 3, 3),
            (Some(2), Some(2), Some(0), 3, 3),
            (None, None, None, 3, 3),
            (None, None, Some(0), 3, 3),
            (Some(2), Some(0), Some(1), 3, 3),
            (Some(u64::MAX), Some(u64::MAX), None, 3, 3),
        ];
        for (created, updated, failed, rows, open) in table {
            let summary = Summary { created, updated, failed, ..Summary::default() };
            assert_eq!(judged(&summary, rows, 0).open.len(), open, "{summary:?}");
        }
    }

    #[test]
    fn unnamed_failures_are_counted_among_the_open_rows() {
        let summary =
            Summary { created: Some(3), failed: Some(2), failures: vec![failure(Some(1), None)], ..Summary::default() };
        let verdict = judged(&summary, 5, 0);
        assert_eq!((verdict.open, verdict.open_failed), (vec![0, 2, 3, 4], Some(1)));
    }

    #[test]
    fn a_failure_is_found_by_phone_or_index() {
        let summary = |failure: Failure| Summary {
            created: Some(2),
            failed: Some(1),
            failures: vec![failure],
            ..Summary::default()
        };
        // failure, base, failed row
        let table = [
            (failure(Some(1), None), 0, Some(1)),
            (failure(Some(1), None), 1, Some(0)),
            (failure(None, Some("+14155550002")), 0, Some(2)),
            (failure(None, Some("14155550002")), 0, Some(2)),
            (failure(Some(0), Some("+14155550002")), 0, Some(2)),
            (failure(Some(7), None), 0, None),
            (failure(None, Some("+999999999")), 0, None),
        ];
        for (failure, base, row) in table {
            let verdict = judged(&summary(failure.clone()), 3, base);
            assert_eq!(verdict.failed.keys().next().copied(), row, "{failure:?}");
            assert_eq!(verdict.open.is_empty(), row.is_some(), "{failure:?}");
        }
    }
}
