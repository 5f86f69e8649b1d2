//! Several numbers per contact: which one is the synced one, and what becomes of the others. Rows are those of `common`;
//! a contact's numbers are `Field number` lines.

mod common;

use common::{C, J, World, assert_plan, lines, normalizer, record};
use engine::normalizer::Normalizer;
use model::{BySide, Record, Table, numbers};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ANN: &str = "J1 | Ann | A | +14155550101 | a@x.com | Acme";

/// A row of the CRM with these numbers; its phone cell is the first of them, as a connector shows it.
fn contact(id: &str, own: &[(&str, &str)]) -> Record {
    let first = own.first().map_or("", |(_, text)| text);
    let mut record = record(&format!("{id} | Ann | A | {first} | a@x.com | Acme"));
    let mut rest = String::new();
    for (field, text) in own {
        numbers::add(&mut rest, field, text);
    }
    record.rest = Some(rest);
    record
}

/// Puts the synced numbers in, as `sync` does after every reading.
fn choose(mut world: World) -> World {
    let listings = world.listings();
    let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
    let schema = &world.settings.schema;
    let known = &world.number_fields;
    let chosen = engine::numbers::choose(&normalizer(), schema, tables, &world.heads, known).expect("room");
    world.number_fields.extend(chosen.fields);
    if let Some(table) = chosen.table {
        world.rows.crm = table.iter().map(model::RowRef::to_record).collect();
    }
    world
}

fn with(mut world: World, rows: &[Record]) -> World {
    world.rows.crm.extend_from_slice(rows);
    choose(world)
}

/// Ann, linked by a first run that saw these numbers of hers; now the CRM has others.
fn linked(before: &[(&str, &str)], now: &[(&str, &str)]) -> World {
    let mut world = with(World::new().with(J, &[ANN]), &[contact("C1", before)]);
    let (justcall, crm) = (world.rows.justcall[0].clone(), world.rows.crm[0].clone());
    world.link(&justcall, &crm);
    world.rows.crm = vec![contact("C1", now)];
    choose(world)
}

fn synced(world: &World) -> Vec<String> {
    world.rows.crm.iter().map(|row| row.cell(2).text().to_owned()).collect()
}

/// A number that was corrected in its field is that number, whatever else the contact has.
#[test]
fn what_takes_the_synced_numbers_place_in_its_field_is_its_edit() {
    let before = [("Mobile", "+14155550199"), ("Phone", "+14155550101")];
    let world = linked(&before, &[("Mobile", "+14155550199"), ("Phone", "+14155550133")]);
    assert_eq!(synced(&world), ["+14155550133"]);
    assert_plan(&world, &["R3 Update J1 phone=+14155550133"]);
    // Where the field is empty by now, the next one takes its place.
    assert_eq!(synced(&linked(&before, &[("Mobile", "+14155550199")])), ["+14155550199"]);
    // What JustCall holds comes first, wherever it stands.
    let moved = linked(&before, &[("Mobile", "+14155550101"), ("Phone", "+14155550133")]);
    assert_eq!(synced(&moved), ["+14155550101"]);
    // A field that a contact has twice says nothing.
    let twice = linked(&before, &[("Mobile", "+14155550199"), ("Phone", "+14155550133"), ("Phone", "+14155550134")]);
    assert_eq!(synced(&twice), ["+14155550199"]);
    // JustCall has another number as well: the two that were edited are asked about, and no third one.
    let both = linked(&before, &[("Mobile", "+14155550199"), ("Phone", "+14155550133")]);
    let both = both.edit(J, "J1 | Ann | A | +14155550122 | a@x.com | Acme");
    assert_plan(&choose(both), &["conflict BothEdited phone: +14155550122 / +14155550133"]);
}

#[test]
fn a_contact_is_found_by_any_of_its_numbers() {
    let own = [("Mobile", "+14155550199"), ("Phone", "(415) 555-0101")];
    let world = with(World::new().with(J, &[ANN]), &[contact("C1", &own)]);
    let plan = assert_plan(&world, &["R12 Link J1~C1"]);
    assert_eq!(plan.actions[0].note, "other numbers in the CRM: Mobile +14155550199");
    // Whom nobody knows goes by the first number that can be read.
    let own = [("Mobile", "ask Bob"), ("Phone", "+14155550198"), ("Home", "+14155550197")];
    let world = with(World::new(), &[contact("C1", &own)]);
    assert_eq!(synced(&world), ["+14155550198"]);
}

#[test]
fn the_number_that_justcall_holds_stays_the_synced_one() {
    let before = [("Phone", "+14155550101")];
    for now in [
        [("Mobile", "+14155550199"), ("Phone", "+14155550101")],
        [("Mobile", "+14155550101"), ("Phone", "+14155550199")],
    ] {
        assert_plan(&linked(&before, &now), &[]);
    }
    // Also in another spelling, of which the first counts.
    let now = [("Mobile", "(415) 555-0101"), ("Phone", "+14155550101")];
    assert_eq!(assert_plan(&linked(&before, &now), &[]).observations.len(), 1, "the spelling is remembered");
}

