//! `tieline quality`: what a person should mend before the first sync. Reads, never writes.

use crate::args;
use crate::context::Context;
use crate::exit::Code;
use crate::failure::Fallible;
use crate::output;
use crate::progress::Waits;
use crate::registry::Setup;
use engine::normalizer::Normalizer;
use engine::quality::{self, NearMatch, SideQuality, Suspect};
use model::{BySide, Side, SkipReason, Table};
use report::view::{Quality, QualityGroup, QualitySide};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// Runs the command.
pub(crate) async fn run(context: &Context, args: &args::Quality) -> Fallible<Code> {
    let setup = super::setup(context)?;
    let wanted = args.side.map(Side::from);
    let sides: Vec<Side> = Side::BOTH.into_iter().filter(|side| wanted.is_none_or(|wanted| wanted == *side)).collect();
    let progress = BySide::from_fn(|side| Waits::new(side, context.global.quiet));
    let note = |text: &str| context.note(&format!("note: {text}"));
    let (sides, near) = read(&setup, &sides, &|side| &progress[side], &note).await?;
    if context.global.json {
        output::print_json(&as_json(&sides, &near))?;
    } else {
        let most = if args.all { usize::MAX } else { 10 };
        output::print(|out| draw(&view(&sides, &near), most, out))?;
    }
    Ok(Code::Done)
}

/// Looks at both sides, for another view.
pub(crate) async fn both(setup: &Setup, events: &dyn ::sync::Events) -> Fallible<Quality> {
    let progress = BySide::from_fn(|side| Passing { side, events });
    let note = |text: &str| events.event(::sync::Event::Note(text));
    let (sides, near) = read(setup, &Side::BOTH, &|side| &progress[side], &note).await?;
    Ok(view(&sides, &near))
}

/// Passes on how far the reading of a side is.
struct Passing<'a> {
    side: Side,
    events: &'a dyn ::sync::Events,
}

impl connector::Progress for Passing<'_> {
    fn read(&self, done: u64, total: Option<u64>) {
        self.events.event(::sync::Event::Reading { side: self.side, done, total });
    }

    fn written(&self, _done: u64) {}

    fn waiting(&self, seconds: f64, why: &str) {
        self.events.event(::sync::Event::Waiting { side: self.side, seconds, why });
    }
}

type Found = (Vec<(Side, SideQuality)>, Vec<NearMatch>);

/// Lists the sides and looks through them.
async fn read<'p>(
    setup: &Setup,
    wanted: &[Side],
    progress: &dyn Fn(Side) -> &'p dyn connector::Progress,
    note: &dyn Fn(&str),
) -> Fallible<Found> {
    let normalizer = Normalizer::new(setup.region);
    let schema = setup.settings.schema.clone();
    let mut tables: BTreeMap<Side, Table> = BTreeMap::new();
    for side in wanted.iter().copied() {
        let connector = if side == Side::Crm { setup.crm(Vec::new())? } else { setup.justcall(Vec::new())? };
        if side == Side::Justcall {
            connector.identify_with(progress(side)).await?;
        }
        let listing = connector.list(progress(side)).await?;
        for text in &listing.notes {
            note(&format!("{}: {text}", side.title()));
        }
        tables.insert(side, listing.table);
    }
    let sides = tables.iter().map(|(side, table)| (*side, quality::inspect(&normalizer, &schema, table))).collect();
    let near = match (tables.get(&Side::Justcall), tables.get(&Side::Crm)) {
        (Some(justcall), Some(crm)) => quality::near_matches(&normalizer, &schema, BySide { justcall, crm }),
        _ => Vec::new(),
    };
    Ok((sides, near))
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
    format!("{} {name}", suspect.id)
}

/// The findings as every view shows them.
fn view(sides: &[(Side, SideQuality)], near: &[NearMatch]) -> Quality {
    let mut quality = Quality::default();
    for (side, found) in sides {
        quality.sides.push(QualitySide { side: *side, records: found.records, usable: found.usable });
        let mut by_reason: BTreeMap<SkipReason, Vec<String>> = BTreeMap::new();
        for (reason, suspect) in &found.unusable {
            by_reason.entry(*reason).or_default().push(format!("{}: {}", shown(suspect), suspect.detail));
        }
        let group = |title: &str, rows| QualityGroup { side: Some(*side), title: title.to_owned(), rows };
        quality.groups.extend(by_reason.into_iter().map(|(reason, rows)| group(reason.words(), rows)));
        for (duplicates, title) in
            [(true, "duplicates: one number, one person"), (false, "shared: one number, several people")]
        {
            let rows = found.shared.iter().filter(|shared| shared.duplicates == duplicates);
            let rows: Vec<String> = rows
                .map(|group| {
                    let who: Vec<String> = group.records.iter().map(shown).collect();
                    format!("{}  {}", group.key, who.join("; "))
                })
                .collect();
            quality.groups.extend((!rows.is_empty()).then(|| group(title, rows)));
        }
    }
    let pair = |pair: &NearMatch| {
        let (a, b) = (&pair.records.justcall, &pair.records.crm);
        format!("JustCall {} {}  ·  CRM {} {}", shown(a), a.phone, shown(b), b.phone)
    };
    let rows: Vec<String> = near.iter().map(pair).collect();
    let title = "near match: the same e-mail on both sides, but not the same number".to_owned();
    quality.groups.extend((!rows.is_empty()).then_some(QualityGroup { side: None, title, rows }));
    quality
}

fn draw(quality: &Quality, most: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let group = |group: &QualityGroup, out: &mut dyn Write| {
        let indent = if group.side.is_some() { "  " } else { "" };
        writeln!(out, "{indent}{} × {}", group.rows.len(), group.title)?;
        for row in group.rows.iter().take(most) {
            writeln!(out, "    {}", report::text::safe(row))?;
        }
        more(group.rows.len(), most, out)
    };
    for QualitySide { side, records, usable } in &quality.sides {
        let contacts = report::words::count(*records, "contact");
        writeln!(out, "{}: {contacts}, {usable} with a usable number", side.title())?;
        for found in quality.groups.iter().filter(|group| group.side == Some(*side)) {
            group(found, out)?;
        }
    }
    quality.groups.iter().filter(|group| group.side.is_none()).try_for_each(|found| group(found, out))
}

fn more(count: usize, most: usize, out: &mut dyn Write) -> std::io::Result<()> {
    if count > most { writeln!(out, "    … and {} more (--all)", count - most) } else { Ok(()) }
}
