//! What really happened, kept without asking the engine or the state: who each record is, what users said about each
//! person, and which of it the other side has heard. Reads the replicas' ledgers of deeds.
//!
//! Who is who follows from a field that users never edit. Two such names become one person where a number (or, where it
//! is shared, number and name) joins a newcomer to somebody known: that is what the rules promise, told a second time.

use crate::watch::Call;
use crate::world::{PERSON, World};
use connector::WriteResult;
use jiff::Timestamp;
use model::{BySide, Cell, Field, LinkHead, Side, is_parking_number};
use std::collections::{BTreeMap, BTreeSet};
use testkit::replica::{Contact, Deed, Who};

/// What a user last said about one field of a record.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) at: Timestamp,
    /// During which run, or before which one.
    pub(crate) run: usize,
    pub(crate) text: String,
    /// The other side held it at some moment since.
    pub(crate) heard: bool,
}

/// One record of a replica.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) person: String,
    pub(crate) cells: Vec<String>,
    pub(crate) live: bool,
    pub(crate) made_by: Who,
    pub(crate) said: Vec<Option<Said>>,
    /// Everything that a field ever held.
    pub(crate) held: Vec<BTreeSet<String>>,
    /// What a field held before the job wrote it.
    before_job: Vec<Option<Before>>,
    /// Fields that a user set back as if the job's write had not landed (S33).
    set_back: BTreeSet<usize>,
    /// What both sides last held alike when a run ended, and what had been said of it.
    agreed: Vec<Option<(String, Option<Said>)>>,
}

impl Known {
    /// Whether a field holds what it held before the job wrote it, and no listing was read in between: it may be taken
    /// for a write that did not land (S33).
    pub(crate) fn looks_unwritten(&self, at: usize, field: &Field) -> bool {
        self.set_back.contains(&at) || self.is_as_before(at, field)
    }

    fn is_as_before(&self, at: usize, field: &Field) -> bool {
        self.before_job[at].as_ref().is_some_and(|before| before.text == plain(field, &self.cells[at]))
    }
}

/// What a field held before a write of the job that no listing has been read since.
#[derive(Debug, Clone)]
struct Before {
    text: String,
    at: Timestamp,
    run: usize,
    /// The answer was lost, or the run was killed.
    unsure: bool,
}

/// A deletion by a user.
#[derive(Debug, Clone)]
pub(crate) struct Gone {
    pub(crate) at: Timestamp,
    pub(crate) run: usize,
    pub(crate) cells: Vec<String>,
}

/// One deed of the job, with the record as it was before.
#[derive(Debug, Clone)]
pub(crate) struct JobDeed {
    pub(crate) side: Side,
    pub(crate) place: u64,
    pub(crate) before: Option<Known>,
    pub(crate) deed: Deed,
    pub(crate) at: Timestamp,
}

/// Everything known.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) fields: Vec<Field>,
    pub(crate) phone: usize,
    pub(crate) person: usize,
    /// Runs begun so far.
    pub(crate) runs: usize,
    pub(crate) records: BySide<BTreeMap<u64, Known>>,
    pub(crate) gone: BTreeMap<(String, Side), Gone>,
    /// Texts that users gave to a field of a person, on any side.
    words: BTreeMap<(String, usize), BTreeSet<String>>,
    /// Texts that users chose in conflicts.
    pub(crate) answers: BTreeSet<String>,
    /// Persons about whom a conflict was decided.
    pub(crate) decided: BTreeSet<String>,
    /// Persons whose new contact was acknowledged where no listing had shown the one that was there already: what it
    /// holds then looks like an edit of what was sent.
    tangled: BTreeSet<String>,
    /// Standing rules that a person made: whose value wins a field.
    pub(crate) rules: BTreeSet<(Field, Side)>,
    /// Texts that a side acknowledged for a field of a person, stored or not.
    acknowledged: BTreeSet<(Side, String, usize, String)>,
    joined: BTreeMap<String, String>,
    cursor: BySide<usize>,
    /// Answers do not show what was stored.
    silent: BySide<bool>,
    /// Listings show what was a while ago.
    late: BySide<bool>,
}

