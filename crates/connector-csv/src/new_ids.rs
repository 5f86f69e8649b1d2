//! Ids for the rows that tieline adds to a plain table. Never one that stands in the file, deleted rows included.

/// Makes ids that continue a file's own.
#[derive(Debug)]
pub(crate) struct NewIds {
    /// The largest number, while every id is one.
    numbers: Option<u64>,
    /// The largest n of an id `t-<n>`.
    ours: u64,
}

impl NewIds {
    pub(crate) const fn new() -> Self {
        Self { numbers: Some(0), ours: 0 }
    }

    /// One of the file's ids.
    pub(crate) fn see(&mut self, id: &str) {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        self.numbers = self.numbers.and_then(|largest| digits(id).map(|number: u64| largest.max(number)));
        if let Some(number) = id.strip_prefix("t-").and_then(digits) {
            self.ours = self.ours.max(number);
        }
    }

    /// The next new one; none where the file's numbers are exhausted.
    pub(crate) fn make(&mut self) -> Option<String> {
        if let Some(number) = self.numbers.and_then(|largest| largest.checked_add(1)) {
            self.numbers = Some(number);
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
}
