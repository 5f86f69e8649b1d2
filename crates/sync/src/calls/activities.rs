//! Calls as activities of their contacts in the CRM: each once, whatever happens in between. A call is noted before it is
//! sent; where nobody knows whether it arrived, the CRM is asked for it by its mark before it may be sent again.
//!
//! Which calls there are and whose they are stands in the state; nothing is read from `JustCall` here.

use crate::env::{SideProgress, reading};
use crate::error::{Error, Result};
use crate::session::Session;
use connector::activities::{Activities, Activity, Logged};
use jiff::{SignedDuration, Timestamp};
use model::{Call, CallStage, RecordId, Side};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::{ActivityRow, CallFilter};

/// What came of the activities.
#[derive(Debug, Default)]
pub struct ActivitiesReport {
    /// Calls that the CRM shows.
    pub shown: u64,
    /// Of those, new in this run.
    pub new: u64,
    /// Brought up to date in this run: a note, a disposition or a recording came later.
    pub changed: u64,
    /// Calls that the CRM did not take in this run, with its words.
    pub refused: Vec<(String, String)>,
    /// Sent, and nobody knows yet whether they arrived: a later run asks.
    pub unknown: u64,
    /// Why it ended early; the next run goes on.
    pub stopped: Option<Error>,
}

/// A call with whose it is, and what was sent of it before.
struct Due {
    activity: Activity,
    content: Vec<u8>,
}

impl Session<'_> {
    /// Whether the CRM shows calls with their contacts.
    pub fn shows_activities(&self) -> bool {
        self.connectors.crm.activities().is_some()
    }

    /// Brings the CRM's activities up to date with the calls in the state. Nothing where the CRM shows none.
    pub async fn log_activities(&mut self) -> Result<ActivitiesReport> {
        let mut report = ActivitiesReport::default();
        let Some(activities) = self.connectors.crm.activities() else { return Ok(report) };
        let (batch, lag) = (activities.batch().max(1), i64::from(activities.lag_seconds()));
        let known: BTreeMap<String, ActivityRow> =
            self.store.activities()?.into_iter().map(|row| (row.call_id.clone(), row)).collect();
        let (mut fresh, mut late, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for mut due in self.due()? {
            match known.get(&due.activity.call.call_id) {
                None => fresh.push(due),
                Some(row) if row.activity.is_some() && row.content == due.content => report.shown += 1,
                Some(row) if row.activity.is_some() => {
                    report.shown += 1;
                    due.activity.known.clone_from(&row.activity);
                    late.push(due);
                }
                Some(row) if row.refused.is_some() && row.content == due.content => {}
                Some(row) if row.refused.is_some() => fresh.push(due),
                // Too early to ask: it might be there and not be shown yet.
                Some(row) if self.env.now().duration_since(row.sent_at) < SignedDuration::from_secs(lag) => {
                    report.unknown += 1;
                }
                // What was sent then may have changed since: that is noticed once it is known to be there.
                Some(row) => open.push(Due { content: row.content.clone(), ..due }),
            }
        }
        for part in open.chunks(batch) {
            match self.settle_activities(part, &mut report).await {
                Ok(missing) => fresh.extend(missing),
                Err(stop) => return stopped(report, stop),
            }
        }
        fresh.sort_by(|one, other| one.order().cmp(&other.order()));
        for part in fresh.chunks(batch).chain(late.chunks(batch)) {
            if let Err(stop) = self.send_activities(part, &mut report).await {
                return stopped(report, stop);
            }
        }
        Ok(report)
    }

    /// Calls that have ended and belong to one contact that is in the CRM.
    fn due(&self) -> Result<Vec<Due>> {
        let owners = self.store.owners()?;
        let mut due = Vec::new();
        self.store.each_call(&CallFilter::default(), false, &mut |row| {
            let contact = match row.number.and_then(|number| owners.get(&number)).map(Vec::as_slice) {
                // Of a further number, the contact's own id.
                Some([owner]) => {
                    owner.ids.crm.as_ref().map(|id| model::RecordId::from(model::numbers::own_id(id.as_str())))
                }
                _ => None,
            };
            let is_over = row.call.stage() == CallStage::Ended && row.call.started_at.is_some();
            if let Some(contact) = contact.filter(|_| is_over) {
                due.push(Due::new(contact, row.call));
            }
            true
        })?;
        Ok(due)
    }

    /// Asks for calls that may have arrived; gives back those that did not.
    async fn settle_activities(&mut self, part: &[Due], report: &mut ActivitiesReport) -> Result<Vec<Due>> {
        let asked: Vec<Activity> = part.iter().map(|due| due.activity.clone()).collect();
        let found = self.activities_seam()?.find(&asked, &reading(Side::Crm, self.events)).await;
        let found = found.map_err(Error::replica(Side::Crm))?;
        let now = self.env.now();
        let (mut rows, mut missing) = (Vec::new(), Vec::new());
        for (due, id) in part.iter().zip(found) {
            match id {
                Some(id) => rows.push(due.row(Some(id), now)),
                None => missing.push(Due::new(due.activity.contact.clone(), due.activity.call.clone())),
            }
        }
        report.shown += rows.len() as u64;
        self.store.put_activities(&rows)?;
        Ok(missing)
    }

    /// One request: noted, sent, noted again.
    async fn send_activities(&mut self, part: &[Due], report: &mut ActivitiesReport) -> Result<()> {
        let now = self.env.now();
        let is_new = part.iter().all(|due| due.activity.known.is_none());
        if is_new {
            self.store.put_activities(&part.iter().map(|due| due.row(None, now)).collect::<Vec<_>>())?;
        }
        let activities: Vec<Activity> = part.iter().map(|due| due.activity.clone()).collect();
        let progress =
            SideProgress { side: Side::Crm, events: self.events, total_writes: part.len() as u64, written_before: 0 };
        let ends = match self.activities_seam()?.log(&activities, &progress).await {
            Ok(ends) => ends,
            Err(error) => {
                self.unsent(&part.iter().collect::<Vec<_>>(), is_new)?;
                return Err(Error::replica(Side::Crm)(error));
            }
        };
        let mut rows = Vec::new();
        let mut unsent: Vec<&Due> = Vec::new();
        for (due, end) in part.iter().zip(ends) {
            match end {
                Logged::Done { id } => {
                    rows.push(due.row(Some(id), now));
                    *(if is_new { &mut report.new } else { &mut report.changed }) += 1;
                    report.shown += u64::from(is_new);
                }
                Logged::Refused { message } => {
                    report.refused.push((due.activity.call.call_id.clone(), message.clone()));
                    let row = due.row(due.activity.known.clone(), now);
                    rows.push(ActivityRow { refused: Some(message), ..row });
                }
                // A change that is sent again changes nothing more; a new one is asked for first.
                Logged::Unknown { .. } => report.unknown += u64::from(is_new),
                Logged::Unsent => unsent.push(due),
            }
        }
        self.store.put_activities(&rows)?;
        self.unsent(&unsent, is_new)
    }

    /// Whatever was surely not sent is as if it had never been noted.
    fn unsent(&mut self, part: &[&Due], is_new: bool) -> Result<()> {
        if is_new {
            let calls: Vec<&str> = part.iter().map(|due| due.activity.call.call_id.as_str()).collect();
            self.store.drop_activities(&calls)?;
        }
        Ok(())
    }

    fn activities_seam(&self) -> Result<&dyn Activities> {
        let none = || connector::Error::new(connector::ErrorKind::Config, "it shows no calls");
        self.connectors.crm.activities().ok_or_else(none).map_err(Error::replica(Side::Crm))
    }
}

