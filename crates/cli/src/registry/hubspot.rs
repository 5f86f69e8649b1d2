//! What `[crm]` comes to for a HubSpot account. Not the talking to it: that is the connector's.

use super::Setup;
use crate::config::{Config, FieldSpec, Source};
use crate::failure::{Failure, Fallible};
use connector_hubspot::{HubspotConnector, PRESET};
use model::{Direction, Field, FieldPolicy};
use std::time::Duration;

/// Where the token comes from.
const TOKEN: &str = "set TIELINE_HUBSPOT_TOKEN, or name a file with crm.hubspot.token_file: the access token of a private \
                     app (HubSpot: Settings, Integrations, Private Apps)";

/// Lets the preset fill in what the configuration leaves out: all fields, or the properties of named fields.
pub(super) fn complete(specs: &mut Vec<FieldSpec>, config: &Config) -> Fallible<Vec<(Field, String)>> {
    let all = specs.is_empty();
    for (field, property) in PRESET {
        match specs.iter_mut().find(|spec| spec.field == field) {
            Some(spec) if spec.crm.is_none() => spec.crm = Some(property.to_owned()),
            None if all || field == Field::Phone => specs.push(FieldSpec {
                field,
                crm: Some(property.to_owned()),
                numbers: Vec::new(),
                each: false,
                justcall: None,
                policy: FieldPolicy { conflict: config.policy.conflict, ..FieldPolicy::default() },
            }),
            _ => {}
        }
    }
    if let Some(spec) = specs.iter().find(|spec| spec.crm.is_none()) {
        let what = format!("{}: nothing says which property of HubSpot holds {}", config.file.display(), spec.field);
        return Err(Failure::usage(what).hint(format!("name it: [fields] \"{}\" = \"internal_name\"", spec.field)));
    }
    Ok(specs.iter().filter_map(|spec| Some((spec.field.clone(), spec.crm.clone()?))).collect())
}

/// The connector, with what it needs to get in.
pub(super) fn connector(setup: &Setup, properties: &[(Field, String)]) -> Fallible<HubspotConnector> {
    let from = &setup.config.crm.hubspot;
    let source = Source {
        variable: "TIELINE_HUBSPOT_TOKEN",
        key: "crm.hubspot.token_file",
        file: from.token_file.as_deref(),
        hint: TOKEN,
        what: "access token for HubSpot",
        blanks: false,
    };
    let mut config = connector_hubspot::Config::new("");
    config.token = source.read(&setup.config)?;
    config.base_url.clone_from(&from.base_url);
    config.limit_per_10s = from.limit_per_10s;
    config.searches_per_second = from.searches_per_second;
    config.concurrency = from.concurrency;
    config.reserve = from.reserve;
    config.full_listing_every = from.full_listing_every;
    config.index_lag = Duration::from_secs(u64::from(from.index_lag_seconds));
    config.properties = properties.to_vec();
    config.numbers = setup.specs.iter().flat_map(|spec| spec.numbers.clone()).collect();
    let is_read = |spec: &&FieldSpec| spec.policy.direction == Direction::ToJustcall;
    config.only_read = setup.specs.iter().filter(is_read).map(|spec| spec.field.clone()).collect();
    config.conditions = conditions(setup, properties);
    Ok(HubspotConnector::new(&config, &setup.settings.schema)?)
}

/// The conditions of the scope by property: they may also name a field.
fn conditions(setup: &Setup, properties: &[(Field, String)]) -> Vec<(String, Vec<String>)> {
    let property = |name: &String| {
        let field = properties.iter().find(|(field, _)| field.to_string() == *name);
        field.map_or_else(|| name.clone(), |(_, property)| property.clone())
    };
    setup.config.scope.crm.iter().map(|(name, values)| (property(name), values.clone())).collect()
}
