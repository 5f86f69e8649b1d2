//! How long deciding takes at scale: `cargo run --release -p engine --example scale`. Prints milliseconds; measures
//! nothing that a test depends on.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, missing_docs)] // a stopwatch is the point

use engine::matcher::{Context, Matching, resolve};
use engine::normalizer::Normalizer;
use engine::planner::{Input, State, plan};
use engine::settings::Settings;
use engine::survey::survey;
use model::{
    AbsenceProof, Base, BaseField, BySide, Capabilities, Cell, Coverage, Field, LinkHead, LinkId, LinkStatus, Listing,
    PhoneKey, Plan, RecordId, Schema, Side, Table, Via,
};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let schema = Schema::new([Field::FirstName, Field::LastName, Field::Email, Field::Company]);
    let settings = Settings::new(Arc::new(schema));
    let normalizer = Normalizer::new("US".parse().map_err(|_| "no region")?);
    let listings =
        BySide { justcall: listing(&settings, Side::Justcall, count)?, crm: listing(&settings, Side::Crm, count)? };

    println!("first sync, {count} a side");
    let start = Instant::now();
    let phone = settings.schema.phone().index();
    let keys: usize = Side::BOTH
        .iter()
        .flat_map(|side| listings[*side].table.iter())
        .filter(|row| {
            !matches!(normalizer.read_phone(row.cell(phone).text()), engine::normalizer::PhoneReading::Unusable(..))
        })
        .count();
    println!("  read {keys} phones once      {:>6} ms", start.elapsed().as_millis());
    let first = run(&settings, &normalizer, &listings, &[], &[]);
    println!("  {} actions", first.actions.len());

    println!("warm, {count} linked, unchanged");
    let (heads, bases) = links(&settings, &listings, count);
    let warm = run(&settings, &normalizer, &listings, &heads, &bases);
    println!("  {} actions", warm.actions.len());

    println!("stale hashes, {count} linked, unchanged");
    let mut stale = heads.clone();
    for head in &mut stale {
        head.hashes = BySide::default();
    }
    run(&settings, &normalizer, &listings, &stale, &bases);
    Ok(())
}

fn listing(settings: &Settings, side: Side, count: usize) -> Result<Listing, Box<dyn Error>> {
    let mut table = Table::new(settings.schema.width(side));
    for at in 0..count {
        let (area, line) = (201 + at / 10_000, at % 10_000);
        let phone = format!("+1{}555{line:04}", if area % 100 == 11 { 650 } else { area });
        let (first, last) = (format!("First{at}"), format!("Last{at}"));
        let email = format!("person{at}@example.com");
        let email = if side == Side::Crm || at % 10 > 0 { Cell::Value(&email) } else { Cell::Cleared };
        let company = format!("Company {}", at / 7);
        let cells =
            [Cell::Value(first.as_str()), Cell::Value(&last), Cell::Value(&phone), email, Cell::Value(&company)];
        table.push(&format!("{}", 1_000_000 + at), true, cells, None)?;
    }
    Ok(Listing { table, coverage: Coverage::Complete, read_at: "2026-01-10T02:00:00Z".parse()?, notes: Vec::new() })
}

fn links(settings: &Settings, listings: &BySide<Listing>, count: usize) -> (Vec<LinkHead>, Vec<Base>) {
    let width = settings.schema.len();
    let phone = settings.schema.phone().index();
    (0..count)
        .map(|at| {
            let rows = listings.as_ref().map(|listing| listing.table.row(at));
            let id = LinkId(i64::try_from(at).unwrap_or(0));
            let fields = (0..width)
                .map(|field| BaseField { cells: rows.map(|row| row.cell(field).to_owned()), sent: BySide::default() });
            let base = Base { link: id, fields: fields.collect() };
            let head = LinkHead {
                id,
                status: LinkStatus::Active,
                ids: rows.map(|row| Some(RecordId::from(row.id()))),
                key: PhoneKey::new(rows.crm.cell(phone).text(), ""),
                hashes: base.hashes(),
                unconfirmed: BySide::default(),
                created_at: BySide::default(),
            };
            (head, base)
        })
        .unzip()
}

fn run(
    settings: &Settings,
    normalizer: &Normalizer,
    listings: &BySide<Listing>,
    heads: &[LinkHead],
    bases: &[Base],
) -> Plan {
    let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
    let nobody = BTreeSet::new();
    let apart = BTreeSet::new();
    let start = Instant::now();
    let survey = survey(&settings.schema, tables, heads);
    let surveyed = start.elapsed();
    let context = Context {
        normalizer,
        settings,
        tables,
        heads,
        gone: BySide { justcall: &nobody, crm: &nobody },
        apart: &apart,
    };
    let matching: Matching = resolve(&context, survey);
    let matched = start.elapsed();
    let needed = matching.needs_base(heads).len();
    let capabilities = BySide { justcall: capabilities(Via::Bulk, true), crm: capabilities(Via::File, false) };
    let plan = plan(&Input {
        settings,
        normalizer,
        listings: listings.as_ref(),
        heads,
        matching: &matching,
        bases,
        state: &State::default(),
        capabilities: capabilities.as_ref(),
        approvals: &BTreeMap::new(),
        now: listings.crm.read_at,
    });
    let planned = start.elapsed();
    println!(
        "  survey {:>5} ms  resolve {:>5} ms  plan {:>5} ms   ({needed} bases)",
        surveyed.as_millis(),
        matched.saturating_sub(surveyed).as_millis(),
        planned.saturating_sub(matched).as_millis()
    );
    let start = Instant::now();
    let faults = engine::linter::lint(&plan).len();
    println!("  lint   {:>5} ms  ({faults} faults)", start.elapsed().as_millis());
    plan
}

fn capabilities(via: Via, is_justcall: bool) -> Capabilities {
    Capabilities {
        create_via: via,
        update_via: via,
        phone_update_via: via,
        delete_via: via,
        batch: 5000,
        concurrency: 1,
        absence_proof: AbsenceProof::Listing,
        phone_required: is_justcall,
        unique_phones: is_justcall,
        bulk_by_phone: is_justcall,
        field_times: false,
        read_batch: 1,
        change_feed: false,
        read_lag_seconds: 0,
    }
}
