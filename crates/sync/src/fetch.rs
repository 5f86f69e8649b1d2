//! Phase 1: who is on the other end, and everything that both hold. A listing that looks wrong is made partial here;
//! nothing is compared.

use crate::env::{Event, reading};
use crate::error::{Error, Result};
use crate::kept;
use crate::memory::{Kept, Memory};
use crate::numbers;
use crate::session::Session;
use connector::{Identity, Presence};
use engine::Numbers;
use engine::guard::unbelievably_empty;
use engine::survey::Survey;
use model::mutant::{self, Mutant};
use model::numbers::{is_further, own_id};
use model::{AbsenceProof, BySide, LinkHead, Listing, RecordId, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::STALE_HASH;

/// Both sides as they were read, and what is known of them.
pub(crate) struct Fetched {
    pub(crate) identities: BySide<Identity>,
    pub(crate) listings: BySide<Listing>,
    pub(crate) heads: Vec<LinkHead>,
    pub(crate) kept: Kept,
}

/// Asks both sides who they are. The state must belong to them.
pub(crate) async fn identify(session: &Session<'_>) -> Result<BySide<Identity>> {
    session.load_calls()?;
    if let Some(known) = session.known.take() {
        return Ok(known);
    }
    let progress = BySide::from_fn(|side| reading(side, session.events));
    let (justcall, crm) = tokio::join!(
        session.connectors.justcall.identify_with(&progress.justcall),
        session.connectors.crm.identify_with(&progress.crm)
    );
    let found = BySide {
        justcall: justcall.map_err(Error::replica(Side::Justcall))?,
        crm: crm.map_err(Error::replica(Side::Crm))?,
    };
    if let Some(known) = session.store.binding()? {
        for (known, found) in [(known.account, &found.justcall), (known.crm, &found.crm)] {
            if known != found.fingerprint && !mutant::is(Mutant::AccountBinding) {
                return Err(Error::OtherAccount { known, found: found.fingerprint.clone() });
            }
        }
    }
    Ok(found)
}

/// Lists both sides at once.
pub(crate) async fn list(session: &Session<'_>) -> Result<BySide<Listing>> {
    list_with(session, None).await
}

/// Likewise; where links are given, records may be bare that are as those remember them.
async fn list_with(session: &Session<'_>, memory: Option<&Arc<Memory>>) -> Result<BySide<Listing>> {
    let progress = BySide::from_fn(|side| reading(side, session.events));
    // One clock for both: what is remembered about a listing is compared with the run's own times.
    let read_at = session.env.now();
    let (justcall, crm) = tokio::join!(
        kept::list(session, Side::Justcall, memory, &progress.justcall),
        kept::list(session, Side::Crm, memory, &progress.crm)
    );
    let mut listings = BySide { justcall: justcall?, crm: crm? };
    // Looked through for damage meanwhile; from here on it is believed.
    session.store.sound()?;
    for side in Side::BOTH {
        listings[side].read_at = read_at;
    }
    for (side, listing) in listings.iter() {
        session.events.event(Event::Read { side, records: listing.table.len() as u64 });
        for note in &listing.notes {
            session.events.event(Event::Note(&format!("{}: {note}", side.title())));
        }
    }
    Ok(listings)
}

/// Both sides, known and listed; `whole`: with the cells of all records.
pub(crate) async fn fetch(session: &Session<'_>, whole: bool) -> Result<Fetched> {
    let identities = identify(session).await?;
    let schema = &session.settings.schema;
    let (mut listings, heads, kept);
    let known = if whole { None } else { Some(session.store.link_heads(schema)?) };
    // Of a first run, or under other fields than the last one's, no record is as remembered.
    let is_fresh = |head: &LinkHead| head.hashes.crm != STALE_HASH;
    match known {
        Some(known) if known.iter().any(is_fresh) => {
            let memory = Memory::new(known, schema.len());
            listings = list_with(session, Some(&memory)).await?;
            (heads, kept) = Memory::into_parts(memory);
        }
        known => {
            // Begun first, so that both sides are at work while the links are read.
            let links = async { known.map_or_else(|| session.store.link_heads(schema), Ok) };
            let (listed, links) = tokio::join!(biased; list(session), links);
            (listings, heads, kept) = (listed?, links?, Kept::default());
        }
    }
    numbers::choose(session, &mut listings, &heads)?;
    for side in Side::BOTH {
        let listed = listings[side].table.len();
        if let Some(linked) = unbelievably_empty(side, listed, &heads, &session.approvals) {
            listings[side].make_partial(format!("it showed no contact at all, {linked} are linked"));
        }
    }
    Ok(Fetched { identities, listings, heads, kept })
}

/// What asking for the missing records showed.
pub(crate) struct Probed {
    pub(crate) survey: Survey,
    pub(crate) gone: BySide<BTreeSet<RecordId>>,
    /// Those of them that were not even deleted, as far as their side knows.
    pub(crate) never: BySide<BTreeSet<RecordId>>,
    /// Sides where too many were missing to ask for each: how many.
    pub(crate) unprobed: BySide<u64>,
}

/// Asks for every linked record that its side did not list, where a listing alone proves nothing (S1), and where only
/// changes were read: whom those leave out may be there. Those that exist after all join the listing. Above `most` nobody is asked: a guard would hold the deletions anyway.
pub(crate) async fn probe(
    session: &Session<'_>,
    listings: &mut BySide<Listing>,
    heads: &[LinkHead],
    kept: &Kept,
    most: u64,
) -> Result<Probed> {
    let look = |listings: &BySide<Listing>| session.survey(listings, heads, kept);
    let mut seen = look(listings);
    let mut gone = BySide::<BTreeSet<RecordId>>::default();
    let mut never = BySide::<BTreeSet<RecordId>>::default();
    let mut unprobed = BySide::<u64>::default();
    for side in Side::BOTH {
        let mut vanished = seen.vanished(heads, side);
        let capabilities = session.connectors[side].capabilities();
        if session.settings.numbers == Numbers::One {
            vanished.retain(|id| !is_further(id.as_str())); // left alone: nothing follows from it
        }
        if vanished.is_empty() || !listings[side].is_complete() {
            continue;
        }
        let is_proof = capabilities.absence_proof == AbsenceProof::Listing && !session.is_fed(side);
        if is_proof || mutant::is(Mutant::NoProbe) {
            gone[side] = vanished.into_iter().collect();
            continue;
        }
        let (lost, asked_for) = sort_out(&listings[side], vanished);
        gone[side].extend(lost);
        // What costs is the requests.
        let most = most.saturating_mul(capabilities.read_batch as u64);
        if asked_for.is_empty() || asked_for.len() as u64 > most {
            unprobed[side] = asked_for.values().map(Vec::len).sum::<usize>() as u64;
            continue;
        }
        session.events.event(Event::Probing { side, count: asked_for.len() as u64 });
        let progress = reading(side, session.events);
        let asked: Vec<RecordId> = asked_for.keys().cloned().collect();
        let answers = session.connectors[side].read(&asked, &progress).await.map_err(Error::replica(side))?;
        let mut found = Vec::new();
        for (ids, answer) in asked_for.into_values().zip(answers) {
            match answer {
                Presence::Gone => gone[side].extend(ids),
                Presence::Never => {
                    never[side].extend(ids.iter().cloned());
                    gone[side].extend(ids);
                }
                Presence::Present(record) => {
                    listings[side].table.push_record(&record)?;
                    found.extend(ids);
                }
                Presence::Unclear { .. } if mutant::is(Mutant::UnclearIsGone) => gone[side].extend(ids),
                Presence::Unclear { .. } => {}
            }
        }
        if !found.is_empty() {
            numbers::choose(session, listings, heads)?;
            seen = look(listings);
            // Whose contact is there, and shows this number no more.
            let lost: BTreeSet<RecordId> = seen.vanished(heads, side).into_iter().collect();
            let listed = self::listed(&listings[side], &found);
            found.retain(|id| lost.contains(id) && listed.contains(own_id(id.as_str())));
            gone[side].extend(found);
        }
    }
    Ok(Probed { survey: seen, gone, never, unprobed })
}

/// The contacts that a side listed, if one of these records may be one of a contact with several numbers.
fn listed(listing: &Listing, vanished: &[RecordId]) -> BTreeSet<String> {
    if !vanished.iter().any(|id| is_further(id.as_str())) && !listing.table.iter().any(|row| is_further(row.id())) {
        return BTreeSet::new();
    }
    listing.table.iter().filter(|row| row.native_id()).map(|row| own_id(row.id()).to_owned()).collect()
}

/// The vanished records whose contact was listed: it has shown which numbers it has, and which not any more. And the
/// contacts to ask for, with the records that each stands for.
fn sort_out(listing: &Listing, vanished: Vec<RecordId>) -> (Vec<RecordId>, BTreeMap<RecordId, Vec<RecordId>>) {
    let listed = listed(listing, &vanished);
    let (lost, asked): (Vec<_>, Vec<_>) = vanished.into_iter().partition(|id| listed.contains(own_id(id.as_str())));
    let mut asked_for: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for id in asked {
        asked_for.entry(RecordId::from(own_id(id.as_str()))).or_default().push(id);
    }
    (lost, asked_for)
}
