//! `numbers = "each"`: which records a CRM contact with several numbers becomes, as a table: what the links know, what
//! `JustCall` holds, what the contact has, and what is shown.

mod common;

use common::{C, J, World, key, normalizer, record};
use model::numbers::{add, is_further, numbers, own_id, whole};
use model::{BySide, LinkHead, OwnedCell, Record, RowRef};
use proptest::prelude::*;

fn contact(id: &str, own: &[(&str, &str)]) -> Record {
    let first = own.first().map_or("", |(_, text)| text);
    let mut record = record(&format!("{id} | Ann | A | {first} | a@x.com | Acme"));
    let mut rest = String::new();
    for (field, text) in own {
        add(&mut rest, field, text);
    }
    record.rest = Some(rest);
    record
}

fn spread(world: &World) -> Vec<Record> {
    let listings = world.listings();
    let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
    let table = engine::numbers::spread(&normalizer(), &world.settings.schema, tables, &world.heads).expect("room");
    table.as_ref().unwrap_or(&listings.crm.table).iter().map(RowRef::to_record).collect()
}

/// `17=+1…` for each record.
fn shown(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| format!("{}={}", record.id, record.cell(2).text())).collect()
}

/// A record's id, the number that both agreed on, the one that `JustCall` holds: by their place in [`N`].
type Link = (&'static str, usize, Option<usize>);
/// Links, the contact's numbers, what is shown.
type Case<'a> = (&'a [Link], &'a [&'a str], &'a [&'a str]);

const N: [&str; 5] = ["+14155550101", "+14155550102", "+14155550103", "+14155550104", "+14155550105"];

/// A world with a contact `C` that has these numbers and is linked by these records: id, the number that both agreed on,
/// the one that `JustCall` holds.
fn world(links: &[Link], numbers: &[&str]) -> World {
    let mut world = World::new();
    for (at, (id, agreed, theirs)) in links.iter().enumerate() {
        let ours = record(&format!("{id} | Ann | A | {} | a@x.com | Acme", N[*agreed]));
        let mine = record(&format!("J{at} | Ann | A | {} | a@x.com | Acme", N[*agreed]));
        world.link(&mine, &ours);
        if let Some(theirs) = theirs {
            world.rows[J].push(record(&format!("J{at} | Ann | A | {} | a@x.com | Acme", N[*theirs])));
        }
    }
    let fields = ["Mobile", "Phone", "Home", "Fax"];
    world.rows[C].push(contact("C", &fields.into_iter().zip(numbers.iter().copied()).collect::<Vec<_>>()));
    world
}

#[test]
fn a_record_keeps_its_number_and_the_others_get_their_own() {
    const B: &str = "C#tel:+14155550102";
    let both: &[Link] = &[("C", 0, Some(0)), (B, 1, Some(1))];
    // links, numbers, shown
    let table: &[Case] = &[
        // Nobody is linked: the first is the contact itself, and a number counts once.
        (&[], &[N[0], N[1]], &["C=+14155550101", "C#tel:+14155550102=+14155550102"]),
        (&[], &[N[0], "(415) 555-0101"], &["C=+14155550101"]),
        (&[], &["nobody knows", N[1]], &["C=+14155550102"]),
        (&[], &["nobody knows", "nor this"], &["C=nobody knows"]),
        // Linked by the second alone, as with one number: it stays, the other is new.
        (&[("C", 1, Some(1))], &[N[0], N[1]], &["C#tel:+14155550101=+14155550101", "C=+14155550102"]),
        // As they were, and swapped.
        (both, &[N[0], N[1]], &["C=+14155550101", "C#tel:+14155550102=+14155550102"]),
        (both, &[N[1], N[0]], &["C#tel:+14155550102=+14155550102", "C=+14155550101"]),
        // One is gone; another came instead; a third.
        (both, &[N[1]], &["C#tel:+14155550102=+14155550102"]),
        (both, &[N[0], N[2]], &["C=+14155550101", "C#tel:+14155550102=+14155550103"]),
        (
            both,
            &[N[0], N[1], N[2]],
            &["C=+14155550101", "C#tel:+14155550102=+14155550102", "C#tel:+14155550103=+14155550103"],
        ),
        // None is left: shown once, as a contact without a number is.
        (both, &[], &["C="]),
        // What cannot be read may be the one that is missing, and keeps its place.
        (both, &[N[0], "4.15556E+09"], &["C=+14155550101", "C#tel:+14155550102=4.15556E+09"]),
        (
            both,
            &[N[0], "4.15556E+09", N[2]],
            &["C=+14155550101", "C#tel:+14155550102=4.15556E+09", "C#tel:+14155550103=+14155550103"],
        ),
        // JustCall swapped them: so it is.
        (&[("C", 0, Some(1)), (B, 1, Some(0))], &[N[0], N[1]], &["C#tel:+14155550102=+14155550101", "C=+14155550102"]),
        // JustCall gave the first the second's number as well: that is an edit of the first.
        (&[("C", 0, Some(1)), (B, 1, Some(1))], &[N[0], N[1]], &["C=+14155550101", "C#tel:+14155550102=+14155550102"]),
        // And then the contact has it twice: each keeps one.
        (&[("C", 0, Some(1)), (B, 1, Some(1))], &[N[1], N[1]], &["C#tel:+14155550102=+14155550102", "C=+14155550102"]),
        // Both moved on, and the number of one is somebody's id already.
        (
            &[("C", 0, Some(0)), (B, 2, Some(2))],
            &[N[0], N[2], N[1]],
            &["C=+14155550101", "C#tel:+14155550102=+14155550103", "C#tel:+14155550102-2=+14155550102"],
        ),
    ];
    for (links, numbers, expected) in table {
        let world = world(links, numbers);
        assert_eq!(shown(&spread(&world)), *expected, "{links:?} {numbers:?}");
    }
}

