//! Whether the account has the properties that are mapped, and what they take: checked before a run, so that no batch is
//! refused for a reason that was known. It does *not* change values.

use crate::columns::Columns;
use crate::requests::properties::Property;
use connector::{Error, ErrorKind};
use model::{Field, FieldId};
use std::collections::BTreeMap;

/// What the mapped properties take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Definitions {
    /// Per property: its options, and whether it takes several.
    options: BTreeMap<String, (Vec<String>, bool)>,
}

impl Definitions {
    /// Checks the mapping.
    ///
    /// # Errors
    /// A property that does not exist, or that nobody can set although tieline would.
    pub(crate) fn check(columns: &Columns, only_read: &[Field], known: &[Property]) -> Result<Self, Error> {
        let find = |name: &str| known.iter().find(|property| property.name == name && !property.archived);
        let mut options = BTreeMap::new();
        for (field, name) in columns.fields() {
            let Some(property) = find(name) else { return Err(unknown(&format!("fields.{field}"), name, known)) };
            if property.is_read_only() && !only_read.contains(field) {
                let why = if property.calculated { "HubSpot computes it" } else { "it is read-only" };
                let message = format!("fields.{field}: HubSpot's property `{name}` cannot be set: {why}");
                return Err(Error::new(ErrorKind::Config, message).hint(format!(
                    "map another property, or let it only be read: {field} = {{ crm = \"{name}\", direction = \"to_justcall\" }}"
                )));
            }
            options.extend(choices(property));
        }
        for name in columns.scope() {
            // A condition on a property that no contact shows would exclude nobody, or everybody, in silence.
            let Some(property) = find(name) else { return Err(unknown("scope.crm", name, known)) };
            options.extend(choices(property));
        }
        Ok(Self { options })
    }

    /// Checks the values of the scope.
    ///
    /// # Errors
    /// A value that no contact can have: nobody would be in the scope, in silence.
    pub(crate) fn check_conditions(&self, conditions: &[(String, Vec<String>)]) -> Result<(), Error> {
        for (name, values) in conditions {
            let Some((options, several)) = self.options.get(name) else { continue };
            let is_option = |value: &str| value.is_empty() || options.iter().any(|option| option == value);
            let is_known = |value: &str| is_option(value) || (*several && value.split(';').all(is_option));
            let Some(wrong) = values.iter().map(|value| value.trim()).find(|value| !is_known(value)) else { continue };
            let message = format!("scope.crm: HubSpot's property `{name}` has no value `{wrong}`");
            let near = options
                .iter()
                .min_by_key(|option| strsim::damerau_levenshtein(&wrong.to_lowercase(), &option.to_lowercase()));
            let near = near.filter(|option| {
                strsim::damerau_levenshtein(&wrong.to_lowercase(), &option.to_lowercase()) <= 1 + wrong.len() / 4
            });
            let near = near.map(|option| format!("did you mean `{option}`? ")).unwrap_or_default();
            return Err(Error::new(ErrorKind::Config, message).hint(format!("{near}it takes {}", shown(options))));
        }
        Ok(())
    }

    /// Why a write cannot go through, in words; the values of enumerations are fixed.
    pub(crate) fn objection(&self, columns: &Columns, set: &[(FieldId, String)]) -> Option<String> {
        set.iter().filter(|(_, value)| !value.is_empty()).find_map(|(field, value)| {
            let name = columns.name(*field);
            let (options, several) = self.options.get(name)?;
            let mut parts: Vec<&str> = if *several { value.split(';').collect() } else { vec![value] };
            parts.retain(|part| !part.is_empty() && !options.iter().any(|option| option == part));
            let wrong = parts.first()?;
            Some(format!("HubSpot's property `{name}` takes {}, and not `{wrong}`", shown(options)))
        })
    }
}

/// The values of a property, where they are fixed, and whether it takes several.
fn choices(property: &Property) -> Option<(String, (Vec<String>, bool))> {
    let is_fixed = property.kind == "enumeration" && !property.options.is_empty();
    let values = || property.options.iter().map(|option| option.value.clone()).collect();
    is_fixed.then(|| (property.name.clone(), (values(), property.field_type == "checkbox")))
}

/// Some of the options.
fn shown(options: &[String]) -> String {
    const MOST: usize = 8;
    let first: Vec<String> = options.iter().take(MOST).map(|option| format!("`{option}`")).collect();
    let more = options.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", first.join(", "))
}

/// A property that is not there, with those that may be meant.
fn unknown(key: &str, name: &str, known: &[Property]) -> Error {
    let archived = known.iter().any(|property| property.name == name);
    let what = if archived { "is archived" } else { "does not exist" };
    let near = near(name, known);
    let hint = match near.as_slice() {
        [] => "properties are named by their internal name, as Settings, Properties shows it".to_owned(),
        near => format!("did you mean {}?", near.join(" or ")),
    };
    Error::new(ErrorKind::Config, format!("{key}: HubSpot's property `{name}` {what}")).hint(hint)
}

