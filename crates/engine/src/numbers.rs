//! Which of a CRM contact's numbers is the synced one: the one that `JustCall` holds, until the contact has it no more; then
//! what took its place in its field, then the next in order of preference. Puts it into the record's phone cell, before anything is matched.
//!
//! Chooses among numbers that the record shows (`model::numbers`); does not match, and makes no number up. With
//! `numbers = "each"` there is nothing to choose: see [`spread`].

mod each;

pub use each::spread;

use crate::normalizer::{Normalizer, PhoneReading};
use crate::survey::survey;
use model::numbers::{Number, has_fields, numbers, own_id, whole};
use model::{
    Action, BySide, Cell, LinkHead, OwnedCell, PhoneKey, Record, RecordId, RowRef, Schema, Side, Table, TableFull,
};
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of one record whose field the configuration names, in order of preference.
struct Choice<'a> {
    numbers: Vec<Number<'a>>,
    keys: Vec<Option<PhoneKey>>,
}

impl<'a> Choice<'a> {
    fn of(normalizer: &Normalizer, row: RowRef<'a>) -> Self {
        let numbers: Vec<Number<'a>> = named(row.rest()).collect();
        let keys = numbers.iter().map(|number| key(normalizer, &number.text)).collect();
        Self { numbers, keys }
    }

    /// The number, with its extension if there is such a one.
    fn find(&self, wanted: PhoneKey) -> Option<usize> {
        let is = |test: &dyn Fn(PhoneKey) -> bool| self.keys.iter().position(|key| key.is_some_and(test));
        is(&|key| key == wanted).or_else(|| is(&|key| key.number() == wanted.number()))
    }

    /// Of a linked contact: what `JustCall` holds now, else what both sides agreed on, else whatever stands in the field
    /// that the synced number stood in. Where that is empty, and a number cannot be read, that one may be it, damaged: it
    /// is told to people, and no other number takes its place.
    fn linked(&self, justcall: Option<PhoneKey>, head: Option<PhoneKey>, field: Option<&str>) -> usize {
        let known = [justcall, head].into_iter().flatten().find_map(|wanted| self.find(wanted));
        let damaged = || self.keys.iter().position(Option::is_none).filter(|_| head.is_some());
        known.or_else(|| self.standing_in(field?)).or_else(damaged).unwrap_or_else(|| self.first())
    }

    /// The only number of a field.
    fn standing_in(&self, field: &str) -> Option<usize> {
        let mut there = (0..self.numbers.len()).filter(|at| self.field(*at) == Some(field));
        there.next().filter(|_| there.next().is_none())
    }

    fn field(&self, at: usize) -> Option<&str> {
        self.numbers.get(at)?.field.as_deref()
    }

    /// Of a contact that nobody linked yet. A number that several contacts have says of none of them who it is.
    fn unlinked(&self, wanted: &BTreeSet<u64>, holders: &BTreeMap<u64, u32>) -> usize {
        let tells = |key: PhoneKey| wanted.contains(&key.number()) && holders.get(&key.number()) == Some(&1);
        self.keys.iter().position(|key| key.is_some_and(tells)).unwrap_or_else(|| self.first())
    }

    fn first(&self) -> usize {
        self.keys.iter().position(Option::is_some).unwrap_or(0)
    }
}

fn key(normalizer: &Normalizer, text: &str) -> Option<PhoneKey> {
    match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key),
        PhoneReading::Unusable(..) => None,
    }
}

fn named(rest: Option<&str>) -> impl Iterator<Item = Number<'_>> {
    numbers(rest).filter(|number| number.field.is_some())
}

/// Which number of each contact is the synced one.
#[derive(Debug, Default)]
pub struct Chosen {
    /// The CRM's records with the synced number in the phone cell. None: all of them have it there, as they always have
    /// where the configuration names one field.
    pub table: Option<Table>,
    /// The field that it stands in, where that is not remembered yet: contact by contact, for the next run.
    pub fields: Vec<(RecordId, String)>,
}

