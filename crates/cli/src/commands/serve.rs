//! `tieline serve`: takes events into the state as they come. Does for the receiver what needs connectors and the
//! configuration: reading what is posted, its signature, names, and dialling.

use crate::args;
use crate::config::{Config, Source};
use crate::context::Context;
use crate::dialling::{self, Dialled, Ticket};
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::surroundings::wait_for_signal;
use crate::{job, output, serve_keys};
use connector::calls::Dial;
use connector_justcall::requests::event::{self, CallEvent};
use connector_justcall::signature::{self, BadSignature, Signed};
use engine::normalizer::Normalizer;
use jiff::{SignedDuration, Timestamp};
use model::{Call, Secret};
use receiver::{Door, Keys, Limits, Link, NotTaken, Options, Posted, Receiver, Ring, Told};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{EventRow, Store};
use tokio::net::TcpListener;

/// The signature's secret, where no file is named.
const SECRET: &str = "TIELINE_WEBHOOK_SECRET";
/// How long a body may take: JustCall sends it at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long requests under way may take after SIGTERM. A call that is dialled has the time of its request.
const DRAIN: Duration = Duration::from_secs(30);

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Serve) -> Fallible<Code> {
    let mut config = Config::load(&context.global.config)?;
    config.serve.listen = args.listen.unwrap_or(config.serve.listen);
    if args.addresses {
        return addresses(context, &config);
    }
    // The state must be there: one that is made here would hide from the next run that the old one was lost (S43).
    let store = job::look(&config.state_path())?;
    let keys = serve_keys::load(context, &config)?;
    let secret = secret(&config)?;
    let listen = config.serve.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::new(format!("cannot listen on {listen}: {error}"))
            .hint("take another address with --listen or [serve] listen; port 0 takes any free one")
    })?;
    let address = listener.local_addr()?;
    let limits = Limits {
        body: config.serve.max_body_kb as usize * 1024,
        per_second: config.serve.events_per_second,
        patience: PATIENCE,
        drain: DRAIN,
    };
    let options = Options { state: config.state_path(), limits, keys: keys.clone() };
    announce(context, address, &config, secret.is_some())?;
    let desk = Desk::new(context, config, &keys, secret, address)?;
    let receiver = Receiver::open(store, options, Arc::new(desk), Arc::new(Timestamp::now))?;
    receiver.serve(listener, wait_for_signal()).await?;
    context.note("ended; everything that was answered with 200 is stored");
    Ok(Code::Done)
}

/// The secret that webhooks are signed with; none: signatures are not looked at.
fn secret(config: &Config) -> Fallible<Option<Secret>> {
    let file = config.serve.webhook_secret_file.as_deref();
    if file.is_none() && std::env::var_os(SECRET).is_none() {
        return Ok(None);
    }
    let source = Source {
        variable: SECRET,
        key: "serve.webhook_secret_file",
        file,
        hint: "it is the account's API secret, with which JustCall signs; without any, signatures are not looked at",
        what: "secret for signatures",
        blanks: false,
    };
    source.read(config).map(Some)
}

/// What is entered in JustCall.
fn addresses(context: &Context, config: &Config) -> Fallible<Code> {
    let keys = serve_keys::load(context, config)?;
    let base = config.serve.base(config.serve.listen);
    let [webhook, callback] = [Door::Webhook, Door::Callback].map(|door| dialling::address(&base, &keys, door));
    if context.global.json {
        output::print_json(&serde_json::json!({ "webhook": webhook, "callback": callback }))?;
    } else {
        output::print(|out| writeln!(out, "webhook   {webhook}\ncallback  {callback}"))?;
    }
    if config.serve.public_url.is_none() {
        context.note("JustCall cannot reach this machine by these: name the proxy's address with [serve] public_url");
    }
    context.note("Whoever knows these addresses can tell tieline of calls: keep them secret.");
    Ok(Code::Done)
}

/// Where it listens; not the secret addresses, since this stands in the system's journal.
fn announce(context: &Context, address: SocketAddr, config: &Config, signed: bool) -> Fallible<()> {
    let listening = format!("http://{address}");
    if context.global.json {
        output::print_json(&serde_json::json!({ "listening": listening }))?;
    } else {
        output::print(|out| writeln!(out, "{listening}"))?;
    }
    if !address.ip().is_loopback() {
        context.note(&format!(
            "warning: others can reach {address}, also /metrics, and the connection is not encrypted: put a proxy with \
             TLS before it (docs/guides/calls.md)"
        ));
    }
    if !signed {
        context.note(&format!(
            "signatures are not looked at, the secret address alone protects: name [serve] webhook_secret_file, or set {SECRET}"
        ));
    }
    if config.serve.public_url.is_none() {
        context.note("[serve] public_url is not set: calls that tieline makes are not told to it");
    }
    Ok(())
}

/// What stands behind the receiver.
struct Desk {
    context: Context,
    config: Config,
    /// Read by one thread at a time; a number takes microseconds.
    normalizer: Mutex<Normalizer>,
    secret: Option<Secret>,
    /// The address that JustCall signs.
    webhook: String,
    window: SignedDuration,
    /// Calls are made one after the other.
    dialling: Mutex<()>,
}

