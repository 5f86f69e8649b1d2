//! `numbers = "each"`: one JustCall contact per number of a CRM contact, story by story, against CRMs that answer in every
//! way.

use crate::corpus::{ANN, BOB, CAT};
use crate::several_numbers::kinds;
use crate::story::{Story, Told};
use engine::Numbers;
use engine::settings::GuardClass;
use model::{ActionKind, ConflictKind, HeldReason, Rule, Side, SkipReason};
use sync::Finished;
use testkit::{Kind, block_on};

const NEW: &str = "+14155550199";

pub(crate) fn between(crm: Kind) -> Story {
    let mut story = Story::between(Kind::phone_system(), crm).quick_deletes();
    story.settings.numbers = Numbers::Each;
    story
}

/// Ann with two numbers, and somebody else; both sides in sync.
fn ann(crm: Kind) -> Story {
    let story = between(crm);
    story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", BOB), ("company", "Acme")]);
    story.crm.add(&[("first_name", "Cat"), ("phone", CAT)]);
    story.settle();
    story.check_quiet("made");
    assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB), ("Cat", CAT)].map(owned));
    story
}

fn owned((name, phone): (&str, &str)) -> (String, String) {
    (name.to_owned(), phone.to_owned())
}

/// Who is in JustCall.
fn phones(story: &Story) -> Vec<(String, String)> {
    let contacts = story.justcall.contacts().into_iter();
    let mut all: Vec<_> = contacts.map(|contact| (contact.cells[0].clone(), contact.cells[1].clone())).collect();
    all.sort();
    all
}

fn id(story: &Story, phone: &str) -> Option<String> {
    story.justcall.find(phone).unwrap_or_else(|| panic!("nobody has {phone}: {:?}", phones(story))).id
}

fn ids(story: &Story) -> [Option<String>; 2] {
    [id(story, ANN), id(story, BOB)]
}

fn count(told: &Told, side: Side, kind: ActionKind) -> usize {
    told.plan.actions.iter().filter(|action| action.side == side && action.kind == kind).count()
}

/// A run in which nothing went wrong.
fn good(story: &Story) -> Told {
    story.clock.seconds(60);
    let told = story.run();
    assert!(told.report.failed.is_empty() && told.report.stale.is_empty(), "{:#?}", told.report);
    told
}

#[test]
fn each_number_has_a_contact_of_its_own() {
    for kind in kinds() {
        let story = ann(kind);
        assert_eq!(story.justcall.value(BOB, "company"), "Acme");
        let told = story.plan();
        let names = |side: Side| {
            story
                .store()
                .link_heads(&story.settings.schema)
                .unwrap()
                .into_iter()
                .map(move |head| head.ids[side].clone())
        };
        assert!(names(Side::Crm).flatten().any(|id| id.as_str().ends_with("#tel:+14155550102")), "{:?}", told.plan);
        // An edit in the CRM reaches both in one run, one in JustCall reaches the other in the next.
        story.crm.edit("Ann", "company", "Beta");
        assert_eq!(count(&good(&story), Side::Justcall, ActionKind::Update), 2);
        story.settle();
        story.check_quiet("edited in the CRM");
        story.justcall.edit(BOB, "company", "Gamma");
        let told = good(&story);
        assert_eq!(count(&told, Side::Crm, ActionKind::Update), 1);
        assert_eq!(story.crm.value("Ann", "company"), "Gamma");
        let told = good(&story);
        assert_eq!(
            (count(&told, Side::Crm, ActionKind::Update), count(&told, Side::Justcall, ActionKind::Update)),
            (0, 1)
        );
        story.settle();
        assert_eq!([ANN, BOB].map(|phone| story.justcall.value(phone, "company")), ["Gamma", "Gamma"]);
        story.check_quiet("edited in JustCall");
    }
}

#[test]
fn a_number_that_one_contact_has_twice_makes_one_contact() {
    for kind in kinds() {
        let story = between(kind);
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", "(415) 555-0101")]);
        story.settle();
        assert_eq!(phones(&story), [("Ann", ANN)].map(owned));
        story.check_quiet("twice");
    }
}

