//! Records that cannot be told apart become one conflict; nothing is written to any of them (I7). Records with the same
//! number that are linked already are named with them, to compare; they go on as ever.

use crate::conflicts::{self, Subject};
use crate::draft::{Draft, Fate, World};
use crate::identity::display_name;
use crate::matcher::Group;
use model::{BySide, ConflictKind, GroupMember, Side, SkipReason};

/// Reports one undecided group.
pub(crate) fn undecided(world: &World<'_>, draft: &mut Draft, group: &Group) {
    let mut rows = group.rows.clone();
    // Records on the other side of links that could not be resolved wait as well.
    for head in &group.heads {
        for side in Side::BOTH {
            rows[side].extend(world.matching.survey.joined[*head].rows[side]);
        }
    }
    for side in Side::BOTH {
        // By id, so that the order of the listing makes no difference.
        rows[side].sort_unstable_by_key(|row| world.row(side, *row).id());
        rows[side].dedup();
    }
    let both = !rows.justcall.is_empty() && !rows.crm.is_empty();
    let kind = if both { ConflictKind::AmbiguousMatch } else { ConflictKind::SharedPhone };
    let subject = Subject {
        kind,
        link: None,
        group: Some(group.key),
        rows: BySide::from_fn(|side| rows[side].first().copied()),
        phone: group.key.to_string(),
        field: None,
        base: None,
        values: BySide::from_fn(|side| Some(names(world, side, &rows[side])).filter(|names| !names.is_empty())),
    };
    let mut conflict = conflicts::build(world, subject);
    for side in Side::BOTH {
        let others = group.linked[side].iter().filter(|row| !rows[side].contains(row)).map(|row| (row, true));
        for (row, linked) in rows[side].iter().map(|row| (row, false)).chain(others) {
            let record = world.row(side, *row);
            let name = display_name(&world.settings.schema, record);
            conflict.records.push(GroupMember { side, id: record.id().to_owned(), name, linked });
        }
    }
    conflict.records.sort_by(|a, b| (a.side, &a.id).cmp(&(b.side, &b.id)));
    conflict.records.dedup();
    let linked = conflict.records.iter().filter(|member| member.linked).count();
    let linked = if linked > 0 { format!(", {linked} of them linked already") } else { String::new() };
    conflict.detail = if group.other_number {
        let key = group.key;
        format!(
            "a contact was created with the number {key} and is not listed; there is one like it with another number: if it is the same, \
             give it the same number on both sides"
        )
    } else {
        format!("{} records have the number {}{linked}", conflict.records.len(), group.key)
    };
    if conflicts::answer(world, &conflict).is_some() {
        leave_alone(world, draft, &rows, group);
        return draft.decided.push(conflict);
    }
    for side in Side::BOTH {
        for row in &rows[side] {
            draft.fate(side, *row, Fate::Conflict);
        }
    }
    draft.conflicts.push(conflict);
}

/// A person said that nothing is to be done: not now, or never.
fn leave_alone(world: &World<'_>, draft: &mut Draft, rows: &BySide<Vec<u32>>, group: &Group) {
    let detail = format!("one of several contacts with the number {}, left as they are by a person", group.key);
    for side in Side::BOTH {
        for row in &rows[side] {
            draft.skip(world, side, *row, SkipReason::LeftAlone, detail.clone());
        }
    }
}

fn names(world: &World<'_>, side: Side, rows: &[u32]) -> String {
    let names: Vec<String> =
        rows.iter().map(|row| display_name(&world.settings.schema, world.row(side, *row))).collect();
    names.join(", ")
}
