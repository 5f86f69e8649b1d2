//! Making a call for a person: on the command line, by a link, or on the review page. Each of them asks here, so that a lost
//! answer, a ticket and a number mean the same to all. Deciding whether it may be dialled is `sync`'s.

use crate::commands::contacts;
use crate::config::Config;
use crate::context::Context;
use crate::failure::{Failure, Fallible};
use crate::job::{Access, Job};
use crate::registry::Setup;
use crate::serve_keys;
use ::sync::calls::DialEnd;
use connector::calls::Dial;
use engine::normalizer::Normalizer;
use jiff::{SignedDuration, Timestamp};
use model::{Call, PhoneKey};
use std::collections::BTreeMap;
use store::Store;

/// What allows one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// Its name.
    pub(crate) id: String,
    /// Until when it allows it.
    pub(crate) until: Timestamp,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Dialled {
    /// It rings.
    Rings(Box<Call>),
    /// The ticket was used before.
    Used,
    /// The same number was called a moment ago: nothing was dialled, and a person is to be asked.
    Recent(Failure),
    /// Nothing was dialled now.
    NotMade(Failure),
    /// It may ring, or not.
    Unknown(Failure),
}

/// Who calls, with what a person typed instead of numbers.
pub(crate) struct Wish<'a> {
    pub(crate) from: Option<&'a str>,
    pub(crate) to: &'a str,
    pub(crate) agent: Option<&'a str>,
    pub(crate) caller_id: Option<&'a str>,
}

/// Reads the numbers of a wish. `store`: where names are looked up.
pub(crate) fn read(config: &Config, normalizer: &Normalizer, store: Option<&Store>, wish: &Wish<'_>) -> Fallible<Dial> {
    let own = |option: &str, text: &str| contacts::number(None, normalizer, option, text).map(e164).map_err(own_number);
    let from = match (wish.from, &config.calls.from) {
        (Some(text), _) => own("--from", text)?,
        (None, Some(text)) => own("calls.from", text)?,
        (None, None) => {
            return Err(Failure::usage("no number to call from")
                .hint("name one of the account's with --from, or once for all with `[calls] from`"));
        }
    };
    let caller_id = wish.caller_id.map(|text| own("--caller-id", text)).transpose()?;
    let to = e164(contacts::number(store, normalizer, "--to", wish.to)?);
    if to == from {
        return Err(Failure::usage("--from and --to are one number").hint("--from is a number of the account"));
    }
    Ok(Dial { from, to, agent_id: wish.agent.map(str::to_owned), caller_id, callback_url: callback(config)? })
}

/// `[calls] from`, as it is dialled.
pub(crate) fn own_line(config: &Config, normalizer: &Normalizer) -> Fallible<String> {
    let text = config.calls.from.as_deref().unwrap_or_default();
    contacts::number(None, normalizer, "calls.from", text).map(e164).map_err(own_number)
}

/// What whoever asks for this call should know: what is not dialled, and who wished to be forgotten.
pub(crate) fn warn(
    context: &Context,
    store: &Store,
    normalizer: &Normalizer,
    asked: &str,
    dial: &Dial,
) -> Fallible<()> {
    if let Some(extension) = contacts::extension(normalizer, asked) {
        context.note(&format!("the extension {extension} is not dialled: {} is, and you dial it then", dial.to));
    }
    let number = dial.to.trim_start_matches('+').parse().unwrap_or_default();
    if store.forgotten()?.contains(PhoneKey::from_parts(number, 0)) {
        context.note(&format!(
            "warning: {} was erased with `tieline forget`: JustCall keeps this call, and the state that it was asked for, until \
             the number is forgotten again",
            dial.to
        ));
    }
    Ok(())
}

/// Where JustCall tells of each stage; none where it could not reach us.
pub(crate) fn callback(config: &Config) -> Fallible<Option<String>> {
    if config.serve.public_url.is_none() {
        return Ok(None);
    }
    let keys = serve_keys::find(config)?;
    let base = config.serve.base(config.serve.listen);
    Ok(keys.map(|keys| address(&base, &keys, receiver::Door::Callback)))
}

/// An address that JustCall posts to.
pub(crate) fn address(base: &str, keys: &receiver::Keys, door: receiver::Door) -> String {
    format!("{base}/{}/{}", keys.place.reveal(), door.name())
}

/// A number as it is dialled.
pub(crate) fn e164(number: u64) -> String {
    format!("+{number}")
}

/// A number of the account is no contact.
fn own_number(failure: Failure) -> Failure {
    failure.hint("a number of the JustCall account, with its country code, such as +14155550190")
}

/// How it is dialled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct How<'a> {
    /// What allows it; none: whoever asks does.
    pub(crate) ticket: Option<&'a Ticket>,
    /// A person was asked, and says so: whatever rang a moment ago, or may have.
    pub(crate) anyway: bool,
    /// Who asks, for the lock and the journal of the system.
    pub(crate) command: &'a str,
}

/// Two people who press two links for one contact mean one call.
const MOMENT: SignedDuration = SignedDuration::from_secs(60);

/// Dials; with a ticket, if that was not used before.
pub(crate) async fn once(setup: &Setup, dial: &Dial, how: How<'_>) -> Dialled {
    match try_once(setup, dial, how).await {
        Ok(dialled) => dialled,
        // Nothing was sent yet.
        Err(failure) => Dialled::NotMade(failure),
    }
}

