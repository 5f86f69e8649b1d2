//! A story from a seed: one world that both sides perturb, with few names and numbers, so that collisions, swaps and
//! values that come back are frequent. A fourth of all stories knows no faults at all, a fourth hands numbers around.

use crate::story::{Choices, Fault, Step, Story, Traits};
use crate::world::PERSON;
use engine::Settings;
use model::{ConflictPolicy, Direction, EditVsDelete, Field, Side, WritePolicy};
use testkit::Random;

const NAMES: [&str; 5] = ["Ann", "Bob", "Cat", "Zo\u{e9}", "Zoe\u{301}"];
const TEXTS: [&str; 5] = ["Acme", "Beta", "Acme ", "Gamma", ""];
const EMAILS: [&str; 4] = ["a@x.com", "A@x.com", "b@x.com", ""];
const BAD_NUMBERS: [&str; 4] = ["4.15556E+09", "call me", "", "+1415555"];

/// A number of the small world.
fn number(n: usize) -> String {
    format!("+141555501{n:02}")
}

/// The story of a seed. `own`: its user configured something too; otherwise the given settings hold.
pub fn generate(seed: u64, settings: &Settings, own: bool) -> Story {
    let mut writer = Writer::new(seed, settings);
    let choices = own.then(|| writer.choices());
    let (justcall, crm) = writer.traits();
    writer.arrivals();
    if writer.random.percent(25) {
        writer.fault(Side::Justcall);
    }
    for _ in 0..4 {
        writer.round(&justcall, choices.as_ref());
    }
    Story { name: format!("seed {seed}"), justcall, crm, choices, steps: writer.steps }
}

struct Writer<'a> {
    random: Random,
    /// What was added to the stories later is drawn from here: the worlds of known seeds stay what they were.
    later: Random,
    settings: &'a Settings,
    /// Nothing goes wrong.
    plain: bool,
    /// Both sides tell what changed since an earlier reading; drawn from no chance, so that other worlds stay as they are.
    feeds: bool,
    /// People change and hand around their numbers.
    restless: bool,
    people: usize,
    marks: usize,
    lag: bool,
    steps: Vec<Step>,
}

impl<'a> Writer<'a> {
    fn new(seed: u64, settings: &'a Settings) -> Self {
        let random = Random::new(seed);
        Self {
            random,
            later: Random::new(!seed),
            settings,
            plain: seed.is_multiple_of(4),
            feeds: seed % 8 >= 6,
            restless: seed % 4 == 1,
            people: 0,
            marks: 0,
            lag: false,
            steps: Vec::new(),
        }
    }

    fn choices(&mut self) -> Choices {
        let mut choices = Choices::default();
        let random = &mut self.random;
        if random.percent(25) {
            (choices.sightings, choices.min_hours) = (2, 20);
        }
        if random.percent(20) {
            choices.floors = [1, 2, 1, 3, 4];
        }
        choices.scope = random.percent(20) && !self.restless;
        choices.clear = random.percent(75);
        if random.percent(30) {
            choices.company = *random.pick(&[Direction::ToCrm, Direction::ToJustcall]);
        }
        if random.percent(30) {
            choices.email = *random.pick(&[ConflictPolicy::Crm, ConflictPolicy::Justcall, ConflictPolicy::Newest]);
        }
        if random.percent(20) {
            choices.email_write = *random.pick(&[WritePolicy::IfEmpty, WritePolicy::Never]);
        }
        if random.percent(15) {
            choices.edit_vs_delete = EditVsDelete::Review;
        }
        choices.create_in_crm = !random.percent(10);
        choices.delete_in_crm = !random.percent(10);
        choices
    }

    fn traits(&mut self) -> (Traits, Traits) {
        let random = &mut self.random;
        let justcall = Traits {
            silent: random.percent(50),
            unique_phones: !self.plain && random.percent(30),
            no_ids: false,
            bulk_replaces: random.percent(25),
            lag: if !self.plain && random.percent(25) { 20 } else { 0 },
            rewrites: !self.plain && random.percent(25),
            feed: self.feeds,
        };
        let crm = Traits {
            silent: random.percent(20),
            no_ids: !self.plain && random.percent(20),
            rewrites: !self.plain && random.percent(10),
            ..Traits::default()
        };
        let (mut justcall, mut crm) = (justcall, crm);
        if self.restless {
            // Where ids are learned late and numbers move meanwhile, nobody can tell who is who, nor can we (docs).
            justcall = Traits { silent: false, lag: 0, ..justcall };
            crm.no_ids = false;
        }
        // A feed without ids could not say of whom it speaks.
        crm.feed = self.feeds && !crm.no_ids;
        self.lag = justcall.lag > 0;
        (justcall, crm)
    }