impl Desk {
    fn new(
        context: &Context,
        config: Config,
        keys: &Keys,
        secret: Option<Secret>,
        address: SocketAddr,
    ) -> Fallible<Self> {
        let normalizer = Mutex::new(Normalizer::new(crate::registry::region(&config.matching.default_region)?));
        let webhook = dialling::address(&config.serve.base(address), keys, Door::Webhook);
        let window = SignedDuration::from_mins(i64::from(config.serve.replay_minutes));
        Ok(Self { context: context.clone(), config, normalizer, secret, webhook, window, dialling: Mutex::default() })
    }

    /// Whether JustCall signed it, where we know with what. Callbacks are not signed.
    fn check(&self, posted: &Posted<'_>, event: Option<&str>) -> Result<(), NotTaken> {
        let Some(secret) = &self.secret else { return Ok(()) };
        let event = match (posted.door, event) {
            (Door::Webhook, Some(event)) => event,
            (Door::Callback, None) => return Ok(()),
            (Door::Webhook, None) => {
                return Err(NotTaken::WrongDoor("no `event`: a callback has an address of its own".to_owned()));
            }
            (Door::Callback, Some(_)) => {
                return Err(NotTaken::WrongDoor(
                    "`event`: a webhook has an address of its own, where its signature is checked".to_owned(),
                ));
            }
        };
        let header = |name: &str| posted.headers.get(name).and_then(|value| value.to_str().ok());
        let signed = Signed {
            address: &self.webhook,
            event,
            time: header(signature::TIME),
            signature: header(signature::SIGNATURE),
            version: header(signature::VERSION),
        };
        signature::verify(secret, signed, Timestamp::now(), self.window).map_err(|bad| match bad {
            BadSignature::Replayed => NotTaken::Replayed(bad.words().to_owned()),
            _ => NotTaken::Forged(bad.words().to_owned()),
        })
    }

    fn row(&self, posted: &Posted<'_>, call: Call) -> EventRow {
        let call = match (posted.door, &self.secret) {
            // Unsigned: only what a callback says by the documents. The call log knows the rest.
            (Door::Callback, Some(_)) => {
                Call { call_id: call.call_id, status: call.status, duration: call.duration, ..Call::default() }
            }
            _ => call,
        };
        let normalizer = self.normalizer.lock().unwrap_or_else(PoisonError::into_inner);
        EventRow::Call(Box::new(::sync::calls::row(&normalizer, call)))
    }

    fn store(&self) -> Option<Store> {
        Store::open_again(&self.config.state_path()).ok()
    }
}

impl receiver::Desk for Desk {
    fn read(&self, posted: &Posted<'_>) -> Result<Told, NotTaken> {
        let read = event::parse(posted.body).map_err(|error| NotTaken::Unreadable(error.0.to_owned()))?;
        let name = match &read {
            CallEvent::Call { event, .. } => event.clone(),
            CallEvent::Contact { event, .. } | CallEvent::Other { event } => Some(event.clone()),
        };
        self.check(posted, name.as_deref())?;
        let row = match read {
            CallEvent::Call { call, .. } => Some(self.row(posted, *call)),
            CallEvent::Contact { id, .. } => Some(EventRow::Contact(id.as_str().into())),
            CallEvent::Other { .. } => None,
        };
        Ok(Told { event: name.unwrap_or_else(|| "callback".to_owned()), row })
    }

    fn name(&self, number: &str) -> Option<String> {
        dialling::name(&self.store()?, number).ok().flatten()
    }

    fn is_used(&self, link: &Link) -> bool {
        self.store().is_some_and(|store| store.is_used(&link.id).unwrap_or(false))
    }

    fn dial(&self, link: &Link) -> Ring {
        let ticket = Ticket { id: link.id.clone(), until: link.until };
        let work = async {
            let setup = super::setup(&self.context)?;
            let dial = Dial {
                from: link.from.clone(),
                to: link.to.clone(),
                agent_id: link.agent.clone(),
                caller_id: link.caller_id.clone(),
                callback_url: dialling::callback(&self.config)?,
            };
            Ok(dialling::once(&setup, &dial, Some(&ticket), "serve: call").await)
        };
        let _one = self.dialling.lock().unwrap_or_else(PoisonError::into_inner);
        match job::wait_for(work) {
            Ok(Dialled::Rings(call)) => Ring::Rings { call_id: call.call_id },
            Ok(Dialled::Used) => Ring::Used,
            Ok(Dialled::Unknown(failure)) => Ring::Unknown { message: words(&failure) },
            Ok(Dialled::NotMade(failure)) | Err(failure) => Ring::NotMade {
                message: words(&failure),
                hint: failure.hint.unwrap_or_else(|| "ask whoever runs tieline".to_owned()),
            },
        }
    }
}

/// A failure and its causes, for a page.
fn words(failure: &Failure) -> String {
    let causes = failure.causes.iter().map(|cause| format!(": {cause}"));
    report::text::safe(&[failure.message.clone()].into_iter().chain(causes).collect::<String>()).to_string()
}