/// Up to three properties with a name or a label like this.
fn near(name: &str, known: &[Property]) -> Vec<String> {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let wanted = plain(name);
    let distance = |property: &Property| {
        let by = |text: &str| strsim::damerau_levenshtein(&wanted, &plain(text));
        by(&property.name).min(by(&property.label))
    };
    let mut found: Vec<(usize, &Property)> = known
        .iter()
        .filter(|property| !property.archived)
        .map(|property| (distance(property), property))
        .filter(|(distance, _)| *distance <= 1 + wanted.len() / 4)
        .collect();
    found.sort_by_key(|(distance, property)| (*distance, &property.name));
    found.into_iter().take(3).map(|(_, property)| format!("`{}` ({})", property.name, property.label)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::Config;
    use crate::dialect::V3;
    use crate::requests::properties::{Modification, PropertyOption};
    use model::Schema;

    fn property(name: &str, label: &str) -> Property {
        Property { name: name.into(), label: label.into(), kind: "string".into(), ..Property::default() }
    }

    fn known() -> Vec<Property> {
        let read_only = Modification { read_only_value: true };
        let options = ["gold", "silver"].map(|value| PropertyOption { value: value.into(), label: value.into() });
        let tier = Property { kind: "enumeration".into(), options: options.into(), ..property("tier", "Tier") };
        vec![
            property("phone", "Phone Number"),
            property("mobilephone", "Mobile Phone Number"),
            tier.clone(),
            Property { name: "tiers".into(), field_type: "checkbox".into(), ..tier },
            Property { modification_metadata: read_only, ..property("source", "Source") },
            Property { calculated: true, ..property("score", "Score") },
            Property { archived: true, ..property("old", "Old") },
        ]
    }

    fn columns(fields: &[(&str, &str)]) -> Columns {
        let properties: Vec<(Field, String)> =
            fields.iter().map(|(field, name)| (field.parse().unwrap(), (*name).to_owned())).collect();
        let schema = Schema::new(properties.iter().map(|(field, _)| field.clone()));
        Columns::new(&V3, &schema, &Config { properties, ..Config::new("t") }).unwrap()
    }

    #[test]
    fn what_cannot_be_mapped_is_refused_by_name() {
        let table = [
            ("mobile_phone", "does not exist", "`mobilephone`"),
            ("Phone number", "does not exist", "`phone`"),
            ("old", "is archived", "internal name"),
            ("source", "it is read-only", "to_justcall"),
            ("score", "HubSpot computes it", "to_justcall"),
        ];
        for (name, message, hint) in table {
            let error = Definitions::check(&columns(&[("custom.x", name)]), &[], &known()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Config);
            assert!(error.message.contains(message) && error.message.contains("fields.custom.x"), "{error}");
            assert!(error.hint.as_ref().unwrap().contains(hint), "{error:?}");
        }
        let only_read = [Field::Custom("x".into())];
        assert!(Definitions::check(&columns(&[("custom.x", "score")]), &only_read, &known()).is_ok());
    }

    #[test]
    fn a_scope_of_values_that_do_not_exist_is_refused() {
        let columns = columns(&[("custom.a", "tier"), ("custom.b", "tiers")]);
        let definitions = Definitions::check(&columns, &[], &known()).unwrap();
        let check = |name: &str, value: &str| {
            definitions.check_conditions(&[(name.to_owned(), vec!["gold".to_owned(), value.to_owned()])])
        };
        for (name, value) in
            [("tier", "silver"), ("tier", " gold "), ("tier", ""), ("tiers", "gold;silver"), ("phone", "x")]
        {
            assert!(check(name, value).is_ok(), "{name} {value}");
        }
        for (name, value, hint) in
            [("tier", "sliver", "`silver`?"), ("tier", "Gold", "`gold`?"), ("tiers", "gold;x", "it takes `gold`")]
        {
            let error = check(name, value).unwrap_err();
            assert!(error.kind == ErrorKind::Config && error.message.contains(value), "{error:?}");
            assert!(error.hint.as_ref().unwrap().contains(hint), "{error:?}");
        }
    }

    #[test]
    fn enumerations_take_their_options_and_nothing_else() {
        let columns = columns(&[("custom.a", "tier"), ("custom.b", "tiers")]);
        let definitions = Definitions::check(&columns, &[], &known()).unwrap();
        let objection =
            |field: u16, value: &str| definitions.objection(&columns, &[(FieldId(field), value.to_owned())]);
        let at = |name: &str| (0..3).find(|at| columns.name(FieldId(*at)) == name).unwrap();
        assert_eq!(objection(at("tier"), "gold"), None);
        assert_eq!(objection(at("tier"), ""), None, "clearing is always possible");
        assert!(objection(at("tier"), "Gold").unwrap().contains("`gold`, `silver`"));
        assert!(objection(at("tier"), "gold;silver").is_some());
        assert_eq!(objection(at("tiers"), "gold;silver"), None);
        assert!(objection(at("tiers"), "gold;brass").unwrap().contains("`brass`"));
        assert_eq!(objection(at("phone"), "anything"), None);
    }
}
