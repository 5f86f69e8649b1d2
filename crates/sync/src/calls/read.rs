//! Reading the call log: the days that are due, in windows, each kept as soon as it was read. A killed sync goes on
//! where it was; a quiet one reads the overlap alone, since notes, dispositions and recordings come late.

use super::ingest::row;
use super::window::{Days, day_date, day_number, split, windows};
use crate::env::reading;
use crate::error::{Error, Result};
use crate::fetch;
use crate::session::Session;
use connector::calls::{CallCoverage, CallQuery};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::Side;
use std::collections::BTreeSet;
use store::CallsTaken;

/// Calls that are read at once, and kept in one transaction.
const MOST: u64 = 5_000;
/// An interrupted sync that is older is begun anew: what it read may have changed.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Which days to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallsRange {
    /// The first day; none: where the last sync ended, less the overlap.
    pub since: Option<Date>,
    /// The last day; none: today, wherever that is on earth.
    pub until: Option<Date>,
    /// Days that a first sync looks back.
    pub history_days: u32,
    /// Days that every sync reads again.
    pub overlap_days: u32,
}

/// A window that could not be read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialWindow {
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// Why.
    pub reason: String,
}

/// What a sync of calls did.
#[derive(Debug, Clone, PartialEq)]
pub struct CallsReport {
    /// The first day that was asked for.
    pub first: Date,
    /// The last day that was asked for.
    pub last: Date,
    /// Days that an interrupted sync had read already.
    pub resumed_days: u64,
    /// What became of the calls.
    pub taken: CallsTaken,
    /// Calls whose customer's number is withheld or unreadable.
    pub withheld: u64,
    /// Entries without a call's id.
    pub nameless: u64,
    /// What is missing.
    pub partial: Vec<PartialWindow>,
    /// The user asked to stop before its end.
    pub stopped: bool,
    /// Requests sent.
    pub requests: u64,
}

impl Session<'_> {
    /// Reads the calls that are due. Each window is durable when it is done; a second run goes on from there.
    pub async fn sync_calls(&mut self, range: &CallsRange) -> Result<CallsReport> {
        if self.connectors.justcall.call_log().is_none() {
            return Err(Error::NoCallLog);
        }
        self.store.sound()?;
        let before = self.connectors.justcall.requests();
        let identities = fetch::identify(self).await?;
        self.store.bind(&identities.justcall.fingerprint, &identities.crm.fingerprint)?;
        self.known.replace(Some(identities));
        let now = self.env.now();
        let (first, last) = self.days(range, now)?;
        let interrupted = self.begin_calls(now)?;
        let mut wanted: BTreeSet<i64> = (first..=last).collect();
        if range.since.is_none() {
            wanted.extend(self.store.unread_call_days()?.into_iter().filter(|day| *day <= last));
        }
        let read = self.store.call_days(wanted.first().copied().unwrap_or(first), last)?;
        let all = wanted.len();
        // Read by the sync that was interrupted: not again.
        wanted.retain(|day| interrupted.is_none_or(|began| read.get(day).is_none_or(|at| *at < began)));
        let mut report = CallsReport {
            first: day_date(first),
            last: day_date(last),
            resumed_days: (all - wanted.len()) as u64,
            taken: CallsTaken::default(),
            withheld: 0,
            nameless: 0,
            partial: Vec::new(),
            stopped: false,
            requests: 0,
        };
        self.read_windows(wanted, &mut report).await?;
        report.requests = self.connectors.justcall.requests() - before;
        if !report.stopped {
            self.store.end_calls_sync(now, report.partial.is_empty())?;
        }
        self.events.event(crate::env::Event::Read { side: Side::Justcall, records: report.taken.new });
        Ok(report)
    }

    /// When the sync began that was interrupted, if this one goes on with it.
    fn begin_calls(&mut self, now: Timestamp) -> Result<Option<Timestamp>> {
        let interrupted = self.store.calls_sync_began()?;
        let fresh = |began: &Timestamp| *began <= now && now.duration_since(*began) < FRESH;
        if let Some(began) = interrupted.filter(fresh) {
            return Ok(Some(began));
        }
        self.store.begin_calls_sync(now)?;
        Ok(None)
    }

    /// The first and the last day to read.
    fn days(&self, range: &CallsRange, now: Timestamp) -> Result<Days> {
        let today = day_number(now.to_zoned(TimeZone::UTC).date());
        // East of Greenwich it is tomorrow already.
        let last = range.until.map_or(today + 1, day_number);
        let first = match (range.since, self.store.last_call_day()?) {
            (Some(since), _) => day_number(since),
            (None, Some(day)) => day.min(today) - i64::from(range.overlap_days),
            (None, None) => today - i64::from(range.history_days),
        };
        Ok((first.min(last), last))
    }

    async fn read_windows(&mut self, wanted: BTreeSet<i64>, report: &mut CallsReport) -> Result<()> {
        let mut queue = windows(wanted.into_iter());
        while let Some(days) = queue.pop_front() {
            if self.env.stopping() {
                report.stopped = true;
                break;
            }
            let (first, last) = days;
            let query = CallQuery { first: day_date(first), last: day_date(last), number: None };
            let most = (first < last).then_some(MOST);
            let window = {
                let Some(log) = self.connectors.justcall.call_log() else { return Err(Error::NoCallLog) };
                let progress = reading(Side::Justcall, self.events);
                log.calls(&query, most, &progress).await.map_err(Error::replica(Side::Justcall))?
            };
            if window.coverage == CallCoverage::TooMany {
                for piece in split(days, window.count.unwrap_or(MOST * 2), MOST).into_iter().rev() {
                    queue.push_front(piece);
                }
                continue;
            }
            let rows: Vec<_> = window.calls.into_iter().map(|call| row(&self.normalizer, call)).collect();
            let whole = match window.coverage {
                CallCoverage::Partial(reason) => {
                    report.partial.push(PartialWindow { first: query.first, last: query.last, reason });
                    false
                }
                _ => true,
            };
            report.taken += self.store.put_call_window(&rows, days, whole, self.env.now())?;
            report.withheld += rows.iter().filter(|row| row.number.is_none()).count() as u64;
            report.nameless += window.nameless;
        }
        Ok(())
    }
}
