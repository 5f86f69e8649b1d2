//! Bases come back as they went in, under their own schema and under another.

use crate::support::{Scratch, at, base, ids, new_link, pair, same, schema, update_link};
use jiff::Timestamp;
use model::{
    Absence, Base, BaseField, BySide, Field, LinkId, LinkStatus, OwnedCell, PhoneKey, RecordId, RowHash, Schema, Side,
};
use proptest::prelude::*;
use std::fmt::Write;
use store::{Error, STALE_HASH, StateChange, Store};

fn cell() -> impl Strategy<Value = OwnedCell> {
    prop_oneof![
        Just(OwnedCell::Unknown),
        Just(OwnedCell::Cleared),
        ".{1,200}".prop_map(|text| OwnedCell::Value(text.into())),
    ]
}

fn field() -> impl Strategy<Value = BaseField> {
    let cells = prop_oneof![
        (cell(), cell()).prop_map(|(justcall, crm)| BySide { justcall, crm }),
        cell().prop_map(|cell| BySide { justcall: cell.clone(), crm: cell }),
    ];
    let sent = any::<(bool, bool)>().prop_map(|(justcall, crm)| BySide { justcall, crm });
    (cells, sent).prop_map(|(cells, sent)| BaseField { cells, sent })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_goes_in_comes_out(rows in proptest::collection::vec(proptest::collection::vec(field(), 3), 1..40)) {
        let scratch = Scratch::new();
        let mut store = scratch.open();
        let changes: Vec<_> = rows
            .iter()
            .map(|row| StateChange::NewLink {
                ids: BySide::default(), key: None, base: row.clone(), created_at: BySide::default(),
            })
            .collect();
        let links = store.commit(&changes).unwrap();
        let wanted: Vec<_> = links.iter().zip(&rows).map(|(link, row)| Base { link: *link, fields: row.clone() }).collect();
        prop_assert_eq!(&store.bases(&schema(), &links).unwrap(), &wanted);
        prop_assert_eq!(&store.all_bases(&schema()).unwrap(), &wanted);
        for (head, base) in store.link_heads(&schema()).unwrap().iter().zip(&wanted) {
            prop_assert_eq!(head.id, base.link);
            prop_assert_eq!(head.hashes, base.hashes());
            prop_assert_eq!(head.unconfirmed, base.unconfirmed());
        }
    }
}

#[test]
fn heads_come_back_whole_and_in_order() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let key = PhoneKey::new("+442071838750", "007");
    let created_at = BySide { justcall: Some("2026-03-01T10:00:00.123456789Z".parse().unwrap()), crm: None };
    let pending = StateChange::NewLink { ids: ids("", "c2"), key, base: base("Li"), created_at };
    let links = store.commit(&[new_link("j1", "c1", "Zoë"), pending]).unwrap();
    store.commit(&[StateChange::SetStatus { id: links[1], status: LinkStatus::Dormant }]).unwrap();
    let heads = store.link_heads(&schema()).unwrap();
    assert_eq!(heads.iter().map(|head| head.id).collect::<Vec<_>>(), links);
    assert_eq!(heads[0].ids, ids("j1", "c1"));
    assert_eq!(heads[0].status, LinkStatus::Active);
    assert_eq!(heads[1].ids, ids("", "c2"));
    assert_eq!(heads[1].key, key);
    assert_eq!(heads[1].created_at, created_at.map(|at| at.map(Box::new)));
    assert_eq!(heads[1].status, LinkStatus::Dormant);
}

#[test]
fn bases_come_in_the_order_asked_for() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "1", "a"), new_link("2", "2", "b"), new_link("3", "3", "c")]).unwrap();
    let bases = store.bases(&schema(), &[links[2], links[0]]).unwrap();
    assert_eq!(bases.iter().map(|base| base.link).collect::<Vec<_>>(), [links[2], links[0]]);
    assert!(matches!(store.bases(&schema(), &[LinkId(99)]), Err(Error::Refused { .. })));
}

