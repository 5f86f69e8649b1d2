//! `tieline forget`: erases one person from the state, and keeps them out. Asks neither side; what JustCall, the CRM and
//! backups hold is not its business, and it says so.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use crate::surroundings::{System, entropy};
use model::numbers::own_id;
use model::{ConflictId, LinkHead, PhoneKey, RecordId, Schema, Side};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;
use store::{Erased, Store};
use sync::Env;

/// What is left for people to do.
const REMAINS: [&str; 5] = [
    "the person's records in JustCall and in the CRM: delete them there; until then they are left alone",
    "calls with them in JustCall and on their page in the CRM, files of exported calls, and the file of [calls] activities \
     until the next sync",
    "backups of the state file and of the CRM's file",
    "files that were saved: tieline plan -o, show -o, undo -o, conflicts export -o, tieline export-state -o, kept --json",
    "messages that [notify] sent, or wrote to a file, with details",
];

#[derive(Serialize)]
struct Done {
    phone: String,
    /// Numbers of the same contact of the CRM, each of which has a contact of its own in JustCall.
    further_phones: Vec<String>,
    links: u64,
    journal_entries: u64,
    conflicts: u64,
    parked: u64,
    tombstones: u64,
    calls: u64,
    run_reports: u64,
    plans: u64,
    not_erased: [&'static str; 5],
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Forget) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let key = super::number(&config, "forget", &args.phone)?;
    let path = config.state_path();
    let env = System::new();
    drop(job::look(&path)?); // a state that is missing or damaged is said before anything is asked
    let _lock = job::lock(&path, &env, "forget")?;
    let mut store = job::look(&path)?;
    if args.readmit {
        return readmit(context, &mut store, key);
    }
    let keys = numbers_of(&store, key)?;
    let open = store.open_intents()?;
    if open.iter().any(|(_, _, intent)| keys.iter().any(|key| intent.phone == key.to_string())) {
        return Err(Failure::new(format!("a write about {key} is not settled: an interrupted run sent it"))
            .hint("run `tieline sync` first, then forget"));
    }
    let named = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if !args.yes {
        if !output::can_ask() {
            return Err(Failure::usage("forget erases for good and wants to be sure").hint("add --yes"));
        }
        if !output::ask(&format!("erase everything that the state holds about {named}, for good?"))? {
            context.note("nothing was erased");
            return Ok(Code::Done);
        }
    }
    // Before the first one goes: it says who the others are.
    let conflicts = keys.iter().map(|key| conflicts_about(&store, *key)).collect::<Fallible<Vec<_>>>()?;
    let mut erased = Erased::default();
    for (key, conflicts) in keys.iter().zip(conflicts) {
        erased += store.erase(*key, &conflicts, entropy(), env.now())?;
    }
    report(context, &keys, erased)
}

/// The numbers of a person: this one, and those of the same contact of the CRM that are linked by themselves.
fn numbers_of(store: &Store, key: PhoneKey) -> Fallible<Vec<PhoneKey>> {
    let heads = store.link_heads(&Schema::new(store.known_fields()?))?;
    let contact = |head: &LinkHead| head.ids.crm.as_ref().map(|id| own_id(id.as_str()).to_owned());
    let contacts: BTreeSet<String> = heads.iter().filter(|head| head.key == Some(key)).filter_map(contact).collect();
    let own = heads.iter().filter(|head| contact(head).is_some_and(|contact| contacts.contains(&contact)));
    let mut keys = vec![key];
    for other in own.filter_map(|head| head.key) {
        if !keys.contains(&other) {
            keys.push(other);
        }
    }
    Ok(keys)
}

/// A decision that is kept says neither name nor number: its conflict's id is derived from the records.
fn conflicts_about(store: &Store, key: PhoneKey) -> Fallible<Vec<ConflictId>> {
    let fields = store.known_fields()?;
    let heads = store.link_heads(&Schema::new(fields.iter().cloned()))?;
    let own = heads.into_iter().filter(|head| head.key == Some(key));
    let ids: Vec<(Side, RecordId)> =
        own.flat_map(|head| Side::BOTH.map(|side| Some((side, head.ids[side].clone()?)))).flatten().collect();
    Ok(engine::ids_about(&ids, key, &fields))
}

fn readmit(context: &Context, store: &mut Store, key: PhoneKey) -> Fallible<Code> {
    if !store.readmit(key)? {
        return Err(Failure::usage(format!("{key} was never forgotten")).hint("nothing is kept out under this number"));
    }
    if context.global.json {
        output::print_json(&serde_json::json!({ "phone": key, "readmitted": true }))?;
    } else {
        output::print(|out| writeln!(out, "{key} takes part again from the next run on"))?;
    }
    Ok(Code::Done)
}

fn report(context: &Context, keys: &[PhoneKey], erased: Erased) -> Fallible<Code> {
    let Some((key, others)) = keys.split_first() else { return Ok(Code::Done) };
    let done = Done {
        phone: key.to_string(),
        further_phones: others.iter().map(ToString::to_string).collect(),
        links: erased.links,
        journal_entries: erased.journal,
        conflicts: erased.conflicts,
        parked: erased.parked,
        tombstones: erased.tombstones,
        calls: erased.calls,
        run_reports: erased.reports,
        plans: erased.plans,
        not_erased: REMAINS,
    };
    if context.global.json {
        output::print_json(&done)?;
    } else {
        output::print(|out| draw(&done, out))?;
    }
    Ok(Code::Done)
}

fn draw(done: &Done, out: &mut dyn Write) -> std::io::Result<()> {
    let known = done.links + done.journal_entries + done.conflicts + done.parked + done.tombstones + done.calls;
    if known + done.run_reports == 0 {
        writeln!(out, "the state knew nobody with the number {}: is it the right one?", done.phone)?;
    } else {
        let named = [std::slice::from_ref(&done.phone), &done.further_phones].concat().join(", ");
        writeln!(out, "erased from the state: everything about {named}")?;
    }
    let parts = [
        (done.links, "links with their base"),
        (done.journal_entries, "journal entries (a digest of each stays, so that the journal still verifies)"),
        (done.conflicts, "conflicts and decisions"),
        (done.parked, "refused writes"),
        (done.tombstones, "memories of ended links"),
        (done.calls, "phone calls"),
        (done.run_reports, "run reports with a mention, which was taken out"),
        (done.plans, "saved plans (all of them: they are void now)"),
    ];
    for (count, what) in parts.into_iter().filter(|(count, _)| *count > 0) {
        writeln!(out, "  {count} {what}")?;
    }
    writeln!(out, "kept out from now on, on both sides; only a keyed hash of the number stays")?;
    writeln!(out, "not erased:")?;
    done.not_erased.iter().try_for_each(|what| writeln!(out, "  {what}"))
}
