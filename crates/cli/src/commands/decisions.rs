//! `tieline conflicts export`, `import`, `decided` and `reopen`: deciding many conflicts in a spreadsheet, and looking after
//! decisions. Writes to neither side.

use super::conflicts::{check, known, open};
use super::own_value::own_value;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::{Failure, Fallible};
use crate::job;
use crate::output;
use ::sync::decide;
use connector_csv::{Sheet, SheetRow};
use model::{Apart, BySide, Choice, Conflict, ConflictId, Resolution, Side};
use report::words;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Writes the open conflicts to a file.
pub(crate) fn export(context: &Context, state: &Path, file: &Path) -> Fallible<Code> {
    let conflicts = open(&job::look(state)?)?;
    if filled(file) {
        return Err(Failure::usage(format!("{} holds decisions that would be lost", file.display()))
            .hint(format!("import them first: tieline conflicts import {}; or name another file", file.display())));
    }
    let mut bytes = Vec::new();
    report::csv::decisions(&conflicts, &mut bytes)?;
    output::write_private(file, "conflicts", &bytes)?;
    let count = words::count(conflicts.len() as u64, "conflict");
    context.note(&format!("{count} written to {}", file.display()));
    context.note(&format!("next: fill the column `decision`, then tieline conflicts import {}", file.display()));
    Ok(Code::Done)
}

/// Whether somebody has filled in this file.
fn filled(file: &Path) -> bool {
    let Ok(sheet) = Sheet::read(file) else { return false };
    let column = sheet.column("decision");
    column.is_some() && sheet.rows.iter().any(|row| !row.cell(column).trim().is_empty())
}

/// A line that says nothing that could be stored.
#[derive(Debug, Serialize)]
struct Refused {
    line: u64,
    id: String,
    why: String,
}

/// An earlier answer that gives way.
#[derive(Debug, Serialize)]
struct Replaced {
    line: u64,
    #[serde(flatten)]
    before: Resolution,
    #[serde(skip)]
    words: String,
}

/// What a file came to.
#[derive(Debug, Default, Serialize)]
struct Imported {
    stored: usize,
    /// Lines without a decision.
    left: usize,
    refused: Vec<Refused>,
    /// Earlier answers whose place these take.
    replaced: Vec<Replaced>,
    /// Records that the next plan writes to for these decisions, at most.
    writes: BySide<u64>,
}

/// Stores what a filled file says, line by line.
pub(crate) fn import(context: &Context, state: &Path, file: &Path, dry_run: bool, by: Option<&str>) -> Fallible<Code> {
    let sheet = Sheet::read(file).map_err(|error| {
        // The reader's own advice is about a table with a flaw in it, not about one that is not there.
        let flawed = std::fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() > 0);
        let hint = error.hint.clone().filter(|_| flawed);
        let hint = hint.unwrap_or_else(|| {
            "name the file of decisions that was filled in; `tieline conflicts export -o FILE` writes one".to_owned()
        });
        Failure::usage(error.to_string()).hint(hint)
    })?;
    let mut store = job::look(state)?;
    let known = known(&store)?;
    let (answers, lines, mut imported) = read(&sheet, &known)?;
    let who = super::who(by);
    let kept =
        if dry_run { decide::weigh(&store, &who, &answers)? } else { decide::answer(&mut store, &who, &answers)? };
    let replaced = kept.into_iter().zip(lines).filter_map(|(kept, line)| {
        let words = kept.replaced()?;
        Some(Replaced { line, before: kept.before?, words })
    });
    imported.replaced = replaced.collect();
    imported.replaced.sort_by_key(|replaced| replaced.line);
    if context.global.json {
        output::print_json(&imported)?;
    } else {
        tell(context, &imported, dry_run);
    }
    Ok(match (imported.refused.is_empty(), imported.stored) {
        (true, _) => Code::Done,
        (false, 0) => Code::Failed,
        (false, _) => Code::Partial,
    })
}

/// Conflicts with what a person made of them.
type Answers<'c> = Vec<(&'c Conflict, Choice)>;

