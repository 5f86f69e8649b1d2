//! Our own writes that were acknowledged and not read back, where the listing still shows what was there before: not an
//! edit by anybody. While the replica may lag, it has not said yet (S8); after that the write did not land (S33), and that
//! field is not sent again until its source says something else.
//!
//! Decides about no contact: it corrects what the planner is told.

use crate::error::Result;
use crate::retried::Retried;
use crate::session::Session;
use engine::matcher::Matching;
use engine::merger::outgoing;
use engine::planner::UnlandedField;
use jiff::{SignedDuration, Timestamp};
use model::mutant::{self, Mutant};
use model::{
    ActionKind, Alarm, AlarmKind, Base, BaseField, BySide, Cell, Field, FieldId, LinkHead, Listing, OwnedCell,
    PhoneKey, RowRef, Rule, Side, Table,
};
use std::borrow::Cow;
use std::collections::BTreeSet;
use store::{Intent, JournalFilter};

/// What the planner has to know.
#[derive(Default)]
pub(crate) struct Unshown {
    /// Row and field that a lagging listing shows as they were: unknown.
    hidden: BySide<BTreeSet<(u32, FieldId)>>,
    /// Bases of links with writes that did not land.
    corrected: Vec<(usize, FieldId, BaseField)>,
    /// Those fields, unless their source says something else by now.
    pub(crate) unlanded: Vec<UnlandedField>,
    /// Their rows, where no run has told of them yet.
    fresh: BySide<BTreeSet<u32>>,
}

/// One field of one link on one side, which holds something else than what was sent there.
struct Doubt<'a> {
    head: &'a LinkHead,
    side: Side,
    field: (FieldId, &'a Field),
    now: Cell<'a>,
}

impl Session<'_> {
    /// Looks at every field that was sent and not confirmed.
    pub(crate) fn unshown(
        &self,
        heads: &[LinkHead],
        listings: &BySide<Listing>,
        matching: &Matching,
        bases: &[Base],
    ) -> Result<Unshown> {
        let mut unshown = Unshown::default();
        if mutant::is(Mutant::UnshownBelieved) {
            return Ok(unshown);
        }
        let retried = Retried::read(&self.store)?;
        let last_run = self.store.runs(1)?.into_iter().next().filter(|run| run.report.is_some());
        // Even what the answer itself showed need not be listed yet.
        let recent = BySide::from_fn(|side| {
            let ended = last_run.as_ref().and_then(|run| run.finished_at);
            ended.is_some_and(|ended| self.may_lag(side, ended, listings[side].read_at))
                && !mutant::is(Mutant::RecentBelieved)
        });
        for joined in &matching.survey.joined {
            let head = &heads[joined.head];
            let doubtful = |side: Side| head.unconfirmed[side] || (recent[side] && !joined.same[side]);
            if !Side::BOTH.into_iter().any(doubtful) {
                continue; // shows what was agreed, or nothing was sent lately
            }
            let Ok(at) = bases.binary_search_by_key(&head.id, |base| base.link) else { continue };
            for side in Side::BOTH {
                let Some(row) = joined.rows[side].filter(|_| head.unconfirmed[side] || recent[side]) else { continue };
                let record = listings[side].table.row(row as usize);
                for (id, field) in self.settings.schema.iter() {
                    let now = record.cell(id.index());
                    let base = &bases[at].fields[id.index()];
                    let doubtful = base.is_known() && (base.sent[side] || recent[side]);
                    if !doubtful || self.shows(field, base.cells[side].as_cell(), now) {
                        continue;
                    }
                    let doubt = Doubt { head, side, field: (id, field), now };
                    let Some((seq, sent_at, intent)) = self.last_write(&doubt)? else { continue };
                    if self.may_lag(side, sent_at, listings[side].read_at) {
                        // A listing that lags shows the very text of before; another spelling is somebody's.
                        if before(&intent, field).as_deref() == Some(now.text()) {
                            unshown.hidden[side].insert((row, id));
                        }
                        continue;
                    }
                    if !base.sent[side] {
                        continue; // it was stored: somebody changed it back since
                    }
                    let agreed = intent.reason != Rule::Resolved && self.settings.winner(id).is_none();
                    unshown.corrected.push((at, id, base_before(&intent, now, agreed)));
                    let source = joined.rows[side.other()].map(|row| listings[side.other()].table.row(row as usize));
                    let is_retried = retried.covers(side, head.ids[side].as_ref(), seq);
                    let unlanded = source.filter(|_| !is_retried);
                    let unlanded = unlanded.and_then(|source| self.unlanded(&doubt, &intent, source));
                    let is_told = last_run.as_ref().is_some_and(|run| !self.may_lag(side, sent_at, run.started_at));
                    if unlanded.is_some() && !is_told {
                        unshown.fresh[side].insert(row);
                    }
                    unshown.unlanded.extend(unlanded);
                }
            }
        }
        Ok(unshown)
    }

    fn shows(&self, field: &Field, sent: Cell<'_>, now: Cell<'_>) -> bool {
        now == Cell::Unknown || self.normalizer.same(field, sent, now)
    }

    /// The last write of the field, if the side holds again, or still, what it held before that.
    fn last_write(&self, doubt: &Doubt<'_>) -> Result<Option<(i64, Timestamp, Intent)>> {
        let by_link = JournalFilter { link: Some(doubt.head.id), ..JournalFilter::default() };
        let by_phone = JournalFilter { phone: doubt.head.key.map(PhoneKey::e164), ..JournalFilter::default() };
        let mut entries = self.store.journal(&by_link)?;
        if by_phone.phone.is_some() {
            entries.extend(self.store.journal(&by_phone)?);
        }
        let before = |intent: &Intent| before(intent, doubt.field.1);
        // The run that makes a link sends before the link has a name: such a write is known by its record.
        let is_its_record = |intent: &Intent| {
            intent.kind == ActionKind::Create
                || (intent.record_id.is_some() && intent.record_id == doubt.head.ids[doubt.side])
        };
        let own = |intent: &Intent| {
            intent.side == doubt.side
                && (intent.link == Some(doubt.head.id) || (intent.link.is_none() && is_its_record(intent)))
        };
        let last = entries
            .into_iter()
            .filter_map(|entry| Some((entry.seq, entry.outcome.map_or(entry.at, |(at, _)| at), entry.intent?)))
            .filter(|(_, _, intent)| own(intent) && before(intent).is_some())
            .max_by_key(|(seq, ..)| *seq);
        let was = |intent: &Intent| before(intent).map(|text| Cell::from_text(&text).to_owned());
        let last = last.filter(|(_, _, intent)| {
            was(intent).is_some_and(|was| self.normalizer.same(doubt.field.1, was.as_cell(), doubt.now))
        });
        Ok(last)
    }

    /// Whether what was sent then need not be shown yet at this time.
    fn may_lag(&self, side: Side, sent_at: Timestamp, read_at: Timestamp) -> bool {
        let lag = SignedDuration::from_secs(self.connectors[side].capabilities().read_lag_seconds.into());
        !lag.is_zero() && sent_at.checked_add(lag).is_ok_and(|settled| read_at <= settled)
    }

    /// Sending the same once more would end the same: not before the source says something else.
    fn unlanded(&self, doubt: &Doubt<'_>, intent: &Intent, source: RowRef<'_>) -> Option<UnlandedField> {
        let (id, field) = doubt.field;
        let change = intent.changes.iter().find(|change| change.field == *field)?;
        let same = outgoing(&self.normalizer, field, source.cell(id.index())) == change.after;
        same.then(|| UnlandedField {
            link: doubt.head.id,
            side: doubt.side,
            field: field.clone(),
            sent: change.after.clone(),
        })
    }
}

