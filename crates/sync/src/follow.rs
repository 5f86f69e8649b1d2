//! Links follow records that live on under another id, since their replica merged them into another or gave them a new
//! one, and so does what people decided about them. Nobody is deleted for it. Where both of two merged records were linked,
//! one link follows and a person is told of the other; with `numbers = "each"`, all follow whose number the record has.
//!
//! And where only one number is kept in sync again, a contact that is linked by a further number alone is linked as itself.

use crate::error::Result;
use crate::session::Session;
use engine::Numbers;
use engine::normalizer::{Normalizer, PhoneReading};
use model::numbers::{self, further_id, is_further, own_id};
use model::{Alarm, AlarmKind, BySide, LinkHead, LinkId, LinkStatus, Listing, PhoneKey, RecordId, Schema, Side};
use std::collections::{BTreeMap, BTreeSet};
use store::StateChange;

/// A link's record on a side has this id now.
type Moved = (LinkId, Side, RecordId);

/// Gives the heads the ids that their records have now; what a person should know of it.
pub(crate) fn follow(session: &Session<'_>, heads: &mut [LinkHead], listings: &BySide<Listing>) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let mut moved = Vec::new();
    for side in Side::BOTH {
        let successors = successors(session, side);
        if successors.is_empty() {
            continue;
        }
        let phones = phones(&session.normalizer, &session.settings.schema, &listings[side], &successors);
        let is_each = side == Side::Crm && session.settings.numbers == Numbers::Each;
        let merge = Merge { side, successors, phones, is_each };
        merge.follow(heads, &mut moved, &mut alarms);
    }
    if session.settings.numbers == Numbers::One {
        as_themselves(heads, &mut moved);
    }
    *session.moved.borrow_mut() = moved;
    alarms
}

/// What a side says of records that it replaced.
struct Merge {
    side: Side,
    successors: BTreeMap<RecordId, RecordId>,
    /// The numbers of those that live on, the one in the phone cell first.
    phones: BTreeMap<RecordId, Vec<PhoneKey>>,
    /// Each number of a record may have a link.
    is_each: bool,
}

impl Merge {
    fn goal(&self, head: &LinkHead) -> Option<&RecordId> {
        let id = head.ids[self.side].as_ref()?;
        if self.is_each {
            return self.successors.get(&RecordId::from(own_id(id.as_str())));
        }
        self.successors.get(id)
    }

    fn follow(&self, heads: &mut [LinkHead], moved: &mut Vec<Moved>, alarms: &mut Vec<Alarm>) {
        let side = self.side;
        let mut taken: BTreeSet<RecordId> = heads.iter().filter_map(|head| head.ids[side].clone()).collect();
        let mut movers: Vec<usize> = (0..heads.len()).filter(|at| self.goal(&heads[*at]).is_some()).collect();
        // Of two, the one whose number the record holds now; else the one that takes part, else the older one.
        movers.sort_by_key(|at| {
            let head = &heads[*at];
            let phone = self.goal(head).and_then(|new| self.phones.get(new)?.first().copied());
            (head.key.is_none() || phone != head.key, head.status != LinkStatus::Active, head.id)
        });
        for at in movers {
            let Some(new) = self.goal(&heads[at]).cloned() else { continue };
            match self.place(heads, at, &new, &taken) {
                Some(id) => {
                    taken.insert(id.clone());
                    heads[at].ids[side] = Some(id.clone());
                    moved.push((heads[at].id, side, id));
                }
                None if heads[at].status == LinkStatus::Active => alarms.push(both_linked(side, &heads[at], &new)),
                None => {}
            }
        }
    }

