//! Ids for the rows that tieline adds to a plain table. Never one that stands in the file, and never one that stood
//! there when an earlier run looked: an id that comes back under another person would turn one contact into the other.

/// The fact by which the largest number is remembered.
const NUMBERS: &str = "highest_id";
/// The same for ids of our own form.
const OURS: &str = "highest_own_id";

/// Makes ids that continue a file's own.
#[derive(Debug, Clone)]
pub(crate) struct NewIds {
    /// The largest number.
    largest: u64,
    /// Whether the file's ids are all numbers.
    only_numbers: bool,
    /// The largest n of an id `t-<n>`.
    ours: u64,
}

impl NewIds {
    pub(crate) const fn new() -> Self {
        Self { largest: 0, only_numbers: true, ours: 0 }
    }

    /// Goes on from what earlier runs saw.
    pub(crate) fn recall(facts: &[(String, String)]) -> Self {
        let fact = |name: &str| facts.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok());
        Self { largest: fact(NUMBERS).unwrap_or(0), ours: fact(OURS).unwrap_or(0), ..Self::new() }
    }

    /// What later runs must know.
    pub(crate) fn facts(&self) -> Vec<(String, String)> {
        let facts = [(NUMBERS, self.largest), (OURS, self.ours)];
        facts.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| (key.to_owned(), n.to_string())).collect()
    }

    /// One of the file's ids.
    pub(crate) fn see(&mut self, id: &str) {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match digits(id) {
            Some(number) => self.largest = self.largest.max(number),
            None => self.only_numbers = false,
        }
        if let Some(number) = id.strip_prefix("t-").and_then(digits) {
            self.ours = self.ours.max(number);
        }
    }

    /// The next new one; none where the file's numbers are exhausted.
    pub(crate) fn make(&mut self) -> Option<String> {
        if let Some(number) = self.largest.checked_add(1).filter(|_| self.only_numbers) {
            self.largest = number;
            return Some(number.to_string());
        }
        self.ours = self.ours.checked_add(1)?;
        Some(format!("t-{}", self.ours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continues_the_files_own_ids() {
        for (ids, next) in [
            (&[][..], ["1", "2"]),
            (&["7", "3"], ["8", "9"]),
            (&["007"], ["8", "9"]),
            (&["7", "x"], ["t-1", "t-2"]),
            (&["x", "t-4", "t-2"], ["t-5", "t-6"]),
            (&["18446744073709551615"], ["t-1", "t-2"]),
        ] {
            let mut new = NewIds::new();
            for id in ids {
                new.see(id);
            }
            assert_eq!([new.make(), new.make()], next.map(|id| Some(id.to_owned())), "{ids:?}");
        }
    }

    #[test]
    fn never_gives_what_stood_there_once() {
        let mut first = NewIds::new();
        for id in ["7", "9", "t-3"] {
            first.see(id);
        }
        let mut later = NewIds::recall(&first.facts());
        later.see("7");
        assert_eq!(later.make().as_deref(), Some("10"));
        let mut mixed = NewIds::recall(&first.facts());
        mixed.see("x");
        assert_eq!(mixed.make().as_deref(), Some("t-4"));
        assert_eq!(NewIds::recall(&mixed.facts()).facts(), mixed.facts());
    }
}
