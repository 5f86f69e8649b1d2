//! Carries writes out as the replica would: by id or, in bulk, by phone; refusing, rewriting and ignoring as it is told.

use super::contents::Contents;
use super::{Contact, Deed, Inner, MemoryReplica, Who};
use connector::{Write, WriteKind, WriteResult};
use model::{Cell, RecordId, Via};

fn refused(message: &str) -> WriteResult {
    WriteResult::Refused { message: message.to_owned() }
}

fn stale(message: &str) -> WriteResult {
    WriteResult::Stale { message: message.to_owned() }
}

impl MemoryReplica {
    /// One request or file. Row numbers mean the rows as they were before it.
    pub(crate) fn write_all(&self, inner: &mut Inner, writes: &[Write]) -> Vec<WriteResult> {
        let before = inner.contents.now.clone();
        let place = |write: &Write| {
            let current = write.current.as_ref()?;
            Contents::by_shown_id(&before, current.id.as_str()).map(|at| before[at].place)
        };
        writes.iter().map(|write| self.write(inner, write, place(write))).collect()
    }

    fn write(&self, inner: &mut Inner, write: &Write, place: Option<u64>) -> WriteResult {
        let phone = self.schema.phone();
        let texts = || {
            let current = write.current.iter().flat_map(|record| record.cells.iter().map(|cell| cell.as_cell().text()));
            current.chain(write.set.iter().map(|(_, text)| text.as_str()))
        };
        if texts().any(|text| inner.faults.refused.contains(text)) {
            return refused("it breaks a rule of this replica");
        }
        let new_phone = write.set.iter().find(|(field, _)| *field == phone).map(|(_, text)| text.as_str());
        if inner.kind.capabilities.phone_required && new_phone.map_or(write.kind == WriteKind::Create, str::is_empty) {
            return refused("a phone is required");
        }
        match write.kind {
            // Bulk finds contacts by the number that it is sent: a new one makes a new contact.
            WriteKind::Update if write.via == Via::Bulk && new_phone.is_some() => self.create(inner, write),
            WriteKind::Create => self.create(inner, write),
            WriteKind::Update | WriteKind::Delete => {
                let by_phone = write.via == Via::Bulk;
                let at = if by_phone { self.by_phone(inner, write) } else { Self::by_place(inner, place) };
                let Some(at) = at else {
                    return if write.kind == WriteKind::Delete && !inner.kind.notices_moves {
                        WriteResult::Done { id: None, stored: None }
                    } else {
                        stale("it is no longer here")
                    };
                };
                if inner.kind.notices_moves && self.moved(inner, write, at) {
                    return stale("it changed since it was read");
                }
                if write.kind == WriteKind::Delete { self.delete(inner, at) } else { self.update(inner, write, at) }
            }
        }
    }

    fn by_place(inner: &Inner, place: Option<u64>) -> Option<usize> {
        inner.contents.now.iter().position(|contact| Some(contact.place) == place)
    }

    fn by_phone(&self, inner: &Inner, write: &Write) -> Option<usize> {
        let phone = self.schema.phone().index();
        let wanted = write.current.as_ref().map(|record| record.cell(phone).text().to_owned())?;
        inner.contents.now.iter().position(|contact| contact.cells[phone] == wanted)
    }

    fn moved(&self, inner: &Inner, write: &Write, at: usize) -> bool {
        let contact = &inner.contents.now[at];
        let Some(current) = &write.current else { return true };
        (0..self.schema.len()).any(|index| match current.cell(index) {
            Cell::Unknown => false,
            cell if index == self.schema.phone().index() => self.number_cell(inner, contact, cell.text()).is_none(),
            cell => cell.text() != contact.cells[index],
        })
    }

    fn taken(&self, inner: &Inner, number: &str, but: Option<u64>) -> bool {
        let phone = self.schema.phone().index();
        let digits = |text: &str| text.trim_start_matches('+').to_owned();
        let others = inner.contents.now.iter().filter(|contact| Some(contact.place) != but);
        inner.kind.unique_phones
            && !number.is_empty()
            && others.into_iter().any(|contact| digits(&contact.cells[phone]) == digits(number))
    }

