//! A person decides about what waits: answers a conflict, makes a standing rule from one, takes actions out of the plan,
//! approves what a guard withholds. Everything is stored as input of the next plan, with who and when, in one
//! transaction with its place in the record of decisions.
//!
//! Writes to neither side, and asks nobody: the command line and the review page do.

pub use engine::settings::GuardClass;
use jiff::Timestamp;
use model::{
    ActionId, ActionKind, Apart, Approval, BySide, Choice, Conflict, ConflictId, ConflictKind, DecisionRecord, Deed,
    Exclusion, Field, Plan, RecordId, Resolution, Rule, Side, StandingRule,
};
use std::collections::BTreeMap;
use store::{StateChange, Store};

/// Who decides, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The name that is remembered.
    pub name: String,
    /// Now.
    pub at: Timestamp,
}

/// Why a decision cannot be taken. Displays as a lowercase fragment.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No standing rule answers such a conflict.
    #[error("no rule can answer {conflict}: {why}")]
    NoRule {
        /// Which.
        conflict: ConflictId,
        /// What speaks against it.
        why: String,
    },
    /// There is no such rule, exclusion or approval.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// As it was named.
        name: String,
    },
    /// The state file.
    #[error(transparent)]
    Store(#[from] store::Error),
}

type Result<T> = std::result::Result<T, Refusal>;

impl Who {
    fn record(&self, deed: Deed, about: &str, phone: &str, detail: String) -> StateChange {
        let (about, phone) = (about.to_owned(), phone.to_owned());
        StateChange::Remember(DecisionRecord { at: self.at, by: self.name.clone(), deed, about, phone, detail })
    }
}

/// What a person can decide now: what the plan asks; and what it carries out, until it is applied. An answer that no
/// run carries out stays, and can be replaced as long as it fits.
pub fn decidable<'p>(plan: &'p Plan, used: bool, answers: &[Resolution]) -> Vec<&'p Conflict> {
    let known: BTreeMap<&ConflictId, &Resolution> = answers.iter().map(|answer| (&answer.conflict, answer)).collect();
    let stands = |conflict: &&Conflict| known.get(&conflict.id).is_some_and(|answer| answer.still_fits(conflict));
    plan.conflicts.iter().chain(plan.decided.iter().filter(|conflict| !used || stands(conflict))).collect()
}

/// An answer that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// As it stands now.
    pub now: Resolution,
    /// What stood there before it, whoever said that.
    pub before: Option<Resolution>,
}

impl Kept {
    /// What it replaces, where that was another choice or somebody else's: `take crm, by Sam at 2026-11-21T09:00:00Z`.
    pub fn replaced(&self) -> Option<String> {
        let before = self.before.as_ref()?;
        let other = before.choice != self.now.choice || before.made_by != self.now.made_by;
        let (choice, by) = (choice_words(&before.choice), &before.made_by);
        other.then(|| format!("{choice}, by {by} at {:.0}", before.made_at))
    }
}

/// What these answers would replace, or replace when they are kept.
pub fn weigh(store: &Store, who: &Who, answers: &[(&Conflict, Choice)]) -> Result<Vec<Kept>> {
    let known: BTreeMap<ConflictId, Resolution> =
        store.resolutions()?.into_iter().map(|answer| (answer.conflict.clone(), answer)).collect();
    let kept = answers.iter().map(|(conflict, choice)| Kept {
        now: Resolution {
            conflict: conflict.id.clone(),
            choice: choice.clone(),
            justcall: conflict.justcall.clone(),
            crm: conflict.crm.clone(),
            made_at: who.at,
            made_by: who.name.clone(),
        },
        // An answer to other values is void: nothing is lost with it.
        before: known.get(&conflict.id).filter(|before| before.still_fits(conflict)).cloned(),
    });
    Ok(kept.collect())
}