    fn side(&mut self) -> Side {
        *self.random.pick(&Side::BOTH)
    }

    fn who(&mut self) -> String {
        format!("#{}", self.random.below(12))
    }

    /// A text field that is synced.
    fn field(&mut self) -> Field {
        let synced: Vec<&Field> = self.settings.schema.fields().iter().filter(|field| !is_key(field)).collect();
        if synced.is_empty() { Field::Company } else { (*self.random.pick(&synced)).clone() }
    }

    fn text(&mut self, field: &Field) -> String {
        if self.random.percent(30) {
            self.marks += 1;
            // Longer than some replicas store.
            let tail = if self.random.percent(20) { " with a tail that is cut off somewhere" } else { "" };
            return format!("mark {}{tail}", self.marks);
        }
        match field {
            Field::FirstName | Field::LastName => (*self.random.pick(&NAMES)).to_owned(),
            Field::Email => (*self.random.pick(&EMAILS)).to_owned(),
            _ => (*self.random.pick(&TEXTS)).to_owned(),
        }
    }

    fn phone(&mut self) -> String {
        if self.restless { number(self.random.below(6)) } else { number(self.people % 90 + 6) }
    }

    /// One person, on one side or on both, there perhaps a little different.
    fn arrive(&mut self) {
        self.people += 1;
        let person = format!("p{}", self.people);
        let phone = self.phone();
        let mut values = vec![("phone".to_owned(), phone.clone()), (format!("custom.{PERSON}"), person)];
        for field in self.settings.schema.fields().iter().filter(|field| !is_key(field)) {
            let text = self.text(field);
            values.push((field.to_string(), text));
        }
        let columns: Vec<String> =
            Side::BOTH.into_iter().flat_map(|side| self.settings.schema.scope_columns(side).to_vec()).collect();
        for column in columns {
            let text = if self.random.percent(80) { self.inside(&column) } else { "elsewhere".to_owned() };
            values.push((column, text));
        }
        let side = self.side();
        if self.random.percent(35) {
            let mut twin = values.clone();
            // Nobody knows yet that they are one: each side has its own name for her.
            twin[1].1.push('t');
            if self.random.percent(50) {
                let field = self.field();
                let text = self.text(&field);
                twin.iter_mut()
                    .filter(|(name, _)| *name == field.to_string())
                    .for_each(|(_, old)| old.clone_from(&text));
            }
            if self.random.percent(50) {
                twin[0].1 = format!("({}) {}-{}", &phone[2..5], &phone[5..8], &phone[8..]);
            }
            self.steps.push(Step::Add(side.other(), twin));
        } else if !self.plain && self.random.percent(6) {
            (*self.random.pick(&BAD_NUMBERS)).clone_into(&mut values[0].1);
        }
        self.steps.push(Step::Add(side, values));
    }

    /// A value with which a contact takes part.
    fn inside(&mut self, column: &str) -> String {
        for side in Side::BOTH {
            let at = self.settings.schema.scope_columns(side).iter().position(|name| name == column);
            let cell = at.map(|at| at + self.settings.schema.len());
            let condition = self.settings.scope[side].conditions.iter().find(|(known, _)| Some(*known) == cell);
            if let Some(value) = condition.and_then(|(_, values)| values.first()) {
                return value.clone();
            }
        }
        "lead".to_owned()
    }

    fn arrivals(&mut self) {
        for _ in 0..2 + self.random.below(6) {
            self.arrive();
        }
    }

    /// Somebody does something.
    fn edit(&mut self) {
        let (side, who) = (self.side(), self.who());
        match self.random.below(100) {
            0..=14 => self.arrive(),
            15..=24 => self.steps.push(Step::Remove(side, who)),
            25..=39 if self.restless => {
                let phone = self.phone();
                self.steps.push(Step::Edit(side, who, "phone".to_owned(), phone));
            }
            40..=42 if !self.plain => {
                let phone = (*self.random.pick(&BAD_NUMBERS)).to_owned();
                self.steps.push(Step::Edit(side, who, "phone".to_owned(), phone));
            }
            43..=47 => {
                let stage = (*self.random.pick(&["lead", "closed", ""])).to_owned();
                self.steps.push(Step::Edit(Side::Crm, who, "stage".to_owned(), stage));
            }
            48..=55 => {
                // Both sides, at the same time: two opinions, or one.
                let field = self.field();
                for side in Side::BOTH {
                    let text = self.text(&field);
                    self.steps.push(Step::Edit(side, who.clone(), field.to_string(), text));
                }
            }
            _ => {
                let field = self.field();
                let text = self.text(&field);
                self.steps.push(Step::Edit(side, who, field.to_string(), text));
            }
        }
    }

