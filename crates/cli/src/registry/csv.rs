//! What `[crm]` comes to for a CSV file. Not the reading of the file: that is the connector's.

use crate::config::{Config, FieldSpec, HINT};
use crate::failure::{Failure, Fallible};
use connector_csv::Preset;
use model::{Field, FieldPolicy};

/// What `[crm]` says of the file.
pub(super) fn config(config: &Config) -> Fallible<connector_csv::Config> {
    let mut csv = connector_csv::Config::new(config.resolve(&config.crm.path));
    csv.identity = config.crm.path.display().to_string();
    csv.preset = config.crm.preset.parse::<Preset>().map_err(|error| {
        let names = Preset::ALL.map(Preset::name);
        let near = crate::config::keys::nearest(&config.crm.preset, &names);
        let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
        Failure::usage(format!("{}: crm.preset: {error}{near}", config.file.display())).hint(HINT)
    })?;
    csv.id_column.clone_from(&config.crm.id_column);
    Ok(csv)
}

/// Lets the preset fill in what the configuration leaves out: all fields, or the columns of named fields.
pub(super) fn complete(
    mut csv: connector_csv::Config,
    specs: &mut Vec<FieldSpec>,
    config: &Config,
) -> Fallible<connector_csv::Config> {
    let needs_preset = specs.is_empty() || specs.iter().any(|spec| spec.crm.is_none());
    if needs_preset || !specs.iter().any(|spec| spec.field == Field::Phone) {
        let inspection = connector_csv::inspect(&csv.path, None)?;
        let header: Vec<String> = inspection.header().map(str::to_owned).collect();
        let detection = connector_csv::detect(&header);
        let all = specs.is_empty();
        for (field, column) in detection.mapping {
            match specs.iter_mut().find(|spec| spec.field == field) {
                Some(spec) if spec.crm.is_none() => spec.crm = Some(column),
                None if all || field == Field::Phone => specs.push(FieldSpec {
                    field,
                    crm: Some(column),
                    numbers: Vec::new(),
                    each: false,
                    justcall: None,
                    policy: FieldPolicy { conflict: config.policy.conflict, ..FieldPolicy::default() },
                }),
                _ => {}
            }
        }
        if let Some(spec) = specs.iter().find(|spec| spec.crm.is_none()) {
            return Err(Failure::usage(format!("no column of {} holds {}", csv.identity, spec.field))
                .hint(format!("name it: [fields] {} = \"Column\"; {}", spec.field, columns(&inspection)))
                .lists_columns());
        }
        if !specs.iter().any(|spec| spec.field == Field::Phone) {
            return Err(Failure::usage(format!("no column of {} holds phone numbers", csv.identity))
                .hint(format!("name it: [fields] phone = \"Column\"; {}", columns(&inspection)))
                .lists_columns());
        }
    }
    csv.numbers = specs.iter().flat_map(|spec| spec.numbers.clone()).collect();
    csv.needs_ids = specs.iter().any(|spec| spec.each);
    csv.columns = specs.iter().filter_map(|spec| Some((spec.field.clone(), spec.crm.clone()?))).collect();
    Ok(csv)
}

/// The columns of a file, as they were told apart: a wrong delimiter shows at a glance.
fn columns(inspection: &connector_csv::Inspection) -> String {
    let names: Vec<String> = inspection.header().map(|name| format!("`{}`", report::text::safe(name))).collect();
    let count = report::words::count(names.len() as u64, "column");
    let between = match inspection.delimiter {
        '\t' => "tabs".to_owned(),
        delimiter => format!("`{delimiter}`"),
    };
    format!("the file has {count}, told apart by {between}: {}", names.join(", "))
}
