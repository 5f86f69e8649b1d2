//! Contacts with several numbers, against replicas that answer in every way: with a feed of changes, with what they stored,
//! or with nothing at all.

use crate::corpus::{ANN, BOB};
use crate::story::Story;
use model::{AbsenceProof, Via};
use testkit::Kind;

const NEW: &str = "+14155550199";

/// A CRM with two numbers per contact: a file; one with a feed; an API that shows nothing back and proves by asking.
pub(crate) fn kinds() -> [Kind; 3] {
    let mut api = Kind::file();
    api.capabilities.absence_proof = AbsenceProof::Probe;
    for via in
        [&mut api.capabilities.create_via, &mut api.capabilities.update_via, &mut api.capabilities.phone_update_via]
    {
        *via = Via::Put;
    }
    api.capabilities.delete_via = Via::Delete;
    (api.shows_stored, api.ids_in_answers) = (false, false);
    [Kind::file(), Kind::file().with_feed(), api].map(Kind::with_several_numbers)
}

/// Ann, whose second number JustCall holds.
fn second(kind: Kind) -> Story {
    let story = Story::between(Kind::phone_system(), kind);
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", BOB), ("company", "Acme")]);
    story.justcall.add(&[("first_name", "Ann"), ("phone", BOB), ("company", "Acme")]);
    story.settle();
    assert_eq!((story.justcall.count(), story.crm.count()), (1, 1));
    story.check_quiet("the second number");
    story
}

#[test]
fn a_new_number_goes_into_the_field_that_the_synced_one_stands_in() {
    for kind in kinds() {
        let story = second(kind);
        story.justcall.edit("Ann", "phone", NEW);
        let told = story.run();
        assert!(told.report.failed.is_empty() && told.report.alarms.is_empty(), "{:#?}", told.report);
        story.settle();
        assert_eq!((story.crm.value("Ann", "phone"), story.crm.value("Ann", "stage")), (ANN.into(), NEW.into()));
        story.check_quiet("written beside another");
    }
}

#[test]
fn other_fields_of_such_a_contact_are_written_and_read_back() {
    for kind in kinds() {
        let story = second(kind);
        story.justcall.edit("Ann", "company", "Beta");
        let told = story.run();
        assert!(told.report.failed.is_empty() && told.report.alarms.is_empty(), "{:#?}", told.report);
        story.settle();
        assert_eq!(story.crm.value("Ann", "company"), "Beta");
        assert_eq!((story.crm.value("Ann", "phone"), story.crm.value("Ann", "stage")), (ANN.into(), BOB.into()));
        story.check_quiet("another field");
    }
}

/// The synced number is corrected in its field: that one travels, not the other number that comes first in order.
#[test]
fn a_number_that_is_corrected_in_its_field_travels() {
    for kind in kinds() {
        let story = second(kind);
        story.crm.edit("Ann", "stage", NEW);
        story.settle();
        assert_eq!(story.justcall.value("Ann", "phone"), NEW);
        assert_eq!((story.crm.value("Ann", "phone"), story.crm.value("Ann", "stage")), (ANN.into(), NEW.into()));
        story.check_quiet("corrected");
    }
}

/// What an undo put back is asked about, and whatever is answered, the number that nobody touched stays.
#[test]
fn an_undone_number_is_the_one_that_is_asked_about_l12() {
    for kind in kinds() {
        let story = second(kind);
        story.justcall.edit("Ann", "phone", NEW);
        let told = story.run();
        story.settle();
        story.undo(&told);
        assert_eq!((story.crm.value("Ann", "phone"), story.crm.value("Ann", "stage")), (ANN.into(), BOB.into()));
        let plan = story.run().plan;
        assert!(!plan.has_writes(), "{:#?}", plan.actions);
        let asked: Vec<_> = plan.conflicts.iter().map(|conflict| conflict.crm.clone()).collect();
        assert_eq!(asked, [Some(BOB.to_owned())], "{:#?}", plan.conflicts);
    }
}

#[test]
fn the_next_number_takes_the_place_of_one_that_is_gone() {
    for kind in kinds() {
        let story = second(kind);
        let id = story.justcall.find("Ann").unwrap().id;
        story.crm.edit("Ann", "stage", "");
        story.settle();
        let ann = story.justcall.find("Ann").unwrap();
        assert_eq!((ann.id, story.justcall.value("Ann", "phone")), (id, ANN.to_owned()));
        story.check_quiet("the next one");
    }
}

#[test]
fn an_unlisted_contact_that_is_asked_for_keeps_its_number() {
    let story = second(kinds()[2].clone()).quick_deletes();
    for at in 0..12 {
        let (name, phone) = (format!("P{at}"), format!("+1415555{:04}", 300 + at));
        story.crm.add(&[("first_name", &name), ("phone", &phone)]);
    }
    story.settle();
    story.crm.faults(|faults| {
        faults.hidden.insert("Ann".to_owned());
    });
    let told = story.run();
    assert!(told.plan.actions.is_empty(), "{:#?}", told.plan.actions);
}
