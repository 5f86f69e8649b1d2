//! Numbers that change, move and are shared: a person's name and number stay together (I6).

use crate::corpus::{ANN, BOB, CAT, synced};
use crate::story::Story;
use model::{ConflictKind, Rule, is_parking_number};
use testkit::Kind;

fn kinds() -> [Kind; 4] {
    let unique = |kind: Kind| Kind { unique_phones: true, ..kind };
    [Kind::phone_system(), Kind::talkative(), unique(Kind::phone_system()), unique(Kind::talkative())]
}

fn check(story: &Story, pairs: [(&str, &str); 3]) {
    for (name, phone) in pairs {
        assert_eq!(story.justcall.value(name, "phone"), phone);
        assert_eq!(story.crm.value(name, "phone"), phone);
        assert_eq!(story.justcall.value(name, "company"), name, "people do not move");
    }
    assert_eq!((story.justcall.count(), story.crm.count()), (3, 3));
}

#[test]
fn a_changed_number_is_an_update() {
    // S19
    for kind in kinds() {
        let story = synced(kind);
        let id = story.justcall.find("Ann").unwrap().id;
        story.crm.edit("Ann", "phone", "+14155550999");
        let told = story.run();
        assert_eq!(told.plan.actions[0].reason, Rule::R3);
        assert_eq!(story.justcall.find("Ann").unwrap().id, id);
        story.settle();
        check(&story, [("Ann", "+14155550999"), ("Bob", BOB), ("Cat", CAT)]);
        story.check_quiet("changed");
    }
}

#[test]
fn numbers_are_handed_around() {
    // S21: a swap, a ring of three, a chain.
    for kind in kinds() {
        let rings: [[&str; 3]; 3] = [[BOB, ANN, CAT], [BOB, CAT, ANN], ["+14155550999", ANN, BOB]];
        for [ann, bob, cat] in rings {
            let story = synced(kind.clone());
            story.crm.edit("Ann", "phone", ann);
            story.crm.edit("Bob", "phone", bob);
            story.crm.edit("Cat", "phone", cat);
            let told = story.run();
            assert!(told.report.failed.is_empty() && told.report.stale.is_empty(), "{:?}", told.report);
            check(&story, [("Ann", ann), ("Bob", bob), ("Cat", cat)]);
            story.settle();
            story.check_quiet("handed around");
        }
    }
}

#[test]
fn a_swap_in_the_file_is_one_write() {
    let story = synced(Kind::phone_system());
    story.justcall.edit("Ann", "phone", BOB);
    story.justcall.edit("Bob", "phone", ANN);
    let batches = story.crm.ledger().batches;
    let told = story.run();
    assert!(told.report.stale.is_empty() && told.report.failed.is_empty(), "{:?}", told.report);
    assert_eq!(story.crm.ledger().batches, batches + 1);
    check(&story, [("Ann", BOB), ("Bob", ANN), ("Cat", CAT)]);
}

#[test]
fn a_parked_number_goes_home_when_the_swap_is_taken_back() {
    // A crash in the middle of a swap, and then the user changes her mind.
    let start = synced(Kind { unique_phones: true, ..Kind::talkative() });
    start.crm.edit("Ann", "phone", BOB);
    start.crm.edit("Bob", "phone", ANN);
    let mut parked = 0;
    for step in 0..40 {
        let story = start.fork();
        story.crash.arm(step);
        if story.run_or_crash().is_some() {
            break;
        }
        story.crash.disarm();
        let is_parked = |phone: String| is_parking_number(&phone);
        parked += usize::from(story.justcall.contacts().into_iter().any(|contact| is_parked(contact.cells[1].clone())));
        let at =
            |name: &str| story.crm.contacts().into_iter().find(|contact| contact.cells[0] == name).unwrap().id.unwrap();
        let (ann, bob) = (at("Ann"), at("Bob"));
        story.crm.edit(&ann, "phone", ANN);
        story.crm.edit(&bob, "phone", BOB);
        story.settle();
        check(&story, [("Ann", ANN), ("Bob", BOB), ("Cat", CAT)]);
        story.check_quiet("taken back");
    }
    assert!(parked > 0, "no crash left a parked number: the test tests nothing");
}

#[test]
fn nobody_guesses_in_a_group() {
    // S22, I7
    let story = synced(Kind::phone_system());
    let shared = "+14155550777";
    story.crm.add(&[("first_name", "Eve"), ("phone", shared)]);
    story.crm.add(&[("first_name", "Eva"), ("phone", shared)]);
    story.justcall.add(&[("first_name", "E."), ("phone", shared)]);
    story.crm.edit("Ann", "company", "Ann");
    story.crm.edit("Bob", "email", "bob@x.com");
    let deeds = (story.justcall.deeds(), story.crm.deeds());
    let told = story.run();
    assert_eq!(told.plan.conflicts[0].kind, ConflictKind::AmbiguousMatch);
    assert_eq!(story.justcall.ledger().by_job(deeds.0).count(), 1, "Bob's e-mail alone");
    assert_eq!(story.crm.ledger().by_job(deeds.1).count(), 0);
}

#[test]
fn a_shared_number_is_told_apart_by_name() {
    // S23: also afterwards, when a number no longer finds one contact.
    for kind in [Kind::phone_system(), Kind::talkative()] {
        let story = Story::between(kind, Kind::file());
        for side in [&story.justcall, &story.crm] {
            side.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Ann")]);
            side.add(&[("first_name", "Bob"), ("phone", ANN), ("company", "Bob")]);
            side.add(&[("first_name", "Cat"), ("phone", CAT), ("company", "Cat")]);
        }
        story.settle();
        let bob = story.crm.contacts().into_iter().find(|contact| contact.cells[0] == "Bob").unwrap().id.unwrap();
        story.crm.edit(&bob, "email", "bob@x.com");
        story.run();
        let emails =
            |name: &str| story.justcall.contacts().into_iter().find(|c| c.cells[0] == name).unwrap().cells[2].clone();
        assert_eq!((emails("Ann"), emails("Bob")), (String::new(), "bob@x.com".to_owned()), "I6");
        story.settle();
        story.check_quiet("shared");
    }
}

#[test]
fn a_contact_made_again_is_never_written_over_another() {
    // R8 with a number that somebody else has on the other side: bulk would find that contact by it.
    for kind in kinds() {
        let story = synced(kind).quick_deletes();
        story.justcall.remove("Ann");
        story.crm.edit("Ann", "phone", BOB);
        let bob = story.justcall.find("Bob").unwrap();
        let told = story.run();
        assert_eq!(told.plan.conflicts.len(), 1, "{:#?}", told.plan);
        story.settle();
        assert_eq!(story.justcall.find("Bob").unwrap(), bob);
        story.check_state("kept apart");
        story.crm.edit("Ann", "phone", "+14155550999");
        story.settle();
        assert_eq!(story.justcall.value("Ann", "phone"), "+14155550999", "and it goes on once the number is free");
        story.check_quiet("apart");
    }
}
