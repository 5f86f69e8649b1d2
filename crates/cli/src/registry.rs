//! Builds the fields, the settings and both connectors from the configuration. The only place that knows which
//! connectors exist; what the CRM's configuration comes to stands in a file per connector.

mod carddav;
mod csv;
mod hubspot;

use crate::config::{BulkUpdates, Config, DeletePolicy, FieldSpec, HINT, credentials};
use crate::failure::{Failure, Fallible};
use connector::Connector;
use connector_csv::CsvConnector;
use connector_justcall::JustcallConnector;
use engine::normalizer::phone::Region;
use engine::{Guard, Guards, Numbers, Scope, Settings};
use model::{BySide, Field, Schema, Side};
use std::sync::Arc;

/// What the configuration comes to, once the CRM's header has been looked at.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) region: Region,
    pub(crate) settings: Settings,
    pub(crate) specs: Vec<FieldSpec>,
    pub(crate) crm: Crm,
}

/// The place that holds the CRM's contacts, by its connector.
pub(crate) enum Crm {
    /// A CSV file.
    Csv(connector_csv::Config),
    /// An address book: which place in a card is which field.
    Carddav(Vec<(Field, String)>),
    /// A HubSpot account: which property is which field.
    Hubspot(Vec<(Field, String)>),
}

impl Crm {
    /// The names that `[crm] connector` may have.
    pub(crate) const NAMES: [&str; 3] = ["csv", "carddav", "hubspot"];

    /// Reads its part of the configuration; completes the fields where a preset names them.
    fn new(config: &Config, specs: &mut Vec<FieldSpec>) -> Fallible<Self> {
        match config.crm.connector.as_str() {
            "csv" => Ok(Self::Csv(csv::complete(csv::config(config)?, specs, config)?)),
            "carddav" => Ok(Self::Carddav(carddav::complete(specs, config)?)),
            "hubspot" => Ok(Self::Hubspot(hubspot::complete(specs, config)?)),
            other => {
                let near = crate::config::keys::nearest(other, &Self::NAMES);
                let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
                let what = format!("{}: crm.connector `{other}` is not known{near}", config.file.display());
                Err(Failure::usage(what).hint(format!("connectors are {}", Self::NAMES.join(", "))))
            }
        }
    }
}

impl Setup {
    /// Reads the configuration and the CRM's header.
    pub(crate) fn new(config: Config) -> Fallible<Self> {
        let region = region(&config.matching.default_region)?;
        let mut specs = Vec::new();
        for (name, field) in &config.fields {
            let spec = FieldSpec::new(name, field, config.policy.conflict)
                .map_err(|what| Failure::usage(format!("{}: {what}", config.file.display())).hint(HINT))?;
            specs.push(spec);
        }
        let crm = Crm::new(&config, &mut specs)?;
        addresses(&config, &crm)?;
        let settings = settings(&config, &specs);
        let setup = Self { config, region, settings, specs, crm };
        if let Crm::Carddav(fields) = &setup.crm {
            carddav::check(&setup.settings.schema, fields, &setup.config)?;
        }
        setup.plan()?;
        connector_justcall::check_fields(&setup.settings.schema, &setup.field_names()).map_err(|error| {
            let mut failure = Failure::from(error);
            failure.message = format!("{}: {}", setup.config.file.display(), failure.message);
            failure
        })?;
        Ok(setup)
    }

    /// The settings without the fields that are computed from calls: made-up worlds have none.
    pub(crate) fn stored_settings(&self) -> Settings {
        let specs: Vec<FieldSpec> = self.specs.iter().filter(|spec| !spec.field.is_computed()).cloned().collect();
        settings(&self.config, &specs)
    }

    /// Both connectors. `learned`: what earlier runs found out about each side.
    pub(crate) fn connectors(&self, learned: BySide<Vec<(String, String)>>) -> Fallible<BySide<Box<dyn Connector>>> {
        Ok(BySide { justcall: self.justcall(learned.justcall)?, crm: self.crm(learned.crm)? })
    }

