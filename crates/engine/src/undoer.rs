//! Takes back what one run wrote, as an ordinary plan: field by field, and only where the record still holds what the
//! run wrote (L12). What somebody touched since stays as it is and is reported.
//!
//! Reads no journal, and undoes nothing that the run only remembered: links and rebases wrote to no replica.

mod finder;

use crate::draft::{Draft, Fate, World, action};
use crate::normalizer::text;
use crate::planner::{self, Input};
use crate::{guard, pairs};
use finder::Finder;
use jiff::Timestamp;
use model::{
    Action, ActionKind, BySide, Cell, Change, Evidence, Field, Held, HeldReason, LinkStatus, Plan, RecordId, RowRef,
    Rule, RunId, Side, SkipReason, Skipped, Via,
};
use std::collections::{BTreeMap, BTreeSet};

/// One write of the run that landed.
#[derive(Debug, Clone)]
pub struct Past {
    /// Where.
    pub side: Side,
    /// What it did: create, update or delete.
    pub kind: ActionKind,
    /// The record's own id; none where it has none, or it was never learned.
    pub record_id: Option<RecordId>,
    /// The record on the other side.
    pub other_id: Option<RecordId>,
    /// The contact's number.
    pub phone: String,
    /// The contact's name.
    pub name: String,
    /// Field by field; of a deletion, everything that the record held.
    pub changes: Vec<Change>,
    /// When.
    pub at: Timestamp,
}

/// The plan that takes these writes back.
pub fn undo(input: &Input<'_>, run: &RunId, past: &[Past]) -> Plan {
    let world = World::new(input);
    let mut draft = Draft::new(input.listings);
    for side in Side::BOTH {
        draft.fates[side].fill(Fate::Unchanged);
    }
    let made = past.iter().filter(|past| past.kind == ActionKind::Create).map(|past| (past.side, past.phone.as_str()));
    let made = made.collect();
    let mut undo = Undo { finder: Finder::new(&world, past), world: &world, draft, run, made };
    for past in folded(past) {
        match past.kind {
            ActionKind::Create => undo.created(&past),
            ActionKind::Delete => undo.deleted(&past),
            _ => undo.updated(&past),
        }
    }
    let mut draft = undo.draft;
    let linked = input.heads.iter().filter(|head| head.status == LinkStatus::Active).count() as u64;
    guard::listing_alarms(&world, &mut draft, linked);
    planner::sort(&mut draft.actions, input.normalizer);
    guard::withhold(&world, &mut draft, linked, input.approvals);
    Plan { undoes: Some(run.clone()), ..planner::finish(input, draft) }
}

/// Several updates of one record are one: a number that was handed around took a step between (S21).
fn folded(past: &[Past]) -> Vec<Past> {
    let mut net: Vec<Past> = Vec::new();
    let mut known: BTreeMap<(Side, &RecordId), usize> = BTreeMap::new();
    for write in past {
        let id = write.record_id.as_ref().filter(|_| write.kind == ActionKind::Update);
        let earlier = id.and_then(|id| known.get(&(write.side, id)).copied());
        let Some(at) = earlier else {
            if let Some(id) = id {
                known.insert((write.side, id), net.len());
            }
            net.push(write.clone());
            continue;
        };
        for change in &write.changes {
            match net[at].changes.iter_mut().find(|known| known.field == change.field) {
                Some(known) => known.after.clone_from(&change.after),
                None => net[at].changes.push(change.clone()),
            }
        }
    }
    net
}

struct Undo<'w, 'a> {
    world: &'w World<'a>,
    finder: Finder<'w>,
    draft: Draft,
    run: &'w RunId,
    /// What the run made, by number: of a caller, one record on each side.
    made: BTreeSet<(Side, &'w str)>,
}

impl Undo<'_, '_> {
    /// The row that a write was about; why it is left alone, where it is.
    fn find(&self, past: &Past) -> Result<u32, String> {
        let row = self.finder.find(past)?;
        let is_free = self.draft.fate_of(past.side, row) == Fate::Unchanged;
        is_free.then_some(row).ok_or_else(|| "the run wrote to the contact that has its number twice".to_owned())
    }

