//! Creates whose end nobody knows: which listed record one became, if any, and what may be taken as agreed with it.
//!
//! Everything else that recovery settles is [`super`]'s.

use super::{Fate, Scene};
use crate::ledger::{Entry, Ledger};
use engine::normalizer::{PhoneReading, text};
use jiff::Timestamp;
use model::{BySide, Cell, FieldId, LinkHead, LinkId, Listing, OwnedCell, PhoneKey, Record, RecordId, RowRef, Side};
use std::collections::{BTreeMap, BTreeSet};
use store::{Intent, StateChange};

impl<'a> Scene<'a> {
    fn with_number(&self, side: Side, key: PhoneKey) -> &[RowRef<'a>] {
        self.by_number[side].get(&key.number()).map_or(&[], Vec::as_slice)
    }

    /// Whether one record of each side has the number, that of the create's source among them: then they are one contact,
    /// as the matcher would say (R13).
    fn are_alone(&self, ledger: &Ledger<'_>, intent: &Intent, key: PhoneKey) -> bool {
        let phone = ledger.schema.phone().index();
        Side::BOTH.into_iter().all(|side| {
            let [row] = self.with_number(side, key) else { return false };
            let strict =
                matches!(ledger.normalizer.read_phone(row.cell(phone).text()), PhoneReading::Key(at) if at == key);
            let is_source =
                side == intent.side || intent.other.as_ref().is_some_and(|source| source.id.as_str() == row.id());
            strict && is_source && self.settings.scope[side].admits(*row) && self.listings[side].is_complete()
        })
    }
}

/// A create that is there: exactly one unlinked record has its number. Its link keeps what was sent as the base, like
/// that of any create. One that a listing cannot show yet is presumed to be there: never a second one (I5).
pub(super) fn created(
    ledger: &mut Ledger<'_>,
    scene: &Scene<'_>,
    intent: &Intent,
    sent_at: Timestamp,
    changes: &mut Vec<StateChange>,
) -> Fate {
    let side = intent.side;
    let Some(key) = ledger.key(Cell::from_text(&intent.phone)) else { return Fate::Unclear };
    let Some(source) = &intent.other else { return returned(scene, intent, key) };
    let listing = &scene.listings[side];
    let found = scene.with_number(side, key);
    // Of several with the number, the one that is what was sent.
    let fitting: Vec<RowRef<'_>> = found.iter().copied().filter(|row| is_what_was_sent(ledger, intent, *row)).collect();
    let chosen = match (fitting.as_slice(), found) {
        ([one], _) | ([], [one]) => Some(*one),
        _ => None,
    };
    let id = chosen.filter(|row| row.native_id()).map(|row| RecordId::from(row.id()));
    let source_id = source.native_id.then(|| source.id.clone());
    let is_anothers = |side: Side, id: &Option<RecordId>| {
        id.as_ref().and_then(|id| scene.owners[side].get(id)).is_some_and(|link| Some(*link) != intent.link)
    };
    let seekers = scene.seekers[side].get(&key.number()).into_iter().flatten();
    if is_anothers(side, &id)
        || is_anothers(side.other(), &source_id)
        || seekers.clone().any(|link| Some(*link) != intent.link)
    {
        return Fate::Landed; // linked already, or somebody else's: the matcher tells
    }
    let fate = match (fitting.len(), found.len()) {
        (1, _) => Fate::Landed,
        // Changed since, or somebody else's: the only one with the number, as for the matcher (R13).
        (0, 1) if intent.link.is_none() && scene.are_alone(ledger, intent, key) => Fate::Unclear,
        // Somebody else's, who got the number meanwhile: an unlinked record like any other (I6, I13).
        (_, 1..) => return Fate::Unclear,
        (_, 0) => {
            let settled = sent_at.checked_add(scene.lag[side]).is_ok_and(|at| listing.read_at > at);
            if settled && listing.is_complete() {
                return Fate::NotLanded;
            }
            Fate::Presumed
        }
    };
    let existing = intent.link.and_then(|link| ledger.entry(link).cloned());
    if intent.link.is_some() && existing.is_none() {
        return Fate::Unclear; // its link ended since
    }
    let is_new = existing.is_none();
    let mut entry = existing.unwrap_or_else(|| ledger.fresh(BySide::default()));
    fill(&mut entry, ledger, intent, source);
    entry.key = Some(key);
    entry.ids[side] = id;
    entry.ids[side.other()] = source_id;
    entry.created_at = BySide::default();
    if matches!(fate, Fate::Presumed) {
        entry.created_at[side] = Some(sent_at);
    }
    // What no listing shows, nobody has acknowledged either (I13).
    let is_shown = |id: FieldId| chosen.is_some_and(|row| row.cell(id.index()) != Cell::Unknown);
    let landed = matches!(fate, Fate::Landed);
    sent_alone(&mut entry, side, |id| landed && is_shown(id));
    changes.push(if is_new { entry.insert() } else { entry.update() });
    fate
}

