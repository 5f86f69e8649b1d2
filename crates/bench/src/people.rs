//! Made-up contacts of both sides and of the state between them, with what a right plan says of each. From a seed: the
//! same on every machine. Shares are those of a busy day: 91.5 % unchanged, 5 % edited on one side, 0.3 % in conflict,
//! the rest created, deleted, doubled or unreadable; two phones in five of the CRM are written as people write them.

use std::io::{self, Write};

/// The fields beside the phone, as the files name them.
pub(crate) const FIELDS: [&str; 6] = ["first_name", "last_name", "email", "company", "lead_source", "plan_tier"];

const FIRST: [&str; 10] = ["Ann", "Ben", "Carla", "Dmitri", "Elif", "Fatima", "Goran", "Hana", "Igor", "Júlia"];
const LAST: [&str; 10] =
    ["Adams", "Baker", "Chen", "Dubois", "Eriksson", "Ferrari", "García", "Hoffmann", "Ivanov", "Jensen"];
const SOURCES: [&str; 5] = ["web", "fair", "referral", "cold call", "partner"];
const TIERS: [&str; 4] = ["free", "team", "pro", "business"];
const AREAS: [u64; 16] = [212, 213, 302, 303, 305, 312, 404, 415, 503, 512, 617, 702, 713, 808, 907, 917];

/// What happened to a contact since both sides agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Unchanged,
    LeftEdit,
    RightEdit,
    BothDisjoint,
    BothSame,
    Conflict,
    LeftDelete,
    RightDelete,
    LeftDeleteRightEdit,
    RightDeleteLeftEdit,
    BothDelete,
    LeftCreate,
    RightCreate,
    BothCreateSame,
    BothCreateConflict,
    RightDouble,
    RightInvalid,
}

/// In units of 1 in 10,000 of the contacts that both sides agreed on; the rest is unchanged.
const OLD: [(Fate, u64); 10] = [
    (Fate::LeftEdit, 250),
    (Fate::RightEdit, 250),
    (Fate::BothDisjoint, 20),
    (Fate::BothSame, 10),
    (Fate::Conflict, 30),
    (Fate::LeftDelete, 60),
    (Fate::RightDelete, 60),
    (Fate::LeftDeleteRightEdit, 6),
    (Fate::RightDeleteLeftEdit, 6),
    (Fate::BothDelete, 8),
];

/// Newcomers, in the same unit.
const NEW: [(Fate, u64); 6] = [
    (Fate::LeftCreate, 90),
    (Fate::RightCreate, 90),
    (Fate::BothCreateSame, 5),
    (Fate::BothCreateConflict, 5),
    (Fate::RightDouble, 5),
    (Fate::RightInvalid, 10),
];

/// The verdict, in the words of the peers' scripts.
pub(crate) const fn verdict(fate: Fate) -> &'static str {
    match fate {
        Fate::Unchanged => "unchanged",
        Fate::LeftEdit => "left_edit",
        Fate::RightEdit => "right_edit",
        Fate::BothDisjoint => "both_disjoint",
        Fate::BothSame => "both_same",
        Fate::Conflict => "conflict",
        Fate::LeftDelete => "left_delete",
        Fate::RightDelete => "right_delete",
        Fate::LeftDeleteRightEdit => "left_delete_right_edit",
        Fate::RightDeleteLeftEdit => "right_delete_left_edit",
        Fate::BothDelete => "both_delete",
        Fate::LeftCreate => "left_create",
        Fate::RightCreate => "right_create",
        Fate::BothCreateSame => "both_create_same",
        Fate::BothCreateConflict => "both_create_conflict",
        Fate::RightDouble => "right_duplicate",
        Fate::RightInvalid => "right_invalid_phone",
    }
}

/// One contact of the story.
pub struct Person {
    at: u64,
    /// E.164.
    pub phone: String,
    pub(crate) fate: Fate,
    values: [String; 6],
    dice: u64,
}