/// A side that fails ends it early, and keeps what was done; anything else is an error.
fn stopped(report: ActivitiesReport, stop: Error) -> Result<ActivitiesReport> {
    match stop {
        Error::Replica { .. } => Ok(ActivitiesReport { stopped: Some(stop), ..report }),
        other => Err(other),
    }
}

impl Due {
    fn new(contact: RecordId, call: Call) -> Self {
        let content = digest(&call);
        let mark = format!("tieline-{}", call.call_id.to_lowercase());
        Self { activity: Activity { mark, contact, known: None, call }, content }
    }

    /// Oldest first.
    fn order(&self) -> (Option<Timestamp>, &str) {
        (self.activity.call.started_at, &self.activity.call.call_id)
    }

    fn row(&self, activity: Option<String>, sent_at: Timestamp) -> ActivityRow {
        ActivityRow {
            call_id: self.activity.call.call_id.clone(),
            contact: self.activity.contact.clone(),
            activity,
            content: self.content.clone(),
            sent_at,
            refused: None,
        }
    }
}

/// Names what a call says, to notice what came later. Whose it is does not count: a merged contact keeps its calls.
fn digest(call: &Call) -> Vec<u8> {
    let Call { direction, from, to, agent_name, status, duration, recording_url, .. } = call;
    let Call { notes, disposition, tags, started_at, .. } = call;
    let said = (direction, from, to, agent_name, status, duration, recording_url, notes, disposition, tags, started_at);
    Sha256::digest(format!("{said:?}").as_bytes())[..16].to_vec()
}
