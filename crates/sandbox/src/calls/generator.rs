//! Made-up call histories that look like a sales team's: the same seed makes the same calls.
//!
//! Calls go to and come from the account's contacts, some people more than others, and some callers are nobody's. It
//! knows no clock: the history ends where it is told to.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CallDirection, CallStatus, PhoneCall};
use crate::settings::Agent;

/// What a history is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallHistory {
    /// Another seed makes other calls.
    pub seed: u64,
    /// How many.
    pub calls: usize,
    /// Over how many days.
    pub days: u32,
    /// The moment after the last of them; without it, now.
    pub until: Option<Timestamp>,
    /// Of 100 calls, how many are with numbers that no contact has.
    pub unknown_percent: u64,
}

impl Default for CallHistory {
    fn default() -> Self {
        Self { seed: 1, calls: 1000, days: 90, until: None, unknown_percent: 8 }
    }
}

const NOTES: [&str; 8] = [
    "Wants a quote for 20 seats",
    "Asked to call back on Thursday",
    "Left word with the front desk",
    "Happy with the pilot; contract goes to legal",
    "Price is too high, comparing with a competitor",
    "Wrong person; ask for purchasing",
    "Interested in the yearly plan,\nsend the deck first",
    "=SUM(of all fears) said the note",
];
const DISPOSITIONS: [&str; 6] =
    ["Interested", "Not Interested", "Callback", "Left Voicemail", "Closed Won", "Wrong Number"];
const TAGS: [&str; 4] = ["vip", "renewal", "demo", "support"];

/// The account that a history is made for.
pub(crate) struct Account<'a> {
    /// Numbers of its contacts.
    pub(crate) contacts: &'a [String],
    /// Its own numbers.
    pub(crate) numbers: &'a [String],
    pub(crate) agents: &'a [Agent],
}

/// A stream of numbers from a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.roll(from.len() as u64)).unwrap_or(0);
        from.get(at)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }
}

/// The calls of a history, the first one first. Ids are the caller's business.
pub(crate) fn generate<'a>(
    history: &'a CallHistory,
    account: &'a Account<'a>,
    until: Timestamp,
) -> impl Iterator<Item = PhoneCall> + 'a {
    let mut dice = Dice(history.seed);
    let span = i64::from(history.days.max(1)) * 86_400;
    let count = i64::try_from(history.calls.max(1)).unwrap_or(i64::MAX);
    (0..history.calls).map(move |n| {
        let n = i64::try_from(n).unwrap_or(0);
        // One after the other, each somewhere in its share of the time.
        let (start, end) = (
            i128::from(span) * i128::from(n) / i128::from(count),
            i128::from(span) * i128::from(n + 1) / i128::from(count),
        );
        let width = u64::try_from(end - start).unwrap_or(1);
        let second = i64::try_from(start).unwrap_or(0) + i64::try_from(dice.roll(width)).unwrap_or(0);
        let at = until.checked_sub(SignedDuration::from_secs(span - second)).unwrap_or(until);
        let at = in_office_hours(at.as_second()).filter(|at| *at < until).unwrap_or(at);
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        one(&mut dice, history, account, at)
    })
}

/// The same day between 8 and 22 o'clock (UTC): a team on two continents.
fn in_office_hours(second: i64) -> Option<Timestamp> {
    let (day, time) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    Timestamp::from_second(day * 86_400 + 28_800 + time * 50_400 / 86_400).ok()
}

fn one(dice: &mut Dice, history: &CallHistory, account: &Account<'_>, at: Timestamp) -> PhoneCall {
    let customer = if account.contacts.is_empty() || dice.chance(history.unknown_percent) {
        // A few strangers, each of whom calls now and then; their numbers are kept for fiction.
        format!("+1702555{:04}", 100 + dice.roll(100))
    } else {
        // The square of a roll: the first contacts have most of the calls.
        let most = account.contacts.len() as u64;
        let at = dice.roll(most) * (dice.roll(most) + 1) / most;
        account.contacts.get(usize::try_from(at).unwrap_or(0)).cloned().unwrap_or_default()
    };
    let line = dice.pick(account.numbers).cloned().unwrap_or_default();
    let inbound = dice.chance(45);
    let status = match (inbound, dice.roll(100)) {
        (true, 0..=64) | (false, 0..=61) => CallStatus::Completed,
        (true, 65..=84) => CallStatus::Missed,
        (true, _) | (false, 62..=79) => CallStatus::Voicemail,
        (false, _) => CallStatus::Busy,
    };
    let talked = status == CallStatus::Completed;
    let duration = if talked { 20 + dice.roll(40) * dice.roll(30) } else { 0 };
    // Nobody picked up a missed call, so it is often nobody's.
    let agent = if status == CallStatus::Missed && dice.chance(60) { None } else { dice.pick(account.agents) };
    let (from, to) = if inbound { (customer, line) } else { (line, customer) };
    let rings = i64::try_from(3 + dice.roll(25)).unwrap_or(3);
    let ended_at = at.checked_add(SignedDuration::from_secs(rings + i64::try_from(duration).unwrap_or(0))).ok();
    let recorded = (talked && dice.chance(70)) || (status == CallStatus::Voicemail && dice.chance(80));
    let recording = dice.roll(u64::MAX);
    let tag = dice.chance(15).then(|| dice.pick(&TAGS)).flatten();
    PhoneCall {
        call_id: String::new(),
        direction: if inbound { CallDirection::Inbound } else { CallDirection::Outbound },
        from,
        to,
        agent_id: agent.map(|agent| agent.id),
        agent_name: agent.map(|agent| agent.name.clone()),
        status,
        duration,
        recording_url: recorded.then(|| format!("https://recordings.example.com/{recording:016x}.mp3")),
        voicemail: inbound && status == CallStatus::Voicemail,
        notes: (talked && dice.chance(40)).then(|| dice.pick(&NOTES).map(|note| (*note).to_owned())).flatten(),
        disposition: (status != CallStatus::Missed && dice.chance(55))
            .then(|| dice.pick(&DISPOSITIONS).map(|word| (*word).to_owned()))
            .flatten(),
        tags: tag.map(|tag| vec![(*tag).to_owned()]).unwrap_or_default(),
        started_at: at,
        ended_at,
        contact_name: None,
    }
}
