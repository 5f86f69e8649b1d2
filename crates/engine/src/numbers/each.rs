//! `numbers = "each"`: a CRM contact with several numbers becomes several records, one per number, before anything is
//! matched. A record keeps its number wherever among the fields that stands; a number that took the place of another is
//! that record's edit; whatever is left is a record of its own.
//!
//! Does not know what a record is linked to beyond its number, and writes nothing: folding writes back is `sync`'s.

use super::{has_several, key, named};
use crate::normalizer::Normalizer;
use crate::survey::survey;
use model::numbers::{self, Number, further_id, is_further, own_id};
use model::{BySide, Cell, LinkHead, PhoneKey, RecordId, RowRef, Schema, Table, TableFull};
use std::collections::{BTreeMap, BTreeSet};

/// The CRM's records, each contact with as many as it has numbers. None: nobody has several. Doing it again changes
/// nothing, also after whole contacts joined the records.
///
/// # Errors
/// More text than a table holds.
pub fn spread(
    normalizer: &Normalizer,
    schema: &Schema,
    tables: BySide<&Table>,
    heads: &[LinkHead],
) -> Result<Option<Table>, TableFull> {
    let crm = tables.crm;
    let is_spread = |row: RowRef<'_>| is_further(row.id()) || numbers::whole(row.rest()).is_some();
    let has_further = heads.iter().any(|head| head.ids.crm.as_ref().is_some_and(|id| is_further(id.as_str())));
    if !has_further && !crm.iter().any(|row| has_several(row) || is_spread(row)) {
        return Ok(None);
    }
    let slots = slots(normalizer, schema, tables, heads);
    let none: &[Slot<'_>] = &[];
    let slots_of = |own: &str| slots.get(own).map_or(none, Vec::as_slice);
    let mut table = Table::new(crm.width());
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for row in crm.iter() {
        let own = own_id(row.id());
        let concerns = || has_several(row) || slots_of(own).iter().any(|slot| is_further(slot.id));
        if is_spread(row) {
            if !done.insert(own) {
                continue; // the contact's first record spoke for all of them
            }
        } else if !row.native_id() || !concerns() || !done.insert(own) {
            table.push_row(row)?;
            continue;
        }
        let contact = Contact::of(normalizer, row, own);
        contact.push_to(&mut table, schema.phone().index(), slots_of(own))?;
    }
    Ok(Some(table))
}

/// A number that a record would have.
type Wanted = fn(&Slot<'_>) -> Option<PhoneKey>;
/// Whether it is that number.
type Same = fn(PhoneKey, PhoneKey) -> bool;

/// A record of a contact that a link knows.
struct Slot<'a> {
    id: &'a str,
    /// The number that `JustCall` holds now.
    justcall: Option<PhoneKey>,
    /// The number that both sides agreed on.
    agreed: Option<PhoneKey>,
}

impl Slot<'_> {
    fn steady(&self) -> Option<PhoneKey> {
        self.justcall.filter(|key| self.agreed == Some(*key))
    }
}

/// The known records by contact, the one with the contact's own id first.
fn slots<'a>(
    normalizer: &Normalizer,
    schema: &Schema,
    tables: BySide<&Table>,
    heads: &'a [LinkHead],
) -> BTreeMap<&'a str, Vec<Slot<'a>>> {
    let phone = schema.phone().index();
    let mut slots: BTreeMap<&str, Vec<Slot<'_>>> = BTreeMap::new();
    for joined in &survey(schema, tables, heads).joined {
        let head = &heads[joined.head];
        let Some(id) = head.ids.crm.as_ref().map(RecordId::as_str) else { continue };
        let theirs = joined.rows.justcall.map(|row| tables.justcall.row(row as usize).cell(phone));
        let justcall = theirs.and_then(|cell| key(normalizer, cell.text()));
        slots.entry(own_id(id)).or_default().push(Slot { id, justcall, agreed: head.key });
    }
    for slots in slots.values_mut() {
        slots.sort_by_key(|slot| slot.id); // a contact's own id is the beginning of all others
    }
    slots
}

/// A contact as the connector showed it.
struct Contact<'a> {
    row: RowRef<'a>,
    own: &'a str,
    whole: &'a str,
    numbers: Vec<Number<'a>>,
    keys: Vec<Option<PhoneKey>>,
}

/// One of the records that a contact becomes.
struct Shown {
    id: String,
    /// Which of the numbers; none: the contact has none.
    at: Option<usize>,
}

impl<'a> Contact<'a> {
    fn of(normalizer: &Normalizer, row: RowRef<'a>, own: &'a str) -> Self {
        let whole = numbers::whole(row.rest()).or(row.rest()).unwrap_or_default();
        let numbers: Vec<Number<'a>> = named(Some(whole)).filter(|number| !number.text.trim().is_empty()).collect();
        let keys = numbers.iter().map(|number| key(normalizer, &number.text)).collect();
        Self { row, own, whole, numbers, keys }
    }

