//! Rules 3 to 6 in their order: what a whole cell holds.
//!
//! Reads no number itself: every side of the cell goes to `single`.
use super::{
    Phone, PhoneNormalizer, Region, Rejection, Verdict, damage, lookalike,
    several::{self, Level},
    uri,
};

impl PhoneNormalizer {
    /// A whole cell: perhaps damaged, perhaps with more than one number.
    pub(super) fn cell(&self, text: &str, region: Region) -> Verdict {
        let repaired = damage::repair(text);
        let link = uri::whatsapp(&repaired);
        let text = link.as_deref().unwrap_or(&repaired);
        if let Some(why) = lookalike::refuse(text) {
            return Verdict::Reject(why);
        }
        if lookalike::is_filler(text) {
            return Verdict::Reject(Rejection::Filler);
        }
        if let Some(address) = uri::tel(text) {
            return self.number(&address, region);
        }
        if several::may_hold_several(text)
            && let Some(verdict) = self.several(text, region)
        {
            return verdict;
        }
        if text.contains('\n') {
            return Verdict::Reject(Rejection::ControlCharacter);
        }
        let verdict = self.single(text, region);
        if matches!(verdict, Verdict::Accept(_)) {
            return verdict;
        }
        self.unseparated(text, region).unwrap_or(verdict)
    }

    /// Numbers with something between them. `None` where the text reads as one number.
    fn several(&self, text: &str, region: Region) -> Option<Verdict> {
        let mut sides_before = 1;
        for level in several::LEVELS {
            let sides = several::sides(text, level);
            if sides.len() <= sides_before {
                continue;
            }
            sides_before = sides.len();
            if let Some(phones) = self.all_alone(&sides, region) {
                let needed = several::MIN_DIGITS_UNSEPARATED;
                let short = sides.iter().any(|side| several::count_digits(side) < needed);
                if level < Level::Dash || !short || self.alone(text, region).is_none() {
                    return Some(one_or_split(phones));
                }
            }
            // `912 345 678 / 12`: the second side would be glued to a number that is complete.
            if text.contains('/') && glues(level, sides[0]) && self.alone(sides[0], region).is_some() {
                return Some(Verdict::Reject(Rejection::Ambiguous));
            }
        }
        None
    }

    /// Two numbers with nothing but space between, tried only where the whole is not valid.
    fn unseparated(&self, text: &str, region: Region) -> Option<Verdict> {
        if text.contains(char::is_alphabetic) {
            return None;
        }
        let mut found =
            several::pairs(text).filter_map(|(left, right)| self.all_alone(&[left, right], region)).map(one_or_split);
        let first = found.next()?;
        Some(found.next().map_or(first, |_| Verdict::Reject(Rejection::Ambiguous)))
    }

    fn all_alone(&self, sides: &[&str], region: Region) -> Option<Vec<Phone>> {
        sides.iter().map(|side| self.alone(side, region)).collect()
    }

    /// The number in the text, if it is valid without its surroundings.
    fn alone(&self, text: &str, region: Region) -> Option<Phone> {
        if several::count_digits(text) < several::MIN_DIGITS {
            return None;
        }
        match self.settled(self.single(text.trim(), region)) {
            Verdict::Accept(phone) => Some(phone),
            _ => None,
        }
    }
}

/// Whether a slash behind this side adds to a complete number. With no space around it, it may
/// belong to the number itself, where the first part is short.
fn glues(level: Level, first: &str) -> bool {
    level == Level::Spaced || (level == Level::Mark && several::count_digits(first) >= 8)
}

fn one_or_split(mut phones: Vec<Phone>) -> Verdict {
    let mut unique: Vec<Phone> = Vec::with_capacity(phones.len());
    for phone in phones.drain(..) {
        if !unique.contains(&phone) {
            unique.push(phone);
        }
    }
    match unique.pop() {
        Some(phone) if unique.is_empty() => Verdict::Accept(phone),
        Some(phone) => {
            unique.push(phone);
            Verdict::Split(unique)
        }
        None => Verdict::Reject(Rejection::NoDigits),
    }
}