#[test]
fn another_schema_reads_by_name_and_matches_no_hash() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "2", "Zoë")]).unwrap();
    let wider = Schema::new([Field::LastName, Field::FirstName, Field::Company]);
    store.set_schema(&wider, "v1").unwrap();
    let unknown = BaseField::default();
    let phone = pair("+14155551234", "(415) 555-1234");
    let fields = vec![same("Zoë"), unknown.clone(), phone, unknown]; // first, last, phone, company; no e-mail
    assert_eq!(store.bases(&wider, &links).unwrap(), [Base { link: links[0], fields: fields.clone() }]);
    let stale = BySide { justcall: STALE_HASH, crm: STALE_HASH };
    assert_eq!(store.link_heads(&wider).unwrap()[0].hashes, stale);
    // Written again, it belongs to the new schema.
    let (ids, key, created_at) = (ids("1", "2"), None, BySide::default());
    store.commit(&[StateChange::UpdateLink { id: links[0], ids, key, fields: fields.clone(), created_at }]).unwrap();
    let head = store.link_heads(&wider).unwrap().remove(0);
    assert_eq!(head.hashes, Base { link: links[0], fields }.hashes());
    assert_eq!(store.link_heads(&schema()).unwrap()[0].hashes, stale);
}

/// S26.
#[test]
fn a_new_normalizer_matches_no_hash_but_keeps_the_base() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "2", "Zoë")]).unwrap();
    store.set_schema(&schema(), "v2").unwrap();
    assert_eq!(store.link_heads(&schema()).unwrap()[0].hashes.crm, STALE_HASH);
    assert_eq!(store.bases(&schema(), &links).unwrap()[0].fields, base("Zoë"));
    store.set_schema(&schema(), "v1").unwrap();
    assert_ne!(store.link_heads(&schema()).unwrap()[0].hashes.crm, STALE_HASH);
}

#[test]
fn a_flipped_byte_in_a_base_is_damage_not_an_edit() {
    let scratch = Scratch::new();
    let links = scratch.open().commit(&[new_link("1", "2", "Zoe")]).unwrap();
    scratch.meddle("UPDATE links SET base = CAST(replace(CAST(base AS TEXT), 'Zoe', 'Zoo') AS BLOB)");
    let error = scratch.open().bases(&schema(), &links).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
    scratch.meddle("UPDATE links SET base = x'ff'");
    assert!(matches!(scratch.open().all_bases(&schema()), Err(Error::Corrupt { .. })));
}

#[test]
fn sent_flags_survive_an_update() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let links = store.commit(&[new_link("1", "2", "Zoë")]).unwrap();
    let mut fields = base("Zoë");
    fields[2].sent.crm = true;
    let created_at = BySide { justcall: None, crm: Some(at(5)) };
    let (ids, key) = (ids("1", "2"), None);
    store.commit(&[StateChange::UpdateLink { id: links[0], ids, key, fields, created_at }]).unwrap();
    let head = store.link_heads(&schema()).unwrap().remove(0);
    assert_eq!(head.unconfirmed, BySide { justcall: false, crm: true });
    assert_eq!((head.key, &head.created_at), (None, &created_at.map(|at| at.map(Box::new))));
    store.commit(&[update_link(links[0], "1", "2", "Zoë")]).unwrap();
    assert_eq!(store.link_heads(&schema()).unwrap()[0].unconfirmed, BySide::default());
}

#[test]
fn many_links_come_in_order_whoever_reads_them() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let new: Vec<_> = (0..20_500).map(|at| new_link(&format!("j{at}"), "", "Zoë")).collect();
    let links = store.commit(&new).unwrap();
    store.commit(&[StateChange::EndLink { id: links[10_000], tombstone: None }]).unwrap();
    let heads = store.link_heads(&schema()).unwrap();
    let expected: Vec<_> = (0..20_500).filter(|at| *at != 10_000).map(|at| (links[at], format!("j{at}"))).collect();
    let found: Vec<_> =
        heads.iter().map(|head| (head.id, head.ids.justcall.as_ref().unwrap().as_str().to_owned())).collect();
    assert!(found == expected);
    // Beside somebody who writes, still those of one moment.
    store.commit(&[StateChange::EndLink { id: links[0], tombstone: None }]).unwrap();
    assert_eq!(store.link_heads(&schema()).unwrap().len(), 20_498);
}

