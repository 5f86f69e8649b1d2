//! A field that a workflow changes back after every run: frozen, reported, and what ends it (S44, S45). A listing that
//! shrank.

use crate::support::{SECOND_RUN, World, applied, words};

/// Company of contact 1: our write, changed back in the CRM, and edited in JustCall again. The report of the third run.
fn flipping(world: &World) -> serde_json::Value {
    // In another spelling each time: the very text of before our write may be a listing that lags behind it (S8).
    for spelling in ["Fl\u{ed}p", "Fli\u{301}p"] {
        world.edit(1, |contact| contact.company = Some(spelling.to_owned()));
        let report = world.sync();
        if !words(&report, "conflicts", "kind").is_empty() {
            return report;
        }
        assert_eq!(applied(&report, "crm", "update"), 1);
        world.edit_crm(spelling, "Acme 1");
        assert_eq!(applied(&world.sync(), "justcall", "update"), 1);
    }
    panic!("never frozen");
}

#[test]
fn a_field_that_flips_to_and_fro_is_frozen_and_reported_s44_s45() {
    let world = World::linked(3, "");
    let report = flipping(&world);
    assert_eq!(words(&report, "alarms", "kind"), ["loop"], "{report:#}");
    let detail = &words(&report, "alarms", "detail")[0];
    assert!(detail.contains("company") && detail.contains("to_crm"), "{detail}");
    assert!(world.row("Acme 1").starts_with("1,"));
    // It stays so, and other fields and contacts go on.
    world.edit(1, |contact| contact.email = Some("new@example.com".to_owned()));
    world.edit(2, |contact| contact.company = Some("Elsewhere".to_owned()));
    let report = world.sync();
    assert_eq!(
        (words(&report, "conflicts", "field"), applied(&report, "crm", "update")),
        (vec!["company".to_owned()], 2)
    );
    assert!(world.row("new@example.com").ends_with("Acme 1"));
    // A decision ends it.
    let conflict = words(&report, "conflicts", "id").remove(0);
    world.run(&["conflicts", "resolve", &conflict, "--take", "justcall"]).ends(0);
    assert_eq!(applied(&world.sync(), "crm", "update"), 1);
    assert!(world.row("new@example.com").contains(",Fl"));
    world.settled();
}

#[test]
fn naming_an_owner_ends_a_loop_s45() {
    let world = World::linked(3, "");
    flipping(&world);
    world.reconfigure("company = \"Company\"", "company = { crm = \"Company\", direction = \"to_crm\" }");
    let report = world.sync();
    assert_eq!((words(&report, "alarms", "kind"), applied(&report, "crm", "update")), (vec![], 1), "{report:#}");
    world.settled();
}

#[test]
fn a_value_that_wanders_is_no_loop_s44() {
    let world = World::linked(2, "");
    for company in ["One", "Two", "Three", "Four"] {
        world.edit(1, |contact| contact.company = Some(company.to_owned()));
        assert_eq!(applied(&world.sync(), "crm", "update"), 1);
    }
    world.settled();
}

#[test]
fn a_listing_that_shrank_beyond_the_guard_deletes_nobody_s5() {
    let world = World::linked(30, SECOND_RUN);
    world.drop_rows([1, 2]);
    assert_eq!(words(&world.sync(), "held", "reason"), ["awaiting_sighting", "awaiting_sighting"]);
    // Both are due, but ten more vanish at once.
    world.drop_rows(3..=12);
    let report = world.untouched(|world| world.run(&["sync", "--json"]).ends(5).json());
    assert!(words(&report, "alarms", "detail")[0].contains("10 more contacts are missing"), "{report:#}");
    assert_eq!(world.account.contact_count(), 30);
}
