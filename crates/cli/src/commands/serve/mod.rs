//! `tieline serve`: takes events into the state as they come. What the receiver asks of it stands in `desk`.

mod desk;

use crate::args;
use crate::config::{Config, Source};
use crate::context::Context;
use crate::dialling;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::surroundings::Signals;
use crate::{job, output, own_files, serve_keys};
use desk::Desk;
use jiff::Timestamp;
use model::Secret;
use receiver::{Door, Limits, Options, Receiver};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
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
    for wide in own_files::secrets(&config).filter_map(|file| output::wide(&file, "a secret")) {
        context.note(&format!("warning: {wide}"));
    }
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
    // Whoever reads that it listens may end it at once.
    let mut signals = Signals::listen();
    announce(context, address, &config, secret.is_some())?;
    let desk = Desk::new(context, config, &keys, secret, address)?;
    let receiver = Receiver::open(store, options, Arc::new(desk), Arc::new(Timestamp::now))?;
    receiver.serve(listener, async move { signals.next().await }).await;
    context.note("ended; everything that was answered with 200 is stored");
    Ok(Code::Done)
}

/// The secret that webhooks are signed with; none: signatures are not looked at.
pub(super) fn secret(config: &Config) -> Fallible<Option<Secret>> {
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
