//! The stories that are told with a crash at every step: a world that is in sync, and what users do to it then.

use crate::story::Story;
use model::Choice;
use model::Side;

/// One story.
pub(crate) struct Tale {
    pub(crate) name: &'static str,
    /// Contacts before the first run.
    pub(crate) before: fn(&Story),
    /// What happens after the sides are in sync; with `None` the first run itself is the story.
    pub(crate) then: Option<fn(&Story)>,
}

pub(crate) const ANN: &str = "+14155550101";
pub(crate) const BOB: &str = "+14155550102";
pub(crate) const CAT: &str = "+14155550103";
pub(crate) const DAN: &str = "+14155550104";

fn three(story: &Story) {
    story.justcall.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Acme")]);
    story.crm.add(&[("first_name", "Bob"), ("phone", "(415) 555-0102"), ("email", "bob@x.com"), ("stage", "lead")]);
    story.justcall.add(&[("first_name", "Cat"), ("phone", CAT), ("email", "cat@x.com")]);
    story.crm.add(&[("first_name", "Cat"), ("phone", "415-555-0103"), ("company", "Cats"), ("stage", "lead")]);
}

fn many(story: &Story) {
    for n in 0..7 {
        let phone = format!("+1415555020{n}");
        let name = format!("Person {n}");
        let side = if n % 2 == 0 { &story.justcall } else { &story.crm };
        side.add(&[("first_name", &name), ("phone", &phone)]);
    }
}

fn four(story: &Story) {
    for (name, phone) in [("Ann", ANN), ("Bob", BOB), ("Cat", CAT), ("Dan", DAN)] {
        story.crm.add(&[("first_name", name), ("phone", phone), ("company", name)]);
    }
}

fn swap(story: &Story, names: &[&str], numbers: &[&str]) {
    for (name, number) in names.iter().zip(numbers) {
        story.crm.edit(name, "phone", number);
    }
}

macro_rules! tale {
    ($name:literal, $before:expr) => {
        Tale { name: $name, before: $before, then: None }
    };
    ($name:literal, $before:expr, $then:expr) => {
        Tale { name: $name, before: $before, then: Some($then) }
    };
}