/// The answers of a file, and the line of each.
fn read<'c>(sheet: &Sheet, open: &'c [Conflict]) -> Fallible<(Answers<'c>, Vec<u64>, Imported)> {
    let column = |name: &'static str| {
        sheet.column(name).ok_or_else(|| {
            Failure::usage(format!("the file has no column `{name}`"))
                .hint("`tieline conflicts export -o decisions.csv` writes one that has; keep its first line")
        })
    };
    let columns = (column("decision")?, column("id")?, column("check")?);
    let open: BTreeMap<&str, &Conflict> = open.iter().map(|conflict| (conflict.id.0.as_str(), conflict)).collect();
    let mut imported = Imported::default();
    let mut answers: BTreeMap<String, (u64, (&Conflict, Choice))> = BTreeMap::new();
    for row in &sheet.rows {
        let id = row.cell(Some(columns.1)).to_owned();
        match line(row, columns, &open) {
            Ok(None) => imported.left += 1,
            Ok(Some((_, choice))) if answers.get(&id).is_some_and(|(_, known)| known.1 != choice) => {
                let why = "decided in another way further up".to_owned();
                imported.refused.push(Refused { line: row.line, id, why });
            }
            Ok(Some((conflict, choice))) => {
                answers.insert(id, (row.line, (conflict, choice)));
            }
            Err(why) => imported.refused.push(Refused { line: row.line, id, why }),
        }
    }
    for (_, (_, choice)) in answers.values() {
        for side in Side::BOTH {
            imported.writes[side] += u64::from(writes_to(choice, side));
        }
    }
    imported.stored = answers.len();
    let (lines, answers) = answers.into_values().unzip();
    Ok((answers, lines, imported))
}

/// What one line says; nothing where its decision is blank.
fn line<'c>(
    row: &SheetRow,
    (decision, id, check_at): (usize, usize, usize),
    open: &BTreeMap<&str, &'c Conflict>,
) -> Result<Option<(&'c Conflict, Choice)>, String> {
    // The whole rest of the cell is the value, blanks and all: only the cell's own ends are trimmed.
    let Some(choice) = choice(row.cell(Some(decision)))? else { return Ok(None) };
    let conflict = open.get(row.cell(Some(id))).copied();
    let conflict = conflict.ok_or("no open conflict has this id: it is decided, or gone")?;
    if row.cell(Some(check_at)) != conflict.check() {
        return Err("one of the values has changed since the export: export again".to_owned());
    }
    check(conflict, &choice).map_err(|failure| failure.message)?;
    Ok(Some((conflict, choice)))
}

/// A decision in a person's words.
fn choice(text: &str) -> Result<Option<Choice>, String> {
    // A spreadsheet may show the apostrophe that keeps a text a text.
    let text = text.strip_prefix('\'').unwrap_or(text);
    if let Some((word, value)) = text.split_once(':')
        && word.trim().eq_ignore_ascii_case("value")
    {
        return own_value(value.trim()).map(Some);
    }
    let word = text.trim().to_lowercase().replace(['_', '-'], " ");
    Ok(Some(match word.as_str() {
        "" => return Ok(None),
        "justcall" => Choice::Take(Side::Justcall),
        "crm" => Choice::Take(Side::Crm),
        "clear" => Choice::Value(String::new()),
        "skip" => Choice::Skip,
        "keep apart" => Choice::KeepApart,
        _ => return Err(format!("`{text}` is none of: justcall, crm, value:TEXT, clear, skip, keep apart")),
    }))
}

/// Whether carrying the choice out may write to a side.
const fn writes_to(choice: &Choice, side: Side) -> bool {
    match choice {
        Choice::Take(winner) => !matches!((winner, side), (Side::Justcall, Side::Justcall) | (Side::Crm, Side::Crm)),
        Choice::Value(_) => true,
        Choice::Skip | Choice::KeepApart => false,
    }
}