    fn create(&self, inner: &mut Inner, write: &Write) -> WriteResult {
        let phone = self.schema.phone();
        let number =
            write.set.iter().find(|(field, _)| *field == phone).map_or("", |(_, text)| text.as_str()).to_owned();
        if write.via == Via::Bulk {
            // Bulk knows contacts by phone: one that exists is updated.
            let digits = |text: &str| text.trim_start_matches('+').to_owned();
            let known = |contact: &Contact| digits(&contact.cells[phone.index()]) == digits(&number);
            if let Some(at) = inner.contents.now.iter().position(known) {
                if inner.kind.bulk_replaces {
                    self.empty_others(inner, write, at);
                }
                return self.update(inner, write, at);
            }
        }
        if self.taken(inner, &number, None) {
            return refused("another contact has this number");
        }
        let mut cells = vec![String::new(); self.schema.width(self.side)];
        for (field, text) in &write.set {
            if !inner.faults.ignored.contains(self.schema.field(*field)) {
                cells[field.index()] = inner.kind.rewritten(*field == phone, text);
            }
        }
        let gives_ids = inner.kind.gives_ids;
        let contact = inner.contents.add(cells, gives_ids);
        let deed = Deed::Created { cells: contact.cells.clone() };
        inner.ledger.deeds.push((self.clock.now(), Who::Job, contact.place, deed));
        let at = inner.contents.now.len() - 1;
        self.done(inner, at)
    }

    /// Replacing semantics: what was not sent is emptied.
    fn empty_others(&self, inner: &mut Inner, write: &Write, at: usize) {
        for (field, _) in self.schema.iter().filter(|(id, _)| !write.set.iter().any(|(sent, _)| sent == id)) {
            let contact = &mut inner.contents.now[at];
            let before = std::mem::take(&mut contact.cells[field.index()]);
            let place = contact.place;
            if !before.is_empty() {
                let deed = Deed::Changed { field: field.index(), before, after: String::new() };
                inner.ledger.deeds.push((self.clock.now(), Who::Job, place, deed));
            }
        }
    }

    fn update(&self, inner: &mut Inner, write: &Write, at: usize) -> WriteResult {
        let phone = self.schema.phone();
        let place = inner.contents.now[at].place;
        let number = write.set.iter().find(|(field, _)| *field == phone);
        if number.is_some_and(|(_, number)| self.taken(inner, number, Some(place))) {
            return refused("another contact has this number");
        }
        for (field, text) in &write.set {
            if inner.faults.ignored.contains(self.schema.field(*field)) {
                continue;
            }
            let after = inner.kind.rewritten(*field == phone, text);
            let shown = write.current.as_ref().filter(|_| *field == phone).map(|seen| seen.cell(field.index()).text());
            let place_of = |shown: &str| self.number_cell(inner, &inner.contents.now[at], shown);
            let index = shown.and_then(place_of).unwrap_or(field.index());
            let cell = &mut inner.contents.now[at].cells[index];
            let before = std::mem::replace(cell, after.clone());
            if before != after {
                let deed = Deed::Changed { field: index, before, after };
                inner.ledger.deeds.push((self.clock.now(), Who::Job, place, deed));
            }
        }
        self.done(inner, at)
    }

    fn delete(&self, inner: &mut Inner, at: usize) -> WriteResult {
        let contact = inner.contents.now.remove(at);
        let id = contact.id.map(RecordId::from);
        let deed = Deed::Deleted { cells: contact.cells };
        inner.ledger.deeds.push((self.clock.now(), Who::Job, contact.place, deed));
        WriteResult::Done { id, stored: None }
    }

    fn done(&self, inner: &Inner, at: usize) -> WriteResult {
        let contact = &inner.contents.now[at];
        let id = contact.id.clone().filter(|_| inner.kind.ids_in_answers).map(RecordId::from);
        let stored = inner.kind.shows_stored.then(|| self.record(inner, &inner.contents.now, at));
        WriteResult::Done { id, stored }
    }
}
