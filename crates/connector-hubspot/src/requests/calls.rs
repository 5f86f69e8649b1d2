//! `POST /crm/v3/objects/calls/batch/{create,update}` and `…/search`: phone calls on the pages of their contacts, up to 100 a
//! request. Answers are those of contacts' batches.

use super::batch::{Row, inputs};
use super::{Repeat, Request};
use crate::dialect::Dialect;
use model::{Call, CallDirection};
use serde_json::{Value, json};
use std::fmt::Write;

/// Makes these calls, each with its contact.
pub fn prepare_create(dialect: &Dialect, rows: &[Row], contacts: &[&str]) -> Request {
    let mut body = inputs(rows);
    let kind = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": dialect.call_to_contact}]);
    if let Some(rows) = body["inputs"].as_array_mut() {
        for (row, contact) in rows.iter_mut().zip(contacts) {
            row["associations"] = json!([{"to": {"id": contact}, "types": kind}]);
        }
    }
    Request::post(dialect.calls_call("batch/create"), &body, Repeat::Never)
}

/// Changes these calls; whose they are stays.
pub fn prepare_update(dialect: &Dialect, rows: &[Row]) -> Request {
    Request::post(dialect.calls_call("batch/update"), &inputs(rows), Repeat::Bounded)
}

/// Looks for calls by their marks.
pub fn prepare_find(dialect: &Dialect, marks: &[&str]) -> Request {
    let filter = json!({"propertyName": dialect.call_mark, "operator": "IN", "values": marks});
    let body = json!({
        "filterGroups": [{"filters": [filter]}],
        "properties": [dialect.call_mark],
        "limit": dialect.per_search_page,
    });
    Request { is_search: true, ..Request::post(dialect.calls_call("search"), &body, Repeat::Freely) }
}

/// How many of the first marks one search takes: at most a batch of them, and no more than its body may hold.
pub fn fitting(dialect: &Dialect, marks: &[&str]) -> usize {
    let frame = prepare_find(dialect, &[]).body.map_or(0, |body| body.len());
    let mut room = dialect.search_body.saturating_sub(frame);
    let fits = |mark: &&&str| {
        let taken = serde_json::to_string(mark).map_or(usize::MAX, |json| json.chars().count() + 1);
        let is_room = taken <= room;
        room = room.saturating_sub(taken);
        is_room
    };
    marks.iter().take(dialect.batch).take_while(fits).count()
}

/// A call as properties. What the log does not say is left out.
pub fn properties(dialect: &Dialect, mark: &str, call: &Call) -> Vec<(String, String)> {
    let mut set: Vec<(&str, String)> = vec![
        (dialect.call_mark, mark.to_owned()),
        ("hs_call_title", title(call)),
        ("hs_call_body", body(call)),
        ("hs_call_status", status(call).to_owned()),
        ("hs_call_from_number", call.from.clone()),
        ("hs_call_to_number", call.to.clone()),
    ];
    set.extend(call.started_at.map(|at| ("hs_timestamp", at.as_millisecond().to_string())));
    set.extend(call.duration.map(|seconds| ("hs_call_duration", seconds.saturating_mul(1000).to_string())));
    set.extend(call.direction.map(|direction| ("hs_call_direction", direction.name().to_uppercase())));
    // HubSpot takes addresses of recordings by HTTPS alone.
    let recording = call.recording_url.iter().filter(|url| url.starts_with("https://"));
    set.extend(recording.map(|url| ("hs_call_recording_url", url.clone())));
    set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn title(call: &Call) -> String {
    let direction = match call.direction {
        Some(CallDirection::Inbound) => "Inbound call",
        Some(CallDirection::Outbound) => "Outbound call",
        None => "Call",
    };
    match call.agent_name.as_deref().filter(|name| !name.is_empty()) {
        Some(agent) if call.is_contact() => format!("{direction}, {agent}"),
        _ if call.is_contact() => direction.to_owned(),
        _ => format!("{direction}, {}", call.status.replace(['-', '_'], " ")),
    }
}

/// One of the words that HubSpot knows. Whoever did not talk was not reached.
fn status(call: &Call) -> &'static str {
    match call.status.as_str() {
        "completed" => "COMPLETED",
        "busy" => "BUSY",
        "failed" => "FAILED",
        "canceled" | "cancelled" => "CANCELED",
        _ => "NO_ANSWER",
    }
}

