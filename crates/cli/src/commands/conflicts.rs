//! `tieline conflicts`: lists, shows and decides. A decision is stored; the next plan carries it out.

use super::decisions;
use super::own_value::{HINT, is_email, own_value};
use super::rules;
use crate::args::ConflictCommand;
use crate::config::Config;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use ::sync::decide;
use model::{BySide, Choice, Conflict, ConflictKind, Resolution, Side};
use report::view::{RecordPages, pages_of};
use serde::Serialize;
use std::io::IsTerminal;
use std::path::Path;
use store::Store;

/// Runs the command.
pub(crate) fn run(context: &Context, command: ConflictCommand) -> Fallible<Code> {
    let config = Config::load(&context.global.config)?;
    let path = config.state_path();
    let pages = config.record_pages().map_err(Failure::usage)?;
    match command {
        ConflictCommand::List { csv } => list(context, &path, &pages, csv),
        ConflictCommand::Show { id } => show(context, &path, &pages, &id),
        ConflictCommand::Resolve { id, take: Some(side), for_all: true, by, .. } => {
            rules::make(context, &path, &id, side.into(), by.as_deref())
        }
        ConflictCommand::Resolve { id, take, value, clear, keep_apart, by, .. } => {
            let choice = match (take, value) {
                (Some(side), _) => Choice::Take(side.into()),
                (None, Some(value)) => own_value(&value).map_err(|why| Failure::usage(why).hint(HINT))?,
                (None, None) if clear => Choice::Value(String::new()),
                (None, None) if keep_apart => Choice::KeepApart,
                (None, None) => Choice::Skip,
            };
            resolve(context, &path, &id, choice, by.as_deref())
        }
        ConflictCommand::Decided => decisions::list(context, &path),
        ConflictCommand::Rules { remove: Some(id), by } => rules::remove(context, &path, &id, by.as_deref()),
        ConflictCommand::Rules { remove: None, .. } => rules::list(context, &path),
        ConflictCommand::Reopen { id, by } => decisions::reopen(context, &path, &id, by.as_deref()),
        ConflictCommand::Export { output } => decisions::export(context, &path, &output),
        ConflictCommand::Import { file, dry_run, by } => {
            decisions::import(context, &path, &file, dry_run, by.as_deref())
        }
    }
}

/// Conflicts of the last plan, decided or not, as long as that can be changed.
pub(crate) fn known(store: &Store) -> Fallible<Vec<Conflict>> {
    let Some(plan) = super::last_ordinary_plan(store)? else { return Ok(Vec::new()) };
    let used = store.is_used(&plan.id)?;
    Ok(decide::decidable(&plan, used, &store.resolutions()?).into_iter().cloned().collect())
}

/// Those that nobody has decided since.
pub(crate) fn open(store: &Store) -> Fallible<Vec<Conflict>> {
    let mut conflicts = known(store)?;
    let (answers, rules) = (store.resolutions()?, store.standing_rules()?);
    conflicts.retain(|conflict| {
        !answers.iter().any(|answer| answer.still_fits(conflict)) && !rules.iter().any(|rule| rule.answers(conflict))
    });
    Ok(conflicts)
}

fn list(context: &Context, path: &Path, pages: &RecordPages, csv: bool) -> Fallible<Code> {
    let conflicts = open(&job::look(path)?)?;
    if context.global.json {
        let conflicts: Vec<Linked<'_>> = conflicts.iter().map(|conflict| Linked::new(conflict, pages)).collect();
        output::print_json(&serde_json::json!({ "conflicts": conflicts }))?;
    } else if csv {
        let mut table = Vec::new();
        report::csv::conflicts(&conflicts, pages, &mut table)?;
        output::print(|out| output::table(&table, std::io::stdout().is_terminal(), out))?;
    } else {
        output::print(|out| report::terminal::conflicts(&conflicts, &context.view(true), out))?;
    }
    Ok(Code::Done)
}

pub(crate) fn find(conflicts: Vec<Conflict>, id: &str) -> Fallible<Conflict> {
    let mut found: Vec<Conflict> = conflicts
        .into_iter()
        .filter(|conflict| !id.is_empty() && conflict.id.0.starts_with(&id.to_lowercase()))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Failure::usage(format!("no open conflict `{id}`"))
            .hint("`tieline conflicts list` shows the open ones; each plan refreshes them")),
        count => Err(Failure::usage(format!("`{id}` is the beginning of {count} conflicts, give more of it"))),
    }
}

fn show(context: &Context, path: &Path, pages: &RecordPages, id: &str) -> Fallible<Code> {
    let store = job::look(path)?;
    let conflict = find(known(&store)?, id)?;
    let last = ::sync::last_writes(&store, &conflict)?;
    if context.global.json {
        let last = (last != BySide::default()).then_some(last);
        output::print_json(&Linked { last_written: last, ..Linked::new(&conflict, pages) })?;
        return Ok(Code::Done);
    }
    output::print(|out| {
        report::terminal::conflict(&conflict, &context.view(true), out)?;
        let known = last.iter().filter_map(|(side, last)| Some((side, last.as_ref()?)));
        let lines: Vec<String> = known.map(|(side, last)| last.words(side)).collect();
        if lines.is_empty() { Ok(()) } else { writeln!(out, "\n  {}", lines.join("\n  ")) }
    })?;
    Ok(Code::Done)
}