#[test]
fn a_number_that_is_gone_gives_way_to_the_next_in_order() {
    let before = [("Mobile", "+14155550101"), ("Phone", "+14155550102"), ("Home", "+14155550103")];
    assert_plan(&linked(&before, &before[1..]), &["R3 Update J1 phone=+14155550102"]);
    assert_plan(&linked(&before, &before[2..]), &["R3 Update J1 phone=+14155550103"]);
    // One that was damaged is not gone: no other one takes its place.
    let damaged = [("Mobile", "4.15556E+09"), ("Phone", "+14155550102")];
    assert_plan(&linked(&before, &damaged), &["skip crm C1: DestroyedPhone"]);
}

#[test]
fn justcall_moves_to_another_number_of_the_contact() {
    let own = [("Mobile", "+14155550101"), ("Phone", "+14155550102")];
    let world = linked(&own, &own).edit(J, "J1 | Ann | A | +14155550102 | a@x.com | Acme");
    // Both sides have it already: nothing is written, and the old number stays where it is.
    assert_plan(&choose(world), &["R4 Rebase J1~C1"]);
    let world = linked(&own, &own).edit(J, "J1 | Ann | A | +14155550177 | a@x.com | Acme");
    assert_plan(&choose(world), &["R2 Update C1 phone=+14155550177"]);
}

#[test]
fn a_number_of_several_contacts_tells_of_none_who_it_is() {
    let office = "+14155550101";
    let rows = [
        contact("C1", &[("Mobile", "+14155550111"), ("Phone", office)]),
        contact("C2", &[("Mobile", "+14155550112"), ("Phone", office)]),
    ];
    let world = with(World::new().with(J, &[ANN]), &rows);
    assert_eq!(synced(&world), ["+14155550111", "+14155550112"]);
    // The office's contact is nobody's counterpart, and no third one is made for it.
    let expected = [
        "skip justcall J1: OtherNumber",
        "R11 Create justcall from C1 first_name=Ann last_name=A phone=+14155550111 email=a@x.com company=Acme",
        "R11 Create justcall from C2 first_name=Ann last_name=A phone=+14155550112 email=a@x.com company=Acme",
    ];
    assert_plan(&world, &expected);
}

#[test]
fn a_number_that_somebody_else_has_as_well_needs_a_name_to_link_by() {
    let bob = "C2 | Bob | B | +14155550101 | | ";
    let other = contact("C1", &[("Mobile", "+14155550111"), ("Phone", "+14155550101")]);
    let jay = ["J1 | | | +14155550101 | | ", "J2 | Ann | A | +14155550111 | a@x.com | Acme"];
    let world = with(World::new().with(J, &jay).with(C, &[bob]), std::slice::from_ref(&other));
    let plan = world.plan();
    assert_eq!(lines(&plan).iter().filter(|line| line.contains("Link")).collect::<Vec<_>>(), ["R12 Link J2~C1"]);
    assert_eq!(plan.conflicts.len(), 1, "{plan:#?}");
    let named = ["J1 | Bob | B | +14155550101 | | ", jay[1]];
    let world = with(World::new().with(J, &named).with(C, &[bob]), &[other]);
    assert_plan(&world, &["R12 Link J1~C2", "R12 Link J2~C1"]);
}

#[test]
fn a_deletion_waits_where_the_number_stands_beside_another_one_s18() {
    let mut world = World::new().linked(&[(ANN, "C1 | Ann | A | +14155550101 | a@x.com | Acme")]).eager();
    world = world.drop(C, "C1");
    world.rows.crm.push(contact("C2", &[("Mobile", "+14155550111"), ("Phone", "+14155550101")]));
    // It is found by its number, and its name says that it is the same: a link, and no deletion.
    let plan = choose(world).plan();
    assert!(
        !lines(&plan).iter().any(|line| line.contains("Delete justcall") || line.contains("Delete J1")),
        "{plan:#?}"
    );
}

const PHONES: [&str; 7] =
    ["+14155550101", "(415) 555-0101", "+14155550102", "+14155550103", "+14155550104", "4.15556E+09", "ask Bob"];
const FIELDS: [&str; 3] = ["Mobile", "Phone", "Home"];

