//! `tieline quality`: what a person should mend before the first sync. Reads, never writes.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::output;
use crate::progress::Waits;
use engine::normalizer::Normalizer;
use engine::quality::{self, NearMatch, SideQuality, Suspect};
use model::{Side, SkipReason, Table};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Quality) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let normalizer = Normalizer::new(setup.region);
    let schema = setup.settings.schema.clone();
    let wanted = args.side.map(Side::from);
    let mut tables: BTreeMap<Side, Table> = BTreeMap::new();
    for side in Side::BOTH.into_iter().filter(|side| wanted.is_none_or(|wanted| wanted == *side)) {
        let connector = if side == Side::Crm { setup.crm(Vec::new()) } else { setup.justcall(Vec::new())? };
        let waits = Waits::new(side, context.global.quiet);
        if side == Side::Justcall {
            connector.identify_with(&waits).await?;
        }
        let listing = connector.list(&waits).await?;
        for note in &listing.notes {
            context.note(&format!("note: {}: {note}", side.title()));
        }
        tables.insert(side, listing.table);
    }
    let sides: Vec<(Side, SideQuality)> =
        tables.iter().map(|(side, table)| (*side, quality::inspect(&normalizer, &schema, table))).collect();
    let near = match (tables.get(&Side::Justcall), tables.get(&Side::Crm)) {
        (Some(justcall), Some(crm)) => quality::near_matches(&normalizer, &schema, model::BySide { justcall, crm }),
        _ => Vec::new(),
    };
    if context.global.json {
        output::print_json(&as_json(&sides, &near))?;
    } else {
        let most = if args.all { usize::MAX } else { 10 };
        output::print(|out| draw(&sides, &near, most, out))?;
    }
    Ok(Code::Done)
}

fn record(suspect: &Suspect) -> Value {
    json!({ "id": suspect.id, "name": suspect.name, "phone": suspect.phone, "detail": suspect.detail })
}

fn as_json(sides: &[(Side, SideQuality)], near: &[NearMatch]) -> Value {
    let mut all = serde_json::Map::new();
    for (side, found) in sides {
        let unusable: Vec<Value> = found
            .unusable
            .iter()
            .map(|(reason, suspect)| {
                let mut value = record(suspect);
                value["reason"] = json!(reason);
                value
            })
            .collect();
        let shared: Vec<Value> = found
            .shared
            .iter()
            .map(|shared| {
                let records: Vec<Value> = shared.records.iter().map(record).collect();
                json!({ "phone": shared.key, "duplicates": shared.duplicates, "records": records })
            })
            .collect();
        let view = json!({
            "records": found.records, "usable": found.usable, "unusable": unusable, "shared": shared,
        });
        all.insert(side.name().to_owned(), view);
    }
    let near: Vec<Value> = near
        .iter()
        .map(|pair| json!({ "justcall": record(&pair.records.justcall), "crm": record(&pair.records.crm) }))
        .collect();
    all.insert("near_matches".to_owned(), json!(near));
    Value::Object(all)
}

fn shown(suspect: &Suspect) -> String {
    let name = if suspect.name.is_empty() { "(no name)" } else { &suspect.name };
    format!("{} {}", report::text::safe(&suspect.id), report::text::safe(name))
}

fn draw(sides: &[(Side, SideQuality)], near: &[NearMatch], most: usize, out: &mut dyn Write) -> std::io::Result<()> {
    for (side, found) in sides {
        writeln!(
            out,
            "{}: {}, {} with a usable number",
            side.title(),
            report::words::count(found.records, "contact"),
            found.usable
        )?;
        phones(found, most, out)?;
        for (duplicates, title) in
            [(true, "duplicates: one number, one person"), (false, "shared: one number, several people")]
        {
            let groups: Vec<_> = found.shared.iter().filter(|shared| shared.duplicates == duplicates).collect();
            if groups.is_empty() {
                continue;
            }
            writeln!(out, "  {} × {title}", groups.len())?;
            for group in groups.iter().take(most) {
                let who: Vec<String> = group.records.iter().map(shown).collect();
                writeln!(out, "    {}  {}", group.key, who.join("; "))?;
            }
            more(groups.len(), most, out)?;
        }
    }
    if !near.is_empty() {
        writeln!(out, "{} × near match: the same e-mail on both sides, but not the same number", near.len())?;
        for pair in near.iter().take(most) {
            let (a, b) = (&pair.records.justcall, &pair.records.crm);
            let (phone_a, phone_b) = (report::text::safe(&a.phone), report::text::safe(&b.phone));
            writeln!(out, "    JustCall {} {phone_a}  ·  CRM {} {phone_b}", shown(a), shown(b))?;
        }
        more(near.len(), most, out)?;
    }
    Ok(())
}

fn phones(found: &SideQuality, most: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let mut by_reason: BTreeMap<SkipReason, Vec<&Suspect>> = BTreeMap::new();
    for (reason, suspect) in &found.unusable {
        by_reason.entry(*reason).or_default().push(suspect);
    }
    for (reason, suspects) in by_reason {
        writeln!(out, "  {} × {}", suspects.len(), reason.words())?;
        for suspect in suspects.iter().take(most) {
            writeln!(out, "    {}: {}", shown(suspect), report::text::safe(&suspect.detail))?;
        }
        more(suspects.len(), most, out)?;
    }
    Ok(())
}

fn more(count: usize, most: usize, out: &mut dyn Write) -> std::io::Result<()> {
    if count > most { writeln!(out, "    … and {} more (--all)", count - most) } else { Ok(()) }
}