    /// The CRM's connector.
    pub(crate) fn crm(&self, learned: Vec<(String, String)>) -> Fallible<Box<dyn Connector>> {
        Ok(match &self.crm {
            Crm::Csv(csv) => {
                let mut csv = csv.clone();
                csv.learned = learned;
                Box::new(CsvConnector::new(csv, self.settings.schema.clone()))
            }
            Crm::Hubspot(properties) => Box::new(hubspot::connector(self, properties)?),
            Crm::Carddav(fields) => Box::new(carddav::connector(&self.config, fields, &self.settings.schema, learned)?),
        })
    }

    /// JustCall's connector.
    pub(crate) fn justcall(&self, learned: Vec<(String, String)>) -> Fallible<Box<dyn Connector>> {
        let (key, secret) = credentials(&self.config)?;
        let from = &self.config.justcall;
        let mut config = connector_justcall::Config::new("", "");
        config.key = key;
        config.secret = secret;
        config.base_url.clone_from(&from.base_url);
        config.plan = self.plan()?;
        config.requests_per_minute = from.requests_per_minute;
        config.concurrency = from.concurrency;
        config.reserve = from.reserve;
        config.bulk_updates = match from.bulk_updates {
            BulkUpdates::Auto => connector_justcall::BulkUpdates::Auto,
            BulkUpdates::Merge => connector_justcall::BulkUpdates::Merge,
            BulkUpdates::Whole => connector_justcall::BulkUpdates::Whole,
            BulkUpdates::Never => connector_justcall::BulkUpdates::Never,
        };
        config.learned = learned;
        config.field_names = self.field_names();
        Ok(Box::new(JustcallConnector::new(&config, &self.settings.schema)?))
    }

    /// Names in JustCall's API that differ from the canonical ones.
    fn field_names(&self) -> Vec<(Field, String)> {
        self.specs.iter().filter_map(|spec| Some((spec.field.clone(), spec.justcall.clone()?))).collect()
    }

    /// The account's plan, where the configuration names one.
    fn plan(&self) -> Fallible<Option<connector_justcall::Plan>> {
        let Some(name) = &self.config.justcall.plan else { return Ok(None) };
        let plan = connector_justcall::Plan::from_name(name).ok_or_else(|| {
            let near = crate::config::keys::nearest(name, &["team", "pro", "business"]);
            let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            Failure::usage(format!("justcall.plan `{name}` is not known{near}"))
                .hint("plans are team, pro and business; for another one leave `plan` out and set requests_per_minute")
        })?;
        Ok(Some(plan))
    }

    /// The scope in words, to notice when it, the set of fields or their columns change.
    pub(crate) fn scope_text(&self) -> String {
        let fields: Vec<String> = self.settings.schema.fields().iter().map(ToString::to_string).collect();
        let columns = self.columns();
        let each = if self.settings.numbers == Numbers::Each { " each number" } else { "" };
        format!("{:?} {:?} {} {columns:?}{each}", self.config.scope.crm, self.config.scope.justcall, fields.join(" "))
    }

    /// What the configuration calls the fields.
    pub(crate) fn columns(&self) -> sync::Columns {
        let names = |spec: &FieldSpec| {
            let on = |side: Side, name: &Option<String>| Some((format!("{} {side}", spec.field), name.clone()?));
            let crm = spec.crm.iter().chain(&spec.numbers).cloned().collect::<Vec<_>>().join(", ");
            let crm = Some(crm).filter(|names| !names.is_empty());
            [on(Side::Crm, &crm), on(Side::Justcall, &spec.justcall)]
        };
        self.specs.iter().flat_map(names).flatten().collect()
    }
}

/// Checks the addresses that credentials are sent to.
fn addresses(config: &Config, crm: &Crm) -> Fallible<()> {
    let of_crm = match crm {
        Crm::Csv(_) => Ok(()),
        Crm::Carddav(_) => connector_carddav::check_url(&config.crm.carddav.url),
        Crm::Hubspot(_) => connector_hubspot::check_url(&config.crm.hubspot.base_url),
    };
    connector_justcall::check_url(&config.justcall.base_url).and(of_crm).map_err(|error| {
        let mut failure = Failure::from(error);
        failure.message = format!("{}: {}", config.file.display(), failure.message);
        failure
    })
}