#[test]
fn a_number_that_another_contact_has_too_is_nobodys() {
    // I7: a shared number is decided by a second factor, or by a person.
    for kind in kinds() {
        let story = between(kind);
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", CAT)]);
        story.crm.add(&[("first_name", "Bob"), ("phone", BOB), ("stage", CAT)]);
        story.justcall.add(&[("first_name", "Zoe"), ("phone", CAT)]);
        let told = good(&story);
        assert_eq!(told.plan.conflicts.len(), 1, "{:#?}", told.plan.conflicts);
        assert_eq!(told.plan.conflicts[0].kind, ConflictKind::AmbiguousMatch);
        story.settle();
        assert_eq!(phones(&story), [("Ann", ANN), ("Bob", BOB), ("Zoe", CAT)].map(owned));
        assert_eq!(story.crm.count(), 2);
    }
}

#[test]
fn a_number_that_cannot_be_read_keeps_its_contact() {
    for kind in kinds() {
        let story = ann(kind);
        for damaged in ["4.15556E+09", "ask her", "415 555"] {
            story.crm.edit("Ann", "stage", damaged);
            let told = good(&story);
            assert!(told.plan.actions.is_empty() && told.plan.held.is_empty(), "{:#?}", told.plan.actions);
            story.settle();
        }
        assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB), ("Cat", CAT)].map(owned));
        story.crm.edit("Ann", "stage", BOB);
        story.settle();
        story.check_quiet("mended");
    }
}

#[test]
fn two_names_for_one_contact_in_one_night_never_overwrite_each_other() {
    for kind in kinds() {
        let story = ann(kind);
        story.justcall.edit(ANN, "company", "Left");
        story.justcall.edit(BOB, "company", "Right");
        story.clock.seconds(60);
        let told = story.run();
        assert_eq!(told.report.stale.len(), 1, "{:#?}", told.report);
        assert!(told.report.stale[0].detail.contains("another number"), "{:?}", told.report.stale);
        assert_eq!([ANN, BOB].map(|phone| story.justcall.value(phone, "company")), ["Left", "Right"], "both as typed");
        let told = good(&story);
        assert_eq!(told.plan.conflicts.len(), 1, "{:#?}", told.plan);
        assert_eq!([ANN, BOB].map(|phone| story.justcall.value(phone, "company")), ["Left", "Right"]);
        // Whatever a person decides is then the contact's, and so everybody's.
        story.resolve(&told.plan, "company", model::Choice::Take(Side::Justcall));
        story.settle();
        let now = [ANN, BOB].map(|phone| story.justcall.value(phone, "company"));
        assert_eq!(now, [story.crm.value("Ann", "company"), story.crm.value("Ann", "company")]);
        story.check_quiet("decided");
    }
}

#[test]
fn the_same_edit_on_both_is_written_once() {
    for kind in kinds() {
        let story = ann(kind);
        story.justcall.edit(ANN, "company", "Beta");
        story.justcall.edit(BOB, "company", "Beta");
        let deeds = story.crm.deeds();
        good(&story);
        assert_eq!(story.crm.deeds(), deeds + 1);
        story.settle();
        assert_eq!(story.crm.deeds(), deeds + 1);
        story.check_quiet("the same");
    }
}

#[test]
fn fields_and_numbers_of_one_contact_that_change_together_all_arrive() {
    for kind in kinds() {
        let story = ann(kind);
        let known = ids(&story);
        story.justcall.edit(ANN, "company", "Beta");
        story.justcall.edit(ANN, "phone", "+14155550191");
        story.justcall.edit(BOB, "email", "a@example.com");
        story.justcall.edit(BOB, "phone", "+14155550192");
        good(&story);
        story.settle();
        let ann = ["company", "email", "phone", "stage"].map(|field| story.crm.value("Ann", field));
        assert_eq!(ann, ["Beta", "a@example.com", "+14155550191", "+14155550192"]);
        assert_eq!([id(&story, "+14155550191"), id(&story, "+14155550192")], known);
        story.check_quiet("all arrived");
    }
}

