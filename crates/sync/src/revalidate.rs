//! A saved plan meets the world again: what moved since is taken out as stale and reported, the rest stays exactly as
//! approved (S34). Reads its records again one by one, or everything, whichever costs fewer requests.

use crate::changes;
use crate::env::reading;
use crate::error::{Error, Result};
use crate::fetch;
use crate::make_plan::{Planned, links_of};
use crate::numbers;
use crate::rows::Rows;
use crate::session::Session;
use connector::Presence;
use model::mutant::{self, Mutant};
use model::numbers::{is_further, own_id};
use model::{
    AbsenceProof, Action, ActionKind, BySide, Cell, Coverage, LinkHead, LinkStatus, Listing, Observation, Plan,
    RecordId, Rule, Side, StaleRecord, Table,
};
use std::collections::{BTreeMap, BTreeSet};

/// Records that one page of a listing shows; the price of a full listing is counted in it.
const PAGE: u64 = 100;

impl Session<'_> {
    /// Checks that the plan was made here, for these replicas and this configuration, and that it was not used.
    pub async fn check_plan(&self, plan: &Plan) -> Result<()> {
        self.store.sound()?;
        let foreign = |what: &'static str| Err(Error::ForeignPlan { plan: plan.id.clone(), what });
        if plan.binding.lineage != self.store.lineage() {
            return foreign("state file");
        }
        if plan.binding.config != self.config {
            return foreign("configuration");
        }
        let excluded = self.store.exclusions()?;
        let is_out = |action: &&Action| excluded.iter().any(|known| known.action == action.id);
        let out: Vec<&str> = plan.actions.iter().filter(is_out).map(|action| action.id.0.as_str()).collect();
        if !out.is_empty() {
            return Err(Error::ExcludedSince { plan: plan.id.clone(), actions: out.join(", ") });
        }
        let identities = fetch::identify(self).await?;
        if plan.binding.account != identities.justcall.fingerprint {
            return foreign("account");
        }
        if plan.binding.crm != identities.crm.fingerprint {
            return foreign("CRM");
        }
        Ok(self.store.check_plan(&plan.id, plan.state_serial)?)
    }

    /// Makes a saved plan ready to be applied; [`Planned::stale`] says what had moved.
    pub async fn revalidate(&mut self, mut plan: Plan) -> Result<Planned> {
        self.check_plan(&plan).await?;
        self.store.set_schema(&self.settings.schema, &engine::normalizer::Normalizer::version())?;
        self.settle_before(&plan).await?;
        let heads = self.store.link_heads(&self.settings.schema)?;
        let mut listings = BySide {
            justcall: self.look_again(Side::Justcall, &plan, &heads).await?,
            crm: self.look_again(Side::Crm, &plan, &heads).await?,
        };
        numbers::choose(self, &mut listings, &heads)?;
        let bases = self.store.bases(&self.settings.schema, &links_of(&plan))?;
        let stale = self.take_out_stale(&mut plan, &listings, &heads);
        self.address_by_id(&mut plan, &listings);
        Ok(Planned { plan, listings, stale, heads, bases })
    }

    /// A write whose end is unknown may be what the plan wants to do again (S37): first it is found out. The plan is void
    /// where that moves the state.
    pub(crate) async fn settle_before(&mut self, plan: &Plan) -> Result<()> {
        if self.store.open_intents()?.is_empty() {
            return Ok(());
        }
        self.store.set_schema(&self.settings.schema, &engine::normalizer::Normalizer::version())?;
        let heads = self.store.link_heads(&self.settings.schema)?;
        let mut listings = fetch::list(self).await?;
        numbers::choose(self, &mut listings, &heads)?;
        self.recover(&heads, &listings)?;
        Ok(self.store.check_plan(&plan.id, plan.state_serial)?)
    }

    /// The records of a side that the plan speaks of, read afresh.
    async fn look_again(&self, side: Side, plan: &Plan, heads: &[LinkHead]) -> Result<Listing> {
        let connector = &self.connectors[side];
        let mut wanted: BTreeSet<RecordId> = BTreeSet::new();
        for action in &plan.actions {
            let id = if action.side == side { &action.record_id } else { &action.other_id };
            // Of a deletion, also the record that was gone on the other side: it may be back (S15).
            wanted.extend(id.clone());
        }
        // Of a CRM contact with several numbers, what became of each.
        wanted.extend(doomed(plan, heads).filter_map(|head| head.ids[side].clone()));
        wanted = wanted.iter().map(|id| RecordId::from(own_id(id.as_str()))).collect();
        for seen in &plan.observations {
            if let Observation::Settled { ids, .. } = seen {
                wanted.insert(RecordId::from(own_id(ids[side].as_str())));
            }
        }
        // A create must not meet a record with the same number, and only a listing shows that there is none.
        let by_number = plan.actions.iter().any(|action| needs_absence(action, side));
        let whole = connector.capabilities().absence_proof == AbsenceProof::Listing;
        let pages = plan.listed[side].div_ceil(PAGE);
        // Who shares a number, and so has no calls of their own, only a listing shows.
        let computed = side == Side::Justcall && self.has_call_fields();
        // Without one, every update that would ride in one bulk request costs a request of its own as well.
        let in_bulk = plan.actions.iter().filter(|action| action.side == side && self.finds_by_number(action)).count();
        if by_number || whole || computed || (wanted.len() + in_bulk.saturating_sub(1)) as u64 > pages {
            return connector.list(&reading(side, self.events)).await.map_err(Error::replica(side));
        }
        let ids: Vec<RecordId> = wanted.into_iter().collect();
        let answers = connector.read(&ids, &reading(side, self.events)).await.map_err(Error::replica(side))?;
        let mut table = Table::new(self.settings.schema.width(side));
        for answer in answers {
            if let Presence::Present(record) = answer {
                table.push_record(&record)?;
            }
        }
        let reason = "only the planned records were read again".to_owned();
        Ok(Listing { table, coverage: Coverage::Partial { reason }, read_at: self.env.now(), notes: Vec::new() })
    }

    /// A bulk request finds its contacts by number. Where nobody looked whether a number is still one contact's, or
    /// somebody else has it by now, the same update names its record (I6).
    fn address_by_id(&self, plan: &mut Plan, listings: &BySide<Listing>) {
        if mutant::is(Mutant::StaleNumber) {
            return;
        }
        let phone = self.settings.schema.phone().index();
        let key = |cell: Cell<'_>| match self.normalizer.canon(&model::Field::Phone, cell) {
            engine::normalizer::Canon::Phone(key) => Some(key.number()),
            _ => None,
        };
        for side in Side::BOTH {
            let listing = &listings[side];
            let mut bulk: Vec<&mut Action> = plan.actions.iter_mut().filter(|action| action.side == side).collect();
            bulk.retain(|action| self.finds_by_number(action));
            let wanted: BTreeSet<u64> = bulk.iter().filter_map(|action| key(Cell::from_text(&action.phone))).collect();
            let mut holders: BTreeMap<u64, u32> = BTreeMap::new();
            if !bulk.is_empty() && listing.is_complete() {
                let held = listing.table.iter().filter_map(|row| key(row.cell(phone)));
                held.filter(|number| wanted.contains(number))
                    .for_each(|number| *holders.entry(number).or_default() += 1);
            }
            for action in bulk {
                let number = key(Cell::from_text(&action.phone));
                if number.and_then(|number| holders.get(&number)) != Some(&1) {
                    action.via = self.connectors[side].capabilities().phone_update_via;
                }
            }
        }
    }

    /// Whether an update names its record by its number alone.
    fn finds_by_number(&self, action: &Action) -> bool {
        let capabilities = self.connectors[action.side].capabilities();
        action.kind == ActionKind::Update
            && capabilities.bulk_by_phone
            && action.via == capabilities.update_via
            && action.via != capabilities.phone_update_via
    }

    fn take_out_stale(&self, plan: &mut Plan, listings: &BySide<Listing>, heads: &[LinkHead]) -> Vec<StaleRecord> {
        let rows = Rows::new(listings);
        let fields = self.settings.schema.len();
        let numbers = BySide::from_fn(|side| self.numbers(plan, side, &listings[side]));
        let moved = |action: &Action| {
            let records = rows.of(action).map(|row| row.map(|row| row.hash(fields)));
            let taken = action.kind == ActionKind::Create && numbers[action.side].contains(&action.phone);
            let taken = taken.then(|| "a contact with this number has appeared since".to_owned());
            let returned = match &action.other_id {
                Some(_) => records[action.side.other()].is_some(),
                None => numbers[action.side.other()].contains(&action.phone),
            };
            // An undo takes off one side what the other one keeps.
            let back = (action.kind == ActionKind::Delete && action.reason != Rule::Undo && returned)
                .then(|| format!("the contact is back in {}", action.side.other().title()));
            let moved = || changes::moved(action, records).filter(|_| !mutant::is(Mutant::StaleWrite));
            let back = back.or_else(|| another_number(action, &rows, &listings.crm, heads));
            back.filter(|_| !mutant::is(Mutant::StaleReturn))
                .or(taken)
                .or_else(moved)
                .or_else(|| self.left(action, &rows))
        };
        let mut stale = Vec::new();
        plan.actions.retain(|action| match moved(action) {
            Some(message) => {
                stale.push(changes::stale(action, &message));
                false
            }
            None => true,
        });
        plan.observations.retain(|seen| match seen {
            Observation::Settled { ids, expect, .. } => Side::BOTH
                .into_iter()
                .all(|side| rows.get(side, &ids[side]).is_some_and(|row| row.hash(fields) == expect[side])),
            _ => true,
        });
        stale
    }

    /// Whether a record of the action has left the scope: from then on it is left alone (I15). Ending a link is no write.
    fn left(&self, action: &Action, rows: &Rows<'_>) -> Option<String> {
        let records = rows.of(action);
        let out = |side: &Side| records[*side].is_some_and(|row| !self.settings.scope[*side].admits(row));
        let written = action.kind != ActionKind::Unlink && !mutant::is(Mutant::StaleScope);
        let side = Side::BOTH.into_iter().filter(|_| written).find(out)?;
        Some(format!("the {} record is outside the scope by now", side.title()))
    }

    /// Numbers that the side has although the plan wants to create them there, or to delete a contact on the other side
    /// since they were gone here.
    fn numbers(&self, plan: &Plan, side: Side, listing: &Listing) -> BTreeSet<String> {
        let planned: BTreeSet<&str> = plan
            .actions
            .iter()
            .filter(|action| needs_absence(action, side))
            .map(|action| action.phone.as_str())
            .collect();
        if planned.is_empty() {
            return BTreeSet::new();
        }
        let phone = self.settings.schema.phone().index();
        let read = |cell: Cell<'_>| match self.normalizer.canon(&model::Field::Phone, cell) {
            engine::normalizer::Canon::Phone(key) => Some(key.e164()),
            _ => None,
        };
        listing
            .table
            .iter()
            .filter_map(|row| read(row.cell(phone)))
            .filter(|number| planned.contains(number.as_str()))
            .collect()
    }
}