/// A text as people would compare it. Deliberately simpler than the engine's canonical form, and not derived from it.
pub(crate) fn plain(field: &Field, text: &str) -> String {
    if *field == Field::Phone {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        return if digits.len() == 10 { format!("1{digits}") } else { digits };
    }
    let text = text.trim().to_lowercase().replace("e\u{301}", "é");
    text.chars().take(40).collect::<String>().trim().to_owned()
}

impl Truth {
    pub(crate) fn new(world: &World) -> Self {
        let schema = &world.settings.schema;
        let person = schema.position(&Field::Custom(PERSON.into())).unwrap().index();
        Self {
            fields: schema.fields().to_vec(),
            phone: schema.phone().index(),
            person,
            runs: 0,
            records: BySide::default(),
            gone: BTreeMap::new(),
            words: BTreeMap::new(),
            answers: BTreeSet::new(),
            decided: BTreeSet::new(),
            tangled: BTreeSet::new(),
            rules: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
            joined: BTreeMap::new(),
            cursor: BySide::default(),
            silent: BySide::from_fn(|side| !world.replicas[side].current_kind().shows_stored),
            late: BySide::from_fn(|side| world.replicas[side].current_kind().lag > 0),
        }
    }

    /// Takes note of all deeds since the last time; answers with those of the job.
    pub(crate) fn absorb(&mut self, world: &World) -> Vec<JobDeed> {
        let mut deeds = Vec::new();
        for side in Side::BOTH {
            let ledger = world.replicas[side].ledger();
            let new = ledger.deeds[self.cursor[side]..].iter().cloned();
            deeds.extend(new.map(|(at, who, place, deed)| (side, at, who, place, deed)));
            self.cursor[side] = ledger.deeds.len();
        }
        // What users said during a run may be what the job passed on in it.
        let mut job = Vec::new();
        for (side, at, who, place, deed) in deeds.iter().filter(|(_, _, who, ..)| *who == Who::User) {
            self.take(*side, *at, *who, *place, deed);
        }
        for (side, at, who, place, deed) in deeds {
            if who == Who::Job {
                let before = self.records[side].get(&place).cloned();
                self.take(side, at, who, place, &deed);
                job.push(JobDeed { side, place, before, deed, at });
            }
        }
        job
    }

    fn take(&mut self, side: Side, at: Timestamp, who: Who, place: u64, deed: &Deed) {
        match deed {
            Deed::Created { cells } => {
                let blank = vec![None; self.fields.len()];
                let person = cells[self.person].clone();
                let held = vec![BTreeSet::new(); self.fields.len()];
                let blank_before =
                    (who == Who::Job).then(|| Before { text: String::new(), at, run: self.runs, unsure: false });
                let (before_job, agreed) = (vec![blank_before; self.fields.len()], vec![None; self.fields.len()]);
                let known = Known {
                    person,
                    cells: cells.clone(),
                    live: true,
                    made_by: who,
                    said: blank,
                    held,
                    before_job,
                    set_back: BTreeSet::new(),
                    agreed,
                };
                self.records[side].insert(place, known);
                for (field, text) in cells.iter().enumerate().take(self.fields.len()) {
                    self.say(side, at, who, place, field, text);
                }
            }
            Deed::Changed { field, before, after } => {
                let Some(known) = self.records[side].get_mut(&place) else { return };
                known.cells[*field].clone_from(after);
                if *field < self.fields.len() && who == Who::Job {
                    let text = plain(&self.fields[*field], before);
                    known.before_job[*field] = Some(Before { text, at, run: self.runs, unsure: false });
                }
                if *field == self.person && known.person.is_empty() {
                    known.person.clone_from(after);
                }
                // Another form of the same words is nothing new.
                let field_name = self.fields.get(*field);
                let same = field_name.is_some_and(|name| plain(name, before) == plain(name, after));
                if *field < self.fields.len() && !(who == Who::User && same) {
                    self.say(side, at, who, place, *field, after);
                }
            }
            Deed::Deleted { cells } => {
                let Some(known) = self.records[side].get_mut(&place) else { return };
                known.live = false;
                if who == Who::User {
                    let gone = Gone { at, run: self.runs, cells: cells.clone() };
                    let person = self.name_of(&self.records[side][&place].person);
                    self.gone.insert((person, side), gone);
                }
            }
        }
    }

