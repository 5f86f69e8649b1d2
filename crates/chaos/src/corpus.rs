//! The stories that are told with a crash at every step: a world that is in sync, and what users and faults do to it
//! then. As data, like every other story.

use crate::story::{Choices, Fault, Step};
use crate::world::PERSON;
use model::Side::{self, Crm, Justcall};
use model::{ConflictPolicy, Direction, EditVsDelete, WritePolicy};

/// One story, told between every pair of replicas.
#[derive(Debug, Clone)]
pub struct Tale {
    /// What it is about.
    pub name: &'static str,
    /// Contacts before the first run.
    pub before: Vec<Step>,
    /// What happens after the sides are in sync; with `None` the first run itself is the story.
    pub then: Option<Vec<Step>>,
    /// What the user configured.
    pub choices: Choices,
}

const ANN: &str = "+14155550101";
const BOB: &str = "+14155550102";
const CAT: &str = "+14155550103";
const DAN: &str = "+14155550104";
const EVE: &str = "+14155550105";
const NEW: &str = "+14155550999";

fn add(side: Side, values: &[(&str, &str)]) -> Step {
    let mut values: Vec<(String, String)> =
        values.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect();
    let name: Vec<&str> = values.iter().take(2).map(|(_, text)| text.as_str()).collect();
    values.push((format!("custom.{PERSON}"), format!("{} of {side}", name.join(" "))));
    Step::Add(side, values)
}

fn edit(side: Side, who: &str, field: &str, text: &str) -> Step {
    Step::Edit(side, who.to_owned(), field.to_owned(), text.to_owned())
}

fn remove(side: Side, who: &str) -> Step {
    Step::Remove(side, who.to_owned())
}

fn three() -> Vec<Step> {
    vec![
        add(Justcall, &[("first_name", "Ann"), ("phone", ANN), ("company", "Acme")]),
        add(Crm, &[("first_name", "Bob"), ("phone", "(415) 555-0102"), ("email", "bob@x.com"), ("stage", "lead")]),
        add(Justcall, &[("first_name", "Cat"), ("phone", CAT), ("email", "cat@x.com")]),
        add(Crm, &[("first_name", "Cat"), ("phone", "415-555-0103"), ("company", "Cats"), ("stage", "lead")]),
    ]
}

fn many() -> Vec<Step> {
    let one = |n: usize| {
        let side = if n.is_multiple_of(2) { Justcall } else { Crm };
        add(side, &[("first_name", &format!("Person {n}")), ("phone", &format!("+1415555020{n}"))])
    };
    (0..7).map(one).collect()
}

fn four() -> Vec<Step> {
    let people = [("Ann", ANN), ("Bob", BOB), ("Cat", CAT), ("Dan", DAN)];
    people.map(|(name, phone)| add(Crm, &[("first_name", name), ("phone", phone), ("company", name)])).to_vec()
}

fn swap(side: Side, names: &[&str], numbers: &[&str]) -> Vec<Step> {
    names.iter().zip(numbers).map(|(name, number)| edit(side, name, "phone", number)).collect()
}

fn tale(name: &'static str, before: Vec<Step>) -> Tale {
    Tale { name, before, then: None, choices: Choices::default() }
}

/// Four contacts in sync, and then this.
fn then(name: &'static str, steps: Vec<Step>) -> Tale {
    Tale { then: Some(steps), ..tale(name, four()) }
}

/// The same under other choices.
fn under(choices: Choices, tale: Tale) -> Tale {
    Tale { choices, ..tale }
}

/// All of them.
pub fn tales() -> Vec<Tale> {
    let mut all = first_syncs();
    all.extend(edits());
    all.extend(deletions());
    all.extend(numbers());
    all.extend(decisions());
    all.extend(choices());
    all.extend(faults());
    all
}

