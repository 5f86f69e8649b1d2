//! `POST …/search`: what the index knows, filtered and sorted, up to 10,000 results of one query.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::collection::Collection;
use crate::hubspot::errors::ApiError;
use crate::hubspot::filter::{self, Group};
use crate::hubspot::record::Record;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

const USUAL_LIMIT: usize = 10;
const MOST: usize = 200;
/// Characters of a body (documented).
const MOST_CHARACTERS: usize = 3_000;
/// Results of one query that can be reached (documented).
const REACHABLE: usize = 10_000;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    filter_groups: Vec<Group>,
    sorts: Vec<Sort>,
    properties: Vec<String>,
    query: Option<String>,
    limit: Option<usize>,
    after: Option<After>,
}

/// A sort in the long form, or the name alone with `-` for descending.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sort {
    Short(String),
    Long {
        #[serde(rename = "propertyName")]
        property: String,
        #[serde(default)]
        direction: Direction,
    },
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Direction {
    #[default]
    Ascending,
    Descending,
}

/// Where to go on, as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum After {
    Text(String),
    Number(usize),
}

pub(super) fn answer(world: &mut World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    if String::from_utf8_lossy(&call.body).chars().count() > MOST_CHARACTERS {
        return Err(ApiError::invalid(format!("A query can contain at most {MOST_CHARACTERS} characters.")));
    }
    let mut body: Body = call.json()?;
    let lag_ms = world.settings.index_lag_ms;
    let collection = world.collection_mut(kind);
    collection.index.catch_up(call.now, lag_ms);
    filter::check(&mut body.filter_groups, collection)?;
    let (limit, skip) = window(&body)?;
    let found = found(&body, collection)?;
    let wanted = Wanted::new(&body.properties, &[], collection);
    let end = skip.saturating_add(limit).min(REACHABLE);
    let shown: Vec<Value> = found.iter().take(end).skip(skip).map(|record| wanted.show(record)).collect();
    let mut answer = json!({"total": found.len()});
    answer["results"] = shown.into();
    if end < found.len() {
        answer["paging"] = json!({"next": {"after": end.to_string()}});
    }
    Ok(Answer::json(answer))
}

/// How many results, and how many to skip.
fn window(body: &Body) -> Result<(usize, usize), ApiError> {
    let limit = body.limit.unwrap_or(USUAL_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::invalid(format!("Invalid limit {limit}: it must be from 1 to {MOST}")));
    }
    let skip = match &body.after {
        None => 0,
        Some(After::Number(skip)) => *skip,
        Some(After::Text(text)) if text.is_empty() => 0,
        Some(After::Text(text)) => {
            text.parse().map_err(|_| ApiError::invalid(format!("Invalid paging token: {text}")))?
        }
    };
    if skip >= REACHABLE {
        return Err(ApiError::invalid(format!("A search reaches only the first {REACHABLE} results.")));
    }
    Ok((limit, skip))
}

/// All that match, in order.
fn found<'a>(body: &Body, collection: &'a Collection) -> Result<Vec<&'a Record>, ApiError> {
    let words = body.query.as_deref().map(str::to_lowercase);
    let matches = |record: &&Record| {
        filter::passes(&body.filter_groups, record) && words.as_ref().is_none_or(|words| mentions(record, words))
    };
    // Most searches look for what has changed since, which the index has in order.
    let since = match body.filter_groups.as_slice() {
        [only] => only.filters.iter().find_map(filter::Filter::changed_since),
        _ => None,
    };
    let (mut found, by_change): (Vec<&Record>, bool) = match since {
        Some(since) => (collection.index.changed_since(since).filter(matches).collect(), true),
        None => (collection.index.by_id().filter(matches).collect(), false),
    };
    let (property, direction) = match body.sorts.as_slice() {
        [] => ("hs_object_id", Direction::Ascending),
        [sort] => sort.parts(),
        _ => return Err(ApiError::invalid("Only one sort is supported")),
    };
    if collection.definition(property).is_none() {
        return Err(ApiError::invalid(format!("Cannot sort by unknown property {property}")));
    }
    sort(&mut found, property, by_change);
    if direction == Direction::Descending {
        found.reverse();
    }
    Ok(found)
}

/// Sorts upwards; records that are alike stay in the order of their ids.
fn sort(found: &mut [&Record], property: &str, by_change: bool) {
    match property {
        "hs_object_id" => found.sort_by_key(|record| record.id),
        "lastmodifieddate" | "hs_lastmodifieddate" if by_change => {}
        "lastmodifieddate" | "hs_lastmodifieddate" => found.sort_by_key(|record| (record.updated_at, record.id)),
        "createdate" | "hs_createdate" => found.sort_by_key(|record| (record.created_at, record.id)),
        name => found.sort_by(|one, other| by_text(one, other, name)),
    }
}

fn by_text(one: &Record, other: &Record, name: &str) -> Ordering {
    let key = |record: &Record| record.value(name).map(|value| value.to_lowercase());
    key(one).cmp(&key(other)).then(one.id.cmp(&other.id))
}

/// Whether a name, address or number has these words in it.
fn mentions(record: &Record, words: &str) -> bool {
    ["firstname", "lastname", "email", "phone", "company"]
        .into_iter()
        .filter_map(|name| record.stored(name))
        .any(|value| value.to_lowercase().contains(words))
}

impl Sort {
    fn parts(&self) -> (&str, Direction) {
        match self {
            Self::Long { property, direction } => (property, *direction),
            Self::Short(text) => match text.strip_prefix('-') {
                Some(property) => (property, Direction::Descending),
                None => (text, Direction::Ascending),
            },
        }
    }
}