    /// Back to what each field held before.
    fn updated(&mut self, past: &Past) {
        let (world, side) = (self.world, past.side);
        let row = match self.find(past) {
            Ok(row) => row,
            Err(why) => return self.touched(past, past.record_id.as_ref(), &[why]),
        };
        let record = world.row(side, row);
        let (mut changes, mut touched) = (Vec::new(), Vec::new());
        for change in &past.changes {
            match take_back(world, record, change) {
                Back::To(before) => changes.push(before),
                Back::Already => {}
                Back::Not(why) => touched.push(why),
            }
        }
        let id = RecordId::from(record.id());
        self.touched(past, Some(&id), &touched);
        if changes.is_empty() {
            return;
        }
        let rows = self.finder.pair(side, row);
        let mut update = self.action(past, ActionKind::Update, rows);
        update.link = self.finder.link(side, row).map(|head| head.id);
        update.via = match world.capabilities[side] {
            // Bulk finds contacts by number: it must be one contact's alone, before and after (I6).
            can if can.bulk_by_phone && !self.finder.is_alone(side, row) => can.phone_update_via,
            _ => pairs::via(world, side, row, &changes),
        };
        update.note = format!("undoes {}{}", self.run, self.difference(side, rows, &changes));
        update.changes = changes;
        self.draft.fate(side, row, Fate::Update);
        self.draft.actions.push(update);
    }

    /// Fields in which both sides differ afterwards, in words: nobody is asked, and nothing follows from it.
    fn difference(&self, side: Side, rows: BySide<Option<u32>>, changes: &[Change]) -> String {
        let Some(other) = rows[side.other()] else { return String::new() };
        let record = self.world.row(side.other(), other);
        let differs = |change: &&Change| {
            let id = self.world.settings.schema.position(&change.field);
            let now = id.map_or(Cell::Unknown, |id| record.cell(id.index()));
            now != Cell::Unknown && !self.world.normalizer.same(&change.field, now, Cell::from_text(&change.after))
        };
        let (phones, fields): (Vec<&Change>, Vec<&Change>) =
            changes.iter().filter(differs).partition(|change| change.field == Field::Phone);
        let title = side.other().title();
        let names = fields.iter().map(|change| change.field.to_string()).collect::<Vec<_>>().join(", ");
        let kept = format!("; {title} keeps its {names}, and both stay as they are until somebody edits one");
        let asked = format!("; {title} keeps its phone: which one is right is then a conflict");
        let said = [(!fields.is_empty()).then_some(kept), (!phones.is_empty()).then_some(asked)];
        said.into_iter().flatten().collect()
    }

    /// The record goes again, if it still is what was created.
    fn created(&mut self, past: &Past) {
        let (world, side) = (self.world, past.side);
        let row = match self.find(past) {
            Ok(row) => row,
            Err(why) => return self.touched(past, past.record_id.as_ref(), &[why]),
        };
        let record = world.row(side, row);
        let id = RecordId::from(record.id());
        let mut touched = touched_since_created(world, record, &past.changes);
        if side == Side::Crm && !world.matching.siblings.group(row).is_empty() {
            touched.push("it has further numbers by now".to_owned());
        }
        if !touched.is_empty() {
            return self.touched(past, Some(&id), &touched);
        }
        let pair = self.finder.pair(side, row);
        let twin = pair[side.other()].filter(|_| self.made.contains(&(side.other(), past.phone.as_str())));
        // Of two that were made of nothing, neither is what the other is made of again.
        let rows = if twin.is_some() { BySide::from_fn(|at| pair[at].filter(|_| at == side)) } else { pair };
        let mut delete = self.action(past, ActionKind::Delete, rows);
        let ends_with_twin = twin.is_some_and(|twin| self.draft.fate_of(side.other(), twin) == Fate::Delete);
        delete.link = self.finder.link(side, row).map(|head| head.id).filter(|_| !ends_with_twin);
        delete.via = world.capabilities[side].delete_via;
        delete.evidence = Some(Evidence {
            sightings: 0,
            first_at: past.at,
            last_at: world.seen_at(side),
            proof: format!("created by run {}", self.run),
            target_equals_base: world.hash(side, row),
        });
        let title = side.other().title();
        let kept = format!("; {title} keeps the contact, and it is not created here again until it changes there");
        let kept = if rows[side.other()].is_some() { kept } else { String::new() };
        delete.note = format!("undoes {}{kept}", self.run);
        if !world.settings.delete_in[side] || delete.via == Via::State {
            self.draft.fate(side, row, Fate::Held);
            let detail = format!("[deletes] or {} itself allows no deletion", side.title());
            return self.hold(&delete, HeldReason::Policy, detail);
        }
        self.draft.fate(side, row, Fate::Delete);
        self.draft.actions.push(delete);
    }