/// splitmix64 of one number: no state, so that any contact can be made by itself.
fn mix(seed: u64, at: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(at.wrapping_mul(0xbf58_476d_1ce4_e5b9));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn pick<'a>(dice: u64, from: &[&'a str]) -> &'a str {
    from[usize::try_from(dice % from.len() as u64).unwrap_or(0)]
}

/// None twice: 85 % in the United States, 10 % in London, 5 % German mobiles.
fn phone(at: u64) -> String {
    match at % 20 {
        0 | 1 => format!("+44207{:07}", at / 20 * 2 + at % 20),
        2 => format!("+49151{:08}", 20_000_000 + at / 20),
        _ => {
            let place = at / 16;
            let area = AREAS[usize::try_from(at % 16).unwrap_or(0)];
            format!("+1{area}{:03}{:04}", 200 + place / 10_000 % 800, place % 10_000)
        }
    }
}

fn drawn(table: &[(Fate, u64)], mut dice: u64) -> Option<Fate> {
    for (fate, share) in table {
        match dice.checked_sub(*share) {
            None => return Some(*fate),
            Some(rest) => dice = rest,
        }
    }
    None
}

/// Everybody: first those whom both sides agreed on, then the newcomers.
pub fn everybody(size: u64, seed: u64) -> impl Iterator<Item = Person> {
    let new: u64 = NEW.iter().map(|(_, share)| share).sum();
    let newcomers = (size * new).div_ceil(10_000);
    (0..size + newcomers).map(move |at| {
        let dice = mix(seed, at);
        let fate = if at < size {
            drawn(&OLD, dice % 10_000).unwrap_or(Fate::Unchanged)
        } else {
            drawn(&NEW, dice % new).unwrap_or(Fate::LeftCreate)
        };
        let (first, last) = (pick(dice >> 14, &FIRST), pick(dice >> 20, &LAST));
        // Somebody who cannot be read might be anybody of that name: a plan would leave namesakes alone, and rightly so.
        let first = if fate == Fate::RightInvalid { format!("Nobody {at}") } else { first.to_owned() };
        let values = [
            first.clone(),
            last.to_owned(),
            format!("{}.{}{at}@example.com", first.to_lowercase(), last.to_lowercase()),
            format!("{last} & Sons {}", dice % 977),
            pick(dice >> 26, &SOURCES).to_owned(),
            pick(dice >> 32, &TIERS).to_owned(),
        ];
        Person { at, phone: phone(at), fate, values, dice }
    })
}

impl Person {
    /// Whether the state knows it.
    pub(crate) const fn is_known(&self) -> bool {
        !matches!(
            self.fate,
            Fate::LeftCreate
                | Fate::RightCreate
                | Fate::BothCreateSame
                | Fate::BothCreateConflict
                | Fate::RightDouble
                | Fate::RightInvalid
        )
    }

    const fn is_left(&self) -> bool {
        !matches!(
            self.fate,
            Fate::LeftDelete
                | Fate::LeftDeleteRightEdit
                | Fate::BothDelete
                | Fate::RightCreate
                | Fate::RightDouble
                | Fate::RightInvalid
        )
    }

    const fn is_right(&self) -> bool {
        !matches!(self.fate, Fate::RightDelete | Fate::RightDeleteLeftEdit | Fate::BothDelete | Fate::LeftCreate)
    }

    /// As the CRM writes it: two in five as people do.
    fn messy(&self) -> String {
        let phone = &self.phone;
        if self.fate == Fate::RightInvalid {
            let near = [
                format!("{}-{:04}", 555, self.at % 10_000),
                format!("n/a {}", self.at % 9),
                format!("+1 {}", self.at % 999_999),
            ];
            return near[usize::try_from(self.dice % 3).unwrap_or(0)].clone();
        }
        let way = (self.dice >> 40) % 20;
        if let Some(national) = phone.strip_prefix("+1") {
            let (area, rest) = national.split_at(3);
            let (exchange, line) = rest.split_at(3);
            return match way {
                0 | 1 => format!("({area}) {exchange}-{line}"),
                2 => format!("{area}.{exchange}.{line}"),
                3 => format!("1-{area}-{exchange}-{line}"),
                4 => format!("+1 {area} {exchange} {line}"),
                5 => national.to_owned(),
                6 => format!("+1 ({area}) {exchange}-{line}"),
                7 => phone.chars().map(wide).collect(),
                _ => phone.clone(),
            };
        }
        let (country, national) = phone.split_at(3);
        let (area, rest) = national.split_at(if country == "+44" { 2 } else { 3 });
        match way {
            0..=2 => format!("{country} (0){area} {rest}"),
            3 | 4 => format!("{country} {area} {rest}"),
            5..=7 => format!("011{}{national}", &country[1..]),
            _ => phone.clone(),
        }
    }