fn tell(context: &Context, imported: &Imported, dry_run: bool) {
    for refused in &imported.refused {
        anstream::eprintln!("line {}: {}: {}", refused.line, report::text::safe(&refused.id), refused.why);
    }
    for Replaced { line, before, words } in &imported.replaced {
        let verb = if dry_run { "would replace" } else { "replaces" };
        anstream::eprintln!("line {line}: {}: {verb} {}", before.conflict, report::text::safe(words));
    }
    let verb = if dry_run { "would be stored" } else { "stored" };
    let Imported { stored, left, refused, writes, .. } = imported;
    let decisions = words::count(*stored as u64, "decision");
    let left = words::count(*left as u64, "line");
    context.note(&format!("{decisions} {verb}, {} refused, {left} without a decision", refused.len()));
    if *stored > 0 {
        let (justcall, crm) = (words::count(writes.justcall, "record"), writes.crm);
        context.note(&format!("the next plan writes at most {justcall} in JustCall and {crm} in the CRM for them"));
        context.note("next: tieline plan");
    }
}

/// The decisions that wait to be carried out, or that stay.
pub(crate) fn list(context: &Context, state: &Path) -> Fallible<Code> {
    let store = job::look(state)?;
    let (decided, apart) = (store.resolutions()?, store.apart()?);
    if context.global.json {
        #[derive(Serialize)]
        struct Decided {
            decided: Vec<Resolution>,
            apart: Vec<Apart>,
        }
        output::print_json(&Decided { decided, apart })?;
        return Ok(Code::Done);
    }
    output::print(|out| {
        if decided.is_empty() && apart.is_empty() {
            writeln!(out, "No decision waits or stays.")?;
        }
        for Resolution { conflict, choice, made_at, made_by, .. } in &decided {
            let choice = decide::choice_words(choice);
            let (choice, made_by) = (report::text::safe(&choice), report::text::safe(made_by));
            writeln!(out, "{conflict}  {choice}  by {made_by} at {made_at:.0}")?;
        }
        for Apart { conflict, ids, phone, made_at, made_by } in &apart {
            let text = format!("{phone}: JustCall {} and CRM {}, by {made_by}", ids.justcall, ids.crm);
            writeln!(out, "{conflict}  kept apart  {} at {made_at:.0}", report::text::safe(&text))?;
        }
        Ok(())
    })?;
    Ok(Code::Done)
}

/// Takes a decision back.
pub(crate) fn reopen(context: &Context, state: &Path, id: &str, by: Option<&str>) -> Fallible<Code> {
    let mut store = job::look(state)?;
    let named = |known: &ConflictId| !id.is_empty() && known.0.starts_with(id);
    let known = store.resolutions()?.into_iter().map(|answer| answer.conflict);
    let found: Vec<ConflictId> = known.filter(named).collect();
    // A later answer may go by the same name: that one comes first.
    let apart: Vec<Apart> = store.apart()?.into_iter().filter(|pair| named(&pair.conflict)).collect();
    if let ([], [pair]) = (found.as_slice(), apart.as_slice()) {
        decide::bring_together(&mut store, &super::who(by), pair)?;
        let (justcall, crm) = (&pair.ids.justcall, &pair.ids.crm);
        context.note(&format!("JustCall {justcall} and CRM {crm} may be matched again, from the next plan on"));
        return Ok(Code::Done);
    }
    let [conflict] = found.as_slice() else {
        return Err(Failure::usage(format!("`{id}` names {} decisions, not one", found.len() + apart.len()))
            .hint("`tieline conflicts decided` lists them"));
    };
    decide::reopen(&mut store, &super::who(by), conflict)?;
    context.note(&format!("{conflict} is open again: the next plan asks"));
    Ok(Code::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_in_a_persons_words() {
        for (text, expected) in [
            ("justcall", Choice::Take(Side::Justcall)),
            (" CRM ", Choice::Take(Side::Crm)),
            ("Keep_apart", Choice::KeepApart),
            ("keep apart", Choice::KeepApart),
            ("Skip", Choice::Skip),
            ("value: Acme: the best", Choice::Value("Acme: the best".into())),
            ("Clear", Choice::Value(String::new())),
        ] {
            assert_eq!(choice(text), Ok(Some(expected)), "{text}");
        }
        assert_eq!(choice(" "), Ok(None));
        assert!(choice("both").unwrap_err().contains("`both`"));
    }
}
