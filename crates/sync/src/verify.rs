//! `tieline verify`: whether both sides, the bases and the journal agree, checked by means of its own. It shares no code
//! with matcher, merger or planner, so that it does not repeat their mistakes; only phones are read by the normaliser,
//! since a second reader of phones would differ from the first wherever one of them is wrong.
//!
//! Compares texts letter by letter, decides nothing and changes nothing.

use crate::error::Result;
use crate::fetch;
use crate::numbers;
use crate::session::Session;
use engine::normalizer::{Normalizer, PhoneReading};
use model::{Base, BySide, Cell, Coverage, LinkHead, LinkId, LinkStatus, Listing, RecordId, RowRef, Schema, Side};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The state contradicts itself or the contacts: a fault.
    Broken,
    /// Something could not be checked.
    Unchecked,
    /// Work for the next run, or for a person.
    Note,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Which check found it.
    pub check: &'static str,
    /// In words.
    pub detail: String,
    /// The link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// The contact's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Its records.
    #[serde(skip_serializing_if = "none")]
    pub ids: BySide<Option<RecordId>>,
}

fn none(ids: &BySide<Option<RecordId>>) -> bool {
    ids.justcall.is_none() && ids.crm.is_none()
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Checked {
    /// Links, those out of scope included.
    pub links: u64,
    /// Links whose records both still hold what they held when they last agreed, letter by letter.
    pub unchanged: u64,
    /// Listed records.
    pub records: BySide<u64>,
    /// Of them, without a link.
    pub unlinked: BySide<u64>,
    /// Entries of the journal.
    pub journal: u64,
}

/// Everything that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Always `tieline-verify/1`.
    pub format: &'static str,
    /// Nothing is broken.
    pub sound: bool,
    /// What was looked at.
    pub checked: Checked,
    /// The worst first.
    pub findings: Vec<Finding>,
}

impl Session<'_> {
    /// Lists both sides and compares them with everything that is remembered. No mutating call, no change of the state.
    pub async fn verify(&mut self) -> Result<Verification> {
        self.store.sound()?;
        fetch::identify(self).await?;
        let mut listings = fetch::list(self).await?;
        let mut findings = Vec::new();
        let mut checked = Checked::default();
        self.look_at_state(&mut checked, &mut findings)?;
        let schema = &self.settings.schema;
        let heads = self.store.link_heads(schema)?;
        numbers::choose(self, &mut listings, &heads)?;
        let bases = match self.store.all_bases(schema) {
            Ok(bases) => bases,
            Err(store::Error::Corrupt { detail, .. }) => {
                findings.push(plain(Severity::Broken, "base", detail));
                Vec::new()
            }
            Err(error) => return Err(error.into()),
        };
        let look = Look { schema, normalizer: &self.normalizer, listings: &listings };
        look.listings(&mut findings);
        let rows = BySide::from_fn(|side| rows_by_id(&listings[side]));
        let mut linked = BySide::<BTreeSet<usize>>::default();
        for (at, head) in heads.iter().enumerate() {
            let base = bases.get(at).filter(|base| base.link == head.id);
            look.link(head, base, &rows, &mut linked, &mut checked, &mut findings);
        }
        checked.links = heads.len() as u64;
        for side in Side::BOTH {
            checked.records[side] = listings[side].table.len() as u64;
            checked.unlinked[side] = checked.records[side] - linked[side].len() as u64;
        }
        findings.sort_by(|a, b| (a.severity, a.check, a.link).cmp(&(b.severity, b.check, b.link)));
        let sound = !findings.iter().any(|finding| finding.severity == Severity::Broken);
        Ok(Verification { format: "tieline-verify/1", sound, checked, findings })
    }

    /// Journal, plans, runs and counts: the state by itself.
    fn look_at_state(&self, checked: &mut Checked, findings: &mut Vec<Finding>) -> Result<()> {
        let journal = self.store.verify_journal()?;
        checked.journal = journal.entries;
        if let Some(broken) = journal.broken {
            let detail = format!("the chain breaks at entry {}: {}", broken.seq, broken.detail);
            findings.push(plain(Severity::Broken, "journal", detail));
        }
        for flaw in self.store.audit()? {
            findings.push(plain(Severity::Broken, flaw.check, flaw.detail));
        }
        for (side, id) in self.store.doubly_linked()? {
            let detail = format!("{} {id} belongs to more than one link", side.title());
            findings.push(plain(Severity::Broken, "link", detail));
        }
        let open = self.store.counts()?.open_intents;
        if open > 0 {
            let detail = format!("{open} writes of an interrupted run are not settled: the next sync settles them");
            findings.push(plain(Severity::Note, "open write", detail));
        }
        Ok(())
    }
}

