//! The secrets of one start, how they are compared, and how often a wrong password may be tried. Where they come from is
//! the caller's.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
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
    /// What the keys of each browser's session are made of.
    secret: Random,
}

/// What a session is for: it says how far its browser has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// In the cookie of those who came through the door.
    Inside = 1,
    /// In the cookie of those who still owe the password.
    Door = 2,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Keys {
    /// Makes them of random bytes of the operating system, each once.
    pub fn new([place, token, secret]: [Random; 3]) -> Self {
        Self { place: hex(&place)[..12].to_owned(), token: hex(&token), secret }
    }

    /// The cookie of a browser's own session.
    pub(crate) fn session(&self, purpose: Purpose, number: u64) -> String {
        format!("{number}.{}", self.derive(purpose, number, b'c'))
    }

    /// The key in every form of that session. Whoever has seen another browser's form cannot use it here.
    pub(crate) fn csrf(&self, purpose: Purpose, number: u64) -> String {
        self.derive(purpose, number, b'f')
    }

    /// Which session a cookie is of, where we made it for this purpose.
    pub(crate) fn number(&self, purpose: Purpose, cookie: &str) -> Option<u64> {
        let number = cookie.split_once('.')?.0.parse().ok()?;
        is_same(cookie, &self.session(purpose, number)).then_some(number)
    }

    fn derive(&self, purpose: Purpose, number: u64, part: u8) -> String {
        let mut key = [0; 64]; // the hash's block
        key[..self.secret.len()].copy_from_slice(&self.secret);
        let mut mac = Hmac::<Sha256>::new(&key.into());
        mac.update(&[purpose as u8, part]);
        mac.update(&number.to_be_bytes());
        hex(&mac.finalize().into_bytes()[..16])
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
    /// Whether another password may be looked at. It counts as a wrong one until [`Tries::right`] says otherwise, so
    /// that many at once are no way around the limit.
    pub(crate) fn may_try(&mut self, now: Instant) -> bool {
        self.0.retain(|at| now.duration_since(*at) < WINDOW);
        let may = self.0.len() < TRIES;
        self.0.extend(may.then_some(now));
        may
    }

    /// The one that was tried then was right.
    pub(crate) fn right(&mut self, tried: Instant) {
        if let Some(at) = self.0.iter().position(|at| *at == tried) {
            self.0.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_and_not_shown() {
        let keys = Keys::new([[1; 16], [2; 16], [3; 16]]);
        let (session, csrf) = (keys.session(Purpose::Inside, 7), keys.csrf(Purpose::Inside, 7));
        assert_eq!((keys.token.len(), session.len(), csrf.len()), (32, 34, 32));
        let shown = format!("{keys:?}");
        assert!(!shown.contains(&keys.token) && !shown.contains("3, 3") && !shown.contains("0303"));
    }

    #[test]
    fn every_session_has_keys_of_its_own_and_others_are_not_ours() {
        let keys = Keys::new([[1; 16], [2; 16], [3; 16]]);
        let all = [Purpose::Inside, Purpose::Door]
            .into_iter()
            .flat_map(|purpose| (0..3).flat_map(move |number| [(purpose, number, b'c'), (purpose, number, b'f')]));
        let made: std::collections::BTreeSet<String> =
            all.map(|(purpose, number, part)| keys.derive(purpose, number, part)).collect();
        assert_eq!(made.len(), 12);
        let cookie = keys.session(Purpose::Door, 5);
        assert_eq!(keys.number(Purpose::Door, &cookie), Some(5));
        assert_eq!(keys.number(Purpose::Inside, &cookie), None, "the door is not the inside");
        let other = Keys::new([[1; 16], [2; 16], [4; 16]]);
        for cookie in
            [cookie.replacen('5', "6", 1), format!("0{cookie}"), other.session(Purpose::Door, 5), String::new()]
        {
            assert_eq!(keys.number(Purpose::Door, &cookie), None, "{cookie}");
        }
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
        }
        assert!(!tries.may_try(start), "also while the others are still looked at");
        tries.right(start);
        assert!(tries.may_try(start) && !tries.may_try(start));
        assert!(tries.may_try(start + WINDOW));
    }
}
