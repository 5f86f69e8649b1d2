//! The filters of a search: what they may be, and which records they let through.

use jiff::Timestamp;
use serde::Deserialize;

use super::collection::Collection;
use super::errors::ApiError;
use super::property::PropertyType;
use super::record::Record;
use super::values::moment;

const MOST_GROUPS: usize = 5;
const MOST_IN_GROUP: usize = 6;
const MOST_FILTERS: usize = 18;

/// Filters that must all match.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Group {
    pub(crate) filters: Vec<Filter>,
}

/// One condition.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    pub(crate) property_name: String,
    pub(crate) operator: Operator,
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    high_value: Option<String>,
    #[serde(default)]
    values: Option<Vec<String>>,
    /// Set by [`check`].
    #[serde(skip)]
    kind: PropertyType,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Operator {
    Eq,
    Neq,
    Lt,
    Lte,
    Gt,
    Gte,
    Between,
    In,
    NotIn,
    HasProperty,
    NotHasProperty,
    ContainsToken,
    NotContainsToken,
}

/// Checks that the filters are within the limits, fit their operators and name properties that exist.
pub(crate) fn check(groups: &mut [Group], collection: &Collection) -> Result<(), ApiError> {
    let all: usize = groups.iter().map(|group| group.filters.len()).sum();
    if groups.len() > MOST_GROUPS || all > MOST_FILTERS {
        let message = format!("There are at most {MOST_GROUPS} filter groups and {MOST_FILTERS} filters in a search.");
        return Err(ApiError::invalid(message));
    }
    for group in groups {
        if group.filters.is_empty() || group.filters.len() > MOST_IN_GROUP {
            return Err(ApiError::invalid(format!("A filter group has from 1 to {MOST_IN_GROUP} filters.")));
        }
        for filter in &mut group.filters {
            let name = &filter.property_name;
            let Some((_, property)) = collection.definition(name) else {
                return Err(ApiError::invalid(format!(
                    "There was a problem with the request. Unknown property {name}"
                )));
            };
            filter.kind = property.kind;
            filter.check()?;
        }
    }
    Ok(())
}

/// Whether a record passes: one group must match, in which all filters must. Without groups all pass.
pub(crate) fn passes(groups: &[Group], record: &Record) -> bool {
    groups.is_empty() || groups.iter().any(|group| group.filters.iter().all(|filter| filter.passes(record)))
}

impl Filter {
    fn check(&self) -> Result<(), ApiError> {
        let given = (self.value.is_some(), self.high_value.is_some(), self.values.is_some());
        let fits = match self.operator {
            Operator::HasProperty | Operator::NotHasProperty => given == (false, false, false),
            Operator::Between => given == (true, true, false),
            Operator::In | Operator::NotIn => given == (false, false, true),
            _ => given == (true, false, false),
        };
        let compared = self.value.iter().chain(&self.high_value).chain(self.values.iter().flatten());
        let readable = compared.clone().all(|value| self.comparable(value).is_some());
        if fits && readable {
            return Ok(());
        }
        let message = format!("The operator {:?} of {} has the wrong values.", self.operator, self.property_name);
        Err(ApiError::invalid(message))
    }

    /// The milliseconds from which this filter looks, if it is about the last change.
    pub(crate) fn changed_since(&self) -> Option<i64> {
        let is_about_change = matches!(self.property_name.as_str(), "lastmodifieddate" | "hs_lastmodifieddate");
        let is_lower_bound = matches!(self.operator, Operator::Gt | Operator::Gte | Operator::Between);
        let value = self.value.as_deref().filter(|_| is_about_change && is_lower_bound)?;
        moment(value).map(Timestamp::as_millisecond)
    }

    fn passes(&self, record: &Record) -> bool {
        let Some(held) = self.held(record) else {
            return matches!(self.operator, Operator::NotHasProperty | Operator::NotContainsToken);
        };
        let against = |value: &Option<String>| value.as_deref().and_then(|value| self.comparable(value));
        let value = against(&self.value);
        let listed = || self.values.iter().flatten().any(|value| self.comparable(value).as_ref() == Some(&held));
        match self.operator {
            Operator::HasProperty => true,
            Operator::NotHasProperty => false,
            Operator::Eq => value == Some(held),
            Operator::Neq => value != Some(held),
            Operator::Lt => value.is_some_and(|value| held < value),
            Operator::Lte => value.is_some_and(|value| held <= value),
            Operator::Gt => value.is_some_and(|value| held > value),
            Operator::Gte => value.is_some_and(|value| held >= value),
            Operator::Between => {
                value.is_some_and(|low| low <= held) && against(&self.high_value).is_some_and(|high| held <= high)
            }
            Operator::In => listed(),
            Operator::NotIn => !listed(),
            Operator::ContainsToken => value.is_some_and(|value| held.has_token(&value)),
            Operator::NotContainsToken => !value.is_some_and(|value| held.has_token(&value)),
        }
    }

    fn held(&self, record: &Record) -> Option<Comparable> {
        match self.property_name.as_str() {
            // The moments that every record has; the short way, for searches walk over all of them.
            "lastmodifieddate" | "hs_lastmodifieddate" => Some(Comparable::of_ms(record.updated_at)),
            "createdate" | "hs_createdate" => Some(Comparable::of_ms(record.created_at)),
            name => record.value(name).and_then(|value| self.comparable(&value)),
        }
    }

    fn comparable(&self, value: &str) -> Option<Comparable> {
        match self.kind {
            PropertyType::Number => {
                value.parse().ok().filter(|number: &f64| number.is_finite()).map(Comparable::Number)
            }
            PropertyType::Datetime => moment(value).map(Comparable::of_ms),
            PropertyType::Date => {
                let midnight = if value.len() == 10 { format!("{value}T00:00:00Z") } else { value.to_owned() };
                moment(&midnight).map(Comparable::of_ms)
            }
            _ => Some(Comparable::Text(value.to_lowercase())),
        }
    }
}

/// A value as searches compare it: text without regard to case.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(crate) enum Comparable {
    Number(f64),
    Moment(i64),
    Text(String),
}

impl Comparable {
    fn of_ms(at: Timestamp) -> Self {
        Self::Moment(at.as_millisecond())
    }

    /// Whether one of its words is the token, in which `*` stands for anything at an end.
    fn has_token(&self, token: &Self) -> bool {
        let (Self::Text(text), Self::Text(token)) = (self, token) else { return self == token };
        let bare = token.trim_matches('*');
        text.split(|c: char| !c.is_alphanumeric()).any(|word| match (token.starts_with('*'), token.ends_with('*')) {
            (true, true) => word.contains(bare),
            (true, false) => word.ends_with(bare),
            (false, true) => word.starts_with(bare),
            (false, false) => word == bare,
        })
    }
}