    /// The id under which a link goes on; none where its place is taken.
    fn place(&self, heads: &[LinkHead], at: usize, new: &RecordId, taken: &BTreeSet<RecordId>) -> Option<RecordId> {
        let is_free = |id: &RecordId| !taken.contains(id);
        if !self.is_each {
            return Some(new.clone()).filter(is_free);
        }
        let there = || {
            let ids = heads.iter().filter_map(|head| Some((head, head.ids[self.side].as_ref()?)));
            ids.filter(|(_, id)| own_id(id.as_str()) == new.as_str()).map(|(head, _)| head)
        };
        if there().next().is_none() {
            return Some(new.clone()); // whatever its number is now
        }
        // Beside others only with a number that the record has, and that none of them has.
        let key = heads[at].key?;
        let has_it = self.phones.get(new)?.iter().any(|phone| phone.number() == key.number());
        let is_anothers = there().any(|head| head.key.is_some_and(|other| other.number() == key.number()));
        let further = (1..).map(|again| RecordId::from(further_id(new.as_str(), key, again)));
        [new.clone()].into_iter().chain(further).find(is_free).filter(|_| has_it && !is_anothers)
    }
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
            let now = BySide::from_fn(|side| successor(&successors[side], &pair.ids[side]));
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

/// The id that a record has now; a further number's stands behind it.
fn successor(successors: &BTreeMap<RecordId, RecordId>, id: &RecordId) -> RecordId {
    let own = own_id(id.as_str());
    match successors.get(&RecordId::from(own)) {
        Some(new) => RecordId::from(format!("{new}{}", &id.as_str()[own.len()..])),
        None => id.clone(),
    }
}

fn partners(head: &LinkHead) -> Option<BySide<&RecordId>> {
    Some(BySide { justcall: head.ids.justcall.as_ref()?, crm: head.ids.crm.as_ref()? })
}

/// The numbers of the listed records in which others live on.
fn phones(
    normalizer: &Normalizer,
    schema: &Schema,
    listing: &Listing,
    successors: &BTreeMap<RecordId, RecordId>,
) -> BTreeMap<RecordId, Vec<PhoneKey>> {
    let phone = schema.phone().index();
    let wanted: BTreeSet<&str> = successors.values().map(RecordId::as_str).collect();
    let read = |text: &str| match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key),
        PhoneReading::Unusable(..) => None,
    };
    let mut phones: BTreeMap<RecordId, Vec<PhoneKey>> = BTreeMap::new();
    for row in listing.table.iter().filter(|row| wanted.contains(own_id(row.id()))) {
        let known = phones.entry(RecordId::from(own_id(row.id()))).or_default();
        known.extend(read(row.cell(phone).text()));
        let others = numbers::numbers(row.rest()).filter(|number| number.field.is_some());
        known.extend(others.filter_map(|number| read(&number.text)));
    }
    phones
}

