//! Replicas that tell what changed since an earlier reading: the same plans, with less to read.

use crate::corpus::{ANN, BOB, CAT};
use crate::story::Story;
use testkit::{Kind, Random};

/// Two worlds alike, of which the second tells what changed.
fn both() -> [Story; 2] {
    let plain = Story::between(Kind::phone_system(), Kind::file());
    [plain, fed()]
}

fn fed() -> Story {
    Story::between(Kind::phone_system().with_feed(), Kind::file().with_feed())
}

fn three(story: &Story) {
    for (name, phone) in [("Ann", ANN), ("Bob", BOB), ("Cat", CAT)] {
        story.crm.add(&[("first_name", name), ("phone", phone), ("company", name)]);
    }
    story.settle();
}

fn readings(story: &Story) -> (u64, u64) {
    let of = |replica: &testkit::MemoryReplica| (replica.ledger().lists, replica.ledger().feeds);
    let (justcall, crm) = (of(&story.justcall), of(&story.crm));
    assert_eq!(justcall, crm);
    crm
}

#[test]
fn everybody_is_read_once() {
    let story = fed();
    three(&story);
    let (lists, feeds) = readings(&story);
    assert_eq!((lists, feeds), (1, 2));
    story.crm.edit("Ann", "company", "Acme");
    story.justcall.remove("Cat");
    story.settle();
    assert_eq!(readings(&story), (1, 5));
    assert_eq!(story.justcall.value("Ann", "company"), "Acme");
    story.check_quiet("with a feed");
}

#[test]
fn a_cursor_that_is_not_known_any_more_means_everybody_anew() {
    let story = fed();
    three(&story);
    story.crm.edit("Ann", "company", "Acme");
    story.justcall.remove("Bob");
    story.crm.faults(|faults| faults.cursor_lost = true);
    story.justcall.faults(|faults| faults.cursor_lost = true);
    let told = story.run();
    assert_eq!(readings(&story).0, 2);
    assert_eq!(told.plan.actions.len(), 1, "{:#?}", told.plan.actions);
    story.crm.faults(|faults| faults.cursor_lost = false);
    story.justcall.faults(|faults| faults.cursor_lost = false);
    story.run();
    assert_eq!(readings(&story).0, 2, "the new copy is used again");
}

#[test]
fn a_copy_that_was_read_with_other_fields_is_void() {
    let mut story = fed();
    three(&story);
    story.scope = "everybody, with another column".to_owned();
    story.run();
    assert_eq!(readings(&story).0, 2);
}

#[test]
fn a_dry_run_keeps_nothing() {
    let story = fed();
    three(&story);
    story.crm.edit("Ann", "company", "Acme");
    let before = story.store().copy(model::Side::Crm, &story.scope, 5).unwrap();
    assert!(before.is_some());
    story.plan();
    assert!(story.store().copy(model::Side::Crm, &story.scope, 5).unwrap() == before);
    assert_eq!(story.run().report.applied.justcall.update, 1);
    assert!(story.store().copy(model::Side::Crm, &story.scope, 5).unwrap() != before);
}

#[test]
fn a_half_listing_is_not_kept() {
    let story = fed();
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN)]);
    story.crm.add(&[("first_name", "Bob"), ("phone", BOB)]);
    story.crm.faults(|faults| faults.partial = true);
    story.run();
    assert_eq!(story.store().copy(model::Side::Crm, &story.scope, 5).unwrap(), None);
    story.crm.faults(|faults| faults.partial = false);
    story.settle();
    assert_eq!(story.justcall.count(), 2);
}

/// A file listed as a whole proves who is gone. Changes do not: a feed that leaves somebody out deletes nobody.
#[test]
fn whom_a_feed_leaves_out_is_asked_for() {
    let story = fed().quick_deletes();
    story.justcall.add(&[("first_name", "Ann"), ("phone", ANN)]);
    story.run();
    assert_eq!(story.crm.count(), 1);
    // Ann's new row is not among the changes of this reading.
    story.crm.faults(|faults| faults.silent_feed = true);
    let told = story.run();
    assert!(!told.plan.has_writes(), "{:#?}", told.plan.actions);
    assert_eq!((story.justcall.count(), story.crm.count()), (1, 1));
}

