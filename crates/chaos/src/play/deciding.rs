//! What a person decides between two runs, and what it must leave alone (L10): answers, standing rules, actions that are
//! left out. What must hold after runs is the invariants'.

use super::Player;
use crate::truth::{Known, Truth};
use model::{Action, Choice, Conflict, Field, Plan, Side};
use sync::decide::{self, Who};

impl Player {
    fn who(&self) -> Who {
        Who { name: "ann".to_owned(), at: self.world.clock.now() }
    }

    /// The plan that a person looks at.
    fn undisturbed(&self) -> Option<Plan> {
        let disturbed = Side::BOTH.into_iter().any(|side| !self.faults[side].is_empty());
        if disturbed { None } else { self.world.plan().ok() } // what goes wrong is meant for the next run
    }

    /// A person decides; writes that are planned for other contacts stay what they were (L10).
    pub(super) fn decide(&mut self, n: usize, choice: &Choice) {
        let Some(before) = self.undisturbed() else { return };
        let Some(conflict) = before.conflicts.get(n.checked_rem(before.conflicts.len()).unwrap_or(0)) else { return };
        // Which person a record belongs to is our own mark, and nobody's to decide.
        if matches!(conflict.field, Some(model::Field::Custom(_))) {
            return;
        }
        self.plain = false;
        decide::answer(&mut self.world.store(), &self.who(), &[(conflict, choice.clone())]).unwrap();
        self.truth.absorb(&self.world);
        if let Choice::Value(text) = choice {
            self.truth.answers.insert(crate::truth::plain(&model::Field::Company, text));
        }
        for (side, id) in [(Side::Justcall, &conflict.justcall_id), (Side::Crm, &conflict.crm_id)] {
            let place = id.as_ref().and_then(|id| Truth::place_of(&self.world.replicas[side].contacts(), id));
            // A row without an id is known by its number.
            let number = |text: &str| crate::truth::plain(&Field::Phone, text);
            let phone = self.truth.phone;
            let is_it = |known: &Known| known.live && number(&known.cells[phone]) == number(&conflict.phone);
            let records = self.truth.records[side].iter();
            let people = records
                .filter(|(at, known)| place.map_or_else(|| id.is_some() && is_it(known), |place| place == **at))
                .map(|(_, known)| self.truth.name_of(&known.person));
            let people: Vec<String> = people.collect();
            self.truth.decided.extend(people);
        }
        let same = |before: &Plan, after: &Plan| {
            let others = |action: &Action| !is_about(action, conflict);
            conflict.field == Some(Field::Phone) || writes(before, others) == writes(after, others)
        };
        self.leaves_alone(&before, &format!("an answer about {}", conflict.phone), same);
    }

    /// A person makes a rule from a conflict; nobody is written to differently who had no such conflict (L10).
    pub(super) fn make_rule(&mut self, n: usize, take: Side) {
        let Some(before) = self.undisturbed() else { return };
        let takes_one = |conflict: &&Conflict| conflict.for_all && !matches!(conflict.field, Some(Field::Custom(_)));
        let possible: Vec<&Conflict> = before.conflicts.iter().filter(takes_one).collect();
        let Some(conflict) = possible.get(n.checked_rem(possible.len()).unwrap_or(0)) else { return };
        self.plain = false;
        let rule = decide::make_rule(&mut self.world.store(), &self.who(), conflict, take).unwrap();
        self.truth.absorb(&self.world);
        self.truth.rules.insert((rule.field.clone(), take));
        let answered: Vec<&Conflict> = before
            .conflicts
            .iter()
            .filter(|known| known.field.as_ref() == Some(&rule.field) && known.kind == rule.kind)
            .collect();
        let same = |before: &Plan, after: &Plan| {
            let others = |action: &Action| !answered.iter().any(|known| is_about(action, known));
            let open = |conflict: &&Conflict| rule.answers(conflict);
            !after.conflicts.iter().any(|known| open(&known)) && writes(before, others) == writes(after, others)
        };
        self.leaves_alone(&before, &format!("the rule {}", rule.id()), same);
    }

    /// A person leaves an action out: it is not planned again while it would be the same, and all others are.
    pub(super) fn exclude(&mut self, n: usize) {
        let Some(before) = self.undisturbed() else { return };
        let possible = decide::excludable(&before, &self.who());
        let Some(chosen) = possible.get(n.checked_rem(possible.len()).unwrap_or(0)) else { return };
        self.plain = false;
        decide::exclude(&mut self.world.store(), &self.who(), std::slice::from_ref(chosen)).unwrap();
        self.truth.absorb(&self.world);
        let hands_on = chosen.changes.iter().any(|change| change.field == Field::Phone);
        let same = |before: &Plan, after: &Plan| {
            let others = |action: &Action| action.id != chosen.action;
            let is_out = !after.actions.iter().any(|action| action.id == chosen.action);
            // A number that stays where it is keeps others back as well.
            is_out && (hands_on || writes(before, others) == writes(after, others))
        };
        self.leaves_alone(&before, &format!("leaving out {}", chosen.action), same);
    }

    /// The next plan is the same but for what was decided. Where a guard withholds a class, one more or less of it lets
    /// others through or not.
    fn leaves_alone(&mut self, before: &Plan, what: &str, same: impl Fn(&Plan, &Plan) -> bool) {
        let Ok(after) = self.world.plan() else { return };
        let guarded = [before, &after].iter().any(|plan| plan.alarms.iter().any(|alarm| alarm.class.is_some()));
        let holds = guarded || same(before, &after);
        self.played.checks.that("L10", holds, || format!("{what} changed {:?}", after.actions));
    }
}

fn is_about(action: &Action, conflict: &Conflict) -> bool {
    let ids = [(action.side, &action.record_id), (action.side.other(), &action.other_id)];
    ids.into_iter().any(|(side, id)| {
        let named = if side == Side::Justcall { &conflict.justcall_id } else { &conflict.crm_id };
        id.as_ref().is_some_and(|id| named.as_deref() == Some(id.as_str()))
    })
}

fn writes(plan: &Plan, which: impl Fn(&Action) -> bool) -> Vec<Action> {
    let writes = plan.actions.iter().filter(|action| action.kind.is_write() && which(action));
    writes.map(|action| Action { cycle: None, ..action.clone() }).collect()
}
