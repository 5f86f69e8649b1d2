//! `[fields]`: which fields are kept in sync, what the CRM calls them, and each field's policy.

use model::{CallField, Clearing, ConflictPolicy, Direction, Field, FieldPolicy, WritePolicy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;

/// One entry: the CRM's name for the field, or a table with a policy.
#[derive(Debug, Clone)]
pub(crate) enum FieldConfig {
    /// The CRM's name for it; of a phone, perhaps several.
    Column(Names),
    /// With a policy.
    Policy(FieldTable),
}

/// By hand, since `untagged` would hide what is wrong with a table.
impl<'de> Deserialize<'de> for FieldConfig {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(from)? {
            names @ (toml::Value::String(_) | toml::Value::Array(_)) => {
                Names::deserialize(names).map(Self::Column).map_err(D::Error::custom)
            }
            table @ toml::Value::Table(_) => FieldTable::deserialize(table).map(Self::Policy).map_err(D::Error::custom),
            other => Err(D::Error::custom(format!("expected a column's name or a table, found `{other}`"))),
        }
    }
}

/// One name of the CRM, or several in order of preference.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a column's name, or a list of names")]
pub(crate) enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    /// The first one, and the others. Only a phone may have others.
    fn split(self, field: &Field) -> Result<(String, Vec<String>), String> {
        let names = match self {
            Self::One(name) => return Ok((name, Vec::new())),
            Self::Several(names) => names,
        };
        let mut seen = BTreeSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(format!("fields.{field} names `{name}` twice"));
        }
        if names.len() > 1 && *field != Field::Phone {
            return Err(format!("fields.{field}: only `phone` may have several columns, name one"));
        }
        let mut names = names.into_iter();
        let first = names.next().ok_or_else(|| format!("fields.{field} names no column"))?;
        Ok((first, names.collect()))
    }
}

/// The long form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FieldTable {
    pub(crate) crm: Option<Names>,
    pub(crate) justcall: Option<String>,
    pub(crate) direction: Option<Direction>,
    pub(crate) conflict: Option<ConflictPolicy>,
    pub(crate) write: WritePolicy,
    pub(crate) clear: bool,
    pub(crate) numbers: Option<HowMany>,
}

/// Which of a contact's numbers have a contact in `JustCall`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HowMany {
    One,
    Each,
}

/// A checked entry.
#[derive(Debug, Clone)]
pub(crate) struct FieldSpec {
    pub(crate) field: Field,
    /// Column of the CRM; none: the preset says.
    pub(crate) crm: Option<String>,
    /// Further columns with a contact's numbers, in order of preference; only of a phone.
    pub(crate) numbers: Vec<String>,
    /// Each of them has a contact of its own in `JustCall`.
    pub(crate) each: bool,
    /// Name in `JustCall`; none: the canonical one.
    pub(crate) justcall: Option<String>,
    pub(crate) policy: FieldPolicy,
}

impl FieldSpec {
    /// Checks one entry against the general policy.
    pub(crate) fn new(name: &str, config: &FieldConfig, general: ConflictPolicy) -> Result<Self, String> {
        let field: Field = name.parse().map_err(|error| {
            let calls = CallField::ALL.map(|field| field.to_string());
            let mut known = vec!["first_name", "last_name", "phone", "email", "company"];
            known.extend(calls.iter().map(String::as_str));
            match super::keys::nearest(name, &known) {
                Some(near) => format!("unknown field `fields.{name}`, did you mean `{near}`?"),
                None => format!("fields: {error}"),
            }
        })?;
        let table = match config {
            FieldConfig::Column(column) => FieldTable { crm: Some(column.clone()), ..FieldTable::default() },
            FieldConfig::Policy(table) => table.clone(),
        };
        if table.clear && field == Field::Phone {
            return Err("fields.phone: a phone is never cleared, `clear` is not for it".to_owned());
        }
        if table.numbers.is_some() && field != Field::Phone {
            return Err(format!("fields.{name}: `numbers` is for `phone` alone"));
        }
        let direction = match (table.direction, field.is_computed()) {
            (Some(Direction::ToCrm) | None, true) => Direction::ToCrm,
            (Some(_), true) => {
                return Err(format!(
                    "fields.{name} is computed from the calls: it only goes to the CRM, direction = \"to_crm\""
                ));
            }
            (direction, false) => direction.unwrap_or_default(),
        };
        if field.is_computed() && table.justcall.is_some() {
            return Err(format!("fields.{name} is computed from the calls: JustCall has no field for it"));
        }
        let (crm, numbers) = match table.crm.map(|names| names.split(&field)).transpose()? {
            Some((first, others)) => (Some(first), others),
            None => (None, Vec::new()),
        };
        let each = table.numbers == Some(HowMany::Each);
        if each && numbers.is_empty() {
            return Err(
                "fields.phone: numbers = \"each\" needs several columns: crm = [\"Mobile\", \"Phone\"]".to_owned()
            );
        }
        Ok(Self {
            field,
            crm,
            numbers,
            each,
            justcall: table.justcall,
            policy: FieldPolicy {
                direction,
                conflict: table.conflict.unwrap_or(general),
                write: table.write,
                clearing: if table.clear { Clearing::Propagate } else { Clearing::Keep },
            },
        })
    }
}
