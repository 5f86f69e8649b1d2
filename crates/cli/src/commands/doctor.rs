//! `tieline doctor`: checks everything that a sync needs, and changes nothing.

use crate::args;
use crate::config::{Config, credentials};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::output;
use crate::progress::Waits;
use crate::registry::{Crm, Setup};
use connector::{Connector, Doubt};
use connector_csv::{Inspection, Role};
use engine::normalizer::{Normalizer, PhoneReading};
use model::{Cell, RowRef, Side};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

#[derive(Serialize)]
pub(crate) struct Check {
    #[serde(rename = "check")]
    pub(crate) what: String,
    pub(crate) ok: bool,
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip)]
    code: Code,
}

impl Check {
    fn good(check: &str, detail: impl Into<String>) -> Self {
        Self { what: check.to_owned(), ok: true, detail: detail.into(), hint: None, code: Code::Done }
    }

    fn bad(check: &str, failure: Failure) -> Self {
        let detail = std::iter::once(failure.message).chain(failure.causes).collect::<Vec<_>>().join(": ");
        Self { what: check.to_owned(), ok: false, detail, hint: failure.hint, code: failure.code }
    }

    /// A doubt of a connector: bad where a run would stop for it, else a warning.
    fn doubt(doubt: Doubt) -> Self {
        if doubt.is_certain {
            return Self::bad(doubt.about, Failure::usage(doubt.message).hint(doubt.hint));
        }
        Self { hint: Some(doubt.hint), ..Self::good(doubt.about, format!("warning: {}", doubt.message)) }
    }

    pub(crate) fn of(check: &str, result: Fallible<String>) -> Self {
        match result {
            Ok(detail) => Self::good(check, detail),
            Err(failure) => Self::bad(check, failure),
        }
    }

    /// One line, and the hint where it is bad.
    pub(crate) fn draw(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mark = if self.ok { "ok  " } else { "FAIL" };
        writeln!(out, "{mark}  {:14} {}", self.what, report::text::safe(&self.detail))?;
        self.hint.iter().try_for_each(|hint| writeln!(out, "      hint: {hint}"))
    }
}

#[derive(Serialize)]
struct Column {
    #[serde(rename = "column")]
    name: String,
    field: Option<String>,
    samples: Vec<String>,
}

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Doctor) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let learned = learned(&setup);
    let mut checks = vec![Check::good("configuration", format!("{} is sound", setup.config.file.display()))];
    let columns = match &setup.crm {
        Crm::Csv(config) => {
            let (check, columns) = file(config);
            checks.push(check);
            columns
        }
        Crm::Carddav(_) => {
            checks.extend(other_end("address book", context, &setup, &learned, args.offline).await);
            Vec::new()
        }
        Crm::Hubspot(_) => {
            checks.extend(other_end("HubSpot", context, &setup, &learned, args.offline).await);
            checks.extend(activities(context, &setup, args.offline).await);
            Vec::new()
        }
    };
    // A file is at hand; whatever is further away is not asked offline, nor again where it did not let us in.
    let is_far = !matches!(setup.crm, Crm::Csv(_));
    if !is_far || (!args.offline && checks.iter().all(|check| check.ok)) {
        checks.push(Check::of("records", list_crm(context, &setup, &learned).await));
    }
    checks.push(Check::of("state", state(&setup)));
    checks.extend(super::notify::set_up(&setup.config));
    if setup.config.calls.from.is_some() {
        checks.push(Check::of("calls.from", calls_from(&setup)));
    }
    checks.extend(webhook_secret(&setup.config).map(|found| Check::of("webhooks", found)));
    if !args.offline {
        checks.extend(account(context, &setup).await);
    }
    if context.global.json {
        output::print_json(&serde_json::json!({ "checks": checks, "columns": columns }))?;
    } else {
        output::print(|out| draw(&checks, &columns, out))?;
    }
    Ok(code(&checks))
}

