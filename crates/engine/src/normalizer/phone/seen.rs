//! Rule 2: a small memory of E.164 texts that came out unchanged and valid.
//!
//! Both sides of a sync hold mostly the same clean numbers, so the second look is free. It holds no
//! text, forgets at will, and can never change a verdict: an entry says what the parser would say.
use std::sync::atomic::{AtomicU64, Ordering};

/// 2^13 buckets of eight numbers, half a megabyte. A list of 50,000 contacts mostly fits.
const BUCKETS_LOG2: u32 = 13;

/// E.164 numbers known to be valid as they stand. A bucket is one line of the processor's cache.
pub(super) struct Seen(Box<[Bucket]>);

type Bucket = [AtomicU64; 8];

impl Seen {
    pub(super) fn new() -> Self {
        Self((0..1 << BUCKETS_LOG2).map(|_| Bucket::default()).collect())
    }

    pub(super) fn contains(&self, digits: u64) -> bool {
        let mut bucket = self.bucket(digits).into_iter().flatten();
        bucket.any(|slot| slot.load(Ordering::Relaxed) == digits)
    }

    /// Remembers a number, and forgets the oldest of its bucket.
    pub(super) fn insert(&self, digits: u64) {
        let mut next = digits;
        for slot in self.bucket(digits).into_iter().flatten() {
            next = slot.swap(next, Ordering::Relaxed);
        }
    }

    fn bucket(&self, digits: u64) -> Option<&Bucket> {
        // Fibonacci hashing: consecutive numbers must not share a bucket.
        let hash = digits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BUCKETS_LOG2);
        self.0.get(usize::try_from(hash).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_the_latest() {
        let seen = Seen::new();
        assert!(!seen.contains(14_155_551_234));
        (0..50_000).for_each(|n| seen.insert(14_155_550_000 + n));
        assert!(seen.contains(14_155_599_999));
        assert!(!seen.contains(14_155_600_000));
    }
}