#[test]
fn a_contact_whose_numbers_are_not_shown_loses_none() {
    let mut world = world(&[("C", 0, Some(0)), ("C#tel:+14155550102", 1, Some(1))], &[]);
    world.rows[C][0].cells[2] = OwnedCell::Unknown;
    world.rows[C][0].rest = None;
    let records = spread(&world);
    assert_eq!(shown(&records), ["C=", "C#tel:+14155550102="]);
    assert!(records.iter().all(|record| record.cells[2] == OwnedCell::Unknown));
}

#[test]
fn a_row_without_an_id_and_one_that_is_listed_twice_stay_as_they_are() {
    let mut world = World::new();
    let mut nameless = contact("~row:2", &[("Mobile", N[0]), ("Phone", N[1])]);
    nameless.native_id = false;
    let twice = contact("C", &[("Mobile", N[2]), ("Phone", N[3])]);
    world.rows[C] = vec![nameless.clone(), twice.clone(), twice.clone()];
    let records = spread(&world);
    assert_eq!(records.len(), 4);
    let lines = |record: &Record| (record.id.clone(), record.rest.clone());
    assert_eq!([lines(&records[0]), lines(&records[3])], [lines(&nameless), lines(&twice)]);
}

fn linked_as(records: &[Record], heads: &mut Vec<LinkHead>, world: &World) {
    let mut made = World { heads: std::mem::take(heads), ..world.clone() };
    for record in records {
        if key(record.cell(2).text()).is_some() {
            let mine = Record { id: format!("J{}", made.heads.len()).into(), ..record.clone() };
            made.rows[J].push(mine.clone());
            made.link(&mine, record);
        }
    }
    *heads = made.heads;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spreading_is_lossless_stable_and_repeatable(
        before in prop::collection::vec(0usize..7, 0..4),
        after in prop::collection::vec(0usize..7, 0..4),
    ) {
        let text = |at: &usize| N.get(*at).copied().unwrap_or(if *at == 5 { "nobody knows" } else { "4.1E+09" });
        let numbers_of = |all: &[usize]| all.iter().map(text).collect::<Vec<_>>();
        let mut world = world(&[], &numbers_of(&before));
        let first = spread(&world);
        let mut heads = Vec::new();
        linked_as(&first, &mut heads, &world);
        world.heads = heads;
        for all in [&before, &after] {
            world.rows[C] = self::world(&[], &numbers_of(all)).rows[C].clone();
            let whole_rest = world.rows[C][0].rest.clone();
            let records = spread(&world);
            // Done again, it is the same.
            let again = World { rows: BySide { justcall: world.rows[J].clone(), crm: records.clone() }, ..world.clone() };
            prop_assert_eq!(&spread(&again), &records);
            // No id twice, all of one contact, and each has all of its lines.
            let mut ids: Vec<&str> = records.iter().map(|record| record.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), records.len());
            for record in &records {
                prop_assert_eq!(own_id(record.id.as_str()), "C");
                let known = whole(record.rest.as_deref()).or(record.rest.as_deref());
                prop_assert_eq!(known.unwrap_or_default(), whole_rest.as_deref().unwrap_or_default());
                prop_assert!(!is_further(record.id.as_str()) || whole(record.rest.as_deref()).is_some());
            }
            // Every number that can be read is shown, and once where nobody is linked to it twice.
            let of = |records: &mut dyn Iterator<Item = String>| {
                let mut keys: Vec<_> = records.filter_map(|text| key(&text)).collect();
                keys.sort_unstable();
                keys.dedup();
                keys
            };
            let has = of(&mut numbers(whole_rest.as_deref()).map(|number| number.text.into_owned()));
            let shows = of(&mut records.iter().map(|record| record.cell(2).text().to_owned()));
            prop_assert_eq!(&has, &shows);
            // Whoever's number is still there keeps it.
            for head in &world.heads {
                let id = head.ids.crm.as_ref().expect("an id");
                if head.key.is_some_and(|key| has.contains(&key)) {
                    let record = records.iter().find(|record| record.id == *id);
                    prop_assert_eq!(record.and_then(|record| key(record.cell(2).text())), head.key);
                }
            }
        }
    }
}
