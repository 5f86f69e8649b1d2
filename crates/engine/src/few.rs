//! Whether a number is one of a few, for somebody who asks about very many.

/// Some numbers, ascending, and a bit for what each ends in: whoever is none of them is mostly known by that alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Few {
    numbers: Vec<u64>,
    /// As many bits as a power of two; none while there are no numbers.
    bits: Vec<u64>,
}

/// Bits per number: three of four who are none of them are known by them.
const BITS: usize = 8;

impl Few {
    pub(crate) fn of(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        let words = if numbers.is_empty() { 0 } else { (numbers.len() * BITS / 64 + 1).next_power_of_two() };
        let mut few = Self { numbers: Vec::new(), bits: vec![0; words] };
        for number in &numbers {
            let (word, bit) = few.place(*number);
            few.bits[word] |= bit;
        }
        few.numbers = numbers;
        few
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub(crate) fn contains(&self, number: u64) -> bool {
        if self.numbers.is_empty() {
            return false;
        }
        let (word, bit) = self.place(number);
        self.bits[word] & bit != 0 && self.numbers.binary_search(&number).is_ok()
    }

    /// Numbers of one area differ in their last digits alone: those are spread over all bits.
    fn place(&self, number: u64) -> (usize, u64) {
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let bit = usize::try_from(spread).unwrap_or(0) & (self.bits.len() * 64 - 1);
        (bit / 64, 1 << (bit % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exactly_those_are_in(numbers in prop::collection::vec(0..300u64, 0..100), far in any::<u64>()) {
            let few = Few::of(numbers.clone());
            for number in (0..300).chain([far]) {
                prop_assert_eq!(few.contains(number), numbers.contains(&number));
            }
            prop_assert_eq!(few.is_empty(), numbers.is_empty());
        }
    }
}