/// A call to the same number that began a moment ago.
fn recent(store: &Store, dial: &Dial, now: Timestamp) -> Fallible<Option<Failure>> {
    let is_recent = |known: &store::DialRow| {
        known.to == dial.to
            && known.outcome == Some(store::DialOutcome::Started)
            && now.duration_since(known.at).abs() <= MOMENT
    };
    let found = store.dials()?.into_iter().rev().find(is_recent);
    Ok(found.map(|known| {
        let seconds = now.duration_since(known.at).as_secs().max(0);
        Failure::new(format!(
            "{} was called {} ago, from {}",
            dial.to,
            report::words::duration(seconds as f64),
            known.from
        ))
        .hint("look at who talks to them before you call again")
    }))
}

async fn try_once(setup: &Setup, dial: &Dial, how: How<'_>) -> Fallible<Dialled> {
    let How { ticket, anyway, command } = how;
    let (mut job, _lock) = Job::open_to_dial(setup, command)?;
    let mut session = job.session(setup, Access::Write, BTreeMap::new())?;
    let now = Timestamp::now();
    if let Some(ticket) = ticket
        && session.store().is_ticket_used(&ticket.id)?
    {
        return Ok(Dialled::Used);
    }
    if let Some(failure) = recent(session.store(), dial, now)?.filter(|_| !anyway) {
        return Ok(Dialled::Recent(failure));
    }
    // Used up before anything is sent: whatever happens then, it does not dial again.
    if let Some(ticket) = ticket
        && !session.store_mut().use_ticket(&ticket.id, ticket.until, now)?
    {
        return Ok(Dialled::Used);
    }
    let (dialled, surely_not) = match session.dial(dial, anyway).await {
        Ok(DialEnd::Started(call)) => (Dialled::Rings(call), false),
        Ok(DialEnd::Refused { status, message }) => (Dialled::NotMade(refused(dial, status, &message)), true),
        // Nothing was sent now: it was about an earlier request.
        Ok(end @ (DialEnd::AlreadyMade { .. } | DialEnd::Unknown { earlier: Some(_), .. })) => {
            (Dialled::NotMade(not_started(dial, end)), true)
        }
        Ok(end @ DialEnd::Unknown { .. }) => (Dialled::Unknown(not_started(dial, end)), false),
        Err(error @ ::sync::Error::Replica { .. }) => (Dialled::NotMade(error.into()), true),
        // The state failed, perhaps after the request went out.
        Err(error) => (Dialled::Unknown(error.into()), false),
    };
    if let Some(ticket) = ticket.filter(|_| surely_not) {
        session.store_mut().return_ticket(&ticket.id)?;
    }
    Ok(dialled)
}

/// What the end means: the call that rings, or why none does.
pub(crate) fn ended(dial: &Dial, end: DialEnd) -> Fallible<Call> {
    match end {
        DialEnd::Started(call) => Ok(*call),
        DialEnd::Refused { status, message } => Err(refused(dial, status, &message)),
        other => Err(not_started(dial, other)),
    }
}

fn not_started(dial: &Dial, end: DialEnd) -> Failure {
    match end {
        DialEnd::Started(call) => Failure::new(format!("{} rings", call.call_id)),
        DialEnd::Refused { status, message } => refused(dial, status, &message),
        DialEnd::AlreadyMade { call, asked } => Failure::new(format!(
            "nothing was dialled: the call to {} that was asked for at {asked} did ring, as {} ({})",
            dial.to, call.call_id, call.status
        ))
        .hint("do the same once more to call again"),
        DialEnd::Unknown { message, earlier: None } => {
            Failure::new(format!("it is not known whether {} rings: {message}", dial.to)).hint(
                "do not dial again by hand yet: run this once more, which first looks in the call log whether it rang",
            )
        }
        DialEnd::Unknown { message, earlier: Some(asked) } => Failure::new(format!(
            "nothing was dialled: whether the call to {} that was asked for at {asked} rang is still not known ({message})",
            dial.to
        ))
        .hint(
            "look at your phone. Try again in some minutes: after ten without a trace in the call log it counts as not \
             made; if you know that nothing rings, `tieline call --anyway` does not wait",
        ),
    }
}

fn refused(dial: &Dial, status: u16, message: &str) -> Failure {
    let failure = Failure::new(format!("JustCall did not make the call: {status} {message}"));
    match status {
        404 => failure.hint(format!(
            "{} is no number of this JustCall account: take one that stands under Phone Numbers in JustCall",
            dial.from
        )),
        400 | 422 => {
            failure.hint("check --agent and --caller-id: the agent must be in the account, the number verified")
        }
        _ => failure.hint("JustCall's words say why; nothing rings"),
    }
}

/// Whom a number belongs to, where it is one linked contact's; safe to show.
pub(crate) fn name(store: &Store, number: &str) -> Fallible<Option<String>> {
    let Some(number) = number.strip_prefix('+').and_then(|digits| digits.parse::<u64>().ok()) else { return Ok(None) };
    let owners = store.owners()?.remove(&number).unwrap_or_default();
    let [owner] = owners.as_slice() else {
        let several = owners.len() as u64;
        return Ok((several > 0).then(|| report::words::count(several, "contact") + " who share this number"));
    };
    let names = contacts::names_of(store, vec![owner.link])?;
    Ok(names.get(&owner.link).filter(|name| !name.is_empty()).map(|name| report::text::safe(name).to_string()))
}
