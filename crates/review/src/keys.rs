//! The secrets of one start, how they are compared, and how often a wrong password may be tried. Where they come from is
//! the caller's.

use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq as _;

/// Random bytes of one start, at least 128 bits of them secret in each key.
pub type Random = [u8; 16];

/// Wrong passwords that are looked at within [`WINDOW`]; further ones are refused unread.
const TRIES: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);

/// The secrets of one start, in hexadecimal digits. Debug shows none.
#[derive(Clone)]
pub struct Keys {
    /// First part of every path. No secret: it keeps the cookie from other servers on this machine, which share it
    /// otherwise, since cookies do not know ports.
    pub place: String,
    /// In the address that is printed: opens the door once.
    pub token: String,
    /// In the cookie of those who came through the door.
    pub(crate) session: String,
    /// In the cookie of those who still owe the password.
    pub(crate) door: String,
    /// In every form.
    pub(crate) csrf: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Keys {
    /// Makes them of random bytes of the operating system, each once.
    pub fn new(random: [Random; 5]) -> Self {
        let [place, token, session, door, csrf] = random.map(|bytes| hex(&bytes));
        Self { place: place[..12].to_owned(), token, session, door, csrf }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares without telling by the time it takes where, or how long, the texts differ.
pub(crate) fn is_same(given: &str, secret: &str) -> bool {
    Sha256::digest(given.as_bytes()).ct_eq(&Sha256::digest(secret.as_bytes())).into()
}

/// When wrong passwords were tried.
#[derive(Debug, Default)]
pub(crate) struct Tries(Vec<Instant>);

impl Tries {
    /// Whether another password may be looked at.
    pub(crate) fn may_try(&mut self, now: Instant) -> bool {
        self.0.retain(|at| now.duration_since(*at) < WINDOW);
        self.0.len() < TRIES
    }

    /// A wrong one was tried.
    pub(crate) fn wrong(&mut self, now: Instant) {
        self.0.push(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_and_not_shown() {
        let keys = Keys::new([[1; 16], [2; 16], [3; 16], [4; 16], [5; 16]]);
        assert_eq!((keys.token.len(), keys.session.len(), keys.csrf.len()), (32, 32, 32));
        let shown = format!("{keys:?}");
        assert!(!shown.contains(&keys.token) && !shown.contains(&keys.session) && !shown.contains(&keys.csrf));
    }

    #[test]
    fn texts_are_the_same_or_not() {
        assert!(is_same("abc", "abc"));
        assert!(!is_same("abc", "abd") && !is_same("", "abc") && !is_same("abcd", "abc"));
    }

    #[test]
    fn wrong_passwords_are_limited_for_a_minute() {
        let (mut tries, start) = (Tries::default(), Instant::now());
        for _ in 0..TRIES {
            assert!(tries.may_try(start));
            tries.wrong(start);
        }
        assert!(!tries.may_try(start));
        assert!(tries.may_try(start + WINDOW));
    }
}