/// The CRM's file: whether it can be read, and what its columns are for.
fn file(config: &connector_csv::Config) -> (Check, Vec<Column>) {
    match connector_csv::inspect(&config.path, Some(config)) {
        Ok(found) => {
            let rows = report::words::count(found.rows, "row");
            let detail = format!("{}: {rows}, {}, {}", config.identity, found.encoding, found.line_ending);
            (Check::good("file", detail), columns(&found))
        }
        Err(error) => {
            let failure = Failure { hint: error.hint.clone(), ..Failure::from_error(&error) };
            (Check::bad("file", failure), Vec::new())
        }
    }
}

/// Calls that are wanted on their contacts' pages: whether the CRM lets them be written there.
async fn activities(context: &Context, setup: &Setup, offline: bool) -> Option<Check> {
    // A connector that cannot be built has said so.
    let connector = setup.crm(Vec::new()).ok().filter(|_| !offline && setup.config.activities_in_crm())?;
    let found = connector.activities()?.check(&Waits::new(Side::Crm, context.global.quiet)).await;
    Some(Check::of("activities", found.map_err(Failure::from)))
}

/// What runs found out about the CRM: the state belongs to that very address book, whatever else there is by now. A state
/// that cannot be read is told by its own check.
fn learned(setup: &Setup) -> Vec<(String, String)> {
    let path = setup.config.state_path();
    let known = |path: &Path| crate::job::learned(&crate::job::look(path)?);
    if path.exists() { known(&path).map(|learned| learned.crm).unwrap_or_default() } else { Vec::new() }
}

/// A CRM that is no file: whether it lets us in, and which one it is.
async fn other_end(
    what: &str,
    context: &Context,
    setup: &Setup,
    learned: &[(String, String)],
    offline: bool,
) -> Vec<Check> {
    let connector = match setup.crm(learned.to_vec()) {
        Ok(connector) => connector,
        Err(failure) => return vec![Check::bad(what, failure)],
    };
    if offline {
        return Vec::new();
    }
    looked_at(what, &*connector, &Waits::new(Side::Crm, context.global.quiet)).await
}

/// Who is on the other end, and what of the set-up there cannot work.
async fn looked_at(what: &str, connector: &dyn Connector, waits: &Waits) -> Vec<Check> {
    let identity = match connector.identify_with(waits).await {
        Ok(identity) => identity,
        Err(error) => return vec![Check::bad(what, error.into())],
    };
    let mut checks = vec![Check::good(what, described(&identity))];
    match connector.check_up(waits).await {
        Ok(doubts) => checks.extend(doubts.into_iter().map(Check::doubt)),
        Err(error) => checks.push(Check::bad(what, error.into())),
    }
    checks
}

/// Who is on the other end, and what is known of them.
fn described(identity: &connector::Identity) -> String {
    let details = identity.details.iter().map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>();
    format!("{}: {}", identity.title, details.join(", "))
}

/// What another command would end with: a wrong configuration will not pass by itself.
pub(crate) fn code(checks: &[Check]) -> Code {
    let is = |code: Code| checks.iter().any(|check| check.code == code);
    match (is(Code::Usage), is(Code::Failed)) {
        (true, _) => Code::Usage,
        (false, true) => Code::Failed,
        (false, false) => Code::Done,
    }
}

fn columns(inspection: &Inspection) -> Vec<Column> {
    let field = |role: &Role| match role {
        Role::Id => Some("id".to_owned()),
        Role::Field(field) => Some(field.to_string()),
        Role::Kept => None,
    };
    let view = inspection.columns.iter();
    view.map(|column| Column { name: column.name.clone(), field: field(&column.role), samples: column.samples.clone() })
        .collect()
}

