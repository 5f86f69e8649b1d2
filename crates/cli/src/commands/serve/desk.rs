//! What the receiver asks of the command: reading what is posted, whether the account signed it, names, and dialling.

use crate::commands::setup;
use crate::config::Config;
use crate::context::Context;
use crate::dialling::{self, Dialled, How, Ticket};
use crate::failure::{Failure, Fallible};
use crate::job;
use connector::calls::Dial;
use connector_justcall::requests::event::{self, CallEvent};
use connector_justcall::signature::{self, BadSignature, Signed};
use engine::normalizer::Normalizer;
use jiff::{SignedDuration, Timestamp};
use model::{Call, Secret};
use receiver::{Door, Keys, Link, NotTaken, Posted, Ring, Told};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use store::{EventRow, Store};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What stands behind the receiver.
pub(super) struct Desk {
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
    pub(super) fn new(
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
        // Nobody has called tomorrow: such a time would stay the latest for ever.
        let latest = Timestamp::now().checked_add(DAY).unwrap_or(Timestamp::MAX);
        let is_late = |at: &mut Timestamp| *at > latest;
        let mut call = call;
        call.started_at.take_if(is_late);
        call.ended_at.take_if(is_late);
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
        self.store().is_some_and(|store| store.is_ticket_used(&link.id).unwrap_or(false))
    }

    fn dial(&self, link: &Link, anyway: bool) -> Ring {
        let ticket = Ticket { id: link.id.clone(), until: link.until };
        let work = async {
            let setup = setup(&self.context)?;
            let dial = Dial {
                from: link.from.clone(),
                to: link.to.clone(),
                agent_id: link.agent.clone(),
                caller_id: link.caller_id.clone(),
                callback_url: dialling::callback(&self.config)?,
            };
            Ok(dialling::once(&setup, &dial, How { ticket: Some(&ticket), anyway, command: "serve: call" }).await)
        };
        let _one = self.dialling.lock().unwrap_or_else(PoisonError::into_inner);
        match job::wait_for(work) {
            Ok(Dialled::Rings(call)) => Ring::Rings { call_id: call.call_id },
            Ok(Dialled::Used) => Ring::Used,
            Ok(Dialled::Recent(failure)) => Ring::Recent { message: words(&failure) },
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