    /// Its values on a side; `left`: the phone system.
    fn values(&self, left: bool) -> [String; 6] {
        let mut values = self.values.clone();
        let field = usize::try_from((self.dice >> 8) % 6).unwrap_or(0);
        let mut edit = |at: usize, what: &str| values[at % 6] = format!("{what} {}", self.at);
        match (self.fate, left) {
            (Fate::LeftEdit | Fate::RightDeleteLeftEdit | Fate::BothDisjoint | Fate::Conflict, true) => {
                edit(field, "left");
            }
            (Fate::RightEdit | Fate::LeftDeleteRightEdit | Fate::Conflict, false) => edit(field, "right"),
            (Fate::BothDisjoint, false) => edit(field + 1, "right"),
            (Fate::BothSame, _) => edit(field, "both"),
            (Fate::BothCreateConflict, false) => edit(3, "right"),
            _ => {}
        }
        values
    }
}

/// ASCII as full-width signs, as some keyboards write numbers.
fn wide(sign: char) -> char {
    sign.to_digit(10).and_then(|digit| char::from_u32(0xFF10 + digit)).unwrap_or(sign)
}

/// The files of one measurement.
pub(crate) struct Files<W> {
    /// What both sides agreed on.
    pub(crate) base: W,
    /// The phone system before and now.
    pub(crate) left_before: W,
    pub(crate) left: W,
    /// The CRM before and now.
    pub(crate) right_before: W,
    pub(crate) right: W,
    /// Verdict and number of everybody who is not unchanged.
    pub(crate) truth: W,
}

fn line(out: &mut impl Write, id: &str, phone: &str, values: &[String; 6]) -> io::Result<()> {
    let [first, last, email, company, source, tier] = values;
    writeln!(out, "{id},{first},{last},{phone},{email},{company},{source},{tier},2026-01-01")
}

impl<W: Write> Files<W> {
    /// Writes all of them.
    pub(crate) fn write(&mut self, size: u64, seed: u64) -> io::Result<()> {
        let header = "id,first_name,last_name,phone,email,company,lead_source,plan_tier,updated_at";
        for out in [&mut self.base, &mut self.left_before, &mut self.left, &mut self.right_before, &mut self.right] {
            writeln!(out, "{header}")?;
        }
        writeln!(self.truth, "verdict,phone")?;
        for person in everybody(size, seed) {
            let (left_id, right_id) = (format!("{}", 1_000_000 + person.at), format!("c{}", person.at));
            if person.is_known() {
                line(&mut self.base, &left_id, &person.phone, &person.values)?;
                line(&mut self.left_before, &left_id, &person.phone, &person.values)?;
                line(&mut self.right_before, &right_id, &person.messy(), &person.values)?;
            }
            if person.is_left() {
                line(&mut self.left, &left_id, &person.phone, &person.values(true))?;
            }
            if person.is_right() {
                line(&mut self.right, &right_id, &person.messy(), &person.values(false))?;
            }
            if person.fate == Fate::RightDouble {
                let mut other = person.values(false);
                "Somebody".clone_into(&mut other[0]);
                "Else".clone_into(&mut other[1]);
                line(&mut self.right, &format!("d{}", person.at), &person.phone, &other)?;
            }
            if person.fate != Fate::Unchanged {
                let phone = if person.fate == Fate::RightInvalid { person.messy() } else { person.phone.clone() };
                writeln!(self.truth, "{},{phone}", verdict(person.fate))?;
            }
        }
        Ok(())
    }
}
