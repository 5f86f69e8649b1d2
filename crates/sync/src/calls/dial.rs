//! Making a call, at most once. The request is noted before it goes out; where its answer is lost, the call log is asked
//! whether it rang, and nobody is called again before that is known.

use super::ingest::take_event;
use super::window::{day_date, day_number};
use crate::env::reading;
use crate::error::{Error, Result};
use crate::session::Session;
use connector::calls::{CallLog, CallQuery, Dial, Dialled};
use engine::normalizer::{Normalizer, PhoneReading};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{Call, CallDirection, Side};
use store::{DialOutcome, DialRow};

/// A call may begin so long before we asked, by a clock that differs from ours.
const SKEW: SignedDuration = SignedDuration::from_secs(120);
/// And so long after: a server that was slow to begin with it.
const LATE: SignedDuration = SignedDuration::from_secs(300);
/// After so long, a call that the log does not show was not made.
const SURE: SignedDuration = SignedDuration::from_secs(600);

/// How a request for a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialEnd {
    /// It rings.
    Started(Box<Call>),
    /// Nothing was sent: an earlier request, whose answer was lost, did ring.
    AlreadyMade {
        /// That call.
        call: Box<Call>,
        /// When it was asked for.
        asked: Timestamp,
    },
    /// It was not made.
    Refused {
        /// HTTP status.
        status: u16,
        /// The API's own words.
        message: String,
    },
    /// Nobody knows yet whether it rings.
    Unknown {
        /// Why.
        message: String,
        /// It is about an earlier request, and nothing was sent now.
        earlier: Option<Timestamp>,
    },
}

impl Session<'_> {
    /// Makes a call, unless an earlier request to the same number may still ring. `anyway`: a person knows that it does
    /// not, or wants to call all the same.
    pub async fn dial(&mut self, dial: &Dial, anyway: bool) -> Result<DialEnd> {
        for open in self.store.open_dials()?.into_iter().filter(|open| open.to == dial.to) {
            if anyway {
                self.store.end_dial(open.id, Some(DialOutcome::NotMade), None, "not known; somebody called anyway")?;
                continue;
            }
            if let Some(end) = self.settle_dial(&open).await? {
                return Ok(end);
            }
        }
        let now = self.env.now();
        let id = self.store.begin_dial(&dial.from, &dial.to, now)?;
        let answer = self.log()?.dial(dial, &reading(Side::Justcall, self.events)).await;
        match answer {
            Err(error) => {
                self.store.end_dial(id, Some(DialOutcome::NotMade), None, &error.to_string())?;
                Err(Error::replica(Side::Justcall)(error))
            }
            Ok(Dialled::Started(call)) => {
                self.store.end_dial(id, Some(DialOutcome::Started), Some(&call.call_id), "")?;
                take_event(&mut self.store, &self.normalizer, (*call).clone())?;
                Ok(DialEnd::Started(call))
            }
            Ok(Dialled::Refused { status, message }) => {
                self.store.end_dial(id, Some(DialOutcome::Refused), None, &message)?;
                Ok(DialEnd::Refused { status, message })
            }
            Ok(Dialled::Unknown { message }) => {
                self.store.end_dial(id, None, None, &message)?;
                let row = DialRow {
                    id,
                    at: now,
                    from: dial.from.clone(),
                    to: dial.to.clone(),
                    outcome: None,
                    call_id: None,
                    message: message.clone(),
                };
                // What cannot be found out now is found out before the next call.
                match self.find(&row).await {
                    Ok(Some(call)) => {
                        self.made(&row, &call)?;
                        Ok(DialEnd::Started(Box::new(call)))
                    }
                    Ok(None) | Err(_) => Ok(DialEnd::Unknown { message, earlier: None }),
                }
            }
        }
    }

    /// The call as the log shows it now; none where it does not. Asked for by its number: the API reads no single call.
    pub async fn look_at_call(&mut self, id: &str, number: &str, began: Timestamp) -> Result<Option<Call>> {
        let calls = self.around(number, began).await?;
        let found = calls.into_iter().find(|call| call.call_id == id);
        if let Some(call) = &found {
            let row = super::row(&self.normalizer, call.clone());
            self.store.put_calls(&[row], store::CallSource::Log)?;
        }
        Ok(found)
    }

    /// Finds out what became of an earlier request. An answer where nothing may be sent now.
    async fn settle_dial(&mut self, open: &DialRow) -> Result<Option<DialEnd>> {
        if let Some(call) = self.find(open).await? {
            self.made(open, &call)?;
            return Ok(Some(DialEnd::AlreadyMade { call: Box::new(call), asked: open.at }));
        }
        if self.env.now().duration_since(open.at) > SURE {
            self.store.end_dial(open.id, Some(DialOutcome::NotMade), None, "the call log never showed it")?;
            return Ok(None);
        }
        Ok(Some(DialEnd::Unknown { message: open.message.clone(), earlier: Some(open.at) }))
    }

    fn made(&mut self, dial: &DialRow, call: &Call) -> Result<()> {
        self.store.end_dial(dial.id, Some(DialOutcome::Started), Some(&call.call_id), "found in the call log")?;
        take_event(&mut self.store, &self.normalizer, call.clone())?;
        Ok(())
    }

    /// The call that a request made, if the log shows one that no other request made.
    async fn find(&mut self, dial: &DialRow) -> Result<Option<Call>> {
        let taken: Vec<String> = self.store.dials()?.into_iter().filter_map(|dial| dial.call_id).collect();
        let calls = self.around(&dial.to, dial.at).await?;
        let is_it = |call: &&Call| {
            let in_time = call.started_at.is_none_or(|began| {
                let after = began.duration_since(dial.at);
                after >= -SKEW && after <= LATE
            });
            call.direction == Some(CallDirection::Outbound)
                && same(&self.normalizer, &call.from, &dial.from)
                && same(&self.normalizer, &call.to, &dial.to)
                && in_time
                && !taken.contains(&call.call_id)
        };
        Ok(calls.iter().find(is_it).cloned())
    }

    /// The calls with a number around a moment.
    async fn around(&self, number: &str, at: Timestamp) -> Result<Vec<Call>> {
        let day = |at: Timestamp| day_number(at.to_zoned(TimeZone::UTC).date());
        // A day more on each end: the log's days are those of the account's own time zone.
        let query = CallQuery {
            first: day_date(day(at) - 1),
            last: day_date(day(self.env.now()) + 1),
            number: Some(number.to_owned()),
        };
        let window = self.log()?.calls(&query, None, &reading(Side::Justcall, self.events)).await;
        Ok(window.map_err(Error::replica(Side::Justcall))?.calls)
    }

    fn log(&self) -> Result<&dyn CallLog> {
        self.connectors.justcall.call_log().ok_or(Error::NoCallLog)
    }
}

/// Whether two texts are one number.
fn same(normalizer: &Normalizer, one: &str, other: &str) -> bool {
    let number = |text: &str| match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key.number()),
        PhoneReading::Unusable(..) => None,
    };
    one == other || number(one).is_some_and(|found| number(other) == Some(found))
}
