//! Phone calls on the pages of their contacts. A batch that is refused as a whole is halved until the row that spoils it
//! stands alone; a lost answer is unknown, and new calls are never sent again. It does *not* remember what was sent.

use crate::answers::{Ended, tie};
use crate::client::{CallError, Client};
use crate::error::ApiError;
use crate::requests::batch::Row;
use crate::requests::calls;
use connector::activities::{Activity, Logged};
use connector::{Error, ErrorKind, Progress};
use std::collections::HashMap;

/// The scopes that calls take: those of contacts.
const SCOPES: [&str; 2] = ["crm.objects.contacts.read", "crm.objects.contacts.write"];

/// Whether the token may write calls.
pub(crate) async fn check(client: &Client, progress: &dyn Progress) -> Result<String, Error> {
    let needs = SCOPES.join(" and ");
    match client.token(progress).await {
        Ok(token) => match SCOPES.iter().find(|scope| !token.scopes.iter().any(|known| known == *scope)) {
            None => Ok(format!("calls go onto their contacts' pages; the token has {needs}")),
            Some(missing) => Err(Error::new(ErrorKind::Forbidden, format!("calls need the scope {missing}"))
                .hint(crate::error::SCOPES_HINT)),
        },
        Err(CallError::Api(error)) if error.stops().is_none_or(|stop| stop.kind == ErrorKind::Config) => {
            Ok(format!("calls go onto their contacts' pages; HubSpot does not say whether the token has {needs}"))
        }
        Err(error) => Err(error.into_error("the token's scopes")),
    }
}

/// Writes them: one end for each, in order.
pub(crate) async fn log(
    client: &Client,
    activities: &[Activity],
    progress: &dyn Progress,
) -> Result<Vec<Logged>, Error> {
    let mut ends = vec![Logged::Unsent; activities.len()];
    let mut queue = vec![(0, activities.len())];
    let mut stop = None;
    while let Some((start, end)) = queue.pop().filter(|(start, end)| start < end) {
        let part = start..end;
        match send(client, &activities[part.clone()], progress).await {
            Ok(results) => ends.splice(part, results).for_each(drop),
            Err(CallError::Unsent(error)) => stop = Some(error),
            Err(CallError::Lost(error)) => unknown(&mut ends[part], &error.to_string()),
            Err(CallError::Api(error @ ApiError::Unreadable { .. })) => unknown(&mut ends[part], &error.to_string()),
            Err(CallError::Api(error)) => match error.stops() {
                Some(error) => stop = Some(error),
                None if part.len() > 1 => {
                    let middle = start + part.len() / 2;
                    queue.extend([(middle, end), (start, middle)]);
                }
                None => ends[start] = Logged::Refused { message: error.to_string() },
            },
        }
        if stop.is_some() {
            break;
        }
    }
    match stop {
        Some(stop) if ends.iter().all(|end| *end == Logged::Unsent) => Err(stop),
        _ => Ok(ends),
    }
}

fn unknown(ends: &mut [Logged], message: &str) {
    ends.fill(Logged::Unknown { message: message.to_owned() });
}

async fn send(client: &Client, part: &[Activity], progress: &dyn Progress) -> Result<Vec<Logged>, CallError> {
    let row = |(at, activity): (usize, &Activity)| Row {
        id: activity.known.clone(),
        trace: at.to_string(),
        properties: calls::properties(client.dialect, &activity.mark, &activity.call),
    };
    let rows: Vec<Row> = part.iter().enumerate().map(row).collect();
    let contacts: Vec<&str> = part.iter().map(|activity| activity.contact.as_str()).collect();
    let answer = client.put_calls(&rows, &contacts, progress).await?;
    let end = |end: Ended<'_>| match end {
        Ended::Done(call) => Logged::Done { id: call.id.clone() },
        Ended::Refused(message) => Logged::Refused { message: message.to_owned() },
        Ended::DoneUnseen | Ended::Silent => {
            Logged::Unknown { message: "the answer does not say which one it is".to_owned() }
        }
    };
    Ok(tie(&rows, &answer).into_iter().map(end).collect())
}

/// Which of them are there, with their ids.
pub(crate) async fn find(
    client: &Client,
    activities: &[Activity],
    progress: &dyn Progress,
) -> Result<Vec<Option<String>>, Error> {
    let mut found: HashMap<String, String> = HashMap::new();
    let marks: Vec<&str> = activities.iter().map(|activity| activity.mark.as_str()).collect();
    let mut rest = marks.as_slice();
    while !rest.is_empty() {
        let (part, more) = rest.split_at(calls::fitting(client.dialect, rest).max(1));
        rest = more;
        let answer = client.marked_calls(part, progress).await;
        for call in answer.map_err(|error| error.into_error("calls by their marks"))?.results {
            if let Some(mark) = calls::mark(client.dialect, &call) {
                found.insert(mark.to_lowercase(), call.id.clone());
            }
        }
    }
    Ok(activities.iter().map(|activity| found.remove(&activity.mark)).collect())
}
