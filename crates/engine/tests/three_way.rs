//! One field, exhaustively: every base, both sides' values, what was sent, and every policy.

mod common;

use engine::merger::{Decision, FieldCase, decide};
use engine::normalizer::{Canon, Normalizer};
use model::{
    BaseField, BySide, Cell, Clearing, ConflictPolicy, Direction, Field, FieldPolicy, OwnedCell, Side, WritePolicy,
};

/// Values of a field: two forms of one, two others, and for a phone one that cannot be read.
fn values(field: &Field) -> Vec<OwnedCell> {
    let texts: &[&str] = match field {
        Field::Phone => &["+14155550101", "(415) 555-0101", "+14155550102", "+14155550103", "4.15556E+09"],
        _ => &["Acme", " Acme\u{a0}", "Beta", "Gamma"],
    };
    let texts = texts.iter().map(|text| OwnedCell::Value((*text).into()));
    [OwnedCell::Unknown, OwnedCell::Cleared].into_iter().chain(texts).collect()
}

fn policies() -> Vec<(FieldPolicy, Option<Side>)> {
    let mut all = Vec::new();
    for direction in [Direction::Both, Direction::ToCrm, Direction::ToJustcall] {
        for conflict in [ConflictPolicy::Review, ConflictPolicy::Justcall, ConflictPolicy::Crm, ConflictPolicy::Newest]
        {
            for write in [WritePolicy::Always, WritePolicy::IfEmpty, WritePolicy::Never] {
                for clearing in [Clearing::Keep, Clearing::Propagate] {
                    let policy = FieldPolicy { direction, conflict, write, clearing };
                    let mut settings = common::World::new().settings;
                    settings.policies[0] = policy;
                    all.push((policy, settings.winner(model::FieldId(0))));
                }
            }
        }
    }
    all
}

fn case<'a>(
    field: &'a Field,
    (policy, winner): (FieldPolicy, Option<Side>),
    base: &'a BaseField,
    now: &'a BySide<OwnedCell>,
) -> FieldCase<'a> {
    let now = now.as_ref().map(OwnedCell::as_cell);
    FieldCase { field, policy, winner, base, now, made_up: BySide::default(), cut_off: BySide::default() }
}