fn first_syncs() -> Vec<Tale> {
    let shared = |side| {
        [add(side, &[("first_name", "Ann"), ("phone", ANN)]), add(side, &[("first_name", "Bob"), ("phone", ANN)])]
    };
    vec![
        tale("first sync", three()),
        tale("first sync of many", many()),
        tale("first sync to an empty JustCall", four()),
        tale(
            "first sync to an empty CRM",
            vec![
                add(Justcall, &[("first_name", "Ann"), ("phone", ANN)]),
                add(Justcall, &[("first_name", "Bob"), ("phone", BOB), ("email", "b@x.com")]),
            ],
        ),
        tale("nothing at all", Vec::new()),
        tale("a shared number, told apart by name (S23)", [shared(Justcall), shared(Crm)].concat()),
        tale(
            "duplicates that nobody can tell apart (S22)",
            vec![
                add(Crm, &[("first_name", "Ann"), ("phone", ANN)]),
                add(Crm, &[("first_name", "Anna"), ("phone", ANN)]),
                add(Justcall, &[("first_name", "A."), ("phone", ANN)]),
                add(Justcall, &[("first_name", "Bob"), ("phone", BOB)]),
            ],
        ),
        tale(
            "a damaged number beside good ones",
            vec![
                add(Crm, &[("first_name", "Ann"), ("phone", "4.15556E+09")]),
                add(Crm, &[("first_name", "Bob"), ("phone", BOB)]),
                add(Justcall, &[("first_name", "Ann"), ("phone", ANN)]),
            ],
        ),
        tale(
            "the same people on both sides, all different",
            vec![
                add(Crm, &[("first_name", "Ann"), ("phone", ANN), ("company", "Acme")]),
                add(Justcall, &[("first_name", "Anna"), ("phone", ANN), ("email", "ann@x.com")]),
                add(Crm, &[("first_name", "Bob"), ("phone", BOB), ("email", "bob@x.com")]),
                add(Justcall, &[("first_name", "Robert"), ("phone", BOB), ("email", "rob@x.com")]),
            ],
        ),
    ]
}

fn edits() -> Vec<Tale> {
    vec![
        then("edited in the CRM (R3)", vec![edit(Crm, "Ann", "company", "Acme")]),
        then("edited in JustCall (R2)", vec![edit(Justcall, "Ann", "company", "Acme")]),
        then(
            "edited on both sides, other fields (R4)",
            vec![edit(Crm, "Ann", "company", "Acme"), edit(Justcall, "Ann", "email", "ann@x.com")],
        ),
        then(
            "edited alike on both sides (R4, S30)",
            vec![edit(Crm, "Ann", "company", "Acme"), edit(Justcall, "Ann", "company", "Acme ")],
        ),
        then(
            "a conflict, and another field (R4)",
            vec![
                edit(Crm, "Ann", "company", "Acme"),
                edit(Justcall, "Ann", "company", "Beta"),
                edit(Justcall, "Ann", "email", "ann@x.com"),
            ],
        ),
        then("a field emptied in the CRM", vec![edit(Crm, "Ann", "company", "")]),
        then("a field emptied in JustCall", vec![edit(Justcall, "Ann", "company", "")]),
        then(
            "emptied here, edited there",
            vec![edit(Justcall, "Ann", "company", ""), edit(Crm, "Ann", "company", "Acme")],
        ),
        then(
            "everybody edited, in turns",
            ["Ann", "Bob", "Cat", "Dan"]
                .iter()
                .enumerate()
                .map(|(n, who)| edit(if n % 2 == 0 { Crm } else { Justcall }, who, "email", &format!("{who}@x.com")))
                .collect(),
        ),
        then(
            "there and back again (A-B-A)",
            vec![
                edit(Crm, "Ann", "company", "Acme"),
                Step::Wait(60),
                Step::Run(None),
                Step::Wait(60),
                edit(Crm, "Acme", "company", "Ann"),
            ],
        ),
        then(
            "only another form (S30)",
            vec![edit(Crm, "Ann", "phone", "(415) 555-0101"), edit(Crm, "Bob", "company", "Bob ")],
        ),
        then(
            "new on both sides (R10, R11)",
            vec![
                add(Justcall, &[("first_name", "Eve"), ("phone", EVE)]),
                add(Crm, &[("first_name", "Fay"), ("phone", "+14155550106")]),
            ],
        ),
        then(
            "new on both sides, the same person (R12)",
            vec![
                add(Justcall, &[("first_name", "Eve"), ("phone", EVE)]),
                add(Crm, &[("first_name", "Eve"), ("phone", "415 555 0105")]),
            ],
        ),
        then(
            "new on both sides, with blanks and differences (R13)",
            vec![
                add(Justcall, &[("first_name", "Eve"), ("phone", EVE), ("company", "Eden")]),
                add(Crm, &[("first_name", "Eva"), ("phone", "415 555 0105"), ("email", "eve@x.com")]),
            ],
        ),
        then(
            "everything at once",
            vec![
                edit(Crm, "Ann", "company", "Acme"),
                edit(Justcall, "Bob", "email", "bob@x.com"),
                remove(Crm, "Cat"),
                edit(Justcall, "Dan", "phone", NEW),
                add(Justcall, &[("first_name", "Eve"), ("phone", EVE)]),
                add(Crm, &[("first_name", "Fay"), ("phone", "+14155550106")]),
            ],
        ),
    ]
}

