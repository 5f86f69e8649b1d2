//! `tieline review`: serves the review page and does for it what needs connectors and the configuration.

use super::own_value::own_value;
use super::{apply, conflicts, contacts, plan, quality};
use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::dialling::{self, Dialled, How, Wish};
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job::{self, Access, Job};
use crate::output;
use crate::surroundings::wait_for_signal;
use ::sync::Events;
use engine::normalizer::Normalizer;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Choice, Conflict, PlanId, RunId};
use report::view::Quality;
use review::{Jobs, Keys, Options, Reach, Rung, Trouble};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;

/// Where a password comes from, where no file is named.
const PASSWORD: &str = "TIELINE_REVIEW_PASSWORD";
/// Shorter ones can be guessed, also a few times a minute.
const SHORTEST: usize = 12;
/// How long a browser may keep a connection open without a word.
const PATIENCE: Duration = Duration::from_secs(30);
const MAKE_ONE: &str = "for example: (umask 077; openssl rand -base64 18 > review.password)";

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Review) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let password = password(args)?;
    if let Some(warning) = args.password_file.as_deref().and_then(|path| output::wide(path, "a password")) {
        context.note(&format!("warning: {warning}"));
    }
    let ip = args.listen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    if !ip.is_loopback() && password.is_none() {
        return Err(Failure::usage(format!("others can reach {ip}: without a password nothing is shown there"))
            .hint(format!("name a file with --password-file, or set {PASSWORD}")));
    }
    // Looked through for damage once, and made by nobody else in the meantime: what is not there cannot be reviewed.
    drop(job::look(&config.state_path())?);
    let keys = keys()?;
    let listener = TcpListener::bind((ip, args.port)).await.map_err(|error| {
        Failure::new(format!("cannot listen on {ip}, port {}: {error}", args.port))
            .hint("take another --port; 0 takes any free one")
    })?;
    let address = listener.local_addr()?;
    let url = url(address, &keys);
    let reach = Reach { address, names: args.host.clone() };
    let pages = config.record_pages().map_err(Failure::usage)?;
    let options =
        Options { reach, by: super::who(args.by.as_deref()).name, zone: TimeZone::system(), pages, patience: PATIENCE };
    announce(context, args, address, &url)?;
    let desk = Desk { context: quiet(context), state: config.state_path(), config };
    review::serve(listener, options, keys, password, Arc::new(desk), wait_for_signal()).await?;
    Ok(Code::Done)
}

/// Where the page is.
fn url(address: SocketAddr, keys: &Keys) -> String {
    let shown = match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
        _ => address,
    };
    format!("http://{shown}/{}/?token={}", keys.place, keys.token)
}

fn announce(context: &Context, args: &args::Review, address: SocketAddr, url: &str) -> Fallible<()> {
    if context.global.json {
        output::print_json(&serde_json::json!({ "url": url }))?;
    } else {
        output::print(|out| writeln!(out, "{url}"))?;
    }
    if !address.ip().is_loopback() {
        context.note(&format!(
            "warning: anybody who reaches {address} can see the password page, and the connection is not encrypted: \
             put a proxy with TLS before it, or use a tunnel (docs/guides/review.md)"
        ));
    }
    context.note("Whoever has this address can decide and apply. Ctrl-C ends it.");
    if args.open {
        open_browser(context, url);
    }
    Ok(())
}

/// Keys of the operating system's randomness; without it there is no page.
fn keys() -> Fallible<Keys> {
    let mut random = [review::Random::default(); 3];
    for bytes in &mut random {
        getrandom::fill(bytes).map_err(|error| Failure::new(format!("no randomness for the page's keys: {error}")))?;
    }
    Ok(Keys::new(random))
}

fn password(args: &args::Review) -> Fallible<Option<String>> {
    let (text, from) = match &args.password_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::usage(format!("cannot read the password from {}: {error}", path.display())).hint(MAKE_ONE)
            })?;
            (text, path.display().to_string())
        }
        None => match std::env::var(PASSWORD) {
            Ok(text) => (text, PASSWORD.to_owned()),
            Err(_) => return Ok(None),
        },
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.chars().count() < SHORTEST {
        return Err(
            Failure::usage(format!("the password of {from} has fewer than {SHORTEST} characters")).hint(MAKE_ONE)
        );
    }
    Ok(Some(text.to_owned()))
}

