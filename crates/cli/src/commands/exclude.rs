//! `tieline exclude`: takes actions out of the plan, shows what is out, lets it back in. Writes to neither side.

use crate::args;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use ::sync::decide;
use model::{ActionId, ActionKind, Exclusion, PhoneKey, Side};
use std::io::Write;
use store::Store;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &args::Exclude) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let mut store = job::look(&config.state_path())?;
    let who = super::who(args.by.as_deref());
    let selects = args.all || !args.actions.is_empty() || args.phone.is_some();
    if args.list {
        return list(context, &store);
    }
    if !selects && args.remove {
        return Err(Failure::usage("--remove of what?").hint("name actions, or a number with --phone, or use --all"));
    }
    let candidates = if args.remove { store.exclusions()? } else { candidates(&store, &who)? };
    if !selects {
        return offer(context, &candidates);
    }
    let phone = args.phone.as_deref().map(|text| super::number(&config, "--phone", text)).transpose()?;
    let chosen = choose(&candidates, args, phone)?;
    if args.remove {
        let ids: Vec<ActionId> = chosen.iter().map(|known| known.action.clone()).collect();
        decide::include(&mut store, &who, &ids)?;
    } else {
        decide::exclude(&mut store, &who, &chosen)?;
    }
    tell(context, &chosen, args.remove)
}

/// What could be left out of the last plan, less what is.
fn candidates(store: &Store, who: &decide::Who) -> Fallible<Vec<Exclusion>> {
    let plan = super::last_ordinary_plan(store)?
        .ok_or_else(|| Failure::usage("no plan was made yet").hint("`tieline plan` makes one"))?;
    let known = store.exclusions()?;
    let mut all = decide::excludable(&plan, who);
    all.retain(|action| !known.iter().any(|known| known.action == action.action));
    Ok(all)
}

fn choose(candidates: &[Exclusion], args: &args::Exclude, phone: Option<PhoneKey>) -> Fallible<Vec<Exclusion>> {
    let hint = if args.remove {
        "`tieline exclude --list` shows what is left out"
    } else {
        "`tieline exclude` shows what can be left out of the last plan; what carries out an answer is taken back by \
         `tieline conflicts reopen`"
    };
    if args.all {
        return Ok(candidates.to_vec());
    }
    let mut chosen: Vec<Exclusion> = Vec::new();
    for name in &args.actions {
        let named = candidates.iter().filter(|known| !name.is_empty() && known.action.0.starts_with(name.as_str()));
        match named.collect::<Vec<_>>()[..] {
            [one] => chosen.push(one.clone()),
            [] => return Err(Failure::usage(format!("no action `{name}`")).hint(hint)),
            ref several => {
                let count = several.len();
                return Err(
                    Failure::usage(format!("`{name}` is the beginning of {count} actions, give more of it")).hint(hint)
                );
            }
        }
    }
    if let Some(phone) = phone {
        let (side, kind) = (args.side.map(Side::from), args.kind.map(ActionKind::from));
        let fits = |known: &&Exclusion| {
            known.phone.parse() == Ok(phone)
                && side.is_none_or(|side| side == known.side)
                && kind.is_none_or(|kind| kind == known.kind)
        };
        let about: Vec<Exclusion> = candidates.iter().filter(fits).cloned().collect();
        if about.is_empty() {
            return Err(Failure::usage(format!("no such action is about {phone}")).hint(hint));
        }
        chosen.extend(about);
    }
    chosen.sort_by(|a, b| a.action.cmp(&b.action));
    chosen.dedup_by(|a, b| a.action == b.action);
    Ok(chosen)
}

/// What a person can name.
fn offer(context: &Context, candidates: &[Exclusion]) -> Fallible<Code> {
    if context.global.json {
        let candidates: Vec<serde_json::Value> = candidates.iter().map(undecided).collect();
        output::print_json(&serde_json::json!({ "candidates": candidates }))?;
    } else {
        output::print(|out| {
            if candidates.is_empty() {
                writeln!(out, "The last plan has nothing to exclude.")?;
            }
            candidates.iter().try_for_each(|known| writeln!(out, "{}", line(known)))
        })?;
    }
    Ok(Code::Done)
}

/// Nobody has decided about it yet.
fn undecided(candidate: &Exclusion) -> serde_json::Value {
    let mut value = serde_json::json!(candidate);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("made_at");
        fields.remove("made_by");
    }
    value
}

fn list(context: &Context, store: &Store) -> Fallible<Code> {
    let known = store.exclusions()?;
    if context.global.json {
        output::print_json(&serde_json::json!({ "excluded": known }))?;
        return Ok(Code::Done);
    }
    output::print(|out| draw(&known, out))?;
    Ok(Code::Done)
}

fn draw(known: &[Exclusion], out: &mut dyn Write) -> std::io::Result<()> {
    if known.is_empty() {
        return writeln!(out, "Nothing is excluded.");
    }
    known.iter().try_for_each(|known| {
        let by = report::text::safe(&known.made_by);
        writeln!(out, "{}  by {by} at {:.0}", line(known), known.made_at)
    })
}

/// `a0123456789  update in CRM  Ann Lee  +14155550101  company: Acme → Beta`.
fn line(known: &Exclusion) -> String {
    let changes: Vec<String> = known
        .changes
        .iter()
        .filter(|_| known.kind == ActionKind::Update)
        .map(|change| {
            let before = change.before.as_deref().map_or("(unknown)".into(), report::text::value);
            format!("{}: {before} → {}", change.field, report::text::value(&change.after))
        })
        .collect();
    let (kind, title) = (known.kind.name(), known.side.title());
    let who = format!("{}  {}", report::text::safe(&known.name), report::text::safe(&known.phone));
    format!("{}  {kind} in {title}  {who}  {}", known.action, changes.join(", ")).trim_end().to_owned()
}

fn tell(context: &Context, chosen: &[Exclusion], back: bool) -> Fallible<Code> {
    if context.global.json {
        let key = if back { "included" } else { "excluded" };
        output::print_json(&serde_json::json!({ key: chosen }))?;
        return Ok(Code::Done);
    }
    for known in chosen {
        context.note(&line(known));
    }
    let count = report::words::count(chosen.len() as u64, "action");
    context.note(&if back {
        format!("{count} may be planned again")
    } else {
        format!("{count} excluded, until something else would be done there; plans that hold them are void")
    });
    context.note("next: tieline plan");
    Ok(Code::Done)
}
