//! What a person can answer to a conflict, and what each answer does. Same words in every view.

use super::Titles;
use model::{Conflict, ConflictKind, Side};

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// As a file of decisions and the command line name it: `justcall`, `crm`, `value`, `skip`, `keep apart`.
    pub code: &'static str,
    /// What follows from it.
    pub effect: String,
}

/// Every answer that makes sense, the likeliest first.
pub fn answers(conflict: &Conflict, titles: &Titles) -> Vec<Answer> {
    let answer = |code, effect: String| Answer { code, effect };
    let mut answers = Vec::new();
    match conflict.kind {
        ConflictKind::BothEdited | ConflictKind::NoBase => {
            // A side that does not say what it holds cannot be taken.
            for side in Side::BOTH.into_iter().filter(|side| conflict.value(*side).is_some()) {
                answers.push(answer(side.name(), take_value(conflict, side, titles)));
            }
            answers.push(answer("value", "writes a value of your own to both sides".to_owned()));
            if conflict.justcall_id.is_some() && conflict.crm_id.is_some() {
                let effect = "these are two contacts: no longer matched, now or later; nothing is written to them";
                answers.push(answer("keep apart", effect.to_owned()));
            }
        }
        ConflictKind::EditedAndDeleted => {
            for side in Side::BOTH {
                answers.push(answer(side.name(), take_whole(conflict, side, titles)));
            }
        }
        ConflictKind::AmbiguousMatch | ConflictKind::SharedPhone => {
            answers.push(answer("keep apart", "never matches these contacts; nothing is written to them".to_owned()));
        }
        ConflictKind::Unclear => {}
    }
    answers.push(answer("skip", "leaves everything as it is until one of the values changes".to_owned()));
    answers
}

fn take_value(conflict: &Conflict, side: Side, titles: &Titles) -> String {
    let other = &titles[side.other()];
    match conflict.value(side).as_deref() {
        None | Some("") => format!("empties the field in {other}"),
        Some(value) => format!("writes \"{value}\" to {other}"),
    }
}

/// Taking the side that deleted the contact deletes it on the other; taking the edited one brings it back.
fn take_whole(conflict: &Conflict, side: Side, titles: &Titles) -> String {
    let other = &titles[side.other()];
    if conflict.value(side).is_none() {
        format!("deletes the contact in {other} too")
    } else {
        format!("creates the contact in {other} again")
    }
}

/// What settles a conflict about who is who, beside an answer.
pub const fn remedy(kind: ConflictKind) -> Option<&'static str> {
    match kind {
        ConflictKind::AmbiguousMatch | ConflictKind::SharedPhone => Some(
            "To settle it, correct or merge the records where they are kept, so that one contact has the number; \
             the next plan sees it. Until then nothing is written to those that are not linked.",
        ),
        ConflictKind::Unclear => {
            Some("To settle it, look at the record on both sides; the next plan compares what they show then.")
        }
        _ => None,
    }
}

/// What would settle all conflicts like this one, where anything does: a rule made from it, or a line of configuration.
pub fn standing_rule(conflict: &Conflict) -> Option<String> {
    if conflict.for_all {
        return Some(format!("tieline conflicts resolve {} --take crm --for-all (or justcall)", conflict.id));
    }
    let field = conflict.field.as_ref()?;
    matches!(conflict.kind, ConflictKind::BothEdited | ConflictKind::NoBase)
        .then(|| format!("[fields] {field} = {{ …, conflict = \"crm\" }} or \"justcall\": that side always wins"))
}