/// Rows of both sides, and which of them are linked.
fn worlds() -> impl Strategy<Value = World> {
    let person = (prop::collection::vec(0..PHONES.len(), 0..4), 0..5_usize, any::<bool>());
    prop::collection::vec(person, 1..6).prop_map(|people| {
        let mut world = World::new();
        for (at, (own, phone, is_linked)) in people.iter().enumerate() {
            let own: Vec<(&str, &str)> = FIELDS.into_iter().zip(own.iter().map(|at| PHONES[*at])).collect();
            let crm = contact(&format!("C{at}"), &own);
            let justcall = record(&format!("J{at} | Ann | A | {} | a@x.com | Acme", PHONES[*phone]));
            if *is_linked {
                world.link(&justcall, &crm);
            }
            world.rows.crm.push(crm);
            world.rows.justcall.push(justcall);
        }
        world
    })
}

fn table(rows: &[Record]) -> Table {
    let mut table = Table::new(6);
    for row in rows {
        table.push_record(row).expect("room");
    }
    table
}

fn chosen(world: &World, rows: &BySide<Vec<Record>>) -> Vec<Record> {
    let tables = BySide { justcall: &table(&rows.justcall), crm: &table(&rows.crm) };
    let normalizer: Normalizer = normalizer();
    let (schema, none) = (&world.settings.schema, BTreeMap::new());
    let chosen = engine::numbers::choose(&normalizer, schema, tables, &world.heads, &none).expect("room");
    chosen.table.map_or_else(|| rows.crm.clone(), |table| table.iter().map(model::RowRef::to_record).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_listings_makes_no_difference(world in worlds()) {
        let mut rows = world.rows.clone();
        rows.crm.reverse();
        rows.justcall.reverse();
        let mut other = chosen(&world, &rows);
        other.reverse();
        prop_assert_eq!(chosen(&world, &world.rows), other);
    }

    #[test]
    fn a_record_has_one_synced_number_which_is_its_own_and_choosing_again_changes_nothing(world in worlds()) {
        let once = chosen(&world, &world.rows);
        for (before, after) in world.rows.crm.iter().zip(&once) {
            let own = numbers::numbers(before.rest.as_deref()).map(|number| number.text.into_owned());
            let own: Vec<String> = own.collect();
            let synced = after.cell(2).text();
            prop_assert!(own.is_empty() || own.iter().any(|text| text == synced), "{synced} of {own:?}");
            // Nothing but the phone cell is touched.
            let mut same = after.clone();
            same.cells[2] = before.cells[2].clone();
            same.cells.truncate(before.cells.len());
            prop_assert_eq!(&same, before);
        }
        let again = BySide { justcall: world.rows.justcall.clone(), crm: once.clone() };
        prop_assert_eq!(chosen(&world, &again), once);
    }

    #[test]
    fn one_field_is_as_before(world in worlds()) {
        // With one number a contact, or numbers that no field is named for, nothing is chosen.
        let mut rows = world.rows.clone();
        for row in &mut rows.crm {
            let mut rest = String::new();
            for (at, number) in numbers::numbers(row.rest.clone().as_deref()).enumerate() {
                if at == 0 { numbers::add(&mut rest, "Phone", &number.text) } else { numbers::add_other(&mut rest, &number.text) }
            }
            row.rest = Some(rest).filter(|rest| !rest.is_empty());
        }
        let tables = BySide { justcall: &table(&rows.justcall), crm: &table(&rows.crm) };
        let (schema, known) = (&world.settings.schema, BTreeMap::new());
        let none = engine::numbers::choose(&normalizer(), schema, tables, &world.heads, &known).expect("room");
        prop_assert!(none.table.is_none());
        let mut named = world.clone();
        named.rows = rows.clone();
        let mut bare = world;
        bare.rows = rows;
        bare.rows.crm.iter_mut().for_each(|row| row.rest = None);
        let notes = |world: &World| world.plan().actions.iter().map(|action| action.note.clone()).collect::<Vec<_>>();
        // Spare numbers only ever hold deletions back, and nobody is missing here.
        prop_assert_eq!(lines(&named.plan()), lines(&bare.plan()));
        prop_assert_eq!(notes(&named), notes(&bare));
    }

    #[test]
    fn the_number_that_justcall_holds_is_kept_wherever_it_stands(world in worlds()) {
        let normalizer = normalizer();
        let once = chosen(&world, &world.rows);
        for head in &world.heads {
            let find = |rows: &[Record], id: &Option<model::RecordId>| rows.iter().find(|row| Some(&row.id) == id.as_ref()).expect("a row").clone();
            let theirs = find(&world.rows.justcall, &head.ids.justcall);
            let crm = find(&once, &head.ids.crm);
            let key = |text: &str| match normalizer.canon(&model::Field::Phone, model::Cell::from_text(text)) {
                engine::normalizer::Canon::Phone(key) => Some(key),
                _ => None,
            };
            let held = key(theirs.cell(2).text());
            let has = numbers::numbers(crm.rest.as_deref()).any(|number| held.is_some() && key(&number.text) == held);
            prop_assert!(!has || key(crm.cell(2).text()) == held);
        }
    }
}
