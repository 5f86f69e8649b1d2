//! `[fields]`: which fields are kept in sync, what the CRM calls them, and each field's policy.

use model::{CallField, Clearing, ConflictPolicy, Direction, Field, FieldPolicy, WritePolicy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// One entry: the CRM's name for the field, or a table with a policy.
#[derive(Debug, Clone)]
pub(crate) enum FieldConfig {
    /// The CRM's name for it.
    Column(String),
    /// With a policy.
    Policy(FieldTable),
}

/// By hand, since `untagged` would hide what is wrong with a table.
impl<'de> Deserialize<'de> for FieldConfig {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(from)? {
            toml::Value::String(column) => Ok(Self::Column(column)),
            table @ toml::Value::Table(_) => FieldTable::deserialize(table).map(Self::Policy).map_err(D::Error::custom),
            other => Err(D::Error::custom(format!("expected a column's name or a table, found `{other}`"))),
        }
    }
}

/// The long form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct FieldTable {
    pub(crate) crm: Option<String>,
    pub(crate) justcall: Option<String>,
    pub(crate) direction: Option<Direction>,
    pub(crate) conflict: Option<ConflictPolicy>,
    pub(crate) write: WritePolicy,
    pub(crate) clear: bool,
}

/// A checked entry.
#[derive(Debug, Clone)]
pub(crate) struct FieldSpec {
    pub(crate) field: Field,
    /// Column of the CRM; none: the preset says.
    pub(crate) crm: Option<String>,
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
        Ok(Self {
            field,
            crm: table.crm,
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