/// Keeps answers to single conflicts, all or none; each is bound to the values that the conflict shows. Plans that carry
/// out an answer which is replaced are void.
pub fn answer(store: &mut Store, who: &Who, answers: &[(&Conflict, Choice)]) -> Result<Vec<Kept>> {
    let mut changes = Vec::new();
    let kept = weigh(store, who, answers)?;
    for ((conflict, choice), kept) in answers.iter().zip(&kept) {
        changes.push(StateChange::Resolve(kept.now.clone()));
        let field = conflict.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
        let replaced = kept.replaced().map(|before| format!(" (instead of: {before})")).unwrap_or_default();
        let detail = format!("{field}{}{replaced}", choice_words(choice));
        changes.push(who.record(Deed::Answered, &conflict.id.0, &conflict.phone, detail));
    }
    if kept.iter().any(|kept| kept.before.as_ref().is_some_and(|before| before.choice != kept.now.choice)) {
        changes.push(StateChange::Withdraw);
    }
    store.commit(&changes)?;
    Ok(kept)
}

/// A choice as the command line names it.
pub fn choice_words(choice: &Choice) -> String {
    match choice {
        Choice::Take(side) => format!("take {side}"),
        Choice::Value(value) if value.is_empty() => "clear".to_owned(),
        Choice::Value(value) => format!("value: {value}"),
        Choice::Skip => "skip until changed".to_owned(),
        Choice::KeepApart => "keep apart".to_owned(),
    }
}

/// Takes an answer back: the next plan asks again.
pub fn reopen(store: &mut Store, who: &Who, conflict: &ConflictId) -> Result<()> {
    let known = store.resolutions()?.into_iter().find(|known| known.conflict == *conflict);
    let known = known.ok_or_else(|| Refusal::Unknown { what: "answer to the conflict", name: conflict.to_string() })?;
    // The answer does not say whom it is about, its record does.
    let past = store.decisions(None, usize::MAX)?.into_iter().find(|past| past.about == conflict.0);
    let phone = past.map(|past| past.phone).unwrap_or_default();
    let record = who.record(Deed::Reopened, &conflict.0, &phone, choice_words(&known.choice));
    store.commit(&[StateChange::DropResolution(conflict.clone()), record, StateChange::Withdraw])?;
    Ok(())
}

/// An answer that is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// As it stands now, and what stood there before it.
    pub kept: Kept,
    /// Whom it is about.
    pub phone: String,
}

/// Takes answers back, all or none: each gives way to what stood there before.
pub fn take_back(store: &mut Store, who: &Who, answers: &[Undone]) -> Result<()> {
    let mut changes = Vec::new();
    for Undone { kept: Kept { now, before }, phone } in answers {
        changes.push(match before {
            Some(before) => StateChange::Resolve(before.clone()),
            None => StateChange::DropResolution(now.conflict.clone()),
        });
        changes.push(who.record(Deed::Reopened, &now.conflict.0, phone, choice_words(&now.choice)));
    }
    changes.push(StateChange::Withdraw);
    store.commit(&changes)?;
    Ok(())
}

/// The records that a plan keeps apart since a person said so.
pub(crate) fn kept_apart(store: &Store, plan: &Plan) -> store::Result<Vec<Apart>> {
    if plan.decided.is_empty() {
        return Ok(Vec::new());
    }
    let answers = store.resolutions()?;
    let pair = |conflict: &Conflict| {
        let mut known = answers.iter().filter(|answer| answer.choice == Choice::KeepApart && conflict.field.is_some());
        let answer = known.find(|answer| answer.still_fits(conflict))?;
        let id = |id: &Option<String>| id.as_deref().map(RecordId::from);
        Some(Apart {
            conflict: conflict.id.clone(),
            ids: BySide { justcall: id(&conflict.justcall_id)?, crm: id(&conflict.crm_id)? },
            phone: conflict.phone.clone(),
            made_at: answer.made_at,
            made_by: answer.made_by.clone(),
        })
    };
    Ok(plan.decided.iter().filter_map(pair).collect())
}