/// What a field held before a write of it.
fn before(intent: &Intent, field: &Field) -> Option<String> {
    if intent.kind == ActionKind::Create {
        return Some(String::new());
    }
    let change = intent.changes.iter().find(|change| change.field == *field)?;
    Some(change.before.clone().unwrap_or_default())
}

/// What both sides `agreed` on before a write that did not land: what the side still holds; nothing where they did not,
/// or where the write was the first that the link saw (I13).
fn base_before(intent: &Intent, held: Cell<'_>, agreed: bool) -> BaseField {
    if !agreed || (intent.link.is_none() && intent.kind != ActionKind::Create) {
        return BaseField::default();
    }
    let cells = BySide { justcall: held.to_owned(), crm: held.to_owned() };
    // Where the other side holds that by now as well, the two agree on it from then on.
    let sent = BySide::from_fn(|at| at == intent.side);
    BaseField { cells, sent }
}

impl Unshown {
    /// An alarm per side, in the first plan that knows: the run that sent them counted them as written.
    pub(crate) fn alarms(&self) -> impl Iterator<Item = Alarm> {
        let fresh = Side::BOTH.into_iter().map(|side| (side, self.fresh[side].len() as u64));
        fresh.filter(|(_, count)| *count > 0).map(|(side, count)| {
            let title = side.title();
            let (records, they) = if count == 1 { ("record", "it") } else { ("records", "they") };
            Alarm {
                kind: AlarmKind::State,
                side: Some(side),
                class: None,
                count,
                limit: 0,
                detail: format!(
                    "{title} acknowledged a write of {count} {records} and did not keep it: {they} had counted as \
                     written, and will not be sent again before the other side says something else"
                ),
            }
        })
    }

    /// Takes back what lagging listings show; false where there is nothing to take back.
    pub(crate) fn hide(&self, listings: &mut BySide<Listing>) -> Result<bool> {
        for side in Side::BOTH {
            if self.hidden[side].is_empty() {
                continue;
            }
            let shown = std::mem::take(&mut listings[side].table);
            let mut table = Table::new(shown.width());
            for (row, number) in shown.iter().zip(0u32..) {
                let mut hidden = self.hidden[side].range((number, FieldId(0))..=(number, FieldId(u16::MAX))).peekable();
                if hidden.peek().is_none() {
                    table.push_row(row)?;
                    continue;
                }
                let mut record = row.to_record();
                for (_, field) in hidden {
                    record.cells[field.index()] = OwnedCell::Unknown;
                }
                table.push_record(&record)?;
            }
            listings[side].table = table;
        }
        Ok(!self.hidden.justcall.is_empty() || !self.hidden.crm.is_empty())
    }

    /// The bases as they were before writes that did not land: what is decided by. What is remembered stays, so that the
    /// next run doubts the same fields.
    pub(crate) fn corrected<'b>(&self, bases: &'b [Base]) -> Cow<'b, [Base]> {
        let mut bases = Cow::Borrowed(bases);
        for (at, field, before) in &self.corrected {
            bases.to_mut()[*at].fields[field.index()] = before.clone();
        }
        bases
    }
}
