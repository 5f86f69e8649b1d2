//! `tieline retry`: lets the next run try again what was parked, or acknowledged and not kept. Asks neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use engine::normalizer::{Normalizer, PhoneReading};
use model::{Field, PhoneKey, RecordId, Schema, Side};
use serde::Serialize;
use store::{Parked, StateChange, Store};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Retry) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let mut store = job::look(&config.state_path())?;
    let mut parked = store.parked()?;
    let mut lost = not_landed(&store)?;
    if !args.all {
        let wanted = Wanted::new(&config, &args.what)?;
        wanted.check(&parked, &lost)?;
        parked.retain(|parked| wanted.names(&parked.key, &parked.phone));
        lost.retain(|lost| wanted.names(lost.id.as_str(), &lost.phone));
    }
    let changes: Vec<_> =
        parked.iter().map(|parked| StateChange::Unpark { side: parked.side, key: parked.key.clone() }).collect();
    store.commit(&changes)?;
    if !lost.is_empty() {
        let records: Vec<_> = lost.iter().map(|lost| (lost.side, lost.id.clone())).collect();
        sync::try_again(&mut store, Some(&records).filter(|_| !args.all).map(Vec::as_slice))?;
    }
    if context.global.json {
        let retried: Vec<_> = parked.iter().map(super::status::ParkedRecord::from).collect();
        return output::print_json(&serde_json::json!({ "retried": retried, "not_landed": lost })).map(|()| Code::Done);
    }
    let parked = parked.iter().map(|parked| (parked.side, parked.phone.as_str()));
    let lost = lost.iter().map(|lost| (lost.side, if lost.phone.is_empty() { lost.id.as_str() } else { &lost.phone }));
    let mut none = true;
    for (side, contact) in parked.chain(lost) {
        none = false;
        context.note(&format!("the next run tries {} in {} again", report::text::safe(contact), side.title()));
    }
    if none {
        context.note("nothing is parked");
    }
    Ok(Code::Done)
}

/// A record with fields that its side acknowledged and did not keep.
#[derive(Serialize)]
struct Lost {
    side: Side,
    id: RecordId,
    phone: String,
    detail: String,
}

fn not_landed(store: &Store) -> Fallible<Vec<Lost>> {
    let Some(plan) = super::last_ordinary_plan(store)? else { return Ok(Vec::new()) };
    let heads = store.link_heads(&Schema::new([Field::Phone]))?;
    let lost = super::not_landed(&plan).map(|skipped| {
        let (side, id) = (skipped.side, skipped.record_id.clone());
        let head = heads.iter().find(|head| head.ids[side].as_ref() == Some(&id));
        let phone = head.and_then(|head| head.key).map(PhoneKey::e164).unwrap_or_default();
        Lost { side, id, phone, detail: skipped.detail.clone() }
    });
    Ok(lost.collect())
}

/// Contacts that were named, by number or by id.
struct Wanted<'a> {
    normalizer: Normalizer,
    names: &'a [String],
}

impl<'a> Wanted<'a> {
    fn new(config: &Config, names: &'a [String]) -> Fallible<Self> {
        let normalizer = Normalizer::new(crate::registry::region(&config.matching.default_region)?);
        Ok(Self { normalizer, names })
    }

    fn read(&self, text: &str) -> Option<PhoneKey> {
        match self.normalizer.read_phone(text) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key),
            PhoneReading::Unusable(..) => None,
        }
    }

    fn is(&self, name: &str, id: &str, phone: &str) -> bool {
        id == name || (self.read(name).is_some() && self.read(name) == self.read(phone))
    }

    fn names(&self, id: &str, phone: &str) -> bool {
        self.names.iter().any(|name| self.is(name, id, phone))
    }

    fn check(&self, parked: &[Parked], lost: &[Lost]) -> Fallible<()> {
        let is_known = |name: &str| {
            parked.iter().any(|parked| self.is(name, &parked.key, &parked.phone))
                || lost.iter().any(|lost| self.is(name, lost.id.as_str(), &lost.phone))
        };
        let Some(name) = self.names.iter().find(|name| !is_known(name)) else { return Ok(()) };
        Err(Failure::usage(format!("nothing is parked for `{name}`"))
            .hint("`tieline status` lists what is parked, `tieline retry --all` takes all of it"))
    }
}