fn deletions() -> Vec<Tale> {
    let twice = Choices { sightings: 2, min_hours: 0, ..Choices::default() };
    vec![
        then("deleted in JustCall (R5)", vec![remove(Justcall, "Ann")]),
        then("deleted in the CRM (R6)", vec![remove(Crm, "Ann")]),
        then("deleted on both sides (R9)", vec![remove(Justcall, "Ann"), remove(Crm, "Ann")]),
        then(
            "edited in JustCall, deleted in the CRM (R7)",
            vec![edit(Justcall, "Ann", "company", "Acme"), remove(Crm, "Ann")],
        ),
        then(
            "edited in the CRM, deleted in JustCall (R8)",
            vec![edit(Crm, "Ann", "company", "Acme"), remove(Justcall, "Ann")],
        ),
        then(
            "phone edited in the CRM, deleted in JustCall (R8)",
            vec![edit(Crm, "Ann", "phone", NEW), remove(Justcall, "Ann")],
        ),
        then(
            "deleted and made again by hand (R14, S14)",
            vec![remove(Justcall, "Ann"), add(Justcall, &[("first_name", "Ann"), ("phone", ANN), ("company", "Ann")])],
        ),
        then(
            "deleted and made again, different (R14)",
            vec![remove(Crm, "Ann"), add(Crm, &[("first_name", "Ann"), ("phone", ANN), ("company", "Acme")])],
        ),
        then(
            "deleted everywhere, and back later (R14)",
            vec![
                remove(Justcall, "Ann"),
                Step::Wait(60),
                Step::Run(None),
                Step::Wait(60),
                add(Crm, &[("first_name", "Annie"), ("phone", ANN)]),
            ],
        ),
        then("several deleted at once", vec![remove(Justcall, "Ann"), remove(Justcall, "Bob"), remove(Crm, "Cat")]),
        then(
            "deleted while a stranger takes the number",
            vec![remove(Justcall, "Ann"), add(Justcall, &[("first_name", "Zed"), ("phone", ANN)])],
        ),
        under(
            twice.clone(),
            then("seen missing once, then again", vec![remove(Crm, "Ann"), Step::Wait(60), Step::Run(None)]),
        ),
        under(twice, then("seen missing once only", vec![remove(Crm, "Ann")])),
    ]
}

fn numbers() -> Vec<Tale> {
    vec![
        then("a phone changed in the CRM (S19)", vec![edit(Crm, "Ann", "phone", NEW)]),
        then("a phone changed in JustCall (S19)", vec![edit(Justcall, "Ann", "phone", NEW)]),
        then("two swap their numbers in the CRM (S21)", swap(Crm, &["Ann", "Bob"], &[BOB, ANN])),
        then("two swap their numbers in JustCall (S21)", swap(Justcall, &["Ann", "Bob"], &[BOB, ANN])),
        then("three hand their numbers around (S21)", swap(Crm, &["Ann", "Bob", "Cat"], &[BOB, CAT, ANN])),
        then("a number moves on and its holder takes a new one", swap(Crm, &["Ann", "Bob"], &[NEW, ANN])),
        then(
            "a number goes to a new contact",
            vec![edit(Crm, "Ann", "phone", NEW), add(Crm, &[("first_name", "Eve"), ("phone", ANN)])],
        ),
        then("both sides give a new number", vec![edit(Crm, "Ann", "phone", NEW), edit(Justcall, "Ann", "phone", EVE)]),
        then("a number becomes unreadable", vec![edit(Crm, "Ann", "phone", "call me")]),
        then(
            "a number and a name at once",
            vec![
                edit(Crm, "Ann", "phone", NEW),
                edit(Justcall, "Ann", "company", "Acme"),
                edit(Crm, "Ann", "email", "a@x.com"),
            ],
        ),
    ]
}

fn decisions() -> Vec<Tale> {
    let contest = || {
        vec![
            edit(Crm, "Ann", "company", "Acme"),
            edit(Justcall, "Ann", "company", "Beta"),
            Step::Wait(60),
            Step::Run(None),
        ]
    };
    let decided = |name, step| then(name, [contest(), vec![step]].concat());
    let review = Choices { edit_vs_delete: EditVsDelete::Review, ..Choices::default() };
    let lost = || vec![edit(Justcall, "Ann", "company", "Acme"), remove(Crm, "Ann"), Step::Wait(60), Step::Run(None)];
    vec![
        decided("a decision for JustCall is carried out", Step::Decide(0, Justcall)),
        decided("a decision for the CRM is carried out", Step::Decide(0, Crm)),
        decided("a value of a person's own is carried out", Step::DecideAs(0, "Gamma".to_owned())),
        decided("a standing rule answers it", Step::Rule(0, Crm)),
        then("an excluded update waits", vec![edit(Crm, "Ann", "company", "Acme"), Step::Exclude(0), Step::Run(None)]),
        then(
            "an excluded update has changed",
            vec![
                edit(Crm, "Ann", "company", "Acme"),
                Step::Exclude(0),
                Step::Run(None),
                edit(Crm, "Ann", "company", "Beta"),
                Step::Wait(60),
                Step::Run(None),
            ],
        ),
        then("a deletion is refused", vec![remove(Crm, "Ann"), Step::Exclude(0), Step::Wait(60), Step::Run(None)]),
        under(review.clone(), then("edited and deleted, for a person to decide", lost())),
        under(review.clone(), then("edited and deleted, kept", [lost(), vec![Step::Decide(0, Justcall)]].concat())),
        under(review, then("edited and deleted, given up", [lost(), vec![Step::Decide(0, Crm)]].concat())),
    ]
}

