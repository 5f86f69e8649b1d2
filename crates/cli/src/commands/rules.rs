//! `tieline conflicts resolve --for-all` and `conflicts rules`: standing rules, made from a conflict. The next plan follows
//! them; nothing is written here.

use super::conflicts::{find, known};
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::job;
use crate::output;
use ::sync::decide;
use model::{Choice, Side, StandingRule};
use serde::Serialize;
use std::path::Path;

/// A rule with its name.
#[derive(Serialize)]
struct Named<'a> {
    id: String,
    #[serde(flatten)]
    rule: &'a StandingRule,
}

impl<'a> From<&'a StandingRule> for Named<'a> {
    fn from(rule: &'a StandingRule) -> Self {
        Self { id: rule.id(), rule }
    }
}

/// Makes a rule from a conflict.
pub(crate) fn make(context: &Context, path: &Path, id: &str, take: Side, by: Option<&str>) -> Fallible<Code> {
    let mut store = job::look(path)?;
    let all = known(&store)?;
    let conflict = find(all.clone(), id)?;
    super::conflicts::check(&conflict, &Choice::Take(take))?;
    let rule = decide::make_rule(&mut store, &super::who(by), &conflict, take)?;
    if context.global.json {
        output::print_json(&Named::from(&rule))?;
        return Ok(Code::Done);
    }
    let answered = all.iter().filter(|conflict| rule.answers(conflict)).count() as u64;
    let answered = report::words::count(answered, "conflict");
    context.note(&format!("stored: {}: {} wins", rule.id(), rule.take.title()));
    context.note(&format!("it answers {answered} of the last plan, and every one like them from the next plan on"));
    context.note(&format!("next: tieline plan; tieline conflicts rules --remove {} takes it back", rule.id()));
    Ok(Code::Done)
}

/// All rules.
pub(crate) fn list(context: &Context, path: &Path) -> Fallible<Code> {
    let rules = job::look(path)?.standing_rules()?;
    if context.global.json {
        let rules: Vec<Named<'_>> = rules.iter().map(Named::from).collect();
        output::print_json(&serde_json::json!({ "rules": rules }))?;
        return Ok(Code::Done);
    }
    output::print(|out| {
        if rules.is_empty() {
            return writeln!(out, "No standing rules.");
        }
        for rule in &rules {
            let (id, by) = (rule.id(), report::text::safe(&rule.made_by));
            let from = if rule.conflict.0.is_empty() { String::new() } else { format!(", from {}", rule.conflict) };
            writeln!(out, "{id}  {} wins  by {by} at {:.0}{from}", rule.take.title(), rule.made_at)?;
        }
        Ok(())
    })?;
    Ok(Code::Done)
}

/// Takes one back.
pub(crate) fn remove(context: &Context, path: &Path, id: &str, by: Option<&str>) -> Fallible<Code> {
    let rule = decide::remove_rule(&mut job::look(path)?, &super::who(by), id)?;
    if context.global.json {
        output::print_json(&serde_json::json!({ "removed": Named::from(&rule) }))?;
    } else {
        context.note(&format!("{id} is no rule any more: the next plan asks again; what it wrote stays"));
    }
    Ok(Code::Done)
}