    fn fault(&mut self, side: Side) {
        if self.plain {
            return;
        }
        let field = self.field();
        let who = self.who();
        let text = self.text(&field);
        // A file that is cut off and parses as whole cannot be told from one that lost its rows: only time and guards
        // help then, and neither is certain.
        let api = side == Side::Justcall;
        let faults: &[Fault] = match self.random.below(20) {
            0 => &[Fault::Partial],
            1 => &[Fault::Empty],
            2 if api => &[Fault::CutAt(self.random.below(3))],
            3 => &[Fault::Doubled],
            4 => &[Fault::Reversed],
            5 => &[Fault::LostBefore, Fault::LostAfter],
            6 => &[Fault::LostAfter, Fault::LostAfter, Fault::LostBefore],
            7 => &[Fault::Unclear],
            8 => &[Fault::NotSent],
            9 if api => &[Fault::Hidden(number(self.random.below(12)))],
            10 => &[Fault::NoListing],
            11 => &[Fault::NoIdentity],
            12 if api && !self.lag => &[Fault::FalseGone],
            13 => &[Fault::Refused((*self.random.pick(&TEXTS[..2])).to_owned())],
            14 => &[Fault::Ignored(field.to_string())],
            15 => &[Fault::Unknown(field.to_string())],
            16 => &[Fault::Acknowledged],
            17 => &[Fault::ShortAnswer],
            18 => &[Fault::AfterListing(who, field.to_string(), text)],
            _ => &[Fault::BeforeBatch(
                who,
                if self.random.percent(20) { String::new() } else { field.to_string() },
                text,
            )],
        };
        self.steps.extend(faults.iter().cloned().map(|fault| Step::Fault(side, fault)));
    }

    /// Somebody edits, something fails, and perhaps everything stops.
    fn round(&mut self, justcall: &Traits, choices: Option<&Choices>) {
        for _ in 0..self.random.below(6) {
            self.edit();
        }
        self.surroundings(choices);
        for side in Side::BOTH {
            if self.random.percent(35) {
                self.fault(side);
            }
        }
        let kill = self.random.below(60);
        let kill = (!self.plain && self.random.percent(40)).then_some(kill);
        if self.random.percent(12) {
            self.steps.push(Step::SavePlan);
            for _ in 0..self.random.below(3) {
                self.edit();
            }
            self.steps.push(Step::ApplyPlan);
        } else {
            self.steps.push(Step::Run(kill));
        }
        let wait = i64::try_from(self.random.below(100)).unwrap();
        let night = if self.random.percent(30) { 3600 * 21 } else { 0 };
        self.steps.push(Step::Wait(wait.max(justcall.lag.min(1)) + night + 1));
        if self.random.percent(30) {
            self.steps.push(Step::GiveIds);
        }
    }

    /// What a person or another process does around a run.
    fn surroundings(&mut self, choices: Option<&Choices>) {
        if self.random.percent(20) {
            self.steps.push(Step::DryRun);
        }
        if self.random.percent(15) {
            let (n, side) = (self.random.below(4), self.side());
            self.steps.push(Step::Decide(n, side));
        }
        if self.random.percent(5) {
            self.steps.push(Step::DecideAs(self.random.below(4), "Delta".to_owned()));
        }
        if self.later.percent(4) {
            let side = if self.later.percent(50) { Side::Justcall } else { Side::Crm };
            self.steps.push(Step::Rule(self.later.below(4), side));
        }
        if self.later.percent(6) {
            self.steps.push(Step::Exclude(self.later.below(4)));
        }
        if self.random.percent(8) {
            let class = *self.random.pick(&["deletes", "clears", "phone_changes", "creates", "changed"]);
            let count = self.random.below(4) as u64;
            self.steps.push(Step::Approve(class.to_owned(), count));
        }
        if self.random.percent(4) {
            self.steps.push(Step::SecondProcess);
        }
        if self.random.percent(4) {
            let side = self.side();
            self.steps.push(Step::OtherAccount(side));
        }
        if !self.plain && !self.restless && choices.is_some() && self.random.percent(6) {
            let narrow = self.random.percent(50);
            self.steps.push(Step::Scope(narrow));
        }
    }
}

/// The number and the name of the person: not texts that people play with.
fn is_key(field: &Field) -> bool {
    *field == Field::Phone || *field == Field::Custom(PERSON.into())
}
