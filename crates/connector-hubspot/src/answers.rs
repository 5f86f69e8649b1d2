//! Ties the rows of a batch's answer back to its writes: by trace id, else by id. Rows come in any order, and one error
//! may be about several. What the answer does not mention is not known. Pure; sends nothing.

use crate::requests::Contact;
use crate::requests::batch::{Batch, Row};

/// How a row ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ended<'a> {
    /// It was done; the answer shows this of it.
    Done(&'a Contact),
    /// It was done, and the answer does not say which contact it was.
    DoneUnseen,
    /// It was refused, in these words.
    Refused(&'a str),
    /// The answer does not mention it.
    Silent,
}

/// One end per row, in the order of the rows.
pub(crate) fn tie<'a>(rows: &[Row], answer: &'a Batch) -> Vec<Ended<'a>> {
    let mut ends: Vec<Ended<'a>> = vec![Ended::Silent; rows.len()];
    let by_trace = |trace: &str| rows.iter().position(|row| row.trace == trace);
    let by_id = |id: &str| rows.iter().position(|row| row.id.as_deref() == Some(id));
    let mut untied = 0;
    for contact in &answer.results {
        let trace = contact.object_write_trace_id.as_deref().and_then(by_trace);
        match trace.or_else(|| by_id(&contact.id)) {
            Some(at) => ends[at] = Ended::Done(contact),
            None => untied += 1,
        }
    }
    let mut unnamed = Vec::new();
    for error in &answer.errors {
        let mut named: Vec<usize> =
            error.context.texts("objectWriteTraceId").iter().filter_map(|trace| by_trace(trace)).collect();
        named.extend(error.context.texts("ids").iter().filter_map(|id| by_id(id)));
        if named.is_empty() {
            unnamed.push(error.message.as_str());
        }
        for at in named {
            ends[at] = Ended::Refused(&error.message);
        }
    }
    let silent: Vec<usize> = (0..ends.len()).filter(|at| ends[*at] == Ended::Silent).collect();
    // Rows that nobody named are all of one kind, or it is not known which is which.
    let all = match (untied, unnamed.as_slice()) {
        (untied, []) if untied == silent.len() => Some(Ended::DoneUnseen),
        (0, [message]) => Some(Ended::Refused(message)),
        (0, [first, ..]) if unnamed.len() == silent.len() => Some(Ended::Refused(first)),
        _ => None,
    };
    if let Some(end) = all.filter(|end| *end != Ended::DoneUnseen || untied > 0) {
        for at in silent {
            ends[at] = end;
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn new_rows() -> Vec<Row> {
        rows(2).into_iter().map(|row| Row { id: None, ..row }).collect()
    }

    fn rows(count: usize) -> Vec<Row> {
        (0..count)
            .map(|at| Row { id: Some(format!("10{at}")), trace: format!("t{at}"), properties: Vec::new() })
            .collect()
    }

    fn ends(rows: &[Row], json: &str) -> Vec<String> {
        let answer: Batch = serde_json::from_str(json).unwrap();
        let words = |end: Ended<'_>| match end {
            Ended::Done(contact) => format!("done {}", contact.id),
            Ended::DoneUnseen => "done".to_owned(),
            Ended::Refused(message) => message.to_owned(),
            Ended::Silent => "silent".to_owned(),
        };
        tie(rows, &answer).into_iter().map(words).collect()
    }

    #[test]
    fn rows_in_any_order_find_their_writes() {
        let json = r#"{"results":[{"id":"102"},{"id":"777","objectWriteTraceId":"t0"}],
            "errors":[{"message":"no","context":{"ids":["101","103"]}}]}"#;
        assert_eq!(ends(&rows(5), json), ["done 777", "no", "done 102", "no", "silent"]);
    }

    #[test]
    fn traces_of_errors_count_too() {
        let json = r#"{"results":[{"id":"1","objectWriteTraceId":"t1"}],
            "errors":[{"message":"taken","context":{"objectWriteTraceId":["t0"]}}]}"#;
        let new = new_rows();
        assert_eq!(ends(&new, json), ["taken", "done 1"]);
    }

    #[test]
    fn what_nobody_names_is_known_only_where_all_ended_alike() {
        let new = new_rows();
        assert_eq!(ends(&new, r#"{"results":[{"id":"1"},{"id":"2"}]}"#), ["done", "done"]);
        assert_eq!(ends(&new, r#"{"results":[{"id":"1"}]}"#), ["silent", "silent"]);
        assert_eq!(ends(&new, r#"{"errors":[{"message":"a"}]}"#), ["a", "a"]);
        assert_eq!(ends(&new, r#"{"results":[{"id":"1"}],"errors":[{"message":"a"}]}"#), ["silent", "silent"]);
        assert_eq!(ends(&new, "{}"), ["silent", "silent"]);
    }
}