/// Our own newcomers are not among the changes yet: a side that reads a hundred a request is asked for all of them, and
/// nobody is alarmed; one that reads them one by one is not.
#[test]
fn many_whom_a_feed_leaves_out_are_asked_for_where_that_costs_little() {
    for (read_batch, alarms) in [(100, 0), (1, 2)] {
        let mut kind = Kind::file().with_feed();
        kind.capabilities.read_batch = read_batch;
        let story = Story::between(Kind::phone_system(), kind);
        story.crm.add(&[("first_name", "Bob"), ("phone", BOB)]);
        for at in 10..40 {
            story.justcall.add(&[("first_name", "Ann"), ("phone", &format!("+141555501{at}"))]);
        }
        story.run();
        assert_eq!(story.crm.count(), 31);
        story.crm.faults(|faults| faults.silent_feed = true);
        let told = story.run();
        assert_eq!((told.plan.alarms.len(), told.plan.has_writes()), (alarms, false), "{:?}", told.plan.alarms);
    }
}

/// The very first contacts of a side are not among its changes yet: a feed that leaves nobody is no answer, and a side that
/// lost everybody is not believed either.
#[test]
fn a_side_that_was_filled_just_now_is_not_taken_for_an_emptied_one() {
    let story = Story::between(Kind::phone_system(), Kind::file().with_feed());
    for at in 10..40 {
        story.justcall.add(&[("first_name", "Ann"), ("phone", &format!("+141555501{at}"))]);
    }
    story.run();
    assert_eq!(story.crm.count(), 30);
    story.crm.faults(|faults| faults.silent_feed = true);
    let told = story.run();
    assert!(told.plan.alarms.is_empty() && !told.plan.has_writes(), "{:?}", told.plan.alarms);
    for contact in story.crm.contacts() {
        story.crm.remove(&contact.id.unwrap());
    }
    story.crm.calm();
    let told = story.run();
    assert!(!told.plan.has_writes());
    assert_eq!(told.plan.alarms[0].kind, model::AlarmKind::EmptyListing, "{:?}", told.plan.alarms);
    assert_eq!(story.justcall.count(), 30);
}

/// Whatever people do in a month of nights: the plans are the same, action for action.
#[test]
fn plans_are_those_of_full_listings() {
    for seed in 0..20 {
        let stories = both();
        let mut random = Random::new(seed);
        stories.iter().for_each(three);
        for night in 0..12 {
            for _ in 0..random.below(4) {
                let (what, side, who) = (random.below(4), random.below(2), random.below(9));
                for story in &stories {
                    let replica = if side == 0 { &story.justcall } else { &story.crm };
                    let phone = format!("+1415555010{who}");
                    match what {
                        0 => !replica.add(&[("first_name", &format!("New {night}")), ("phone", &phone)]).is_empty(),
                        1 => replica.try_remove(&phone),
                        2 => replica.try_edit(&phone, "company", &format!("{seed} {night}")),
                        _ => replica.try_edit(&phone, "phone", &format!("+1415555011{who}")),
                    };
                }
            }
            let plans = stories.each_ref().map(|story| {
                story.clock.seconds(86_400);
                story.run().plan
            });
            let told =
                |plan: &model::Plan| serde_json::to_value((&plan.actions, &plan.conflicts, &plan.skipped)).unwrap();
            assert_eq!(told(&plans[0]), told(&plans[1]), "seed {seed}, night {night}");
        }
        let [full, fed] = &stories;
        assert_eq!(full.worlds(), fed.worlds());
        assert_eq!(fed.crm.ledger().lists, 1);
    }
}

/// A feed that tells late of an edit (a search index, say): the record itself is read before it is written (S8, I2).
#[test]
fn an_edit_that_the_feed_does_not_show_yet_is_not_overwritten() {
    for (deleted, conflicts) in [(false, 1), (true, 0)] {
        let mut kind = Kind::file().with_feed();
        kind.capabilities.read_lag_seconds = 30;
        let story = Story::between(Kind::phone_system().with_feed(), kind).quick_deletes();
        three(&story);
        story.crm.faults(|faults| faults.silent_feed = true);
        story.crm.edit("Ann", "company", "Typed in the CRM");
        if deleted {
            story.justcall.remove("Ann");
        } else {
            story.justcall.edit("Ann", "company", "Typed in JustCall");
        }
        let told = story.run();
        assert_eq!(story.crm.value("Ann", "company"), "Typed in the CRM");
        assert_eq!(told.plan.conflicts.len(), conflicts, "{:#?}", told.plan);
        assert_eq!(story.crm.count(), 3);
    }
}