/// Reads every row, so that a broken one is named before the first night.
async fn list_crm(context: &Context, setup: &Setup, learned: &[(String, String)]) -> Fallible<String> {
    let listing = setup.crm(learned.to_vec())?.list(&Waits::new(Side::Crm, context.global.quiet)).await?;
    let notes = if listing.notes.is_empty() { String::new() } else { format!(" ({})", listing.notes.join("; ")) };
    // Records of which nothing is known exist, and cannot be read: the notes name them.
    let is_read = |row: &RowRef<'_>| (0..listing.table.width()).any(|at| row.cell(at) != Cell::Unknown);
    let contacts = report::words::count(listing.table.iter().filter(is_read).count() as u64, "contact");
    Ok(format!("{contacts} can be read{notes}"))
}

fn state(setup: &Setup) -> Fallible<String> {
    let path = setup.config.state_path();
    if !path.exists() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::new(format!("{}: there is no folder {}", path.display(), folder.display()))
                .hint("make the folder, or name another file with [state] path"));
        }
        return Ok(format!("{} does not exist yet: the first plan makes it", path.display()));
    }
    let store = crate::job::look(&path)?;
    let warnings = store.warnings().join("; ");
    let belongs = store.binding()?.map(|bound| format!(", belongs to {} and {}", bound.account, bound.crm));
    let linked = store.counts()?.links;
    let warnings = if warnings.is_empty() { warnings } else { format!("; {warnings}") };
    let linked = report::words::count(linked, "linked contact");
    Ok(format!("{}: {linked}{}{warnings}", path.display(), belongs.unwrap_or_default()))
}

/// JustCall names the numbers of an account to nobody: what calls went through says it.
fn calls_from(setup: &Setup) -> Fallible<String> {
    let normalizer = Normalizer::new(setup.region);
    let from = crate::dialling::own_line(&setup.config, &normalizer)?;
    let path = setup.config.state_path();
    let lines = if path.exists() { crate::job::look(&path)?.call_lines()? } else { BTreeSet::new() };
    let is_it = |line: &String| match normalizer.read_phone(line) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => key.e164() == from,
        PhoneReading::Unusable(..) => false,
    };
    Ok(match (lines.is_empty(), lines.iter().any(is_it)) {
        (true, _) => format!("{from}; whether it is the account's is not known before `tieline calls sync`"),
        (false, true) => format!("{from} is a number of the account: calls went through it"),
        (false, false) => format!(
            "warning: no call that was read went through {from}: check that it stands under Phone Numbers in JustCall"
        ),
    })
}

/// None: signatures are not looked at.
fn webhook_secret(config: &Config) -> Option<Fallible<String>> {
    let found = super::serve::secret(config).transpose()?;
    Some(found.and_then(|secret| {
        // Without credentials, the check of the account says so.
        let account = credentials(config).ok().map(|(_, secret)| secret);
        if account.is_some_and(|account| account.reveal() != secret.reveal()) {
            return Err(Failure::usage("the secret for signatures is not the account's API secret")
                .hint("JustCall signs webhooks with the API secret: put the same into serve.webhook_secret_file"));
        }
        Ok("the secret for signatures can be read".to_owned())
    }))
}

async fn account(context: &Context, setup: &Setup) -> Vec<Check> {
    match setup.justcall(Vec::new()) {
        Ok(connector) => looked_at("account", &*connector, &Waits::new(Side::Justcall, context.global.quiet)).await,
        Err(failure) => vec![Check::bad("account", failure)],
    }
}

fn draw(checks: &[Check], columns: &[Column], out: &mut dyn Write) -> std::io::Result<()> {
    checks.iter().try_for_each(|check| check.draw(out))?;
    if columns.is_empty() {
        return Ok(());
    }
    writeln!(out, "\ncolumn → field, and what stands there:")?;
    for column in columns {
        let field = column.field.as_deref().unwrap_or("–");
        let samples: Vec<String> = column.samples.iter().map(|sample| report::text::safe(sample).to_string()).collect();
        writeln!(out, "  {:24} → {field:14} {}", report::text::safe(&column.name), samples.join(" | "))?;
    }
    Ok(())
}