/// The links of the CRM contacts with several numbers that the plan deletes.
fn doomed<'a>(plan: &Plan, heads: &'a [LinkHead]) -> impl Iterator<Item = &'a LinkHead> {
    let deletes = plan.actions.iter().filter(|action| is_whole(action));
    let contacts: BTreeSet<String> =
        deletes.filter_map(|action| Some(own_id(action.record_id.as_ref()?.as_str()).to_owned())).collect();
    let id = |head: &LinkHead| head.ids.crm.as_ref().map(|id| own_id(id.as_str()).to_owned());
    heads.iter().filter(move |head| {
        !contacts.is_empty() && head.status == LinkStatus::Active && id(head).is_some_and(|id| contacts.contains(&id))
    })
}

/// A deletion of a contact as a whole, since `JustCall` has none of its numbers.
fn is_whole(action: &Action) -> bool {
    action.kind == ActionKind::Delete && action.side == Side::Crm && action.reason != Rule::Undo
}

/// Why a CRM contact is not deleted after all: `JustCall` has it by another number, or it has a number that the plan did
/// not know of.
fn another_number(action: &Action, rows: &Rows<'_>, crm: &Listing, heads: &[LinkHead]) -> Option<String> {
    let contact = action.record_id.as_ref().filter(|_| is_whole(action)).map(|id| own_id(id.as_str()))?;
    let own = |head: &&LinkHead| head.ids.crm.as_ref().is_some_and(|id| own_id(id.as_str()) == contact);
    let links: Vec<&LinkHead> = heads.iter().filter(own).filter(|head| head.status == LinkStatus::Active).collect();
    let is_there =
        |head: &&&LinkHead| head.ids.justcall.as_ref().is_some_and(|id| rows.get(Side::Justcall, id).is_some());
    if let Some(head) = links.iter().find(is_there) {
        let number = head.key.map(|key| format!(", {key}")).unwrap_or_default();
        return Some(format!("another number of the contact{number}, is in JustCall"));
    }
    let is_known = |id: &str| links.iter().any(|head| head.ids.crm.as_ref().is_some_and(|known| known.as_str() == id));
    let mut parts = crm.table.iter().filter(|row| is_further(row.id()) && own_id(row.id()) == contact);
    parts.any(|row| !is_known(row.id())).then(|| "the contact has got another number since".to_owned())
}

/// Whether the action is only right while this side has no contact with its number: a create there, or a deletion on
/// the other side of a contact whose record here never had an id to ask for.
fn needs_absence(action: &Action, side: Side) -> bool {
    match action.kind {
        ActionKind::Create => action.side == side,
        ActionKind::Delete => action.side != side && action.other_id.is_none() && action.reason != Rule::Undo,
        _ => false,
    }
}
