//! The two secrets of a receiver that outlive its start, and how secrets are compared. Where they are kept is the
//! caller's.

use model::Secret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// What must be known to reach the receiver, and to make links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The secret part of the addresses that JustCall posts to.
    pub place: Secret,
    /// Signs links that dial.
    pub links: Secret,
}

impl Keys {
    /// Of random bytes of the operating system.
    pub fn new(place: [u8; 16], links: [u8; 32]) -> Self {
        Self { place: Secret::new(hex(&place)), links: Secret::new(hex(&links)) }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares without telling by the time it takes where, or how long, the texts differ.
pub fn is_same(given: &str, secret: &Secret) -> bool {
    Sha256::digest(given.as_bytes()).ct_eq(&Sha256::digest(secret.reveal().as_bytes())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_not_shown_and_compared_as_a_whole() {
        let keys = Keys::new([1; 16], [2; 32]);
        assert_eq!((keys.place.reveal().len(), keys.links.reveal().len()), (32, 64));
        assert!(!format!("{keys:?}").contains("01"));
        assert!(is_same(&"01".repeat(16), &keys.place));
        for other in ["", "01", &"01".repeat(17), &"02".repeat(16)] {
            assert!(!is_same(other, &keys.place), "{other}");
        }
    }
}