/// Of contacts that are linked by further numbers alone, the oldest link goes on as the contact's own.
fn as_themselves(heads: &mut [LinkHead], moved: &mut Vec<Moved>) {
    if !heads.iter().any(|head| head.ids.crm.as_ref().is_some_and(|id| is_further(id.as_str()))) {
        return;
    }
    let id = |head: &LinkHead| head.ids.crm.as_ref().map(|id| id.as_str().to_owned());
    let mut taken: BTreeSet<String> = heads.iter().filter_map(id).filter(|id| !is_further(id)).collect();
    let mut order: Vec<usize> = (0..heads.len()).collect();
    order.sort_by_key(|at| (heads[*at].status != LinkStatus::Active, heads[*at].id));
    for at in order {
        let Some(id) = id(&heads[at]).filter(|id| is_further(id)) else { continue };
        if taken.insert(own_id(&id).to_owned()) {
            let own = RecordId::from(own_id(&id));
            heads[at].ids.crm = Some(own.clone());
            moved.push((heads[at].id, Side::Crm, own));
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use model::RowHash;

    const ANN: &str = "+14155550101";
    const BOB: &str = "+14155550102";
    const CAT: &str = "+14155550103";

    fn head(id: i64, crm: &str, phone: &str) -> LinkHead {
        LinkHead {
            id: LinkId(id),
            status: LinkStatus::Active,
            ids: BySide { justcall: Some(RecordId::from(format!("J{id}"))), crm: Some(RecordId::from(crm)) },
            key: PhoneKey::new(phone, ""),
            hashes: BySide { justcall: RowHash(0), crm: RowHash(0) },
            unconfirmed: BySide::default(),
            created_at: BySide::default(),
        }
    }

    /// Follows merges: old id, new id, and the numbers that the new record has. Gives each link's id, and the alarms.
    fn merged(
        heads: &[LinkHead],
        pairs: &[(&str, &str)],
        phones: &[(&str, &[&str])],
        is_each: bool,
    ) -> (Vec<String>, usize) {
        let mut heads = heads.to_vec();
        let merge = Merge {
            side: Side::Crm,
            successors: pairs.iter().map(|(old, new)| (RecordId::from(*old), RecordId::from(*new))).collect(),
            phones: phones
                .iter()
                .map(|(id, phones)| {
                    (RecordId::from(*id), phones.iter().filter_map(|phone| PhoneKey::new(phone, "")).collect())
                })
                .collect(),
            is_each,
        };
        let (mut moved, mut alarms) = (Vec::new(), Vec::new());
        merge.follow(&mut heads, &mut moved, &mut alarms);
        for (link, side, id) in &moved {
            let head = heads.iter().find(|head| head.id == *link);
            assert_eq!(
                head.and_then(|head| head.ids[*side].as_ref()),
                Some(id),
                "what is noted is what is planned with"
            );
        }
        (heads.iter().filter_map(|head| head.ids.crm.as_ref().map(ToString::to_string)).collect(), alarms.len())
    }

    #[test]
    fn a_link_follows_its_record_to_a_new_id() {
        let heads = [head(1, "1", ANN), head(2, "2", BOB)];
        for is_each in [false, true] {
            assert_eq!(merged(&heads, &[("1", "9")], &[("9", &[ANN])], is_each), (vec!["9".into(), "2".into()], 0));
            // Also where the listing does not show it, or shows another number.
            assert_eq!(merged(&heads, &[("1", "9")], &[], is_each).0, ["9", "2"]);
            assert_eq!(merged(&heads, &[("7", "9")], &[], is_each).0, ["1", "2"]);
        }
    }

    #[test]
    fn of_two_merged_the_one_whose_number_is_held_follows_and_the_other_is_told() {
        let heads = [head(1, "1", ANN), head(2, "2", BOB)];
        let pairs = [("1", "9"), ("2", "9")];
        assert_eq!(merged(&heads, &pairs, &[("9", &[BOB])], false), (vec!["1".into(), "9".into()], 1));
        assert_eq!(
            merged(&heads, &pairs, &[("9", &[CAT])], false),
            (vec!["9".into(), "2".into()], 1),
            "else the older"
        );
        // One that takes no part raises no alarm, and comes last.
        let mut dormant = heads.clone();
        dormant[0].status = LinkStatus::Dormant;
        assert_eq!(merged(&dormant, &pairs, &[("9", &[CAT])], false), (vec!["1".into(), "9".into()], 0));
        // Merged into one that is linked: that link stays.
        assert_eq!(merged(&heads, &[("1", "2")], &[("2", &[ANN, BOB])], false), (vec!["1".into(), "2".into()], 1));
    }

    #[test]
    fn with_each_number_all_follow_whose_number_the_record_has() {
        let heads = [head(1, "1", ANN), head(2, "2", BOB), head(3, "2#tel:+14155550103", CAT)];
        let pairs = [("1", "9"), ("2", "9")];
        let all = merged(&heads, &pairs, &[("9", &[BOB, ANN, CAT])], true);
        assert_eq!(all, (vec!["9#tel:+14155550101".into(), "9".into(), "9#tel:+14155550103".into()], 0));
        let lost = merged(&heads, &pairs, &[("9", &[BOB, ANN])], true);
        assert_eq!(lost, (vec!["9#tel:+14155550101".into(), "9".into(), "2#tel:+14155550103".into()], 1));
        // Two contacts of one number: the second has none of its own there.
        let twins = [head(1, "1", ANN), head(2, "2", ANN)];
        assert_eq!(merged(&twins, &pairs, &[("9", &[ANN])], true), (vec!["9".into(), "2".into()], 1));
        // Into one that is linked already.
        let into = merged(&heads, &[("1", "2")], &[("2", &[BOB, CAT, ANN])], true);
        assert_eq!(into, (vec!["2#tel:+14155550101".into(), "2".into(), "2#tel:+14155550103".into()], 0));
    }

    #[test]
    fn a_contact_known_by_further_numbers_alone_is_known_as_itself() {
        let mut heads = [
            head(1, "5#tel:+14155550101", ANN),
            head(2, "5#tel:+14155550102", BOB),
            head(3, "6", CAT),
            head(4, "6#tel:+14155550104", ANN),
        ];
        heads[0].status = LinkStatus::Dormant;
        let mut moved = Vec::new();
        as_themselves(&mut heads, &mut moved);
        assert_eq!(moved, [(LinkId(2), Side::Crm, RecordId::from("5"))]);
        let ids: Vec<_> = heads.iter().filter_map(|head| head.ids.crm.as_ref()).map(RecordId::as_str).collect();
        assert_eq!(ids, ["5#tel:+14155550101", "5", "6", "6#tel:+14155550104"]);
    }
}