#[test]
fn a_number_that_is_removed_takes_its_own_contact_along_and_no_other() {
    for kind in kinds() {
        for (field, gone, stays) in [("stage", BOB, ANN), ("phone", ANN, BOB)] {
            let mut story = ann(kind.clone());
            (story.settings.sightings, story.settings.min_hours) = (2, 20);
            let kept = id(&story, stays);
            story.crm.edit("Ann", field, "");
            let told = good(&story);
            assert_eq!(told.plan.held.len(), 1, "{:#?}", told.plan);
            assert_eq!(told.plan.held[0].reason, HeldReason::AwaitingSighting);
            assert_eq!(phones(&story).len(), 3);
            story.clock.seconds(21 * 3600);
            let told = good(&story);
            let deletes: Vec<_> =
                told.plan.actions.iter().map(|action| (action.side, action.kind, &*action.phone)).collect();
            assert_eq!(deletes, [(Side::Justcall, ActionKind::Delete, gone)]);
            story.settle();
            assert_eq!((id(&story, stays), story.justcall.find(gone)), (kept, None));
            assert_eq!(story.crm.count(), 2);
            story.check_quiet("one number less");
            // It comes back, and has a contact again.
            story.crm.edit("Ann", field, gone);
            story.settle();
            assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB), ("Cat", CAT)].map(owned));
            story.check_quiet("and back");
        }
    }
}

#[test]
fn numbers_that_move_between_fields_change_nothing() {
    for kind in kinds() {
        let story = ann(kind);
        let known = ids(&story);
        let deeds = story.justcall.deeds();
        // Swapped; one field emptied after the other took its number; both at once.
        for (phone, stage) in [(BOB, ANN), (BOB, ""), (ANN, BOB)] {
            story.crm.edit("Ann", "phone", phone);
            story.crm.edit("Ann", "stage", stage);
            if stage.is_empty() {
                story.crm.edit("Ann", "stage", ANN);
            }
            let told = good(&story);
            assert!(told.plan.actions.iter().all(|action| !action.kind.is_write()), "{:#?}", told.plan.actions);
            story.settle();
            story.check_quiet("moved");
        }
        assert_eq!((ids(&story), story.justcall.deeds()), (known, deeds));
    }
}

#[test]
fn a_number_that_is_changed_in_the_crm_changes_in_its_contact() {
    for kind in kinds() {
        let story = ann(kind);
        let [ann, bob] = ids(&story);
        story.crm.edit("Ann", "stage", NEW);
        good(&story);
        story.settle();
        assert_eq!((id(&story, ANN), id(&story, NEW), story.justcall.find(BOB)), (ann, bob, None));
        story.check_quiet("another number");
    }
}

#[test]
fn a_crm_contact_that_is_deleted_takes_all_its_contacts_along() {
    for kind in kinds() {
        let story = ann(kind);
        story.crm.remove("Ann");
        let told = good(&story);
        assert_eq!(count(&told, Side::Justcall, ActionKind::Delete), 2, "{:#?}", told.plan);
        story.settle();
        assert_eq!(phones(&story), [("Cat", CAT)].map(owned));
        story.check_quiet("deleted");
        assert_eq!(story.store().link_heads(&story.settings.schema).unwrap().len(), 1);
    }
}

#[test]
fn a_guard_counts_every_contact_and_holds_all_of_them() {
    let mut story = between(Kind::file().with_several_numbers());
    for at in 0..4 {
        let (phone, stage) = (format!("+1415555020{at}"), format!("+1415555030{at}"));
        story.crm.add(&[("first_name", &format!("P{at}")), ("phone", &phone), ("stage", &stage)]);
    }
    story.settle();
    for at in 0..3 {
        story.crm.remove(&format!("P{at}"));
    }
    let told = good(&story);
    assert_eq!(told.plan.held.iter().filter(|held| held.reason == HeldReason::Guard).count(), 6, "more than 5");
    assert_eq!(story.justcall.count(), 8);
    story.approvals.insert(GuardClass::Deletes, 6);
    good(&story);
    assert_eq!(story.justcall.count(), 2);
}