    /// A field of a record takes a text.
    fn say(&mut self, side: Side, at: Timestamp, who: Who, place: u64, field: usize, text: &str) {
        let text = plain(&self.fields[field], text);
        let person = self.records[side][&place].person.clone();
        let heard = text.is_empty()
            || self
                .live(side.other(), &person)
                // What a late listing still shows there is heard as well; and of what users did on both sides between two
                // runs, nobody knows the order.
                .any(|(_, known)| {
                    let edited = known.said[field].as_ref().is_some_and(|said| said.run == self.runs);
                    plain(&self.fields[field], &known.cells[field]) == text
                        || ((self.late[side.other()] || edited) && known.held[field].contains(&text))
                });
        let sent = who == Who::User && self.was_acknowledged(side, &person, field, &text);
        let known = self.records[side].get_mut(&place).unwrap();
        // What was sent here and did not land, and now is typed by hand: taken for our write, late.
        let heard = heard || (sent && !known.held[field].contains(&text));
        known.held[field].insert(text.clone());
        known.set_back.remove(&field);
        let as_before = known.agreed[field].clone().filter(|(then, _)| who == Who::User && *then == text);
        if let Some((_, said)) = as_before {
            // Changed and changed back: that is no edit.
            known.said[field] = said.map(|said| Said { heard: said.heard || heard, ..said });
        } else if who == Who::User {
            // Set back to what it was, before a listing showed what the job wrote: just as if that had not landed (S33).
            let before = known.before_job[field].as_ref().filter(|before| before.text == text);
            if before.is_some_and(|before| self.silent[side] || before.unsure) {
                known.set_back.insert(field);
            }
            let heard = heard || known.set_back.contains(&field);
            known.said[field] = Some(Said { at, run: self.runs, text: text.clone(), heard });
            self.words.entry((person.clone(), field)).or_default().insert(text.clone());
        }
        // Whatever the other side said in the same words has been heard now.
        let class = self.name_of(&person);
        let joined = &self.joined;
        for other in self.records[side.other()].values_mut() {
            if name_of(joined, &other.person) == class
                && let Some(said) = other.said[field].as_mut().filter(|said| said.text == text)
            {
                said.heard = true;
            }
        }
    }

    /// A run ended: whatever both sides hold alike is what they agree on.
    pub(crate) fn run_ended(&mut self) {
        let mut agreed = Vec::new();
        for side in Side::BOTH {
            for (place, known) in self.records[side].iter().filter(|(_, known)| known.live) {
                for (at, field) in self.fields.iter().enumerate() {
                    if known.is_as_before(at, field) {
                        continue; // a listing that lags may show that, and says nothing
                    }
                    let text = plain(field, &known.cells[at]);
                    let same = |(_, there): (u64, &Known)| {
                        plain(field, &there.cells[at]) == text && !there.is_as_before(at, field)
                    };
                    if self.live(side.other(), &known.person).any(same) {
                        agreed.push((side, *place, at, text, known.said[at].clone()));
                    }
                }
            }
        }
        for (side, place, at, text, said) in agreed {
            if let Some(known) = self.records[side].get_mut(&place) {
                known.agreed[at] = Some((text, said));
            }
        }
    }

    /// A run that ended read this side as it is: what was written before has been seen since.
    pub(crate) fn was_read(&mut self, side: Side, seen: impl Fn(Timestamp, usize) -> bool) {
        for known in self.records[side].values_mut() {
            for before in &mut known.before_job {
                before.take_if(|before| seen(before.at, before.run));
            }
        }
    }

    /// Whether a number was given to somebody else, or several records of a side have the same one.
    pub(crate) fn numbers_moved(&self) -> bool {
        let number = |known: &Known| plain(&Field::Phone, &known.cells[self.phone]);
        Side::BOTH.into_iter().any(|side| {
            let readable = |text: &String| text.len() == 11;
            let moved = |known: &Known| known.held[self.phone].iter().filter(|text| readable(text)).count() > 1;
            let live = || self.records[side].values().filter(|known| known.live);
            let mut numbers: Vec<String> = live().map(number).filter(readable).collect();
            let all = numbers.len();
            numbers.sort();
            numbers.dedup();
            numbers.len() < all || live().any(moved)
        })
    }

