//! Links follow records that live on under another id, since their replica merged them into another or gave them a new
//! one, and so does what people decided about them. Nobody is deleted for it. Where both of two merged records were linked,
//! one link follows and a person is told of the other.

use crate::error::Result;
use crate::session::Session;
use engine::normalizer::PhoneReading;
use model::{Alarm, AlarmKind, BySide, LinkHead, LinkStatus, Listing, RecordId, Side};
use std::collections::{BTreeMap, BTreeSet};
use store::StateChange;

/// Gives the heads the ids that their records have now; what a person should know of it.
pub(crate) fn follow(session: &Session<'_>, heads: &mut [LinkHead], listings: &BySide<Listing>) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let mut moved = Vec::new();
    for side in Side::BOTH {
        let successors = successors(session, side);
        if successors.is_empty() {
            continue;
        }
        let mut taken: BTreeSet<RecordId> = heads.iter().filter_map(|head| head.ids[side].clone()).collect();
        let phones = phones(session, &listings[side], successors.values().collect());
        let goal = |head: &LinkHead| successors.get(head.ids[side].as_ref()?).cloned();
        let mut movers: Vec<usize> = (0..heads.len()).filter(|at| goal(&heads[*at]).is_some()).collect();
        // Of two, the one whose number the record holds now; else the one that takes part, else the older one.
        movers.sort_by_key(|at| {
            let head = &heads[*at];
            let phone = goal(head).and_then(|new| phones.get(&new).copied());
            (head.key.is_none() || phone != head.key, head.status != LinkStatus::Active, head.id)
        });
        for at in movers {
            let Some(new) = goal(&heads[at]) else { continue };
            if taken.insert(new.clone()) {
                heads[at].ids[side] = Some(new.clone());
                moved.push((heads[at].id, side, new));
            } else if heads[at].status == LinkStatus::Active {
                alarms.push(both_linked(side, &heads[at], &new));
            }
        }
    }
    *session.moved.borrow_mut() = moved;
    alarms
}

fn successors(session: &Session<'_>, side: Side) -> BTreeMap<RecordId, RecordId> {
    session.connectors[side].successors().into_iter().map(|found| (found.old, found.new)).collect()
}

/// Records that people keep apart, under the ids that they have now; the state learns it once the run is done. Whoever was
/// merged with the partner of the other one is kept apart from nobody: a person has said that they are the same.
pub(crate) fn kept_apart(session: &Session<'_>, heads: &[LinkHead]) -> Result<BTreeSet<(RecordId, RecordId)>> {
    let mut pairs = session.store.apart()?;
    let mut changes = Vec::new();
    let successors = BySide::from_fn(|side| successors(session, side));
    if successors.iter().any(|(_, known)| !known.is_empty()) {
        let linked: BTreeSet<BySide<&RecordId>> = heads.iter().filter_map(partners).collect();
        for pair in &mut pairs {
            let now = BySide::from_fn(|side| successors[side].get(&pair.ids[side]).unwrap_or(&pair.ids[side]).clone());
            if now == pair.ids || linked.contains(&now.as_ref()) {
                continue;
            }
            changes.push(StateChange::DropApart(std::mem::replace(&mut pair.ids, now)));
            changes.push(StateChange::KeepApart(pair.clone()));
        }
    }
    *session.followed.borrow_mut() = changes;
    Ok(pairs.into_iter().map(|pair| (pair.ids.justcall, pair.ids.crm)).collect())
}

fn partners(head: &LinkHead) -> Option<BySide<&RecordId>> {
    Some(BySide { justcall: head.ids.justcall.as_ref()?, crm: head.ids.crm.as_ref()? })
}

/// The numbers of some of the listed records.
fn phones(
    session: &Session<'_>,
    listing: &Listing,
    wanted: BTreeSet<&RecordId>,
) -> BTreeMap<RecordId, model::PhoneKey> {
    let phone = session.settings.schema.phone().index();
    let wanted: BTreeSet<&str> = wanted.into_iter().map(RecordId::as_str).collect();
    let rows = listing.table.iter().filter(|row| wanted.contains(row.id()));
    rows.filter_map(|row| match session.normalizer.read_phone(row.cell(phone).text()) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some((RecordId::from(row.id()), key)),
        PhoneReading::Unusable(..) => None,
    })
    .collect()
}

fn both_linked(side: Side, head: &LinkHead, new: &RecordId) -> Alarm {
    let old = head.ids[side].as_ref().map(ToString::to_string).unwrap_or_default();
    let other = head.ids[side.other()].as_ref().map(ToString::to_string).unwrap_or_default();
    let (title, partner) = (side.title(), side.other().title());
    Alarm {
        kind: AlarmKind::State,
        side: Some(side),
        class: None,
        count: 1,
        limit: 0,
        detail: format!(
            "{title} merged {old} into {new}, which another contact of {partner} is linked to: contact {other} of {partner} \
             has no partner of its own any more; nothing is deleted, merge or delete it there"
        ),
    }
}
