//! What a run does to the world once everything it wrote has landed, as `sync` does it: rows, links and bases move.
//! No faults here.

use super::World;
use model::{
    Action, ActionKind, Base, BaseField, BySide, Cell, Field, LinkHead, LinkId, LinkStatus, Observation, OwnedCell,
    Plan, Record, RecordId, Rule, Side, Tombstone,
};

impl World {
    /// Carries a plan out.
    pub fn land(&mut self, plan: &Plan) {
        let before = self.rows.clone();
        for action in &plan.actions {
            match action.kind {
                ActionKind::Link | ActionKind::Unlink | ActionKind::Rebase => self.land_state(action),
                ActionKind::Update => self.land_update(action, &before),
                ActionKind::Create => self.land_create(action),
                ActionKind::Delete => {
                    let id = action.record_id.clone().expect("an id");
                    self.rows[action.side].retain(|row| row.id != id);
                    self.end(action.link.expect("a link"), action);
                }
            }
        }
        for seen in &plan.observations {
            match seen {
                Observation::Settled { link, ids, fields, .. } => {
                    let rows = BySide::from_fn(|side| find(&before[side], &ids[side]).cloned());
                    self.settle(*link, &rows, fields);
                }
                Observation::Missing { link, side, absence } => {
                    self.state.absences.insert((*link, *side), *absence);
                }
                Observation::Returned { link, side } => {
                    self.state.absences.remove(&(*link, *side));
                }
                Observation::NeverSeen { link, .. } => self.forget(*link),
            }
        }
        for at in 0..self.heads.len() {
            let base = self.bases.iter().find(|base| base.link == self.heads[at].id).expect("a base");
            self.heads[at].hashes = base.hashes();
            self.heads[at].unconfirmed = base.unconfirmed();
        }
    }

    fn at(&mut self, link: LinkId) -> (&mut LinkHead, &mut Base) {
        let head = self.heads.iter_mut().find(|head| head.id == link).expect("a head");
        let base = self.bases.iter_mut().find(|base| base.link == link).expect("a base");
        (head, base)
    }

    fn forget(&mut self, link: LinkId) {
        self.heads.retain(|head| head.id != link);
        self.bases.retain(|base| base.link != link);
    }

    fn end(&mut self, link: LinkId, action: &Action) {
        let head = self.heads.iter().find(|head| head.id == link).expect("a head").clone();
        let tombstone = Tombstone { key: head.key, ids: head.ids, at: self.now, rule: action.reason };
        self.state.tombstones.push(tombstone);
        self.forget(link);
    }

    fn rows_of(&self, action: &Action) -> BySide<Option<Record>> {
        let id = |side: Side| if action.side == side { &action.record_id } else { &action.other_id };
        BySide::from_fn(|side| id(side).as_ref().and_then(|id| find(&self.rows[side], id)).cloned())
    }

    fn land_state(&mut self, action: &Action) {
        let rows = self.rows_of(action);
        match (action.kind, action.link) {
            (ActionKind::Link, None) => {
                let (justcall, crm) = (rows.justcall.clone().expect("a row"), rows.crm.clone().expect("a row"));
                let link = self.link(&justcall, &crm);
                if action.reason != Rule::R12 || !action.agreed.is_empty() {
                    self.reset(link);
                    self.settle(link, &rows, &action.agreed);
                }
            }
            (ActionKind::Link, Some(link)) if action.reason == Rule::Scope => {
                self.at(link).0.status = LinkStatus::Active;
            }
            (ActionKind::Unlink, Some(link)) if action.reason == Rule::Scope => {
                self.at(link).0.status = LinkStatus::Dormant;
            }
            (ActionKind::Unlink, link) if action.reason == Rule::Resolved => {
                let id = |id: &Option<RecordId>| id.clone().expect("an id");
                self.state.apart.insert((id(&action.record_id), id(&action.other_id)));
                self.state.resolutions.clear();
                if let Some(link) = link {
                    self.forget(link);
                }
            }
            (ActionKind::Unlink, Some(link)) => self.end(link, action),
            (kind, Some(link)) => {
                if kind == ActionKind::Link {
                    self.reset(link);
                }
                self.settle(link, &rows, &action.agreed);
            }
            _ => unreachable!("a state action without a link"),
        }
    }

    fn reset(&mut self, link: LinkId) {
        self.at(link).1.fields.fill(BaseField::default());
    }