/// Lets two records be matched again that a person kept apart.
pub fn bring_together(store: &mut Store, who: &Who, pair: &Apart) -> Result<()> {
    let detail = format!("keep apart: {} in JustCall, {} in the CRM", pair.ids.justcall, pair.ids.crm);
    let record = who.record(Deed::Reopened, &pair.conflict.0, &pair.phone, detail);
    store.commit(&[StateChange::DropApart(pair.ids.clone()), record, StateChange::Withdraw])?;
    Ok(())
}

/// Makes a rule from a conflict: this side's value wins for all of its field and kind, from the next plan on. It takes
/// the place of an earlier rule for the same.
pub fn make_rule(store: &mut Store, who: &Who, conflict: &Conflict, take: Side) -> Result<StandingRule> {
    let field = rule_field(conflict)?;
    let rule = StandingRule {
        field: field.clone(),
        kind: conflict.kind,
        take,
        conflict: conflict.id.clone(),
        made_at: who.at,
        made_by: who.name.clone(),
    };
    let detail = format!("{}: take {take}, for all like {}", rule.id(), conflict.id);
    let record = who.record(Deed::RuleMade, &rule.id(), "", detail);
    // An earlier answer to this very conflict would beat the rule.
    let mut changes = vec![StateChange::SetRule(rule.clone()), record];
    if store.resolutions()?.iter().any(|known| known.conflict == conflict.id) {
        changes.extend([StateChange::DropResolution(conflict.id.clone()), StateChange::Withdraw]);
    }
    store.commit(&changes)?;
    Ok(rule)
}

/// The field that a rule from this conflict would be about.
fn rule_field(conflict: &Conflict) -> Result<&Field> {
    let no = |why: &str| Refusal::NoRule { conflict: conflict.id.clone(), why: why.to_owned() };
    match (&conflict.field, conflict.kind) {
        (Some(Field::Phone), _) => {
            Err(no("a number says who somebody is, so a wrong one makes somebody else: numbers are decided one by one"))
        }
        (Some(_), ConflictKind::BothEdited | ConflictKind::NoBase) if !conflict.for_all => {
            let why = if conflict.detail.is_empty() { "its values are not alike others'" } else { &conflict.detail };
            Err(no(&format!("it is decided by itself: {why}")))
        }
        (Some(field), ConflictKind::BothEdited | ConflictKind::NoBase) => Ok(field),
        (_, ConflictKind::EditedAndDeleted) => {
            Err(no("it is about a whole contact; [policy] edit_vs_delete says what happens to all of them"))
        }
        _ => Err(no("it is about who is who, not about a value")),
    }
}

/// Takes a standing rule back; what it has written stays.
pub fn remove_rule(store: &mut Store, who: &Who, id: &str) -> Result<StandingRule> {
    let known = store.standing_rules()?.into_iter().find(|rule| rule.id() == id);
    let rule = known.ok_or_else(|| Refusal::Unknown { what: "standing rule", name: id.to_owned() })?;
    let record = who.record(Deed::RuleRemoved, id, "", format!("take {}", rule.take));
    store.commit(&[StateChange::DropRule(rule.field.clone(), rule.kind), record, StateChange::Withdraw])?;
    Ok(rule)
}

/// Everything that can be taken out of a plan: its writes, and the deletions that wait in it. Not what carries out an
/// answer to a conflict: that is taken back itself.
pub fn excludable(plan: &Plan, who: &Who) -> Vec<Exclusion> {
    if plan.undoes.is_some() {
        return Vec::new(); // what to undo is chosen by naming the run
    }
    let planned = plan.actions.iter().filter(|action| action.reason != Rule::Resolved);
    let planned = planned.filter_map(|action| Exclusion::of(action, &who.name, who.at));
    let mut all: Vec<Exclusion> = planned.collect();
    for held in plan.held.iter().filter_map(|held| Exclusion::of_held(held, &who.name, who.at)) {
        if !all.iter().any(|known| known.action == held.action) {
            all.push(held);
        }
    }
    all
}

