//! Bases come back as they went in, under their own schema and under another.

use crate::support::{Scratch, at, base, ids, new_link, pair, same, schema, update_link};
use model::{Base, BaseField, BySide, Field, LinkId, LinkStatus, OwnedCell, PhoneKey, Schema};
use proptest::prelude::*;
use store::{Error, STALE_HASH, StateChange};

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