/// Whoever has the number may be somebody whom no listing had shown, and not what was sent: until then nobody has agreed
/// on anything (R13), but for fields that show what was sent. It stays known, to be told from another text (S25).
fn sent_alone(entry: &mut Entry, side: Side, is_shown: impl Fn(FieldId) -> bool) {
    for (field, index) in entry.base.fields.iter_mut().zip(0..) {
        if !is_shown(FieldId(index)) {
            field.cells[side.other()] = OwnedCell::Unknown;
        }
    }
}

/// Whether a record shows every value that a create sent, perhaps in the replica's own spelling.
fn is_what_was_sent(ledger: &Ledger<'_>, intent: &Intent, row: RowRef<'_>) -> bool {
    intent.changes.iter().all(|change| {
        let cell = ledger.schema.position(&change.field).map_or(Cell::Unknown, |id| row.cell(id.index()));
        let (sent, now) = (Cell::from_text(&change.after), cell.text());
        // A short beginning of it may just as well be somebody else's.
        let cut_off = || now.chars().count() >= 20 && text::looks_cut_off(&change.after, now);
        cell == Cell::Unknown
            || ledger.normalizer.same(&change.field, cell, sent)
            || text::is_reform(&change.after, now)
            || cut_off()
    })
}

/// A create without a partner: an undo brought a deleted record back.
fn returned(scene: &Scene<'_>, intent: &Intent, key: PhoneKey) -> Fate {
    if scene.with_number(intent.side, key).is_empty() { Fate::Unclear } else { Fate::Landed }
}

/// A create of a caller, which has no partner either. None: nobody can know yet.
pub(super) fn caller(ledger: &Ledger<'_>, scene: &Scene<'_>, intent: &Intent, sent_at: Timestamp) -> Option<Fate> {
    let Some(key) = ledger.key(Cell::from_text(&intent.phone)) else { return Some(Fate::Unclear) };
    if !scene.with_number(intent.side, key).is_empty() {
        return Some(Fate::Landed);
    }
    let listing = &scene.listings[intent.side];
    let settled = sent_at.checked_add(scene.lag[intent.side]).is_ok_and(|at| listing.read_at > at);
    (settled && listing.is_complete()).then_some(Fate::NotLanded)
}

/// The base of a create: what was sent, and what it came from.
fn fill(entry: &mut Entry, ledger: &Ledger<'_>, intent: &Intent, source: &Record) {
    entry.base.fields.fill(model::BaseField::default());
    for (id, field) in ledger.schema.iter() {
        let sent = intent.changes.iter().find(|change| change.field == *field);
        let mut cells = BySide { justcall: source.cell(id.index()), crm: source.cell(id.index()) };
        if cells[intent.side] == Cell::Unknown {
            continue;
        }
        cells[intent.side] = sent.map_or(Cell::Cleared, |change| Cell::from_text(&change.after));
        entry.agree(id, cells);
        entry.base.fields[id.index()].sent[intent.side] = true;
    }
}

/// The links of records, by id.
pub(super) fn owners(heads: &[LinkHead]) -> BySide<BTreeMap<&RecordId, LinkId>> {
    BySide::from_fn(|side| heads.iter().filter_map(|head| Some((head.ids[side].as_ref()?, head.id))).collect())
}

/// Links whose record on a side has no id yet, by number.
pub(super) fn seekers(heads: &[LinkHead]) -> BySide<BTreeMap<u64, Vec<LinkId>>> {
    BySide::from_fn(|side| {
        let mut seekers: BTreeMap<u64, Vec<LinkId>> = BTreeMap::new();
        for head in heads.iter().filter(|head| head.ids[side].is_none()) {
            if let Some(key) = head.key {
                seekers.entry(key.number()).or_default().push(head.id);
            }
        }
        seekers
    })
}

/// Listed rows with one of these numbers: reading phones is dear, once is enough.
pub(super) fn with_numbers<'a>(
    ledger: &Ledger<'_>,
    listings: &'a BySide<Listing>,
    wanted: &BTreeSet<u64>,
) -> BySide<BTreeMap<u64, Vec<RowRef<'a>>>> {
    let phone = ledger.schema.phone().index();
    BySide::from_fn(|side| {
        let mut found: BTreeMap<u64, Vec<RowRef<'a>>> = BTreeMap::new();
        for row in listings[side].table.iter().filter(|_| !wanted.is_empty()) {
            if let Some(number) = ledger.key(row.cell(phone)).map(PhoneKey::number).filter(|at| wanted.contains(at)) {
                found.entry(number).or_default().push(row);
            }
        }
        found
    })
}