/// Every case, with what was decided.
fn for_each(mut check: impl FnMut(&Normalizer, &FieldCase<'_>, &Decision)) {
    let normalizer = common::normalizer();
    for field in [Field::Company, Field::Phone] {
        let values = values(&field);
        // Reading a phone takes long in a debug build, and its policies are those of any other field.
        let (step, sents): (usize, &[u8]) = if field == Field::Phone { (7, &[0, 3]) } else { (1, &[0, 1, 2, 3]) };
        for policy in policies().into_iter().step_by(step) {
            for base_of in [(0, 0), (1, 1), (2, 2), (2, 3), (4, 4), (2, 4), (2, 0)] {
                for &sent in sents {
                    let cells = BySide { justcall: values[base_of.0].clone(), crm: values[base_of.1].clone() };
                    let base = BaseField { cells, sent: BySide { justcall: sent & 1 > 0, crm: sent & 2 > 0 } };
                    for justcall in &values {
                        for crm in &values {
                            let now = BySide { justcall: justcall.clone(), crm: crm.clone() };
                            let case = case(&field, policy, &base, &now);
                            check(&normalizer, &case, &decide(&normalizer, &case));
                        }
                    }
                }
            }
        }
    }
}

fn canon<'a>(normalizer: &Normalizer, case: &FieldCase<'a>, cell: Cell<'a>) -> Canon<'a> {
    normalizer.canon(case.field, cell)
}

#[test]
fn a_write_is_seen_needed_and_nothing_new() {
    let mut writes = 0;
    for_each(|normalizer, case, decision| {
        let Decision::Write(target, after) = decision else { return };
        writes += 1;
        let (there, source) = (case.now[*target], case.now[target.other()]);
        assert_ne!(there, Cell::Unknown, "overwrites the unseen: {case:?}");
        assert_ne!(canon(normalizer, case, there), Canon::Unreadable, "overwrites a damaged phone: {case:?}");
        assert!(!normalizer.same(case.field, there, Cell::from_text(after)), "writes what is there: {case:?}");
        assert!(normalizer.same(case.field, source, Cell::from_text(after)), "invents: {case:?} {after}");
        assert_ne!(canon(normalizer, case, source), Canon::Unreadable, "spreads a damaged phone: {case:?}");
        assert!(!(after.is_empty() && *case.field == Field::Phone), "clears a phone: {case:?}");
        // I16
        assert!(case.policy.direction.allows(*target), "{case:?}");
        assert_ne!(case.policy.write, WritePolicy::Never, "{case:?}");
        if case.policy.write == WritePolicy::IfEmpty {
            assert_eq!(canon(normalizer, case, there), Canon::Blank, "{case:?}");
        }
        // Clearing needs a base and a policy.
        if after.is_empty() {
            assert!(case.policy.clearing == Clearing::Propagate && case.base.is_known(), "{case:?}");
        }
    });
    assert!(writes > 1000, "{writes}");
}

/// What a side did, told independently of the engine: it has a readable value that is not the base's.
fn has_edited(normalizer: &Normalizer, case: &FieldCase<'_>, side: Side) -> bool {
    let (base, now) = (case.base.cells[side].as_cell(), case.now[side]);
    let rewritten = case.base.sent[side]
        && *case.field != Field::Phone
        && engine::normalizer::text::is_reform(base.text(), now.text());
    matches!(canon(normalizer, case, now), Canon::Text(_) | Canon::Phone(_))
        && !normalizer.same(case.field, base, now)
        && !rewritten
}

#[test]
fn nothing_is_lost_silently() {
    let mut conflicts = 0;
    for_each(|normalizer, case, decision| {
        let differ = !normalizer.same(case.field, case.now.justcall, case.now.crm);
        let edited = BySide::from_fn(|side| has_edited(normalizer, case, side));
        let free = case.policy.direction == Direction::Both && case.policy.write == WritePolicy::Always;
        if case.base.is_known() && edited.justcall && edited.crm && differ && free {
            match (case.winner, decision) {
                (None, Decision::Conflict(_)) => conflicts += 1,
                (Some(winner), Decision::Write(target, _)) => assert_eq!(*target, winner.other(), "{case:?}"),
                other => panic!("{other:?} for {case:?}"),
            }
        }
        // The base never moves over a difference that nobody decided.
        if matches!(decision, Decision::Rebase) {
            assert!(!differ, "agrees on different values: {case:?}");
        }
        if matches!(decision, Decision::Settle) {
            let quiet = |side: Side| {
                normalizer.same(case.field, case.base.cells[side].as_cell(), case.now[side]) || case.base.sent[side]
            };
            assert!(quiet(Side::Justcall) && quiet(Side::Crm), "settles an edit: {case:?}");
        }
        if let Decision::Write(target, _) = decision
            && case.base.is_known()
            && edited[*target]
            && edited[target.other()]
        {
            assert_eq!(case.winner, Some(target.other()), "overwrites an edit: {case:?}");
        }
    });
    assert!(conflicts > 10, "{conflicts}");
}

/// A single edit is carried over wherever policy allows: doing nothing is no answer.
#[test]
fn a_single_edit_arrives() {
    let mut carried = 0;
    for_each(|normalizer, case, decision| {
        let free = case.policy.direction == Direction::Both && case.policy.write == WritePolicy::Always;
        for side in Side::BOTH {
            let other = side.other();
            let still = case.now[other] == case.base.cells[other].as_cell();
            let readable = !matches!(canon(normalizer, case, case.now[other]), Canon::Unreadable | Canon::Unknown);
            let differ = !normalizer.same(case.field, case.now[side], case.now[other]);
            if free && case.base.is_known() && has_edited(normalizer, case, side) && still && readable && differ {
                assert!(matches!(decision, Decision::Write(target, _) if *target == other), "{decision:?} {case:?}");
                carried += 1;
            }
        }
    });
    assert!(carried > 100, "{carried}");
}

/// L6: the sides swapped, the decision is swapped.
#[test]
fn the_sides_are_alike() {
    for_each(|normalizer, case, decision| {
        let swap_policy = FieldPolicy {
            direction: match case.policy.direction {
                Direction::Both => Direction::Both,
                Direction::ToCrm => Direction::ToJustcall,
                Direction::ToJustcall => Direction::ToCrm,
            },
            ..case.policy
        };
        let base = BaseField {
            cells: BySide { justcall: case.base.cells.crm.clone(), crm: case.base.cells.justcall.clone() },
            sent: BySide { justcall: case.base.sent.crm, crm: case.base.sent.justcall },
        };
        let mirrored = FieldCase {
            policy: swap_policy,
            winner: case.winner.map(Side::other),
            base: &base,
            now: BySide { justcall: case.now.crm, crm: case.now.justcall },
            ..*case
        };
        let expected = match decision {
            Decision::Write(side, after) => Decision::Write(side.other(), after.clone()),
            other => other.clone(),
        };
        assert_eq!(decide(normalizer, &mirrored), expected, "{case:?}");
    });
}

/// L3: once a decision is carried out and the base has followed, nothing is left to write, in one more round at most.
#[test]
fn decided_once_is_decided() {
    for_each(|normalizer, case, decision| {
        let mut base = case.base.clone();
        let mut now = case.now.map(Cell::to_owned);
        match decision {
            Decision::Write(target, after) => {
                now[*target] = Cell::from_text(after).to_owned();
                base = BaseField { cells: now.clone(), sent: BySide::from_fn(|side| side == *target) };
            }
            Decision::Settle | Decision::Rebase => base = BaseField { cells: now.clone(), sent: BySide::default() },
            Decision::Keep | Decision::Conflict(_) => {}
        }
        let next = FieldCase { base: &base, now: now.as_ref().map(OwnedCell::as_cell), ..*case };
        let again = decide(normalizer, &next);
        let quiet = match decision {
            Decision::Conflict(_) => again == *decision,
            // Where one side said nothing the base stays unknown, and the next look comes to the same.
            Decision::Rebase if !base.is_known() => again == Decision::Rebase,
            _ => matches!(again, Decision::Keep | Decision::Settle),
        };
        assert!(quiet, "{decision:?}, then {again:?}: {case:?}");
    });
}