fn open_browser(context: &Context, url: &str) {
    let (program, first): (_, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("explorer", &[]),
        _ => ("xdg-open", &[]),
    };
    let null = std::process::Stdio::null;
    let started =
        std::process::Command::new(program).args(first).arg(url).stdin(null()).stdout(null()).stderr(null()).spawn();
    if started.is_err() {
        context.note("no browser could be opened: open the address yourself");
    }
}

/// The page tells what happens; standard error is not where its reader looks.
fn quiet(context: &Context) -> Context {
    let mut context = context.clone();
    context.global.quiet = true;
    context
}

/// What stands behind the page.
struct Desk {
    context: Context,
    state: PathBuf,
    config: Config,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        let mut message = failure.message;
        for cause in failure.causes {
            message = format!("{message}: {cause}");
        }
        Self { message, hint: failure.hint }
    }
}

fn wait_for<T>(work: impl Future<Output = Fallible<T>>) -> Result<T, Trouble> {
    job::wait_for(work).map_err(Trouble::from)
}

impl Jobs for Desk {
    fn state(&self) -> &Path {
        &self.state
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn plan(&self, events: &dyn Events) -> Result<PlanId, Trouble> {
        wait_for(async {
            let setup = super::setup(&self.context)?;
            let mut job = Job::open(&self.context, &setup, "review: plan")?;
            let approvals = job.approvals(BTreeMap::new())?;
            let mut session = job.session_watched(&setup, Access::Read, approvals, events)?;
            let made = session.plan().await?;
            plan::keep(&mut session, &made, None)?;
            Ok(made.id)
        })
    }

    fn apply(&self, id: &PlanId, events: &dyn Events) -> Result<RunId, Trouble> {
        wait_for(async {
            let setup = super::setup(&self.context)?;
            let mut job = Job::open(&self.context, &setup, "review: apply")?;
            let approvals = job.approvals(BTreeMap::new())?;
            let mut session = job.session_watched(&setup, Access::Write, approvals, events)?;
            let stored = session.store().plan(id)?.ok_or_else(|| Failure::new("this plan is not kept any more"))?;
            // Exactly what was confirmed: an approval that came later is for the next plan.
            let planned = session.revalidate(::sync::plan_from_json(&stored.json)?).await?;
            Ok(apply::carry_out(&mut session, &setup, &planned).await?.report.run)
        })
    }

    fn quality(&self, events: &dyn Events) -> Result<Quality, Trouble> {
        wait_for(async { quality::both(&super::setup(&self.context)?, events).await })
    }

    fn phone(&self, text: &str) -> Result<String, String> {
        let key = super::number(&self.config, "this field", text).map_err(|failure| failure.message)?;
        Ok(key.to_string())
    }

    fn find(&self, text: &str) -> Result<Vec<(String, String)>, Trouble> {
        let found = contacts::find(&Store::open_again(&self.state)?, text)?;
        Ok(found.into_iter().map(|one| (one.name, format!("+{}", one.number))).collect())
    }

    fn calls_from(&self) -> Option<String> {
        self.config.calls.from.clone()
    }

    fn name(&self, number: &str) -> Option<String> {
        dialling::name(&job::look(&self.state).ok()?, number).ok().flatten()
    }

    fn dial(&self, to: &str, anyway: bool) -> Rung {
        let work = async {
            let setup = super::setup(&self.context)?;
            let wish = Wish { from: None, to, agent: None, caller_id: None };
            let dial = dialling::read(&setup.config, &Normalizer::new(setup.region), None, &wish)?;
            Ok(dialling::once(&setup, &dial, How { ticket: None, anyway, command: "review: call" }).await)
        };
        match job::wait_for(work) {
            Ok(Dialled::Rings(call)) => Rung::Rings { call_id: call.call_id },
            Ok(Dialled::Recent(failure)) => Rung::Recent(failure.into()),
            Ok(Dialled::Unknown(failure)) => Rung::Unknown(failure.into()),
            Ok(Dialled::NotMade(failure)) | Err(failure) => Rung::NotMade(failure.into()),
            Ok(Dialled::Used) => Rung::NotMade(Trouble::new("this was used before")),
        }
    }

    fn own_value(&self, text: &str) -> Result<Choice, String> {
        own_value(text)
    }

    fn check(&self, conflict: &Conflict, choice: &Choice) -> Result<(), String> {
        conflicts::check(conflict, choice).map_err(|failure| failure.message)
    }
}
