//! Whether an id occurs twice. Costs nothing but a comparison where ids ascend, as they do in most exports.

use std::cmp::Ordering;
use xxhash_rust::xxh3::xxh3_64;

/// Ids seen so far.
#[derive(Debug, Default)]
pub(crate) struct SeenIds {
    last: String,
    unordered: bool,
    hashes: Vec<u64>,
}

impl SeenIds {
    /// One more id.
    pub(crate) fn add(&mut self, id: &str) {
        self.hashes.push(xxh3_64(id.as_bytes()));
        if !self.unordered {
            // By length first, so that 9, 10, 11 ascends as numbers do.
            let order = self.last.len().cmp(&id.len()).then_with(|| self.last.as_str().cmp(id));
            self.unordered = order != Ordering::Less;
            self.last.clear();
            self.last.push_str(id);
        }
    }

    /// False where no id can have occurred twice; true where one has, or two ids share a hash.
    pub(crate) fn may_repeat(mut self) -> bool {
        if !self.unordered {
            return false;
        }
        self.hashes.sort_unstable();
        self.hashes.windows(2).any(|pair| pair[0] == pair[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_repeats_wherever_they_stand() {
        for (ids, repeats) in [
            (&["1", "2", "10", "11"][..], false),
            (&["1", "1"], true),
            (&["b", "a", "c"], false),
            (&["b", "a", "c", "b"], true),
            (&[], false),
        ] {
            let mut seen = SeenIds::default();
            for id in ids {
                seen.add(id);
            }
            assert_eq!(seen.may_repeat(), repeats, "{ids:?}");
        }
    }
}