#[test]
fn one_of_several_that_is_deleted_in_justcall_deletes_nobody() {
    for kind in kinds() {
        for (gone, stays) in [(ANN, BOB), (BOB, ANN)] {
            let story = ann(kind.clone());
            story.justcall.remove(gone);
            let told = good(&story);
            assert!(told.plan.actions.is_empty(), "{:#?}", told.plan.actions);
            let held: Vec<_> = told.plan.held.iter().map(|held| (held.side, held.reason)).collect();
            assert_eq!(held, [(Side::Crm, HeldReason::OtherNumbers)]);
            assert!(told.plan.held[0].detail.contains(stays), "{}", told.plan.held[0].detail);
            // Whatever is edited meanwhile, also by the contact that is left.
            story.crm.edit("Ann", "company", "Beta");
            story.settle();
            story.justcall.edit(stays, "email", "a@example.com");
            story.settle();
            assert_eq!((story.crm.count(), phones(&story).len()), (2, 2));
            assert_eq!(story.crm.value("Ann", "email"), "a@example.com");
            // Taken out of the CRM, it is forgotten.
            let field = if gone == ANN { "phone" } else { "stage" };
            story.crm.edit("Ann", field, "");
            story.settle();
            assert_eq!((story.crm.count(), phones(&story).len()), (2, 2));
            assert!(good(&story).plan.held.is_empty());
            story.check_quiet("taken out");
        }
    }
}

#[test]
fn one_of_several_that_was_deleted_in_justcall_is_linked_again_when_it_is_back() {
    // R14
    for kind in kinds() {
        let story = ann(kind);
        story.justcall.remove(BOB);
        story.settle();
        story.justcall.add(&[("first_name", "Ann"), ("phone", BOB), ("company", "Acme")]);
        story.settle();
        assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB), ("Cat", CAT)].map(owned));
        assert!(good(&story).plan.held.is_empty());
        story.crm.edit("Ann", "company", "Beta");
        story.settle();
        assert_eq!(story.justcall.value(BOB, "company"), "Beta");
        story.check_quiet("back");
    }
}

#[test]
fn a_crm_contact_goes_once_when_the_last_of_its_contacts_is_deleted() {
    for kind in kinds() {
        for at_once in [true, false] {
            let mut story = ann(kind.clone());
            (story.settings.sightings, story.settings.min_hours) = (2, 20);
            story.justcall.remove(BOB);
            if !at_once {
                good(&story);
                story.clock.seconds(21 * 3600);
                good(&story);
            }
            story.justcall.remove(ANN);
            good(&story);
            assert_eq!(story.crm.count(), 2, "seen missing once");
            story.clock.seconds(21 * 3600);
            let mut deletes = count(&good(&story), Side::Crm, ActionKind::Delete);
            if !at_once {
                // The first one was not counted as missing while it was kept by the other.
                story.clock.seconds(21 * 3600);
                deletes += count(&good(&story), Side::Crm, ActionKind::Delete);
            }
            assert_eq!((deletes, story.crm.count()), (1, 1), "once {at_once}");
            story.settle();
            story.check_quiet("gone");
            assert_eq!(story.store().link_heads(&story.settings.schema).unwrap().len(), 1, "no link is left over");
        }
    }
}

#[test]
fn what_was_edited_in_the_crm_outlives_the_deletion_of_all_contacts() {
    // R8, for each of them.
    for kind in kinds() {
        let story = ann(kind);
        story.justcall.remove(ANN);
        story.justcall.remove(BOB);
        story.crm.edit("Ann", "company", "Beta");
        let told = good(&story);
        assert!(told.plan.actions.iter().all(|action| action.reason == Rule::R8), "{:#?}", told.plan.actions);
        story.settle();
        assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB), ("Cat", CAT)].map(owned));
        story.check_quiet("back");
    }
}