    fn push_to(&self, table: &mut Table, phone: usize, slots: &[Slot<'_>]) -> Result<(), TableFull> {
        let unknown = self.row.cell(phone) == Cell::Unknown;
        let shown = if unknown { self.all_unknown(slots) } else { self.shown(slots) };
        let is_plain = shown.len() == 1 && !is_further(&shown[0].id);
        for (position, record) in shown.iter().enumerate() {
            let cell = match record.at.and_then(|at| self.numbers.get(at)) {
                Some(number) => Cell::from_text(&number.text),
                None if unknown => Cell::Unknown,
                None => Cell::Cleared,
            };
            let cells = (0..table.width()).map(|at| if at == phone { cell } else { self.row.cell(at) });
            let rest = if is_plain {
                self.whole.to_owned()
            } else {
                numbers::part(&self.lines_of(record, position == 0), self.whole)
            };
            table.push(&record.id, self.row.native_id(), cells, Some(&rest))?;
        }
        Ok(())
    }

    /// A record's own line. The first also has what is no number of any of them: it may be somebody's, damaged.
    fn lines_of(&self, record: &Shown, is_first: bool) -> String {
        let mut lines = String::new();
        let of = |at: usize| (self.numbers[at].field.as_deref().unwrap_or_default(), &*self.numbers[at].text);
        if let Some((field, text)) = record.at.map(of) {
            numbers::add(&mut lines, field, text);
        }
        if is_first {
            let unreadable = (0..self.keys.len()).filter(|at| self.keys[*at].is_none() && record.at != Some(*at));
            for (field, text) in unreadable.map(of) {
                numbers::add(&mut lines, field, text);
            }
            let others = numbers::numbers(Some(self.whole)).filter(|number| number.field.is_none());
            others.for_each(|number| numbers::add_other(&mut lines, &number.text));
        }
        lines
    }

    /// Nothing is known of its numbers in this reading: nothing follows from that.
    fn all_unknown(&self, slots: &[Slot<'_>]) -> Vec<Shown> {
        let known = slots.iter().map(|slot| slot.id.to_owned());
        let mut ids: Vec<String> = known.collect();
        if ids.is_empty() {
            ids.push(self.own.to_owned());
        }
        ids.into_iter().map(|id| Shown { id, at: None }).collect()
    }

    fn shown(&self, slots: &[Slot<'_>]) -> Vec<Shown> {
        let (of, left) = self.assigned(slots);
        let known =
            slots.iter().zip(&of).filter_map(|(slot, at)| Some(Shown { id: slot.id.to_owned(), at: Some((*at)?) }));
        let mut shown: Vec<Shown> = known.collect();
        let mut taken: BTreeSet<String> = slots.iter().map(|slot| slot.id.to_owned()).collect();
        for at in left {
            let Some(key) = self.keys[at] else { continue };
            let further = (1..).map(|again| further_id(self.own, key, again));
            let free = [self.own.to_owned()].into_iter().chain(further).find(|id| !taken.contains(id));
            let Some(id) = free else { continue };
            taken.insert(id.clone());
            shown.push(Shown { id, at: Some(at) });
        }
        if shown.is_empty() {
            // Without any number left it is shown once, as a contact without a number is.
            let id = slots.first().map_or(self.own, |slot| slot.id).to_owned();
            shown.push(Shown { id, at: (!self.numbers.is_empty()).then_some(0) });
        }
        shown.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        shown
    }

    /// Which number each known record has, and the numbers that none of them has.
    fn assigned(&self, slots: &[Slot<'_>]) -> (Vec<Option<usize>>, Vec<usize>) {
        let mut of: Vec<Option<usize>> = vec![None; slots.len()];
        let mut taken = vec![false; self.keys.len()];
        let wanted: [Wanted; 3] = [|slot| slot.steady(), |slot| slot.justcall, |slot| slot.agreed];
        let same: [Same; 2] = [|a, b| a == b, |a, b| a.number() == b.number()];
        for (same, wanted) in same.iter().flat_map(|same| wanted.iter().map(move |wanted| (same, wanted))) {
            for (slot, of) in slots.iter().zip(&mut of).filter(|(_, of)| of.is_none()) {
                let Some(wanted) = wanted(slot) else { continue };
                let fits = |at: &usize| !taken[*at] && self.keys[*at].is_some_and(|key| same(key, wanted));
                if let Some(at) = (0..taken.len()).find(fits) {
                    taken[at] = true;
                    *of = Some(at);
                }
            }
        }
        // A number that cannot be read may be one that is missing, damaged: no other number takes its place.
        let unreadable: Vec<usize> = (0..taken.len()).filter(|at| self.keys[*at].is_none()).collect();
        if let Some(last) = unreadable.last() {
            let lost = slots.iter().zip(&mut of).filter(|(slot, of)| of.is_none() && slot.agreed.is_some());
            for (position, (_, of)) in lost.enumerate() {
                *of = Some(*unreadable.get(position).unwrap_or(last));
            }
        }
        let mut held: BTreeSet<u64> = BTreeSet::new();
        held.extend(of.iter().flatten().filter_map(|at| self.keys[*at]).map(PhoneKey::number));
        let fresh = |at: &usize| !taken[*at] && self.keys[*at].is_some_and(|key| held.insert(key.number()));
        let left: Vec<usize> = (0..taken.len()).filter(fresh).collect();
        let mut left = left.into_iter();
        for of in of.iter_mut().filter(|of| of.is_none()) {
            *of = left.next();
        }
        (of, left.collect())
    }
}