    /// The one name of a person who has several.
    pub(crate) fn name_of(&self, person: &str) -> String {
        name_of(&self.joined, person)
    }

    /// Two names are one person from now on.
    pub(crate) fn join(&mut self, a: &str, b: &str) {
        let (a, b) = (self.name_of(a), self.name_of(b));
        if a != b && !a.is_empty() && !b.is_empty() {
            let gone: Vec<_> =
                self.gone.iter().filter(|((name, _), _)| *name == b).map(|(k, g)| (k.1, g.clone())).collect();
            for (side, gone) in gone {
                self.gone.entry((a.clone(), side)).or_insert(gone);
            }
            if self.decided.contains(&b) {
                self.decided.insert(a.clone());
            }
            self.joined.insert(b, a.clone());
            self.hear(&a);
        }
    }

    /// A replica took a new contact for a record that no listing had shown: they are one from now on.
    pub(crate) fn mistaken(&mut self, job: &[JobDeed], unseen: &BTreeSet<(Side, u64)>) {
        for done in job.iter().filter(|done| unseen.contains(&(done.side, done.place))) {
            let (Deed::Changed { field, after, .. }, Some(before)) = (&done.deed, &done.before) else { continue };
            if *field == self.person {
                self.join(&before.person, after);
            } else if let Some(name) = self.fields.get(*field) {
                // What it was made to hold is what it says from now on.
                let text = plain(name, after);
                self.words.entry((before.person.clone(), *field)).or_default().insert(text);
            }
        }
    }

    /// They have only now become one: what one of the records ever held, the other one's user need not say again.
    fn hear(&mut self, person: &str) {
        for side in Side::BOTH {
            let there: Vec<Vec<BTreeSet<String>>> =
                self.live(side.other(), person).map(|(_, known)| known.held.clone()).collect();
            let places: Vec<u64> = self.live(side, person).map(|(place, _)| place).collect();
            for place in places {
                let known = self.records[side].get_mut(&place).unwrap();
                for (at, said) in known.said.iter_mut().enumerate() {
                    if let Some(said) = said {
                        said.heard |= there.iter().any(|held| held[at].contains(&said.text));
                    }
                }
            }
        }
    }

    /// Live records of a person on a side.
    pub(crate) fn live(&self, side: Side, person: &str) -> impl Iterator<Item = (u64, &Known)> {
        let class = self.name_of(person);
        let is_it = move |known: &Known| known.live && !class.is_empty() && self.name_of(&known.person) == class;
        self.records[side].iter().filter(move |(_, known)| is_it(known)).map(|(place, known)| (*place, known))
    }

    /// Every person who is somewhere.
    pub(crate) fn people(&self) -> BTreeSet<String> {
        let all = Side::BOTH.into_iter().flat_map(|side| self.records[side].values());
        all.filter(|known| known.live && !known.person.is_empty()).map(|known| self.name_of(&known.person)).collect()
    }

    /// Whether some user said this about this field of this person, on whichever side; or chose it in a conflict.
    pub(crate) fn was_said(&self, person: &str, field: usize, text: &str) -> bool {
        let text = plain(&self.fields[field], text);
        let class = self.name_of(person);
        let of =
            |(known, _): &(&(String, usize), &BTreeSet<String>)| known.1 == field && self.name_of(&known.0) == class;
        self.answers.contains(&text) || self.words.iter().filter(of).any(|(_, words)| words.contains(&text))
    }