    fn settle(&mut self, link: LinkId, rows: &BySide<Option<Record>>, fields: &[Field]) {
        let schema = self.settings.schema.clone();
        let (head, base) = self.at(link);
        for (side, row) in rows.iter() {
            let Some(row) = row else { continue };
            if row.native_id {
                head.ids[side] = Some(row.id.clone());
            }
            head.created_at[side] = None;
        }
        let (Some(justcall), Some(crm)) = (&rows.justcall, &rows.crm) else { return };
        for field in fields {
            let at = schema.position(field).expect("a field").index();
            let cells = BySide { justcall: justcall.cell(at).to_owned(), crm: crm.cell(at).to_owned() };
            if cells.justcall != OwnedCell::Unknown && cells.crm != OwnedCell::Unknown {
                if *field == Field::Phone {
                    let key =
                        super::key(cells.crm.as_cell().text()).or_else(|| super::key(cells.justcall.as_cell().text()));
                    head.key = key.or(head.key);
                }
                base.fields[at] = BaseField { cells, sent: BySide::default() };
            }
        }
    }

    fn link_of(&self, action: &Action) -> LinkId {
        action.link.unwrap_or_else(|| {
            let known = |head: &&LinkHead| {
                head.ids[action.side] == action.record_id && head.ids[action.side.other()] == action.other_id
            };
            self.heads.iter().find(known).expect("the link of the pair").id
        })
    }

    fn land_update(&mut self, action: &Action, before: &BySide<Vec<Record>>) {
        let side = action.side;
        let schema = self.settings.schema.clone();
        let id = action.record_id.clone().expect("an id");
        let row = self.rows[side].iter_mut().find(|row| row.id == id).expect("a row");
        for change in &action.changes {
            let at = schema.position(&change.field).expect("a field").index();
            row.cells[at] = Cell::from_text(&change.after).to_owned();
        }
        let link = self.link_of(action);
        let other = action.other_id.clone().expect("an id");
        // Both sides may be written in one run: what counts is what each holds by the end.
        let now = find(&self.rows[side.other()], &other).or_else(|| find(&before[side.other()], &other)).cloned();
        for change in &action.changes {
            let at = schema.position(&change.field).expect("a field").index();
            let there = now.as_ref().map_or(OwnedCell::Unknown, |row| row.cells[at].clone());
            let here = Cell::from_text(&change.after).to_owned();
            let same = super::normalizer_same(&change.field, here.as_cell(), there.as_cell());
            if same {
                let (head, base) = self.at(link);
                base.fields[at].cells[side] = here;
                base.fields[at].cells[side.other()] = there;
                base.fields[at].sent[side] = true;
                if change.field == Field::Phone {
                    head.key = super::key(&change.after).or(head.key);
                }
            }
        }
    }

    fn land_create(&mut self, action: &Action) {
        let schema = self.settings.schema.clone();
        let side = action.side;
        self.made += 1;
        let id = RecordId::from(format!("{}new{:03}", if side == Side::Justcall { "J" } else { "C" }, self.made));
        let cell = |field: &Field| {
            let change = action.changes.iter().find(|change| change.field == *field);
            change.map_or(OwnedCell::Cleared, |change| Cell::from_text(&change.after).to_owned())
        };
        let row = Record { id, native_id: true, cells: schema.fields().iter().map(cell).collect(), rest: None };
        self.rows[side].push(row.clone());
        if action.reason == Rule::Caller {
            return; // nobody's partner yet
        }
        let source_id = action.other_id.clone().expect("a source");
        let source = find(&self.rows[side.other()], &source_id).expect("a source row").clone();
        let rows = if side == Side::Justcall { (&row, &source) } else { (&source, &row) };
        let link = action.link.unwrap_or_else(|| self.link(rows.0, rows.1));
        let (head, base) = self.at(link);
        head.ids[side] = Some(row.id.clone());
        head.created_at = BySide::default();
        head.key = super::key(&action.phone).or(head.key);
        for at in 0..schema.len() {
            let mut cells = BySide { justcall: rows.0.cells[at].clone(), crm: rows.1.cells[at].clone() };
            let is_known = source.cells[at] != OwnedCell::Unknown;
            if !is_known {
                cells = BySide::default();
            }
            base.fields[at] = BaseField { cells, sent: BySide::from_fn(|at| at == side && is_known) };
        }
        for side in Side::BOTH {
            self.state.absences.remove(&(link, side));
        }
    }
}

fn find<'a>(rows: &'a [Record], id: &RecordId) -> Option<&'a Record> {
    rows.iter().find(|row| row.id == *id)
}