#[test]
fn what_was_edited_in_justcall_never_becomes_two_contacts_of_the_crm() {
    // R7 would make a contact of each number: a person is asked.
    for kind in kinds() {
        let story = ann(kind);
        story.crm.remove("Ann");
        story.justcall.edit(ANN, "company", "Beta");
        story.justcall.edit(BOB, "company", "Beta");
        let told = good(&story);
        assert_eq!(told.plan.conflicts.len(), 2, "{:#?}", told.plan);
        assert!(told.plan.conflicts.iter().all(|conflict| conflict.kind == ConflictKind::EditedAndDeleted));
        assert_eq!((story.crm.count(), phones(&story).len()), (1, 3));
    }
}

/// A feed that tells late of an edit: the contact is read as a whole before any of its records is written (S8, I2).
#[test]
fn an_edit_that_the_feed_does_not_show_yet_is_not_overwritten() {
    for (edited, gone) in [(ANN, BOB), (BOB, ANN)] {
        let mut kind = Kind::file().with_several_numbers().with_feed();
        kind.capabilities.read_lag_seconds = 30;
        let story = ann(kind);
        story.crm.faults(|faults| faults.silent_feed = true);
        story.crm.edit("Ann", "company", "Typed in the CRM");
        story.justcall.edit(edited, "company", "Typed in JustCall");
        let told = story.run();
        assert_eq!(story.crm.value("Ann", "company"), "Typed in the CRM");
        assert_eq!(told.plan.conflicts.len(), 1, "{:#?}", told.plan);
        assert_eq!(story.justcall.value(gone, "company"), "Typed in the CRM", "it was seen, for all of them");
    }
}

#[test]
fn a_plan_that_deletes_a_contact_is_void_when_another_number_is_back() {
    for kind in kinds() {
        let story = ann(kind);
        let bob = story.justcall.find(BOB).unwrap();
        story.justcall.remove(ANN);
        story.justcall.remove(BOB);
        let plan = story.plan().plan;
        assert_eq!(plan.actions.len(), 1, "{:#?}", plan.actions);
        let apply = |story: &Story| {
            story.with(|session| {
                let planned = block_on(session.revalidate(plan.clone())).unwrap();
                let Finished { report, .. } = block_on(session.apply(&planned)).unwrap();
                report
            })
        };
        let back = story.fork();
        back.justcall.restore(&bob);
        let report = apply(&back);
        assert_eq!((report.stale.len(), back.crm.count()), (1, 2), "{report:#?}");
        let grown = story.fork();
        grown.crm.edit("Ann", "stage", NEW);
        grown.crm.edit("Ann", "phone", BOB);
        let report = apply(&grown);
        assert_eq!((report.stale.len(), grown.crm.count()), (1, 2), "{report:#?}");
        let report = apply(&story);
        assert_eq!((report.stale.len(), story.crm.count()), (0, 1), "{report:#?}");
    }
}

#[test]
fn the_link_that_is_there_stays_when_each_number_gets_one_and_back() {
    for kind in kinds() {
        let mut story = Story::between(Kind::phone_system(), kind).quick_deletes();
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", BOB)]);
        story.justcall.add(&[("first_name", "Ann"), ("phone", BOB)]);
        story.settle();
        let bob = id(&story, BOB);
        story.settings.numbers = Numbers::Each;
        story.scope = "each".to_owned();
        story.settle();
        assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB)].map(owned));
        assert_eq!(id(&story, BOB), bob);
        story.check_quiet("each");
        let links = story.store().link_heads(&story.settings.schema).unwrap();
        // Back to one: nothing is deleted, the other contact is listed and left alone.
        story.settings.numbers = Numbers::One;
        story.scope = "one".to_owned();
        story.settle();
        let told = good(&story);
        assert_eq!(phones(&story), [("Ann", ANN), ("Ann", BOB)].map(owned));
        let skipped: Vec<_> = told.plan.skipped.iter().map(|skipped| (skipped.side, skipped.reason)).collect();
        assert_eq!(skipped, [(Side::Justcall, SkipReason::OtherNumber)]);
        story.check_quiet("one");
        // Edits of the one that is left alone go nowhere; those of the other still do.
        story.justcall.edit(ANN, "company", "Nowhere");
        story.justcall.edit(BOB, "email", "a@example.com");
        story.settle();
        assert_eq!(
            (story.crm.value("Ann", "company"), story.crm.value("Ann", "email")),
            (String::new(), "a@example.com".into())
        );
        story.justcall.edit(ANN, "company", "");
        // And each again: the same links.
        story.settings.numbers = Numbers::Each;
        story.scope = "each".to_owned();
        story.settle();
        let again = story.store().link_heads(&story.settings.schema).unwrap();
        assert_eq!(
            again.iter().map(|head| &head.ids).collect::<Vec<_>>(),
            links.iter().map(|head| &head.ids).collect::<Vec<_>>()
        );
        assert_eq!(story.justcall.value(ANN, "email"), "a@example.com");
        story.check_quiet("each again");
    }
}

