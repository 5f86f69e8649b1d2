//! `tieline init`: looks at a CRM export and writes a commented configuration for it.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::output;
use connector_csv::{Confidence, Detection};
use model::Field;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Init) -> Fallible<Code> {
    let target = &context.global.config;
    if target.exists() && !args.force {
        return Err(Failure::usage(format!("{} exists already", target.display()))
            .hint("--force replaces it; --config names another file"));
    }
    let region = crate::registry::region(&args.region)?;
    if let Some(url) = &args.carddav {
        return address_book(context, url, args.user.as_deref(), &region.to_string());
    }
    if args.hubspot {
        return hubspot(context, &region.to_string());
    }
    let folder = target.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = match &args.crm {
        Some(file) => file.clone(),
        None => only_csv(folder)?,
    };
    let inspection = connector_csv::inspect(&file, None)?;
    let header: Vec<String> = inspection.header().map(str::to_owned).collect();
    let detection = connector_csv::detect(&header);
    let text = configuration(&relative(&file, folder), &region.to_string(), &detection);
    write(target, &text)?;
    let rows = report::words::count(inspection.rows, "row");
    context.note(&format!("{}: {rows}, {}", file.display(), described(&detection)));
    if !detection.mapping.iter().any(|(field, _)| *field == Field::Phone) {
        context.note("no column looks like a phone number: name it in [fields], phone = \"Column\"");
    }
    context.note(&format!("wrote {}", target.display()));
    if context.global.json {
        let fields = detection.mapping.iter().map(|(field, column)| (field.to_string(), column.clone()));
        output::print_json(&serde_json::json!({
            "config": target.display().to_string(),
            "crm": file.display().to_string(),
            "rows": inspection.rows,
            "preset": detection.preset.to_string(),
            "id_column": detection.id_column,
            "fields": fields.collect::<std::collections::BTreeMap<String, String>>(),
        }))?;
    }
    context.note(
        "next: set JUSTCALL_API_KEY and JUSTCALL_API_SECRET, then `tieline doctor`, `tieline quality`, `tieline plan`",
    );
    Ok(Code::Done)
}

fn write(target: &Path, text: &str) -> Fallible<()> {
    std::fs::write(target, text)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", target.display())))
        .map_err(|failure| failure.hint("--config names another place"))
}

/// For an address book, which is not looked at: the password comes later.
fn address_book(context: &Context, url: &str, user: Option<&str>, region: &str) -> Fallible<Code> {
    connector_carddav::check_url(url)
        .map_err(|error| Failure::from(error).hint("tieline init --carddav https://dav.example.com/ --user ann"))?;
    let target = &context.global.config;
    let secret = if user.is_some() { "TIELINE_CARDDAV_PASSWORD" } else { "TIELINE_CARDDAV_TOKEN" };
    let who = user.map_or_else(
        || "# Without a user a token is sent: set TIELINE_CARDDAV_TOKEN, or token_file = \"token.txt\".".to_owned(),
        |user| {
            format!(
                "user = {}\n# The password never stands here: set {secret}, or password_file = \"password.txt\".",
                quoted(user)
            )
        },
    );
    let crm = format!(
        "connector = \"carddav\"

[crm.carddav]
url = {}
{who}
# address_book = \"Team\"          # name or address, where there are several
# ca_file = \"ca.pem\"             # the authority that signed the server's certificate, where the system does not know it
",
        quoted(url)
    );
    let places = connector_carddav::PRESET.map(|(field, place)| (field, place.to_owned()));
    let fields = fields(&places, &[]);
    write(target, &whole(&crm, region, &fields))?;
    context.note(&format!("wrote {}", target.display()));
    if context.global.json {
        let fields = places.iter().map(|(field, place)| (field.to_string(), place.clone()));
        output::print_json(&serde_json::json!({
            "config": target.display().to_string(),
            "carddav": url,
            "fields": fields.collect::<std::collections::BTreeMap<String, String>>(),
        }))?;
    }
    context.note(&format!(
        "next: set JUSTCALL_API_KEY, JUSTCALL_API_SECRET and {secret}, then `tieline doctor`, `tieline quality`, `tieline plan`"
    ));
    Ok(Code::Done)
}

/// For a HubSpot account, which is not asked: the token comes later.
fn hubspot(context: &Context, region: &str) -> Fallible<Code> {
    let target = &context.global.config;
    let crm = "connector = \"hubspot\"
# Links in reports lead to the contact's page; `tieline doctor` shows the number of your account:
# record_url = \"https://app.hubspot.com/contacts/NUMBER/record/0-1/{id}\"

[crm.hubspot]
# The access token of a private app never stands here: set TIELINE_HUBSPOT_TOKEN, or token_file = \"token.txt\".
# Scopes: crm.objects.contacts.read, crm.objects.contacts.write, crm.schemas.contacts.read.
# limit_per_10s = 190            # Professional and Enterprise; 100 without it, until HubSpot names more
# full_listing_every = 7         # everybody is listed at least in every seventh run, the others read what changed
";
    let properties: Vec<(Field, String)> =
        connector_hubspot::PRESET.map(|(field, name)| (field, name.to_owned())).into();
    let others = [(Field::Phone, "mobilephone".to_owned())];
    write(target, &whole(crm, region, &fields(&properties, &others)))?;
    context.note(&format!("wrote {}", target.display()));
    if context.global.json {
        let fields = properties.iter().map(|(field, name)| (field.to_string(), name.clone()));
        output::print_json(&serde_json::json!({
            "config": target.display().to_string(),
            "crm": "hubspot",
            "fields": fields.collect::<std::collections::BTreeMap<String, String>>(),
        }))?;
    }
    context.note(
        "next: set JUSTCALL_API_KEY, JUSTCALL_API_SECRET and TIELINE_HUBSPOT_TOKEN, then `tieline doctor`, \
         `tieline quality`, `tieline plan`",
    );
    Ok(Code::Done)
}

