//! Phone calls on the pages of their contacts. A batch that is refused as a whole is halved until the row that spoils it
//! stands alone; a lost answer is unknown, and new calls are never sent again. It does *not* remember what was sent.

use crate::answers::{Ended, tie};
use crate::client::{CallError, Client};
use crate::error::ApiError;
use crate::requests::batch::Row;
use crate::requests::calls;
use connector::activities::{Activity, Logged};
use connector::{Error, Progress};
use std::collections::HashMap;

/// Writes them: one end for each, in order.
pub(crate) async fn log(
    client: &Client,
    activities: &[Activity],
    progress: &dyn Progress,
) -> Result<Vec<Logged>, Error> {
    let mut ends = vec![Logged::Unsent; activities.len()];
    let mut queue = vec![0..activities.len()];
    let mut stop = None;
    while let Some(part) = queue.pop().filter(|part| !part.is_empty()) {
        match send(client, &activities[part.clone()], progress).await {
            Ok(results) => ends.splice(part, results).for_each(drop),
            Err(CallError::Unsent(error)) => stop = Some(error),
            Err(CallError::Lost(error)) => unknown(&mut ends[part], &error.to_string()),
            Err(CallError::Api(error @ ApiError::Unreadable { .. })) => unknown(&mut ends[part], &error.to_string()),
            Err(CallError::Api(error)) => match error.stops() {
                Some(error) => stop = Some(error),
                None if part.len() > 1 => {
                    let middle = part.start + part.len() / 2;
                    queue.extend([middle..part.end, part.start..middle]);
                }
                None => ends[part.start] = Logged::Refused { message: error.to_string() },
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
