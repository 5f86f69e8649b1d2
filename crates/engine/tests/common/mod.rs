//! A tiny world in memory, so that a test reads like a table. Rows are `id | first | last | phone | email | company`;
//! an empty cell is cleared, `?` is unknown, `~` before the id says that the replica gave none.
#![allow(dead_code, unreachable_pub, clippy::missing_panics_doc)] // not every test file uses everything

pub mod landing;

use engine::matcher::{Context, Matching, resolve};
use engine::normalizer::Normalizer;
use engine::planner::{Input, State, plan};
use engine::settings::{GuardClass, Settings};
use engine::survey::survey;
use jiff::{SignedDuration, Timestamp};
use model::{
    AbsenceProof, Action, ActionKind, Base, BaseField, BySide, Capabilities, Cell, Coverage, Field, LinkHead, LinkId,
    LinkStatus, Listing, OwnedCell, PhoneKey, Plan, Record, RecordId, Schema, Side, Table, Via,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub const J: Side = Side::Justcall;
pub const C: Side = Side::Crm;

/// Both replicas, the state, and the user's choices.
#[derive(Debug, Clone)]
pub struct World {
    pub settings: Settings,
    pub rows: BySide<Vec<Record>>,
    pub heads: Vec<LinkHead>,
    /// Fields that synced numbers stood in.
    pub number_fields: BTreeMap<RecordId, String>,
    pub bases: Vec<Base>,
    pub state: State,
    pub capabilities: BySide<Capabilities>,
    pub coverage: BySide<Coverage>,
    pub approvals: BTreeMap<GuardClass, u64>,
    pub now: Timestamp,
    /// Records that exist although they are not listed: asking by id finds them.
    pub hidden: BTreeSet<(Side, String)>,
    /// Numbers of records made by [`landing`].
    pub made: u32,
}

pub fn fields() -> [Field; 5] {
    [Field::FirstName, Field::LastName, Field::Phone, Field::Email, Field::Company]
}

pub fn record(row: &str) -> Record {
    let mut cells = row.split('|').map(str::trim);
    let id = cells.next().expect("an id");
    let cells: Vec<OwnedCell> = cells
        .map(|text| match text {
            "?" => OwnedCell::Unknown,
            text => Cell::from_text(text).to_owned(),
        })
        .collect();
    Record { id: id.trim_start_matches('~').into(), native_id: !id.starts_with('~'), cells, rest: None }
}

fn capabilities(side: Side) -> Capabilities {
    let is_justcall = side == J;
    Capabilities {
        create_via: if is_justcall { Via::Bulk } else { Via::File },
        update_via: if is_justcall { Via::Bulk } else { Via::File },
        phone_update_via: if is_justcall { Via::Put } else { Via::File },
        delete_via: if is_justcall { Via::Delete } else { Via::File },
        batch: 5000,
        concurrency: 1,
        absence_proof: if is_justcall { AbsenceProof::Probe } else { AbsenceProof::Listing },
        phone_required: is_justcall,
        unique_phones: is_justcall,
        bulk_by_phone: is_justcall,
        field_times: false,
        read_batch: 1,
        change_feed: false,
        read_lag_seconds: if is_justcall { 60 } else { 0 },
    }
}

pub fn normalizer() -> Normalizer {
    Normalizer::new("US".parse().expect("a region"))
}

thread_local! {
    static NORMALIZER: Normalizer = normalizer();
}

impl World {
    pub fn new() -> Self {
        let schema = Schema::new(fields()).with_scope_columns(BySide { justcall: vec![], crm: vec!["stage".into()] });
        Self {
            settings: Settings::new(Arc::new(schema)),
            rows: BySide::default(),
            heads: Vec::new(),
            number_fields: BTreeMap::new(),
            bases: Vec::new(),
            state: State::default(),
            capabilities: BySide::from_fn(capabilities),
            coverage: BySide { justcall: Coverage::Complete, crm: Coverage::Complete },
            approvals: BTreeMap::new(),
            now: "2026-01-10T02:00:00Z".parse().expect("a time"),
            hidden: BTreeSet::new(),
            made: 0,
        }
    }

    /// Unlinked rows.
    pub fn with(mut self, side: Side, rows: &[&str]) -> Self {
        self.rows[side].extend(rows.iter().map(|row| record(row)));
        self
    }

    /// Two records that agreed on all fields, listed as they were.
    pub fn linked(mut self, pairs: &[(&str, &str)]) -> Self {
        for (justcall, crm) in pairs {
            let (justcall, crm) = (record(justcall), record(crm));
            self.link(&justcall, &crm);
            self.rows.justcall.push(justcall);
            self.rows.crm.push(crm);
        }
        self
    }

    /// `count` linked contacts that nobody touches, for the guards' percentages.
    pub fn crowd(mut self, count: usize) -> Self {
        for at in 0..count {
            let row = |id: &str| record(&format!("{id}9{at:05} | P{at} | Q | +1650253{at:04} | p{at}@x.com | Acme"));
            let (justcall, crm) = (row("J"), row("C"));
            self.link(&justcall, &crm);
            self.rows.justcall.push(justcall);
            self.rows.crm.push(crm);
        }
        self
    }

    pub fn link(&mut self, justcall: &Record, crm: &Record) -> LinkId {
        let id = LinkId(self.heads.last().map_or(1, |head| head.id.0 + 1));
        let own = |record: &Record| record.native_id.then(|| record.id.clone());
        let width = self.settings.schema.len();
        let fields = (0..width).map(|at| BaseField {
            cells: BySide { justcall: justcall.cell(at).to_owned(), crm: crm.cell(at).to_owned() },
            sent: BySide::default(),
        });
        let base = Base { link: id, fields: fields.collect() };
        let phone = self.settings.schema.phone().index();
        self.heads.push(LinkHead {
            id,
            status: LinkStatus::Active,
            ids: BySide { justcall: own(justcall), crm: own(crm) },
            key: key(crm.cell(phone).text()).or_else(|| key(justcall.cell(phone).text())),
            hashes: base.hashes(),
            unconfirmed: BySide::default(),
            created_at: BySide::default(),
        });
        self.bases.push(base);
        id
    }

    /// A user edits a record: the row replaces the one with the same id.
    pub fn edit(mut self, side: Side, row: &str) -> Self {
        let new = record(row);
        let old = self.rows[side].iter_mut().find(|old| old.id == new.id).expect("a row to edit");
        *old = new;
        self
    }

    /// A user deletes a record, or the listing lacks it.
    pub fn drop(mut self, side: Side, id: &str) -> Self {
        let before = self.rows[side].len();
        self.rows[side].retain(|row| row.id.as_str() != id);
        assert_ne!(before, self.rows[side].len(), "no row {id}");
        self
    }

    pub fn partial(mut self, side: Side) -> Self {
        self.coverage[side] = Coverage::Partial { reason: "a page failed".into() };
        self
    }

    /// Deletions need one look only.
    pub fn eager(mut self) -> Self {
        self.settings.sightings = 1;
        self.settings.min_hours = 0;
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub fn later(&mut self, hours: i64) {
        self.now = self.now.checked_add(SignedDuration::from_hours(hours)).expect("a time");
    }

    pub fn listings(&self) -> BySide<Listing> {
        BySide::from_fn(|side| {
            let mut table = Table::new(self.settings.schema.width(side));
            for row in &self.rows[side] {
                table.push_record(row).expect("room");
            }
            Listing { table, coverage: self.coverage[side].clone(), read_at: self.now, notes: Vec::new() }
        })
    }

    /// Plans as `sync` does: asks for what vanished, loads the bases that are needed, lints.
    pub fn plan(&self) -> Plan {
        let listings = self.listings();
        let (plan, _) = self.plan_from(&listings);
        let faults = engine::linter::lint(&plan);
        assert!(faults.is_empty(), "{faults:#?}\n{plan:#?}");
        plan
    }

    pub fn plan_from(&self, listings: &BySide<Listing>) -> (Plan, Matching) {
        NORMALIZER.with(|normalizer| {
            let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
            let survey = survey(&self.settings.schema, tables, &self.heads);
            let mut state = self.state.clone();
            for side in Side::BOTH {
                if self.coverage[side] == Coverage::Complete {
                    let vanished = survey.vanished(&self.heads, side).into_iter();
                    let exists = |id: &RecordId| self.hidden.contains(&(side, id.as_str().to_owned()));
                    state.gone[side].extend(vanished.filter(|id| !exists(id)));
                }
            }
            let context = Context {
                normalizer,
                settings: &self.settings,
                tables,
                heads: &self.heads,
                gone: BySide { justcall: &state.gone.justcall, crm: &state.gone.crm },
                apart: &state.apart,
            };
            let needed = survey.needs_base(&self.heads);
            let matching = resolve(&context, survey);
            let bases: Vec<Base> = self.bases.iter().filter(|base| needed.contains(&base.link)).cloned().collect();
            let plan = plan(&Input {
                settings: &self.settings,
                normalizer,
                listings: listings.as_ref(),
                heads: &self.heads,
                matching: &matching,
                bases: &bases,
                state: &state,
                capabilities: self.capabilities.as_ref(),
                approvals: &self.approvals,
                now: self.now,
            });
            (plan, matching)
        })
    }
}

pub fn key(text: &str) -> Option<PhoneKey> {
    NORMALIZER.with(|normalizer| match normalizer.canon(&Field::Phone, Cell::from_text(text)) {
        engine::normalizer::Canon::Phone(key) => Some(key),
        _ => None,
    })
}

/// Everything that a plan does and says, a line each, so that an assertion reads like the plan.
pub fn lines(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = plan.actions.iter().map(line).collect();
    lines.extend(plan.conflicts.iter().map(|conflict| {
        let field = conflict.field.as_ref().map_or_else(|| "contact".to_owned(), ToString::to_string);
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        format!("conflict {:?} {field}: {} / {}", conflict.kind, shown(&conflict.justcall), shown(&conflict.crm))
    }));
    lines.extend(plan.held.iter().map(|held| {
        let id = held.record_id.as_ref().or(held.other_id.as_ref()).map_or("", |id| id.as_str());
        format!("held {:?} {} {id}: {:?}", held.kind, held.side, held.reason)
    }));
    lines.extend(plan.skipped.iter().map(|skip| format!("skip {} {}: {:?}", skip.side, skip.record_id, skip.reason)));
    lines
}

fn line(action: &Action) -> String {
    let id = |id: &Option<RecordId>| id.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let (own, other) = (id(&action.record_id), id(&action.other_id));
    let changes =
        action.changes.iter().fold(String::new(), |text, change| format!("{text} {}={}", change.field, change.after));
    let place = match action.kind {
        ActionKind::Link | ActionKind::Unlink | ActionKind::Rebase => format!("{own}~{other}"),
        ActionKind::Create => format!("{} from {other}", action.side),
        ActionKind::Update | ActionKind::Delete => own,
    };
    format!("{:?} {:?} {place}{changes}", action.reason, action.kind)
}

/// A plan that does and says exactly this, in any order.
#[track_caller]
pub fn assert_plan(world: &World, expected: &[&str]) -> Plan {
    let plan = world.plan();
    let mut found = lines(&plan);
    let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "\n{plan:#?}");
    plan
}

pub fn normalizer_same(field: &Field, a: Cell<'_>, b: Cell<'_>) -> bool {
    NORMALIZER.with(|normalizer| normalizer.same(field, a, b))
}
