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
    read: Read,
}

/// What a filter compares with, read once for all records.
#[derive(Debug, Clone, Default)]
struct Read {
    kind: PropertyType,
    value: Option<Comparable>,
    high_value: Option<Comparable>,
    values: Vec<Comparable>,
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
            filter.read(property.kind)?;
        }
    }
    Ok(())
}

/// Whether a record passes: one group must match, in which all filters must. Without groups all pass.
pub(crate) fn passes(groups: &[Group], record: &Record) -> bool {
    groups.is_empty() || groups.iter().any(|group| group.filters.iter().all(|filter| filter.passes(record)))
}

impl Filter {
    /// Reads the values, if they are what the operator takes.
    fn read(&mut self, kind: PropertyType) -> Result<(), ApiError> {
        let given = (self.value.is_some(), self.high_value.is_some(), self.values.is_some());
        let fits = match self.operator {
            Operator::HasProperty | Operator::NotHasProperty => given == (false, false, false),
            Operator::Between => given == (true, true, false),
            Operator::In | Operator::NotIn => given == (false, false, true),
            _ => given == (true, false, false),
        };
        let one = |value: &Option<String>| value.as_deref().map(|value| Comparable::read(kind, value));
        let all = self.values.iter().flatten().map(|value| Comparable::read(kind, value));
        let read = (one(&self.value), one(&self.high_value), all.collect::<Option<Vec<_>>>());
        match read {
            // The inner one is missing where the value cannot be read.
            (value, high_value, Some(values)) if fits && value != Some(None) && high_value != Some(None) => {
                self.read = Read { kind, value: value.flatten(), high_value: high_value.flatten(), values };
                Ok(())
            }
            _ => {
                let message =
                    format!("The operator {:?} of {} has the wrong values", self.operator, self.property_name);
                Err(ApiError::invalid(message))
            }
        }
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
        let compares =
            |how: fn(&Comparable, &Comparable) -> bool| self.read.value.as_ref().is_some_and(|value| how(&held, value));
        match self.operator {
            Operator::HasProperty => true,
            Operator::NotHasProperty => false,
            Operator::Eq => compares(|held, value| held == value),
            Operator::Neq => compares(|held, value| held != value),
            Operator::Lt => compares(|held, value| held < value),
            Operator::Lte => compares(|held, value| held <= value),
            Operator::Gt => compares(|held, value| held > value),
            Operator::Gte => compares(|held, value| held >= value),
            Operator::Between => {
                let is_below = self.read.high_value.as_ref().is_some_and(|high| held <= *high);
                is_below && compares(|held, value| held >= value)
            }
            Operator::In => self.read.values.contains(&held),
            Operator::NotIn => !self.read.values.contains(&held),
            Operator::ContainsToken => compares(Comparable::has_token),
            Operator::NotContainsToken => !compares(Comparable::has_token),
        }
    }

    fn held(&self, record: &Record) -> Option<Comparable> {
        match self.property_name.as_str() {
            // The moments that every record has; the short way, for searches walk over all of them.
            "lastmodifieddate" | "hs_lastmodifieddate" => Some(Comparable::of(record.updated_at)),
            "createdate" | "hs_createdate" => Some(Comparable::of(record.created_at)),
            name => record.value(name).and_then(|value| Comparable::read(self.read.kind, &value)),
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
    fn of(at: Timestamp) -> Self {
        Self::Moment(at.as_millisecond())
    }

    fn read(kind: PropertyType, value: &str) -> Option<Self> {
        match kind {
            PropertyType::Number => value.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Number),
            PropertyType::Datetime => moment(value).map(Self::of),
            PropertyType::Date => {
                let midnight = if value.len() == 10 { format!("{value}T00:00:00Z") } else { value.to_owned() };
                moment(&midnight).map(Self::of)
            }
            _ => Some(Self::Text(value.to_lowercase())),
        }
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
