//! Phase 0: writes whose end nobody knows, from a run that was killed or an answer that was lost. The fresh listing
//! shows what became of them; nothing is sent again from here (S37 to S39).

use crate::env::Event;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::rows::Rows;
use crate::session::Session;
use engine::normalizer::text;
use model::{ActionKind, BySide, Cell, LinkHead, Listing, Outcome};
use store::{Intent, StateChange};

/// What became of an interrupted write.
enum Fate {
    /// It is there.
    Landed,
    /// The record is as it was before.
    NotLanded,
    /// Something else is there: the three-way merge decides.
    Unclear,
}

impl Session<'_> {
    /// Settles every open intent by what the listings show. Returns how many there were.
    pub(crate) fn recover(&mut self, heads: &[LinkHead], listings: &BySide<Listing>) -> Result<usize> {
        let open = self.store.open_intents()?;
        if open.is_empty() {
            return Ok(0);
        }
        let schema = self.settings.schema.clone();
        let normalizer = self.normalizer.clone();
        let rows = Rows::new(listings);
        let mut ids: Vec<_> = open.iter().filter_map(|(_, _, intent)| intent.link).collect();
        ids.sort_unstable();
        ids.dedup();
        let bases = self.store.bases(&schema, &ids)?;
        let mut ledger = Ledger::new(heads, &bases, &schema, &normalizer);
        let at = self.env.now();
        let mut changes = Vec::new();
        for (number, _, intent) in &open {
            let fate = match intent.kind {
                ActionKind::Create => created(&ledger, listings, intent, heads, &mut changes),
                ActionKind::Delete => deleted(&rows, listings, intent),
                _ => updated(&mut ledger, &rows, intent, &mut changes),
            };
            let outcome = match fate {
                Fate::Landed => Outcome::Done { id: intent.record_id.clone() },
                Fate::NotLanded => Outcome::Refused { message: "interrupted before it landed".to_owned() },
                Fate::Unclear => Outcome::Refused { message: "interrupted; the record holds something else".to_owned() },
            };
            changes.push(StateChange::Outcome { intent: *number, outcome, at });
        }
        self.store.commit(&changes)?;
        let note = format!("{} writes of an interrupted run are settled", open.len());
        self.events.event(Event::Note(&note));
        Ok(open.len())
    }
}

/// A create that is there: exactly one unlinked record has its number. Its link waits for the id, as after any bulk
/// write, and keeps what was sent as the base.
fn created(
    ledger: &Ledger<'_>,
    listings: &BySide<Listing>,
    intent: &Intent,
    heads: &[LinkHead],
    changes: &mut Vec<StateChange>,
) -> Fate {
    let side = intent.side;
    let Some(key) = ledger.key(Cell::from_text(&intent.phone)) else { return Fate::Unclear };
    let phone = ledger.schema.phone().index();
    let table = &listings[side].table;
    let mut found = table.iter().filter(|row| ledger.key(row.cell(phone)).is_some_and(|at| at.number() == key.number()));
    let (Some(row), None) = (found.next(), found.next()) else { return Fate::NotLanded };
    let id = row.native_id().then(|| model::RecordId::from(row.id()));
    let known = heads.iter().any(|head| id.is_some() && head.ids[side] == id);
    let Some(source) = intent.other.as_ref().filter(|_| !known && intent.link.is_none()) else { return Fate::Landed };
    let mut entry = ledger.fresh(BySide::default());
    entry.key = Some(key);
    entry.ids[side] = id;
    entry.ids[side.other()] = source.native_id.then(|| source.id.clone());
    for (field_id, field) in ledger.schema.iter() {
        let sent = intent.changes.iter().find(|change| change.field == *field);
        let mut cells = BySide { justcall: source.cell(field_id.index()), crm: source.cell(field_id.index()) };
        cells[side] = sent.map_or(Cell::Cleared, |change| Cell::from_text(&change.after));
        if cells[side.other()] != Cell::Unknown {
            entry.agree(field_id, cells);
            entry.base.fields[field_id.index()].sent[side] = true;
        }
    }
    changes.push(entry.insert());
    Fate::Landed
}

fn deleted(rows: &Rows<'_>, listings: &BySide<Listing>, intent: &Intent) -> Fate {
    let Some(id) = &intent.record_id else { return Fate::Unclear };
    match rows.get(intent.side, id) {
        Some(_) => Fate::NotLanded,
        None if listings[intent.side].is_complete() => Fate::Landed,
        None => Fate::Unclear,
    }
}

fn updated(ledger: &mut Ledger<'_>, rows: &Rows<'_>, intent: &Intent, changes: &mut Vec<StateChange>) -> Fate {
    let side = intent.side;
    let Some(row) = intent.record_id.as_ref().and_then(|id| rows.get(side, id)) else { return Fate::Unclear };
    let schema = ledger.schema;
    let normalizer = ledger.normalizer;
    let fields: Vec<_> = intent
        .changes
        .iter()
        .filter_map(|change| Some((schema.position(&change.field)?, change)))
        .collect();
    let holds = |cell: Cell<'_>, field: &model::Field, sent: &str| {
        normalizer.same(field, cell, Cell::from_text(sent)) || text::is_rewriting(sent, cell.text())
    };
    if fields.iter().all(|(id, change)| holds(row.cell(id.index()), &change.field, &change.after)) {
        let source = intent.other.as_ref();
        if let (Some(link), Some(source)) = (intent.link, source)
            && let Some(entry) = ledger.entry(link)
        {
            for (id, change) in &fields {
                let other = source.cell(id.index());
                if normalizer.same(&change.field, other, Cell::from_text(&change.after)) {
                    let mut cells = BySide { justcall: other, crm: other };
                    cells[side] = row.cell(id.index());
                    entry.agree(*id, cells);
                    if change.field == model::Field::Phone
                        && let engine::normalizer::Canon::Phone(key) = normalizer.canon(&change.field, other)
                    {
                        entry.key = Some(key);
                    }
                }
            }
            changes.push(entry.update());
        }
        return Fate::Landed;
    }
    let before = |(id, change): &(model::FieldId, &model::Change)| {
        change.before.as_deref().is_some_and(|before| row.cell(id.index()).text() == before)
    };
    if fields.iter().all(before) { Fate::NotLanded } else { Fate::Unclear }
}