    /// Takes note of what was acknowledged, and of what was not.
    pub(crate) fn hear_answers(&mut self, world: &World, calls: &[Call]) {
        for call in calls.iter().filter(|call| matches!(call.result, None | Some(WriteResult::Unknown { .. }))) {
            let contacts = world.replicas[call.side].contacts();
            let id = call.write.current.as_ref().map(|record| record.id.as_str());
            let place = id.and_then(|id| Self::place_of(&contacts, id));
            let Some(known) = place.and_then(|place| self.records[call.side].get_mut(&place)) else { continue };
            for (field, _) in &call.write.set {
                if let Some(before) = known.before_job[field.index()].as_mut() {
                    before.unsure = true;
                }
            }
        }
        for call in calls.iter().filter(|call| matches!(call.result, Some(WriteResult::Done { .. }))) {
            let current = call.write.current.as_ref().map(|record| record.cell(self.person).text());
            let sent = call.write.set.iter().find(|(id, _)| id.index() == self.person).map(|(_, text)| text.as_str());
            // A late listing need not show who it is.
            let shown = sent.or(current).filter(|name| !name.is_empty());
            let by_id = || {
                let contacts = world.replicas[call.side].contacts();
                let place = Self::place_of(&contacts, call.write.current.as_ref()?.id.as_str())?;
                Some(self.records[call.side].get(&place)?.person.clone())
            };
            let Some(person) = shown.map(str::to_owned).or_else(by_id) else { continue };
            let stored = match &call.result {
                Some(WriteResult::Done { stored, .. }) => stored.as_ref(),
                _ => None,
            };
            for (id, text) in &call.write.set {
                let field = &self.fields[id.index()];
                let text = plain(field, text);
                let shown = stored.map(|stored| stored.cell(id.index())).filter(|cell| *cell != Cell::Unknown);
                if shown.is_some_and(|cell| plain(field, cell.text()) != text) {
                    continue; // the answer itself shows something else
                }
                self.acknowledged.insert((call.side, person.clone(), id.index(), text));
            }
        }
    }

    /// A create that was acknowledged, for a number that somebody has whom no listing had shown.
    pub(crate) fn entangle(&mut self, calls: &[Call], unseen: &BTreeSet<(Side, u64)>) {
        let number = |text: &str| plain(&Field::Phone, text);
        for call in calls.iter().filter(|call| call.write.current.is_none()) {
            let sent = call.write.set.iter().find(|(id, _)| id.index() == self.phone).map(|(_, text)| number(text));
            let Some(sent) = sent.filter(|_| matches!(call.result, Some(WriteResult::Done { .. }))) else { continue };
            for (side, place) in unseen.iter().filter(|(side, _)| *side == call.side) {
                let known = &self.records[*side].get(place);
                let known = known.filter(|known| known.live && number(&known.cells[self.phone]) == sent);
                self.tangled.extend(known.map(|known| name_of(&self.joined, &known.person)));
            }
        }
    }

    /// Whether nobody can tell what was said about this person and what was there before.
    pub(crate) fn is_tangled(&self, person: &str) -> bool {
        let class = self.name_of(person);
        self.tangled.iter().any(|name| self.name_of(name) == class)
    }

    /// Whether a side acknowledged this text for this field of this person.
    pub(crate) fn was_acknowledged(&self, side: Side, person: &str, field: usize, text: &str) -> bool {
        let class = self.name_of(person);
        self.acknowledged.iter().any(|(at, who, index, words)| {
            (*at, *index, words.as_str()) == (side, field, text) && self.name_of(who) == class
        })
    }

    /// The record behind an id.
    pub(crate) fn place_of(contacts: &[Contact], id: &str) -> Option<u64> {
        contacts.iter().find(|contact| contact.id.as_deref() == Some(id)).map(|contact| contact.place)
    }