#[test]
fn a_contact_known_by_a_further_number_alone_is_kept_when_one_is_enough() {
    for kind in kinds() {
        let mut story = ann(kind);
        story.crm.edit("Ann", "phone", "");
        story.settle();
        let bob = id(&story, BOB);
        story.settings.numbers = Numbers::One;
        story.settle();
        assert_eq!((phones(&story), id(&story, BOB)), (vec![owned(("Ann", BOB)), owned(("Cat", CAT))], bob));
        story.check_quiet("as itself");
        story.justcall.edit(BOB, "company", "Beta");
        story.settle();
        assert_eq!(story.crm.value("Ann", "company"), "Beta");
    }
}

#[test]
fn a_run_that_is_killed_anywhere_leaves_nothing_lost_or_doubled() {
    for kind in kinds() {
        for scene in 0..4 {
            let start = if scene == 0 {
                let story = between(kind.clone());
                story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", BOB)]);
                story
            } else {
                ann(kind.clone())
            };
            match scene {
                1 => {
                    start.justcall.edit(ANN, "company", "Beta");
                    start.justcall.edit(BOB, "phone", NEW);
                    start.justcall.edit(ANN, "phone", "+14155550198");
                }
                2 => {
                    start.justcall.remove(ANN);
                    start.justcall.remove(BOB);
                }
                3 => start.crm.remove("Ann"),
                _ => {}
            }
            let whole = start.fork();
            whole.settle();
            let wanted = (whole.worlds(), phones(&whole));
            let mut kills = 0;
            for step in 0..80 {
                let story = start.fork();
                story.clock.seconds(60);
                story.crash.arm(step);
                if story.run_or_crash().is_some() {
                    break;
                }
                kills += 1;
                story.crash.disarm();
                story.clock.seconds(60);
                story.settle();
                story.settle();
                assert_eq!((story.worlds(), phones(&story)), wanted, "scene {scene}, step {step}");
                story.check_state("killed");
                story.check_quiet("killed");
            }
            assert!(kills > 5, "scene {scene}: {kills}");
        }
    }
}

#[test]
fn an_undo_takes_back_the_contacts_and_the_edits_of_a_run() {
    for kind in kinds() {
        let story = between(kind);
        story.crm.add(&[("first_name", "Ann"), ("phone", ANN), ("stage", BOB)]);
        let made = good(&story);
        story.settle();
        assert_eq!(story.justcall.count(), 2);
        let undone = story.undo(&made);
        assert!(undone.report.failed.is_empty() && undone.plan.skipped.is_empty(), "{:#?}", undone.plan);
        assert_eq!((story.justcall.count(), story.crm.count()), (0, 1));
        story.settle();
        assert_eq!(story.justcall.count(), 0, "not made again by itself");
        let story = ann(Kind::file().with_several_numbers());
        story.justcall.edit(ANN, "company", "Beta");
        story.justcall.edit(BOB, "phone", NEW);
        let told = good(&story);
        assert_eq!((story.crm.value("Ann", "company"), story.crm.value("Ann", "stage")), ("Beta".into(), NEW.into()));
        story.undo(&told);
        assert_eq!((story.crm.value("Ann", "company"), story.crm.value("Ann", "stage")), ("Acme".into(), BOB.into()));
    }
}