/// What the agent said of it, as HTML: that is what the property holds.
fn body(call: &Call) -> String {
    let mut lines = Vec::new();
    let mut line = |label: &str, text: &str| {
        if !text.trim().is_empty() {
            lines.push(format!("{label}{}", escaped(text.trim())));
        }
    };
    line("", call.notes.as_deref().unwrap_or_default());
    line("Disposition: ", call.disposition.as_deref().unwrap_or_default());
    line("Tags: ", &call.tags.join(", "));
    line("JustCall call ", &call.call_id);
    lines.join("<br>")
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\n' => html.push_str("<br>"),
            '\r' => {}
            other => {
                let _ = html.write_char(other);
            }
        }
    }
    html
}

/// The mark of a call that was found.
pub fn mark<'a>(dialect: &Dialect, found: &'a super::Contact) -> Option<&'a str> {
    found.properties.get(dialect.call_mark).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dialect::V3;

    fn call() -> Call {
        Call {
            call_id: "981".to_owned(),
            direction: Some(CallDirection::Inbound),
            from: "+14155550101".to_owned(),
            to: "+14155550199".to_owned(),
            status: "completed".to_owned(),
            duration: Some(61),
            started_at: Some("2026-11-21T09:00:00Z".parse().unwrap()),
            ..Call::default()
        }
    }

    fn said(call: &Call, name: &str) -> Option<String> {
        properties(&V3, "tieline-981", call).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    #[test]
    fn a_call_says_what_the_log_says_and_no_more() {
        let call = call();
        for (name, value) in [
            ("hs_timestamp", Some("1795251600000")),
            ("hs_call_duration", Some("61000")),
            ("hs_call_direction", Some("INBOUND")),
            ("hs_call_status", Some("COMPLETED")),
            ("hs_call_title", Some("Inbound call")),
            ("hs_call_body", Some("JustCall call 981")),
            ("hs_call_external_id", Some("tieline-981")),
            ("hs_call_recording_url", None),
        ] {
            assert_eq!(said(&call, name).as_deref(), value, "{name}");
        }
        let missed = Call { status: "no-answer".to_owned(), duration: None, ..call };
        assert_eq!(said(&missed, "hs_call_title").as_deref(), Some("Inbound call, no answer"));
        assert_eq!(said(&missed, "hs_call_status").as_deref(), Some("NO_ANSWER"));
        assert_eq!(said(&missed, "hs_call_duration"), None);
    }

    #[test]
    fn notes_are_text_and_never_markup() {
        let notes = Some("<b>A & B</b>\nsecond".to_owned());
        let call = Call { notes, tags: vec!["hot".to_owned()], disposition: Some("sold".to_owned()), ..call() };
        let body = "&lt;b&gt;A &amp; B&lt;/b&gt;<br>second<br>Disposition: sold<br>Tags: hot<br>JustCall call 981";
        assert_eq!(said(&call, "hs_call_body").as_deref(), Some(body));
    }

    #[test]
    fn a_search_for_many_stays_within_what_one_may_say() {
        let marks: Vec<String> = (0..200).map(|at| format!("tieline-{at:036}")).collect();
        let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
        let first = fitting(&V3, &marks);
        assert!((50..100).contains(&first), "{first}");
        assert!(prepare_find(&V3, &marks[..first]).body.unwrap().len() <= V3.search_body);
        assert!(prepare_find(&V3, &marks[..=first]).body.unwrap().len() > V3.search_body);
        assert_eq!(fitting(&V3, &["tieline-1"; 200]), 100);
    }

    #[test]
    fn each_new_call_names_its_contact() {
        let row = Row { id: None, trace: "0".to_owned(), properties: properties(&V3, "tieline-981", &call()) };
        let request = prepare_create(&V3, &[row], &["51"]);
        assert_eq!((request.path.as_str(), request.repeat), ("/crm/v3/objects/calls/batch/create", Repeat::Never));
        let body: Value = serde_json::from_slice(&request.body.unwrap()).unwrap();
        let association = &body["inputs"][0]["associations"][0];
        assert_eq!(
            (&association["to"]["id"], &association["types"][0]["associationTypeId"]),
            (&json!("51"), &json!(194))
        );
    }
}