/// Chooses. `remembered`: the field that the synced number of a contact stood in before. Choosing again changes nothing.
///
/// # Errors
/// More text than a table holds.
pub fn choose(
    normalizer: &Normalizer,
    schema: &Schema,
    tables: BySide<&Table>,
    heads: &[LinkHead],
    remembered: &BTreeMap<RecordId, String>,
) -> Result<Chosen, TableFull> {
    let crm = tables.crm;
    if !crm.with_rest().any(|(_, row)| has_fields(row.rest())) {
        return Ok(Chosen::default());
    }
    let phone = schema.phone().index();
    let mut chosen: BTreeMap<u32, String> = BTreeMap::new();
    let mut fields = Vec::new();
    let mut choose = |row: u32, choice: &Choice<'_>, at: usize| {
        let id = RecordId::from(crm.row(row as usize).id());
        let field = choice.field(at).filter(|field| remembered.get(&id).map(String::as_str) != Some(*field));
        fields.extend(field.map(|field| (id, field.to_owned())));
        let text = choice.numbers.get(at).map(|number| number.text.clone().into_owned());
        if let Some(text) = text.filter(|text| crm.row(row as usize).cell(phone).text() != text) {
            chosen.insert(row, text);
        }
    };
    let seen = survey(schema, tables, heads);
    for joined in &seen.joined {
        let Some(row) = joined.rows.crm.filter(|row| has_fields(crm.row(*row as usize).rest())) else { continue };
        let field = remembered.get(&RecordId::from(crm.row(row as usize).id())).map(String::as_str);
        let choice = Choice::of(normalizer, crm.row(row as usize));
        let theirs = joined.rows.justcall.map(|row| tables.justcall.row(row as usize).cell(phone));
        let theirs = theirs.and_then(|cell| key(normalizer, cell.text()));
        choose(row, &choice, choice.linked(theirs, heads[joined.head].key, field));
    }
    let unlinked = seen.free.crm.iter().chain(&seen.duplicates.crm).copied();
    let unlinked: Vec<u32> = unlinked.filter(|row| has_several(crm.row(*row as usize))).collect();
    if !unlinked.is_empty() {
        let mut wanted = BTreeSet::new();
        let rows = seen.free.justcall.iter().chain(&seen.duplicates.justcall).copied();
        let half = seen.joined.iter().filter(|joined| joined.rows.crm.is_none());
        let rows = rows.chain(half.clone().filter_map(|joined| joined.rows.justcall));
        let texts = rows.map(|row| tables.justcall.row(row as usize).cell(phone).text());
        wanted.extend(texts.filter_map(|text| key(normalizer, text)).map(PhoneKey::number));
        wanted.extend(half.filter_map(|joined| heads[joined.head].key).map(PhoneKey::number));
        let holders = holders(normalizer, phone, crm, &wanted);
        for row in unlinked {
            let choice = Choice::of(normalizer, crm.row(row as usize));
            choose(row, &choice, choice.unlinked(&wanted, &holders));
        }
    }
    let table = if chosen.is_empty() { None } else { Some(rewritten(crm, phone, &chosen)?) };
    Ok(Chosen { table, fields })
}

fn has_several(row: RowRef<'_>) -> bool {
    has_fields(row.rest()) && named(row.rest()).nth(1).is_some()
}

/// How many contacts have each of these numbers, in whichever field.
fn holders(normalizer: &Normalizer, phone: usize, table: &Table, wanted: &BTreeSet<u64>) -> BTreeMap<u64, u32> {
    let mut holders = BTreeMap::new();
    for row in table.iter() {
        let own = key(normalizer, row.cell(phone).text());
        let keys = named(row.rest()).filter_map(|number| key(normalizer, &number.text));
        let own: BTreeSet<u64> =
            keys.chain(own).map(PhoneKey::number).filter(|number| wanted.contains(number)).collect();
        for number in own {
            *holders.entry(number).or_insert(0) += 1;
        }
    }
    holders
}

fn rewritten(crm: &Table, phone: usize, chosen: &BTreeMap<u32, String>) -> Result<Table, TableFull> {
    let mut table = Table::new(crm.width());
    for (row, at) in crm.iter().zip(0u32..) {
        let Some(text) = chosen.get(&at) else {
            table.push_row(row)?;
            continue;
        };
        let cells = (0..crm.width()).map(|cell| if cell == phone { Cell::from_text(text) } else { row.cell(cell) });
        table.push(row.id(), row.native_id(), cells, row.rest())?;
    }
    Ok(table)
}

