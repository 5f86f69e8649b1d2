//! `GET /crm/v3/objects/…`: pages in the order of ids.

use serde_json::{Value, json};

use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::faults::Action;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

const USUAL_LIMIT: usize = 10;
const MOST: usize = 100;
/// Rows of a page that shows histories.
const MOST_WITH_HISTORY: usize = 50;

pub(super) fn answer(world: &World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    let collection = world.collection(kind);
    let wanted = Wanted::of_query(&call.query, collection);
    let limit = limit(call, if wanted.has_history() { MOST_WITH_HISTORY } else { MOST })?;
    let after = match call.query.get("after").filter(|after| !after.is_empty()) {
        None => None,
        Some(after) => Some(after.parse().map_err(|_| ApiError::invalid(format!("Invalid paging token: {after}")))?),
    };
    let (rows, more) = collection.page(after, limit, call.query.flag("archived"), call.now);
    let last = rows.last().map(|record| record.id);
    let mut shown: Vec<Value> = rows.iter().map(|record| wanted.show(record)).collect();
    for action in &call.firing.actions {
        if let Action::TruncateList { rows } = action {
            shown.truncate(*rows);
        }
    }
    let mut body = json!({});
    body["results"] = shown.into();
    if let Some(last) = last.filter(|_| more) {
        let link = format!("{}?limit={limit}&after={last}", kind.path());
        body["paging"] = json!({"next": {"after": last.to_string(), "link": link}});
    }
    Ok(Answer::json(body))
}

fn limit(call: &Call, most: usize) -> Result<usize, ApiError> {
    let Some(given) = call.query.get("limit") else { return Ok(USUAL_LIMIT) };
    let limit = given.parse().ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| ApiError::invalid(format!("Invalid limit {given}: it must be from 1 to {most}")))
}