    /// The record comes back with everything that was kept of it.
    fn deleted(&mut self, past: &Past) {
        let (world, side) = (self.world, past.side);
        let number = self.finder.number_of(past, false);
        let is_back = past.record_id.as_ref().is_some_and(|id| self.finder.by_id(side, id).is_some());
        if is_back || !self.finder.with_number(side, number).is_empty() {
            let why = "a contact with its id or its number is there".to_owned();
            return self.touched(past, past.record_id.as_ref(), &[why]);
        }
        let other = self.finder.counterpart(past, number);
        let rows = BySide::from_fn(|at| if at == side { None } else { other });
        let mut create = self.action(past, ActionKind::Create, rows);
        create.via = world.capabilities[side].create_via;
        let kept = past.changes.iter().filter(|change| change.before.as_deref().is_some_and(|text| !text.is_empty()));
        create.changes = kept
            .filter(|change| world.settings.schema.position(&change.field).is_some())
            .map(|change| Change {
                field: change.field.clone(),
                before: None,
                after: change.before.clone().unwrap_or_default(),
            })
            .collect();
        let title = side.other().title();
        create.note = match other {
            Some(row) => format!("undoes {}; linked with {} of {title}", self.run, world.row(side.other(), row).id()),
            None => format!("undoes {}; {title} has no such contact: the next sync creates it there, too", self.run),
        };
        if let Some(detail) = world.incomplete(side) {
            return self.hold(&create, HeldReason::PartialListing, detail);
        }
        if create.via == Via::State {
            return self.hold(&create, HeldReason::Policy, format!("{} cannot create contacts", side.title()));
        }
        self.draft.actions.push(create);
    }

    fn action(&self, past: &Past, kind: ActionKind, rows: BySide<Option<u32>>) -> Action {
        let mut action = action(self.world, past.side, kind, rows, Rule::Undo);
        action.phone.clone_from(&past.phone);
        action.name.clone_from(&past.name);
        action
    }

    fn hold(&mut self, action: &Action, reason: HeldReason, detail: String) {
        self.draft.held.push(Held {
            side: action.side,
            kind: action.kind,
            record_id: action.record_id.clone(),
            phone: action.phone.clone(),
            reason,
            until: None,
            other_id: action.other_id.clone(),
            name: action.name.clone(),
            detail,
            class: None,
            link: action.link,
        });
    }

    /// Reports what is left as it is. The record itself counts as unchanged, or as what else happens to it.
    fn touched(&mut self, past: &Past, id: Option<&RecordId>, why: &[String]) {
        if why.is_empty() {
            return;
        }
        let record_id = id.cloned().unwrap_or_else(|| RecordId::from(past.phone.as_str()));
        let detail = format!("{} {}: not undone: {}", past.name, past.phone, why.join("; "));
        let reason = SkipReason::TouchedSince;
        self.draft.skipped.push(Skipped { side: past.side, record_id, reason, detail: detail.trim().to_owned() });
    }
}

/// What becomes of one field.
enum Back {
    To(Change),
    /// It holds what it held before.
    Already,
    /// Why it stays.
    Not(String),
}

fn take_back(world: &World<'_>, record: RowRef<'_>, change: &Change) -> Back {
    let field = &change.field;
    let Some(id) = world.settings.schema.position(field) else {
        return Back::Not(format!("{field} is not synced any more"));
    };
    let Some(before) = &change.before else {
        return Back::Not(format!("what {field} held before is not known"));
    };
    match record.cell(id.index()) {
        Cell::Unknown => Back::Not(format!("{field} is not shown at the moment")),
        now if holds(world, field, now, &change.after) => {
            Back::To(Change { field: field.clone(), before: Some(now.text().to_owned()), after: before.clone() })
        }
        now if now == Cell::from_text(before) => Back::Already,
        now => Back::Not(format!("{field}: the run wrote `{}`, it holds `{}` now", change.after, now.text())),
    }
}

/// Whether a cell shows what was sent, perhaps in the replica's own spelling.
fn holds(world: &World<'_>, field: &Field, now: Cell<'_>, sent: &str) -> bool {
    world.normalizer.same(field, now, Cell::from_text(sent))
        || (*field != Field::Phone && text::is_rewriting(sent, now.text()))
}

/// What makes a created record somebody's by now: other values, or values that the run did not write.
fn touched_since_created(world: &World<'_>, record: RowRef<'_>, created: &[Change]) -> Vec<String> {
    let mut touched = Vec::new();
    for (id, field) in world.settings.schema.iter() {
        let now = record.cell(id.index());
        let sent = created.iter().find(|change| change.field == *field).map_or("", |change| change.after.as_str());
        if now != Cell::Unknown && !holds(world, field, now, sent) {
            touched.push(format!("{field}: the run wrote `{sent}`, it holds `{}` now", now.text()));
        }
    }
    touched
}
