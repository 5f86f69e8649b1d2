//! What `[crm]` comes to for an address book over `CardDAV`. Not the talking to it: that is the connector's.

use crate::config::{Config, FieldSpec, HINT, Source};
use crate::failure::{Failure, Fallible};
use crate::surroundings::uuid;
use connector_carddav::{Auth, CarddavConnector, IdSource, PRESET};
use model::{Field, FieldPolicy, Schema, Secret};
use std::path::Path;

const SECRETS: &str = "set TIELINE_CARDDAV_PASSWORD, or name a file with crm.carddav.password_file; \
                       with a token: TIELINE_CARDDAV_TOKEN or token_file";

/// Lets the preset fill in what the configuration leaves out: all fields, or the places of named fields.
pub(super) fn complete(specs: &mut Vec<FieldSpec>, config: &Config) -> Fallible<Vec<(Field, String)>> {
    let fail = |what: String| Failure::usage(format!("{}: {what}", config.file.display()));
    if config.crm.carddav.url.is_empty() {
        return Err(
            fail("crm.carddav.url is missing".to_owned()).hint("[crm.carddav] url = \"https://dav.example.com/\"")
        );
    }
    let all = specs.is_empty();
    for (field, place) in PRESET {
        match specs.iter_mut().find(|spec| spec.field == field) {
            Some(spec) if spec.crm.is_none() => spec.crm = Some(place.to_owned()),
            None if all || field == Field::Phone => specs.push(FieldSpec {
                field,
                crm: Some(place.to_owned()),
                numbers: Vec::new(),
                each: false,
                justcall: None,
                policy: FieldPolicy { conflict: config.policy.conflict, ..FieldPolicy::default() },
            }),
            _ => {}
        }
    }
    if let Some(spec) = specs.iter().find(|spec| spec.crm.is_none()) {
        return Err(fail(format!("nothing says where a card holds {}", spec.field)).hint(format!(
            "name it: [fields] \"{}\" = \"note\", or x-anything; docs/connectors/carddav.md",
            spec.field
        )));
    }
    let further = specs.iter().flat_map(|spec| spec.numbers.iter().map(|name| (spec.field.clone(), name.clone())));
    let first = specs.iter().filter_map(|spec| Some((spec.field.clone(), spec.crm.clone()?)));
    Ok(first.chain(further).collect())
}

/// Checks the names of the mapping and of the scope.
pub(super) fn check(schema: &Schema, fields: &[(Field, String)], config: &Config) -> Fallible<()> {
    connector_carddav::check_fields(schema, fields).map_err(|error| {
        let mut failure = Failure::from(error);
        failure.message = format!("{}: {}", config.file.display(), failure.message);
        failure
    })
}

/// The connector, with what it needs to get in.
pub(super) fn connector(
    config: &Config,
    fields: &[(Field, String)],
    schema: &Schema,
    learned: Vec<(String, String)>,
) -> Fallible<CarddavConnector> {
    let from = &config.crm.carddav;
    let mut carddav = connector_carddav::Config::new(&from.url, auth(config)?, IdSource::new(uuid));
    carddav.address_book.clone_from(&from.address_book);
    carddav.requests_per_minute = from.requests_per_minute;
    carddav.concurrency = from.concurrency.unwrap_or(carddav.concurrency);
    carddav.ca = from.ca_file.as_deref().map(|file| pem(config, file)).transpose()?;
    carddav.fields = fields.to_vec();
    carddav.learned = learned;
    Ok(CarddavConnector::new(carddav, schema)?)
}

/// With a user's name goes a password; without one, a token.
fn auth(config: &Config) -> Fallible<Auth> {
    let from = &config.crm.carddav;
    let read = |variable, key, file, blanks| -> Fallible<Secret> {
        Source { variable, key, file, hint: SECRETS, what: "credentials for the address book", blanks }.read(config)
    };
    match &from.user {
        Some(user) => {
            let file = from.password_file.as_deref();
            let password = read("TIELINE_CARDDAV_PASSWORD", "crm.carddav.password_file", file, true)?;
            Ok(Auth::Basic { user: user.clone(), password })
        }
        None if from.password_file.is_some() || std::env::var_os("TIELINE_CARDDAV_PASSWORD").is_some() => {
            Err(Failure::usage(format!("{}: a password, and nobody whose it is", config.file.display()))
                .hint("[crm.carddav] user = \"ann\""))
        }
        None => {
            let file = from.token_file.as_deref();
            Ok(Auth::Bearer(read("TIELINE_CARDDAV_TOKEN", "crm.carddav.token_file", file, false)?))
        }
    }
}

fn pem(config: &Config, file: &Path) -> Fallible<Vec<u8>> {
    let path = config.resolve(file);
    std::fs::read(&path).map_err(|error| {
        Failure::usage(format!("cannot read {} (crm.carddav.ca_file): {error}", path.display())).hint(HINT)
    })
}