/// A region by its name.
pub(crate) fn region(name: &str) -> Fallible<Region> {
    let unknown = |message: String| {
        Failure::usage(message).hint("regions are ISO 3166 codes of two letters, such as US, GB or DE")
    };
    match name.parse::<Region>() {
        // The library's word for none: a number without a country code could not be read at all.
        Ok(Region::NONE) => Err(unknown(format!("unknown region '{name}'"))),
        Ok(region) => Ok(region),
        Err(error) => Err(unknown(error.to_string())),
    }
}

fn settings(config: &Config, specs: &[FieldSpec]) -> Settings {
    let schema = Schema::new(specs.iter().map(|spec| spec.field.clone()));
    let columns = BySide::from_fn(|side| scope_columns(config, specs, &schema, side));
    let schema = Arc::new(schema.with_scope_columns(columns.clone()));
    let mut settings = Settings::new(schema.clone());
    settings.policies = schema
        .fields()
        .iter()
        .map(|field| specs.iter().find(|spec| spec.field == *field).map(|spec| spec.policy).unwrap_or_default())
        .collect();
    settings.edit_vs_delete = config.policy.edit_vs_delete;
    settings.create_in = BySide::from_fn(|side| config.policy.create_in.contains(&side));
    settings.delete_in = BySide {
        justcall: config.deletes.to_justcall == DeletePolicy::Apply,
        crm: config.deletes.to_crm == DeletePolicy::Apply,
    };
    settings.sightings = config.deletes.sightings;
    settings.min_hours = config.deletes.min_hours;
    settings.guards = guards(config);
    settings.callers = config.calls.callers();
    settings.numbers = if specs.iter().any(|spec| spec.each) { Numbers::Each } else { Numbers::One };
    settings.scope = BySide::from_fn(|side| scope(config, specs, &schema, &columns[side], side));
    settings
}

fn guards(config: &Config) -> Guards {
    let default = Guards::default();
    let merge = |given: Option<crate::config::GuardConfig>, default: Guard| {
        let given = given.unwrap_or_default();
        Guard { floor: given.floor.unwrap_or(default.floor), percent: given.percent.unwrap_or(default.percent) }
    };
    Guards {
        deletes: merge(config.guards.deletes, default.deletes),
        clears: merge(config.guards.clears, default.clears),
        phone_changes: merge(config.guards.phone_changes, default.phone_changes),
        creates: merge(config.guards.creates, default.creates),
        changed: merge(config.guards.changed, default.changed),
    }
}

const fn conditions(config: &Config, side: Side) -> &std::collections::BTreeMap<String, Vec<String>> {
    match side {
        Side::Justcall => &config.scope.justcall,
        Side::Crm => &config.scope.crm,
    }
}

/// A scope condition may name a synced field, by its canonical name or by the side's own name for it.
fn synced(specs: &[FieldSpec], schema: &Schema, side: Side, name: &str) -> Option<usize> {
    let own = |spec: &&FieldSpec| {
        let native = if side == Side::Crm { &spec.crm } else { &spec.justcall };
        // Of several columns for numbers, a condition means the one that it names, not the synced number.
        let native = native.as_deref().filter(|_| side == Side::Justcall || spec.numbers.is_empty());
        spec.field.to_string() == name || native == Some(name)
    };
    specs.iter().find(own).and_then(|spec| schema.position(&spec.field)).map(model::FieldId::index)
}

fn scope_columns(config: &Config, specs: &[FieldSpec], schema: &Schema, side: Side) -> Vec<String> {
    conditions(config, side).keys().filter(|name| synced(specs, schema, side, name).is_none()).cloned().collect()
}

fn scope(config: &Config, specs: &[FieldSpec], schema: &Schema, columns: &[String], side: Side) -> Scope {
    let position = |name: &String| {
        let extra = || columns.iter().position(|column| column == name).map(|at| schema.len() + at);
        synced(specs, schema, side, name).or_else(extra)
    };
    let conditions = conditions(config, side).iter();
    Scope { conditions: conditions.filter_map(|(name, values)| Some((position(name)?, values.clone()))).collect() }
}