/// A record that was read back after a write: its phone cell shows the number that it should hold, if it has it.
pub fn follow(normalizer: &Normalizer, schema: &Schema, record: &mut Record, expected: &str) {
    if !has_fields(record.rest.as_deref()) {
        return;
    }
    let named: Vec<String> = numbers(record.rest.as_deref())
        .filter(|number| number.field.is_some())
        .map(|number| number.text.into_owned())
        .collect();
    let wanted = key(normalizer, expected);
    let same = |text: &&String| wanted.is_some() && key(normalizer, text) == wanted;
    let found = named.iter().find(|text| *text == expected).or_else(|| named.iter().find(same));
    if let (Some(text), Some(cell)) = (found, record.cells.get_mut(schema.phone().index())) {
        *cell = OwnedCell::from(Some(text.clone()));
    }
}

/// The numbers of a record beside the synced one, in the fields that the configuration names.
pub(crate) fn beside(row: RowRef<'_>, phone: usize) -> Vec<Number<'_>> {
    let mut others: Vec<Number<'_>> = if has_fields(row.rest()) { named(row.rest()).collect() } else { Vec::new() };
    let synced = row.cell(phone).text();
    if let Some(at) = others.iter().position(|number| number.text == synced) {
        others.remove(at);
    }
    others
}

/// The rows of the CRM's contacts by the numbers that they have beside the synced one, ascending.
pub(crate) fn others(normalizer: &Normalizer, phone: usize, table: &Table) -> Vec<(PhoneKey, u32)> {
    let rows = table.with_rest().filter(|(_, row)| has_several(*row));
    let mut others: Vec<(PhoneKey, u32)> = rows
        .flat_map(|(at, row)| {
            let own = key(normalizer, row.cell(phone).text()).map(PhoneKey::number);
            let numbers = beside(row, phone).into_iter().filter_map(|number| key(normalizer, &number.text));
            let numbers = numbers.filter(move |key| Some(key.number()) != own);
            numbers.map(move |key| (key, at)).collect::<Vec<_>>()
        })
        .collect();
    others.sort_unstable();
    others.dedup();
    others
}

/// Says in the plan which other numbers the CRM has of a contact: they stay as they are.
pub(crate) fn mention(table: &Table, phone: usize, actions: &mut [Action]) {
    let rows = table.with_rest().filter(|(_, row)| has_several(*row) || whole(row.rest()).is_some());
    let rows: BTreeMap<&str, RowRef<'_>> = rows.map(|(_, row)| (row.id(), row)).collect();
    if rows.is_empty() {
        return;
    }
    for action in actions {
        let id = if action.side == Side::Crm { &action.record_id } else { &action.other_id };
        let Some(row) = id.as_ref().and_then(|id| rows.get(id.as_str())) else { continue };
        let said = [which(*row), others_of(*row, phone)];
        let said = said.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ");
        if said.is_empty() {
            continue;
        }
        let before = if action.note.is_empty() { String::new() } else { format!("{}; ", action.note) };
        action.note = format!("{before}{said}");
    }
}

fn others_of(row: RowRef<'_>, phone: usize) -> String {
    let others = beside(row, phone);
    let others = others.iter().map(|number| format!("{} {}", number.field.as_deref().unwrap_or(""), number.text));
    let others = others.collect::<Vec<_>>().join(", ");
    if others.is_empty() { others } else { format!("other numbers in the CRM: {others}") }
}

/// Which of a contact's numbers a record is, where it has a record for each.
fn which(row: RowRef<'_>) -> String {
    let (Some(whole), Some(own)) = (whole(row.rest()), named(row.rest()).next()) else { return String::new() };
    let Some(at) = named(Some(whole)).position(|number| number == own) else { return String::new() };
    let nth = match at + 1 {
        1 => "1st".to_owned(),
        2 => "2nd".to_owned(),
        3 => "3rd".to_owned(),
        at => format!("{at}th"),
    };
    format!("{nth} number of {} in the CRM, {}", own_id(row.id()), own.field.as_deref().unwrap_or_default())
}