/// Takes actions out of the next plans, while they would do the same.
pub fn exclude(store: &mut Store, who: &Who, chosen: &[Exclusion]) -> Result<()> {
    let mut changes = Vec::new();
    for exclusion in chosen {
        let detail = format!("{} in {}", exclusion.kind.name(), exclusion.side.title());
        changes.push(who.record(Deed::Excluded, &exclusion.action.0, &exclusion.phone, detail));
        let (made_by, made_at) = (who.name.clone(), who.at);
        changes.push(StateChange::Exclude(Exclusion { made_by, made_at, ..exclusion.clone() }));
    }
    store.commit(&changes)?;
    Ok(())
}

/// Lets excluded actions be planned again.
pub fn include(store: &mut Store, who: &Who, actions: &[ActionId]) -> Result<Vec<Exclusion>> {
    let known = store.exclusions()?;
    let mut back = Vec::new();
    let mut changes = Vec::new();
    for action in actions {
        let found = known.iter().find(|known| known.action == *action);
        let found = found.ok_or_else(|| Refusal::Unknown { what: "exclusion", name: action.to_string() })?;
        let detail = format!("{} in {}", found.kind.name(), found.side.title());
        changes.push(who.record(Deed::Included, &action.0, &found.phone, detail));
        changes.push(StateChange::Include(action.clone()));
        back.push(found.clone());
    }
    store.commit(&changes)?;
    Ok(back)
}

/// Lets at most so many changes of a class through in the next run.
pub fn approve(store: &mut Store, who: &Who, class: GuardClass, count: u64) -> Result<Approval> {
    let approval = Approval { class: class.name().to_owned(), count, made_at: who.at, made_by: who.name.clone() };
    let record = who.record(Deed::Approved, class.name(), "", format!("{class}={count} for the next run"));
    store.commit(&[StateChange::Approve(approval.clone()), record])?;
    Ok(approval)
}

/// Takes an approval back that no run has used.
pub fn revoke(store: &mut Store, who: &Who, class: GuardClass) -> Result<Approval> {
    let known = store.approvals()?.into_iter().find(|known| known.class == class.name());
    let known = known.ok_or_else(|| Refusal::Unknown { what: "approval of", name: class.name().to_owned() })?;
    let record = who.record(Deed::Revoked, class.name(), "", format!("{class}={}", known.count));
    store.commit(&[StateChange::DropApproval(known.class.clone()), record, StateChange::Withdraw])?;
    Ok(known)
}

/// What a run may do beyond its guards: what was given to it, and for all other classes what is stored for the next run.
pub fn approvals(store: &Store, given: BTreeMap<GuardClass, u64>) -> Result<BTreeMap<GuardClass, u64>> {
    let stored = store.approvals()?.into_iter();
    let stored = stored.filter_map(|known| Some((GuardClass::by_name(&known.class)?, known.count)));
    let mut all: BTreeMap<GuardClass, u64> = stored.collect();
    all.extend(given);
    Ok(all)
}

/// Exclusions that a run lets go of: something else is done there now, or the record that seemed deleted is back.
pub(crate) fn no_longer_excluded(store: &Store, plan: &Plan, who: &Who) -> store::Result<Vec<StateChange>> {
    let known = store.exclusions()?;
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let writes = plan.actions.iter().filter(|action| action.kind.is_write()).map(model::Action::place);
    // What a guard withholds was planned; what is held for another reason need not be what was excluded.
    let withheld = plan.held.iter().filter(|held| held.reason == model::HeldReason::Guard).map(model::Held::place);
    let places: std::collections::BTreeSet<String> = writes.chain(withheld).collect();
    let is_back = |known: &Exclusion| {
        known.kind == ActionKind::Delete
            && plan.observations.iter().any(|seen| {
                matches!(seen, model::Observation::Returned { link, side }
                    if Some(*link) == known.link && *side == known.side.other())
            })
    };
    let mut changes = Vec::new();
    for gone in known.iter().filter(|known| places.contains(&known.place()) || is_back(known)) {
        changes.push(StateChange::Include(gone.action.clone()));
        let detail = format!("{} in {}: it has changed", gone.kind.name(), gone.side.title());
        changes.push(who.record(Deed::Included, &gone.action.0, &gone.phone, detail));
    }
    Ok(changes)
}