pub(crate) const TALES: &[Tale] = &[
    tale!("first sync", three),
    tale!("first sync of many", many),
    tale!("first sync to an empty JustCall", four),
    tale!("first sync to an empty CRM", |s| {
        s.justcall.add(&[("first_name", "Ann"), ("phone", ANN)]);
        s.justcall.add(&[("first_name", "Bob"), ("phone", BOB), ("email", "b@x.com")]);
    }),
    tale!("nothing at all", |_| {}),
    tale!("edited in the CRM (R3)", four, |s| s.crm.edit("Ann", "company", "Acme")),
    tale!("edited in JustCall (R2)", four, |s| s.justcall.edit("Ann", "company", "Acme")),
    tale!("edited on both sides, other fields (R4)", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.edit("Ann", "email", "ann@x.com");
    }),
    tale!("edited alike on both sides (R4, S30)", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.edit("Ann", "company", "Acme ");
    }),
    tale!("a conflict, and another field (R4)", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.edit("Ann", "company", "Beta");
        s.justcall.edit("Ann", "email", "ann@x.com");
    }),
    tale!("a field emptied", four, |s| s.crm.edit("Ann", "company", "")),
    tale!("a phone changed in the CRM (S19)", four, |s| s.crm.edit("Ann", "phone", "+14155550999")),
    tale!("a phone changed in JustCall (S19)", four, |s| s.justcall.edit("Ann", "phone", "+14155550999")),
    tale!("deleted in JustCall (R5)", four, |s| s.justcall.remove("Ann")),
    tale!("deleted in the CRM (R6)", four, |s| s.crm.remove("Ann")),
    tale!("deleted on both sides (R9)", four, |s| {
        s.justcall.remove("Ann");
        s.crm.remove("Ann");
    }),
    tale!("edited in JustCall, deleted in the CRM (R7)", four, |s| {
        s.justcall.edit("Ann", "company", "Acme");
        s.crm.remove("Ann");
    }),
    tale!("edited in the CRM, deleted in JustCall (R8)", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.remove("Ann");
    }),
    tale!("phone edited in the CRM, deleted in JustCall (R8)", four, |s| {
        s.crm.edit("Ann", "phone", "+14155550999");
        s.justcall.remove("Ann");
    }),
    tale!("new on both sides (R10, R11)", four, |s| {
        s.justcall.add(&[("first_name", "Eve"), ("phone", "+14155550105")]);
        s.crm.add(&[("first_name", "Fay"), ("phone", "+14155550106")]);
    }),
    tale!("new on both sides, the same person (R12)", four, |s| {
        s.justcall.add(&[("first_name", "Eve"), ("phone", "+14155550105")]);
        s.crm.add(&[("first_name", "Eve"), ("phone", "415 555 0105")]);
    }),
    tale!("new on both sides, with blanks and differences (R13)", four, |s| {
        s.justcall.add(&[("first_name", "Eve"), ("phone", "+14155550105"), ("company", "Eden")]);
        s.crm.add(&[("first_name", "Eva"), ("phone", "415 555 0105"), ("email", "eve@x.com")]);
    }),
    tale!("deleted and made again by hand (R14, S14)", four, |s| {
        s.justcall.remove("Ann");
        s.justcall.add(&[("first_name", "Ann"), ("phone", ANN), ("company", "Ann")]);
    }),
    tale!("two swap their numbers in the CRM (S21)", four, |s| swap(s, &["Ann", "Bob"], &[BOB, ANN])),
    tale!("two swap their numbers in JustCall (S21)", four, |s| {
        s.justcall.edit("Ann", "phone", BOB);
        s.justcall.edit("Bob", "phone", ANN);
    }),
    tale!("three hand their numbers around (S21)", four, |s| swap(s, &["Ann", "Bob", "Cat"], &[BOB, CAT, ANN])),
    tale!("a number moves on and its holder takes a new one", four, |s| {
        s.crm.edit("Ann", "phone", "+14155550999");
        s.crm.edit("Bob", "phone", ANN);
    }),
    tale!("a number goes to a new contact", four, |s| {
        s.crm.edit("Ann", "phone", "+14155550999");
        s.crm.add(&[("first_name", "Eve"), ("phone", ANN)]);
    }),
    tale!("a decision is carried out", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.edit("Ann", "company", "Beta");
        s.clock.seconds(60);
        let plan = s.run().plan;
        s.resolve(&plan, "company", Choice::Take(Side::Justcall));
    }),
    tale!("a value of a person's own is carried out", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.edit("Ann", "company", "Beta");
        s.clock.seconds(60);
        let plan = s.run().plan;
        s.resolve(&plan, "company", Choice::Value("Gamma".to_owned()));
    }),
    tale!("everything at once", four, |s| {
        s.crm.edit("Ann", "company", "Acme");
        s.justcall.edit("Bob", "email", "bob@x.com");
        s.crm.remove("Cat");
        s.justcall.edit("Dan", "phone", "+14155550999");
        s.justcall.add(&[("first_name", "Eve"), ("phone", "+14155550105")]);
        s.crm.add(&[("first_name", "Fay"), ("phone", "+14155550106")]);
    }),
    tale!("leaves the scope (S9)", four, |s| s.crm.edit("Ann", "stage", "closed")),
    tale!("a shared number, told apart by name (S23)", |s| {
        for side in [&s.justcall, &s.crm] {
            side.add(&[("first_name", "Ann"), ("phone", ANN)]);
            side.add(&[("first_name", "Bob"), ("phone", ANN)]);
        }
    }),
    tale!("duplicates that nobody can tell apart (S22)", |s| {
        s.crm.add(&[("first_name", "Ann"), ("phone", ANN)]);
        s.crm.add(&[("first_name", "Anna"), ("phone", ANN)]);
        s.justcall.add(&[("first_name", "A."), ("phone", ANN)]);
        s.justcall.add(&[("first_name", "Bob"), ("phone", BOB)]);
    }),
];