fn plain(severity: Severity, check: &'static str, detail: String) -> Finding {
    Finding { severity, check, detail, link: None, phone: None, ids: BySide::default() }
}

/// Rows by the replica's own id; made-up ids name nobody.
fn rows_by_id(listing: &Listing) -> HashMap<&str, usize> {
    let own = listing.table.iter().filter(|row| row.native_id());
    own.map(|row| (row.id(), row.index())).collect()
}

struct Look<'a> {
    schema: &'a Schema,
    normalizer: &'a Normalizer,
    listings: &'a BySide<Listing>,
}

impl Look<'_> {
    fn listings(&self, findings: &mut Vec<Finding>) {
        for (side, listing) in self.listings.iter() {
            if !listing.table.is_empty() && !listing.table.iter().any(RowRef::native_id) {
                let detail =
                    format!("the records of {} have no ids: which of them a link means is not checked", side.title());
                findings.push(plain(Severity::Unchecked, "listing", detail));
            }
            if let Coverage::Partial { reason } = &listing.coverage {
                let detail = format!("{} was not read completely: {reason}", side.title());
                findings.push(plain(Severity::Unchecked, "listing", detail));
            }
        }
    }

    fn link(
        &self,
        head: &LinkHead,
        base: Option<&Base>,
        rows: &BySide<HashMap<&str, usize>>,
        linked: &mut BySide<BTreeSet<usize>>,
        checked: &mut Checked,
        findings: &mut Vec<Finding>,
    ) {
        let mut find = |severity: Severity, check: &'static str, detail: String| {
            let phone = head.key.map(|key| key.to_string());
            findings.push(Finding { severity, check, detail, link: Some(head.id), phone, ids: head.ids.clone() });
        };
        let mut unchanged = true;
        for side in Side::BOTH {
            let title = side.title();
            let Some(id) = &head.ids[side] else {
                unchanged = false;
                // In a file without ids that is so for ever, and said once; else the id comes with the next listing.
                if !rows[side].is_empty() {
                    let detail = format!("the id of its record in {title} is not known yet: it is found by its number");
                    find(Severity::Note, "pending", detail);
                }
                continue;
            };
            let Some(row) = rows[side].get(id.as_str()) else {
                unchanged = false;
                if self.listings[side].is_complete() {
                    let detail = format!("its record is missing from {title}: the next runs look into it");
                    find(Severity::Note, "missing", detail);
                }
                continue;
            };
            linked[side].insert(*row);
            let Some(base) = base else { continue };
            let edited = self.edits(side, base, self.listings[side].table.row(*row));
            if !edited.is_empty() {
                unchanged = false;
                if head.status == LinkStatus::Active {
                    find(Severity::Note, "edit", format!("changed in {title}: {}", edited.join(", ")));
                }
            }
        }
        checked.unchanged += u64::from(unchanged);
        if let Some(detail) = base.and_then(|base| self.wrong_key(head, base)) {
            find(Severity::Broken, "phone", detail);
        }
    }

    /// Fields that hold another text than when both sides last agreed.
    fn edits(&self, side: Side, base: &Base, row: RowRef<'_>) -> Vec<String> {
        let moved = self.schema.iter().filter(|(id, _)| {
            let (was, now) = (base.cell(side, *id), row.cell(id.index()));
            was != Cell::Unknown && now != Cell::Unknown && was != now
        });
        moved.map(|(_, field)| field.to_string()).collect()
    }

    /// The number by which the link is known must be the one that its records held when they last agreed.
    fn wrong_key(&self, head: &LinkHead, base: &Base) -> Option<String> {
        let key = head.key?;
        let phone = self.schema.phone();
        let texts: Vec<&str> = Side::BOTH.iter().map(|side| base.cell(*side, phone).text()).collect();
        if texts.iter().all(|text| text.is_empty()) || texts.contains(&key.e164().as_str()) {
            return None;
        }
        let fits = |text: &&str| match self.normalizer.read_phone(text) {
            PhoneReading::Key(read) | PhoneReading::WeakKey(read) => read.number() == key.number(),
            PhoneReading::Unusable(..) => false,
        };
        (!texts.iter().any(fits)).then(|| "its number is not the one that its records agreed on".to_owned())
    }
}