    /// Newcomers whose number says who they are, judged by what the listings show now: both names, and the number that
    /// they share. And records that are found by their number, since the id of what was created is not known yet.
    pub(crate) fn meet(&self, world: &World, heads: &[LinkHead]) -> Vec<(String, String)> {
        let shown = BySide::from_fn(|side| {
            let mut shown = world.replicas[side].shown();
            shown.sort();
            shown.dedup();
            shown
        });
        let number = |cells: &Vec<String>| plain(&Field::Phone, &cells[self.phone]);
        // Who is linked to somebody that is still there is nobody else's other half.
        let taken = |side: Side, id: &str, partner: &str| {
            let own = |head: &&LinkHead| head.ids[side].as_ref().is_some_and(|known| known.as_str() == id);
            let other = |head: &LinkHead| head.ids[side.other()].as_ref().map(|known| known.as_str().to_owned());
            let linked = heads.iter().find(own).and_then(other).filter(|other| other != partner);
            linked.is_some_and(|other| world.replicas[side.other()].find(&other).is_some())
        };
        let mut pairs = Vec::new();
        for (left_id, left) in &shown.justcall {
            let wanted = number(left);
            // What cannot be read says nothing.
            if wanted.len() != 11 || is_parking_number(&left[self.phone]) {
                continue;
            }
            let alone = |side: Side| shown[side].iter().filter(|(_, cells)| number(cells) == wanted).count() == 1;
            let alone = alone(Side::Justcall) && alone(Side::Crm);
            for (right_id, right) in shown.crm.iter().filter(|(_, right)| number(right) == wanted) {
                let (a, b) = (&left[self.person], &right[self.person]);
                let newcomer =
                    self.live(Side::Crm, a).next().is_none() || self.live(Side::Justcall, b).next().is_none();
                let free = !taken(Side::Justcall, left_id, right_id) && !taken(Side::Crm, right_id, left_id);
                let twins = |side: Side, cells: &[String]| {
                    let same = shown[side].iter().filter(|(_, other)| number(other) == wanted);
                    same.filter(|(_, other)| self.alike(cells, other)).count()
                };
                let sole =
                    || self.alike(left, right) && twins(Side::Crm, left) == 1 && twins(Side::Justcall, right) == 1;
                if newcomer && free && (alone || sole()) {
                    pairs.push((a.clone(), b.clone()));
                }
            }
        }
        for head in heads {
            let Some(known) = head.key.map(|key| plain(&Field::Phone, &key.e164())) else { continue };
            // Not learned yet; or gone, and perhaps back under another id (S14).
            let lost = |side: &Side| {
                let id = head.ids[*side].as_ref();
                id.is_none_or(|id| world.replicas[*side].find(id.as_str()).is_none())
            };
            for side in Side::BOTH.into_iter().filter(lost) {
                let linked = |id: &String| {
                    heads.iter().any(|head| head.ids[side].as_ref().is_some_and(|known| known.as_str() == id))
                };
                let free = shown[side].iter().filter(|(id, cells)| number(cells) == known && !linked(id));
                let found: Vec<_> = free.map(|(_, cells)| cells).collect();
                // Not where a newcomer of the other side has a claim to the number as well.
                let other = side.other();
                let is_linked = |id: &String| {
                    heads.iter().any(|head| head.ids[other].as_ref().is_some_and(|known| known.as_str() == id))
                };
                let rival = shown[other].iter().any(|(id, cells)| number(cells) == known && !is_linked(id));
                if rival && head.ids[side].is_some() {
                    continue;
                }
                let Some(id) = &head.ids[side.other()] else { continue };
                let contacts = world.replicas[side.other()].contacts();
                let there = contacts.iter().find(|contact| contact.id.as_deref() == Some(id.as_str()));
                let Some(there) = there else { continue };
                for cells in found.iter().filter(|cells| found.len() == 1 || self.alike(cells, &there.cells)) {
                    pairs.push((cells[self.person].clone(), there.cells[self.person].clone()));
                }
            }
        }
        pairs
    }

    /// Whether names or e-mails agree: a doubt, where a number cannot be read.
    pub(crate) fn resemble(&self, left: &[String], right: &[String]) -> bool {
        [Field::FirstName, Field::Email].iter().any(|wanted| {
            let at = self.fields.iter().position(|field| field == wanted);
            at.is_some_and(|at| !left[at].is_empty() && plain(wanted, &left[at]) == plain(wanted, &right[at]))
        })
    }

    /// The second factor: the same name; or the same e-mail, unless the names differ.
    fn alike(&self, left: &[String], right: &[String]) -> bool {
        let same = |wanted: &Field| {
            let at = self.fields.iter().position(|field| field == wanted)?;
            let (left, right) = (plain(wanted, &left[at]), plain(wanted, &right[at]));
            (!left.is_empty() && !right.is_empty()).then_some(left == right)
        };
        match same(&Field::FirstName) {
            Some(names) => names,
            None => same(&Field::Email) == Some(true),
        }
    }
}

fn name_of(joined: &BTreeMap<String, String>, person: &str) -> String {
    let mut name = person;
    while let Some(next) = joined.get(name) {
        name = next;
    }
    name.to_owned()
}