fn choices() -> Vec<Tale> {
    let all = Choices::default;
    let scope = || Choices { scope: true, ..all() };
    let tight = Choices { floors: [1, 1, 1, 100, 100], ..all() };
    let both = |field: &str| vec![edit(Crm, "Ann", field, "c@x.com"), edit(Justcall, "Ann", field, "j@x.com")];
    vec![
        under(scope(), then("leaves the scope (S9)", vec![edit(Crm, "Ann", "stage", "closed")])),
        under(
            scope(),
            then(
                "leaves the scope and returns, edited (S9)",
                vec![
                    edit(Crm, "Ann", "stage", "closed"),
                    Step::Wait(60),
                    Step::Run(None),
                    edit(Crm, "closed", "company", "Acme"),
                    edit(Crm, "closed", "stage", "lead"),
                ],
            ),
        ),
        under(
            scope(),
            then("the scope is widened, and somebody deleted (S10)", vec![Step::Scope(false), remove(Crm, "Ann")]),
        ),
        under(
            Choices { company: Direction::ToCrm, ..all() },
            then("one way only, edited on the wrong side", vec![edit(Crm, "Ann", "company", "Acme")]),
        ),
        under(Choices { email: ConflictPolicy::Crm, ..all() }, then("the CRM wins", both("email"))),
        under(Choices { email: ConflictPolicy::Justcall, ..all() }, then("JustCall wins", both("email"))),
        under(
            Choices { email_write: WritePolicy::IfEmpty, ..all() },
            then("only into an empty field", vec![edit(Crm, "Ann", "email", "c@x.com")]),
        ),
        under(Choices { clear: false, ..all() }, then("an emptied field stays", vec![edit(Crm, "Ann", "company", "")])),
        under(
            Choices { delete_in_crm: false, ..all() },
            then("never deleted in the CRM", vec![remove(Justcall, "Ann")]),
        ),
        under(
            Choices { create_in_crm: false, ..all() },
            then("never created in the CRM", vec![add(Justcall, &[("first_name", "Eve"), ("phone", EVE)])]),
        ),
        under(tight, then("more deleted than usual (S6)", vec![remove(Crm, "Ann"), remove(Crm, "Bob")])),
    ]
}

fn faults() -> Vec<Tale> {
    let faulty = |name, side, fault, steps: Vec<Step>| {
        then(name, [steps, vec![Step::Fault(side, fault), Step::Wait(60), Step::Run(None), Step::Wait(60)]].concat())
    };
    let news = || vec![add(Crm, &[("first_name", "Eve"), ("phone", EVE)]), edit(Crm, "Ann", "company", "Acme")];
    vec![
        faulty("an answer is lost (S37)", Justcall, Fault::LostAfter, news()),
        faulty("a request is lost (S37)", Justcall, Fault::LostBefore, news()),
        faulty("acknowledged and not done (S33)", Justcall, Fault::Acknowledged, news()),
        faulty("half a listing (S2)", Justcall, Fault::Partial, [news(), vec![remove(Crm, "Bob")]].concat()),
        faulty("nobody can be read (S3)", Justcall, Fault::Empty, news()),
        faulty("a contact is missed by the pages (S1)", Justcall, Fault::Hidden("Ann".to_owned()), news()),
        faulty("a result is left out (S46)", Justcall, Fault::ShortAnswer, news()),
        faulty("a record is refused (S41)", Justcall, Fault::Refused("Acme".to_owned()), news()),
        faulty("nothing can be sent", Justcall, Fault::NotSent, news()),
        faulty(
            "edited while the plan is made (S34)",
            Crm,
            Fault::AfterListing("Bob".to_owned(), "company".to_owned(), "Beta".to_owned()),
            vec![edit(Justcall, "Bob", "company", "Gamma")],
        ),
    ]
}