/// Everything that the wide table held, in each combination, is in the narrow one.
#[test]
fn links_of_an_earlier_version_are_what_they_were() {
    let scratch = Scratch::new();
    let mut store = scratch.open();
    let mut fields = base("Zoë");
    fields[1].sent.justcall = true;
    let link = |extension: &str, created_at: BySide<Option<Timestamp>>| StateChange::NewLink {
        ids: ids("17", ""),
        key: PhoneKey::new("+14155551234", extension),
        base: fields.clone(),
        created_at,
    };
    let created = |justcall: Option<i64>, crm: Option<i64>| BySide { justcall: justcall.map(at), crm: crm.map(at) };
    let mut changes =
        vec![new_link("1", "2", "Zoë"), link("", created(None, Some(-3))), link("007", created(Some(5), None))];
    changes.push(link("12", created(Some(6), Some(7))));
    changes.push(StateChange::NewLink { ids: ids("", "9"), key: None, base: base(""), created_at: BySide::default() });
    let links = store.commit(&changes).unwrap();
    let absence = Absence { sightings: 1, first_at: at(1), last_at: at(2) };
    store
        .commit(&[
            StateChange::SetStatus { id: links[2], status: LinkStatus::Dormant },
            StateChange::SetAbsence { link: links[1], side: Side::Crm, absence: Some(absence) },
        ])
        .unwrap();
    let known = |store: &Store| {
        (store.link_heads(&schema()).unwrap(), store.all_bases(&schema()).unwrap(), store.absences().unwrap())
    };
    let expected = known(&store);
    drop(store);

    let old = Scratch::of_version(11);
    let signed = |hash: RowHash| hash.0.cast_signed();
    let nanoseconds =
        |at: &Option<Box<Timestamp>>| at.as_ref().map_or("NULL".to_owned(), |at| at.as_nanosecond().to_string());
    let text = |id: &Option<RecordId>| id.as_ref().map_or("NULL".to_owned(), |id| format!("'{}'", id.as_str()));
    let mut rows =
        format!("ATTACH '{}' AS new; INSERT INTO schemas SELECT * FROM new.schemas;", scratch.path().display());
    for head in &expected.0 {
        let (number, extension) = head.key.map(PhoneKey::to_parts).unzip();
        write!(
            rows,
            "INSERT INTO links SELECT {id}, {dormant}, 1, {unconfirmed}, {}, {}, {}, {}, {}, {}, {}, {}, base FROM new.links WHERE id = {id};",
            text(&head.ids.justcall),
            text(&head.ids.crm),
            number.map_or("NULL".to_owned(), |number| number.to_string()),
            extension.unwrap_or(0),
            signed(head.hashes.justcall),
            signed(head.hashes.crm),
            nanoseconds(&head.created_at.justcall),
            nanoseconds(&head.created_at.crm),
            id = head.id.0,
            dormant = u8::from(head.status == LinkStatus::Dormant),
            unconfirmed = u8::from(head.unconfirmed.justcall) + 2 * u8::from(head.unconfirmed.crm),
        )
        .unwrap();
    }
    old.meddle(&(rows + "INSERT INTO absences SELECT * FROM new.absences;"));
    assert_eq!(known(&old.open()), expected);
    assert_eq!(known(&old.open()).1.len(), 5, "and again");
    // What an absence hangs on goes with its link, as before.
    old.open().commit(&[StateChange::EndLink { id: links[1], tombstone: None }]).unwrap();
    assert_eq!(old.open().absences().unwrap(), []);
}