/// A conflict with what is known beside the plan.
#[derive(Serialize)]
struct Linked<'a> {
    #[serde(flatten)]
    conflict: &'a Conflict,
    #[serde(skip_serializing_if = "Option::is_none")]
    justcall_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crm_url: Option<String>,
    /// Which of our runs wrote the field last, on each side.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_written: Option<BySide<Option<::sync::LastWrite>>>,
}

impl<'a> Linked<'a> {
    fn new(conflict: &'a Conflict, pages: &RecordPages) -> Self {
        let BySide { justcall, crm } = pages_of(conflict, pages);
        Self { conflict, justcall_url: justcall, crm_url: crm, last_written: None }
    }
}

fn resolve(context: &Context, path: &Path, id: &str, choice: Choice, by: Option<&str>) -> Fallible<Code> {
    let mut store = job::look(path)?;
    let conflict = find(known(&store)?, id)?; // a decision that waits can be replaced by another
    check(&conflict, &choice)?;
    let effects = effects(&conflict, &choice);
    let apart = choice == Choice::KeepApart && conflict.field.is_some();
    let stored = decide::answer(&mut store, &super::who(by), &[(&conflict, choice)])?;
    if context.global.json {
        output::print_json(&stored.first().map(Stored::from))?;
    } else {
        for replaced in stored.iter().filter_map(decide::Kept::replaced) {
            context.note(&format!("replaces: {}", report::text::safe(&replaced)));
        }
        if apart {
            context.note("their link ends: two contacts from then on, never matched with each other; both stay");
        }
        for line in effects {
            context.note(&line);
        }
        context.note(&format!("stored: the next plan carries it out ({})", conflict.id));
    }
    Ok(Code::Done)
}

/// An answer as it is kept, and what it replaces.
#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    now: &'a Resolution,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced: Option<&'a Resolution>,
}

impl<'a> From<&'a decide::Kept> for Stored<'a> {
    fn from(kept: &'a decide::Kept) -> Self {
        Self { now: &kept.now, replaced: kept.replaced().and(kept.before.as_ref()) }
    }
}

/// What a choice about a field does to each side, before and after.
fn effects(conflict: &Conflict, choice: &Choice) -> Vec<String> {
    let after = match choice {
        Choice::Take(side) => conflict.value(*side).clone(),
        Choice::Value(value) => Some(value.clone()),
        Choice::Skip | Choice::KeepApart => None,
    };
    let (Some(field), Some(after)) = (&conflict.field, after) else { return Vec::new() };
    let changed = Side::BOTH.into_iter().filter(|side| conflict.value(*side).as_ref() != Some(&after));
    let line = |side: Side| {
        let before = conflict.value(side).as_deref().map_or("(unknown)".into(), report::text::value);
        format!("{} {field}: {before} → {}", side.title(), report::text::value(&after))
    };
    changed.map(line).collect()
}

/// Whether the choice makes sense for this kind of conflict.
pub(crate) fn check(conflict: &Conflict, choice: &Choice) -> Fallible<()> {
    let is_group = matches!(conflict.kind, ConflictKind::AmbiguousMatch | ConflictKind::SharedPhone);
    let is_pair = conflict.field.is_some() && conflict.justcall_id.is_some() && conflict.crm_id.is_some();
    match choice {
        Choice::Skip => return Ok(()),
        Choice::KeepApart if is_group || is_pair => return Ok(()),
        Choice::KeepApart => {
            return Err(Failure::usage(format!("{} is about one record: there is nobody to keep apart", conflict.id))
                .hint("decide whether it goes or stays: --take justcall or --take crm"));
        }
        Choice::Take(_) | Choice::Value(_) => {}
    }
    if is_group || conflict.kind == ConflictKind::Unclear {
        return Err(Failure::usage(format!("{} is about who is who, not about a value", conflict.id)).hint(
            "tell the records apart in the CRM or in JustCall: another number, the same name or e-mail on both sides, \
             or merge the duplicates. Or leave them: --skip, or --keep-apart for good",
        ));
    }
    match choice {
        Choice::Value(_) if conflict.field.is_none() => {
            Err(Failure::usage("this conflict is about a whole contact: use --take justcall or --take crm"))
        }
        Choice::Value(value) if value.is_empty() && conflict.field == Some(model::Field::Phone) => {
            Err(Failure::usage("a phone is never emptied: delete the contact on one side, or give a number"))
        }
        Choice::Value(value)
            if conflict.field == Some(model::Field::Email) && !value.is_empty() && !is_email(value) =>
        {
            Err(Failure::usage(format!("`{value}` is no e-mail address, such as ada@example.com")).hint(HINT))
        }
        Choice::Value(value)
            if conflict.field == Some(model::Field::Phone) && value.parse::<model::PhoneKey>().is_err() =>
        {
            Err(Failure::usage(format!("`{value}` is no E.164 number, such as +14155550123")))
        }
        Choice::Take(side) if conflict.field.is_some() && conflict.value(*side).is_none() => {
            let name = Side::title(*side);
            Err(Failure::usage(format!("{name} does not show a value for this field")))
        }
        _ => Ok(()),
    }
}