fn described(detection: &Detection) -> String {
    match detection.confidence {
        Confidence::Names => "columns matched by their names".to_owned(),
        _ => format!("an export of {}", detection.preset),
    }
}

fn only_csv(folder: &Path) -> Fallible<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")))
        .collect();
    found.sort();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::usage(format!("no .csv file in {}", folder.display()))
            .hint("export the contacts of the CRM as CSV and name the file: tieline init --crm FILE")),
        _ => {
            let names: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
            Err(Failure::usage(format!("several .csv files: {}", names.join(", "))).hint("name one: --crm FILE"))
        }
    }
}

/// The file as seen from the configuration's folder, where it lies below it.
fn relative(file: &Path, folder: &Path) -> String {
    let path = match (file.canonicalize(), folder.canonicalize()) {
        (Ok(file), Ok(folder)) => file.strip_prefix(&folder).map(Path::to_path_buf).unwrap_or(file),
        _ => file.to_owned(),
    };
    path.display().to_string()
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn configuration(file: &str, region: &str, detection: &Detection) -> String {
    let mut crm =
        format!("connector = \"csv\"\npath = {}\npreset = {}\n", quoted(file), quoted(&detection.preset.to_string()));
    if let Some(id) = &detection.id_column {
        let _ = writeln!(crm, "id_column = {}", quoted(id));
    } else {
        crm.push_str("# no column holds an id: contacts are recognised by their number alone\n");
    }
    whole(&crm, region, &fields(&detection.mapping, &detection.alternatives))
}

/// The lines of `[fields]`.
fn fields(mapping: &[(Field, String)], alternatives: &[(Field, String)]) -> String {
    let mut text = String::new();
    for (field, column) in mapping {
        let name = if matches!(field, Field::Custom(_) | Field::Call(_)) {
            quoted(&field.to_string())
        } else {
            field.to_string()
        };
        let _ = writeln!(text, "{name} = {}", quoted(column));
    }
    for (field, others) in alternatives {
        let _ = writeln!(text, "# {field} could also be {}", quoted(others));
    }
    let phones = mapping.iter().chain(alternatives).filter(|(field, _)| *field == Field::Phone);
    let phones: Vec<String> = phones.map(|(_, column)| quoted(column)).collect();
    if phones.len() > 1 {
        let _ = writeln!(text, "# or all of them, in order of preference; one number of each contact is kept in sync:");
        let _ = writeln!(text, "# phone = [{}]", phones.join(", "));
    }
    text
}

/// The whole file around what the connector needs.
fn whole(crm: &str, region: &str, fields: &str) -> String {
    format!(
        "# tieline keeps the contacts of JustCall and of a CRM the same. docs/config.md explains every key.

[justcall]
# The key and the secret never stand here: set JUSTCALL_API_KEY and JUSTCALL_API_SECRET,
# or name files: api_key_file = \"key.txt\", api_secret_file = \"secret.txt\".
base_url = \"https://api.justcall.io\"
# plan = \"pro\"                   # team, pro or business; without it the account says
reserve = 0.1                    # share of the request quota left to others

[crm]
{crm}
[match]
default_region = {}            # numbers without a country code are read as this country's

# Which fields are kept in sync, and what the CRM calls them. A table sets a policy:
# company = {{ crm = \"Company\", conflict = \"crm\", direction = \"both\", write = \"always\", clear = false }}
[fields]
{fields}{TAIL}",
        quoted(region)
    )
}

const TAIL: &str = "
[policy]
conflict = \"review\"              # review, justcall, crm or newest
edit_vs_delete = \"edit_wins\"     # edit_wins or review
create_in = [\"justcall\", \"crm\"]

[deletes]
to_justcall = \"apply\"            # apply or never
to_crm = \"apply\"
sightings = 2                    # a contact must be missing this often...
min_hours = 20                   # ...at least this far apart, before the other side deletes it

# [calls]                        # call logs: docs/guides/calls.md
# sync = true                    # read them in every `tieline sync`
# activities = true              # on their contacts' pages where the CRM shows calls, else in calls.csv
# create_contacts = \"named\"      # make contacts of unknown callers: false, true, or \"named\"

# [guards]                       # per run and per 7 days: max(floor, percent of the linked contacts)
# deletes = { floor = 5, percent = 2 }

# [notify]                       # who is told how a run went: [notify.mail], [notify.slack], [notify.file] ...
# when = \"change\"                # or always; docs/guides/nightly.md

[state]
path = \"tieline.db\"
# keep_days = 400                # history of writes; `tieline forget PHONE` erases one person at once
";
