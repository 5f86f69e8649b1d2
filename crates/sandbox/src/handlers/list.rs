//! `GET /v2/contacts`: pages and filters.
//!
//! A page of the whole list costs as much as its rows; filters and list faults look at every contact.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::choices::{ListOrder, PageBeyondEnd};
use crate::contact::{Contact, phone_key};
use crate::faults::Action;
use crate::mix::scramble;
use crate::world::World;

const DEFAULT_PER_PAGE: usize = 25;
const MOST_PER_PAGE: usize = 100;

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let page = number(&call.query, "page", 1)?;
    let per_page = number(&call.query, "per_page", DEFAULT_PER_PAGE)?;
    if per_page > MOST_PER_PAGE {
        return Err(ApiError::invalid(format!("The per_page field must not be greater than {MOST_PER_PAGE}")));
    }
    let skip = (page - 1).saturating_mul(per_page);

    let (count, rows) = if is_plain(call) {
        (world.state.len(), world.state.page(skip, per_page, world.settings.choices.list_order))
    } else {
        let mut rows = matching(world, call);
        let count = reshape(&mut rows, call);
        (count, rows.into_iter().skip(skip).take(per_page).collect())
    };
    let beyond_end = page > 1 && skip >= count;
    if beyond_end && world.settings.choices.page_beyond_end == PageBeyondEnd::NotFound {
        return Err(ApiError::new(404, format!("Page {page} does not exist")));
    }

    let omit_custom_fields = call.firing.has(&Action::OmitCustomFields);
    let shown = rows.iter().map(|contact| {
        let mut shown = contact.to_json(world.settings.choices.empty_fields);
        if omit_custom_fields {
            shown.remove("custom_fields");
        }
        Value::Object(shown)
    });
    Ok(Answer::list(shown.collect(), count, page, per_page))
}

/// The page a list asks for; 1 if it asks for none or for nonsense.
pub(crate) fn asked_page(query: &BTreeMap<String, String>) -> usize {
    number(query, "page", 1).unwrap_or(1)
}

pub(super) fn number(query: &BTreeMap<String, String>, name: &str, default: usize) -> Result<usize, ApiError> {
    let Some(text) = query.get(name) else {
        return Ok(default);
    };
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(ApiError::invalid(format!("The {name} field must be a positive number"))),
    }
}

/// Whether the whole list is asked for and no fault changes it.
fn is_plain(call: &Call) -> bool {
    let filtered = ["search", "phone", "email", "company"].iter().any(|name| call.query.contains_key(*name));
    let reshaped = call.firing.actions.iter().any(|action| {
        matches!(
            action,
            Action::Lag(_) | Action::EmptyList | Action::TruncateList { .. } | Action::UnstableOrder { .. }
        )
    });
    !filtered && !reshaped
}

/// The contacts this reader sees and its filters let through, in list order.
fn matching(world: &World, call: &Call) -> Vec<Arc<Contact>> {
    let filter = Filter::new(&call.query);
    let mut rows: Vec<Arc<Contact>> = match (call.lagging(), filter.phone) {
        (Some(reader), _) => world.history.contacts(world.state.all(), reader).into_values().collect(),
        (None, Some(phone)) => {
            world.state.ids_by_phone(phone).filter_map(|id| world.state.get(id)).map(Arc::clone).collect()
        }
        (None, None) => world.state.all().values().map(Arc::clone).collect(),
    };
    rows.retain(|contact| filter.lets_through(contact));
    if world.settings.choices.list_order == ListOrder::NewestFirst {
        rows.reverse();
    }
    rows
}

/// Applies list faults and gives the `count` to show.
fn reshape(rows: &mut Vec<Arc<Contact>>, call: &Call) -> usize {
    let mut count = rows.len();
    for action in &call.firing.actions {
        match action {
            Action::EmptyList => {
                rows.clear();
                count = 0;
            }
            Action::TruncateList { rows: most, honest_count } => {
                rows.truncate(*most);
                if *honest_count {
                    count = rows.len();
                }
            }
            Action::UnstableOrder { seed } => {
                let salt = scramble(seed ^ scramble(call.number));
                rows.sort_by_key(|contact| scramble(contact.id ^ salt));
            }
            _ => {}
        }
    }
    count
}

/// The documented filters; all that are given must match.
struct Filter<'a> {
    search: Option<String>,
    phone: Option<&'a str>,
    email: Option<&'a str>,
    company: Option<String>,
}

impl<'a> Filter<'a> {
    fn new(query: &'a BTreeMap<String, String>) -> Self {
        let given = |name: &str| query.get(name).map(String::as_str);
        Self {
            search: given("search").map(str::to_lowercase),
            phone: given("phone"),
            email: given("email"),
            company: given("company").map(str::to_lowercase),
        }
    }

    fn lets_through(&self, contact: &Contact) -> bool {
        self.phone.is_none_or(|phone| same_phone(phone, &contact.phone))
            && self.email.is_none_or(|email| contact.email.as_deref() == Some(email))
            && self.company.as_ref().is_none_or(|company| same_company(company, contact))
            && self.search.as_ref().is_none_or(|search| found(search, contact))
    }
}

/// An E.164 number finds its contact also where the account holds it without `+`; other spellings find only themselves.
fn same_phone(asked: &str, held: &str) -> bool {
    asked == held || (asked.starts_with('+') && phone_key(asked) == held)
}

/// The documents do not say how companies compare; here without regard to case.
fn same_company(asked: &str, contact: &Contact) -> bool {
    contact.company.as_ref().is_some_and(|company| company.to_lowercase() == asked)
}

/// Looks for lowercase text in name, phone and email (documented), anywhere in them (undocumented).
fn found(search: &str, contact: &Contact) -> bool {
    let first = contact.first_name.as_deref().unwrap_or_default();
    let last = contact.last_name.as_deref().unwrap_or_default();
    let email = contact.email.as_deref().unwrap_or_default();
    format!("{first} {last}").to_lowercase().contains(search)
        || contact.phone.contains(search)
        || email.to_lowercase().contains(search)
}
