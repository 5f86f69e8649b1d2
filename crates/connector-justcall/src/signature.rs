//! Whether a webhook was signed by the account: `hex(HMAC-SHA256(key = secret, "secret|address|event|time"))`, the address
//! percent-encoded, in the header `x-justcall-signature`, with the time in `x-justcall-request-timestamp`.
//!
//! The body is not signed: whoever saw one signed request can send another body with it until its time is up. So the
//! address must be secret, too, and what is taken in is a hint.

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use model::Secret;
use sha2::Sha256;

/// The header with the signature.
pub const SIGNATURE: &str = "x-justcall-signature";
/// The header with its version; without it, the first.
pub const VERSION: &str = "x-justcall-signature-version";
/// The header with the time that is signed.
pub const TIME: &str = "x-justcall-request-timestamp";

/// A clock may be ahead of ours by so much.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// What of a request is signed, and how.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// The webhook's address, as JustCall knows it.
    pub address: &'a str,
    /// The event.
    pub event: &'a str,
    /// The header with the time.
    pub time: Option<&'a str>,
    /// The header with the signature.
    pub signature: Option<&'a str>,
    /// The header with its version.
    pub version: Option<&'a str>,
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadSignature {
    /// It has no signature, or no time.
    Missing,
    /// It is signed in a way that we do not know.
    Version,
    /// It is not by the account, or not for this address, event and time.
    Forged,
    /// It is older than any redelivery: somebody sends it once more.
    Replayed,
}

impl BadSignature {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "no signature",
            Self::Version => "a version of the signature that is not known",
            Self::Forged => "a signature that is not the account's for this address, event and time",
            Self::Replayed => "a time that is too long ago, or in the future",
        }
    }
}

/// Checks the signature, and that its time is not longer ago than `window`.
///
/// # Errors
/// Where it must not be taken.
pub fn verify(secret: &Secret, signed: Signed<'_>, now: Timestamp, window: SignedDuration) -> Result<(), BadSignature> {
    let (Some(signature), Some(time)) = (signed.signature, signed.time) else { return Err(BadSignature::Missing) };
    if signed.version.is_some_and(|version| !version.trim().eq_ignore_ascii_case("v1")) {
        return Err(BadSignature::Version);
    }
    let text = format!("{}|{}|{}|{time}", secret.reveal(), percent_encoded(signed.address), signed.event);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()).map_err(|_| BadSignature::Forged)?;
    mac.update(text.as_bytes());
    let given = bytes(signature.trim()).ok_or(BadSignature::Forged)?;
    // In constant time.
    mac.verify_slice(&given).map_err(|_| BadSignature::Forged)?;
    // Only of a time that is truly the account's it is worth saying that it is old.
    let at = moment(time.trim()).ok_or(BadSignature::Replayed)?;
    let age = now.duration_since(at);
    if age > window || age < -AHEAD { Err(BadSignature::Replayed) } else { Ok(()) }
}

/// RFC 3339, the same without a zone, or seconds or milliseconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    const MILLISECONDS: i64 = 100_000_000_000;
    match text.parse::<i64>() {
        Ok(count) if count >= MILLISECONDS => Timestamp::from_millisecond(count).ok(),
        Ok(count) => Timestamp::from_second(count).ok(),
        Err(_) => crate::requests::calls::time(text),
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

/// Everything but letters, digits and `-_.!~*'()`, as `encodeURIComponent` does it.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            _ if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ADDRESS: &str = "https://hooks.example.com/a b/webhook";
    const WINDOW: SignedDuration = SignedDuration::from_hours(3);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn signed<'a>(time: &'a str, signature: &'a str) -> Signed<'a> {
        Signed {
            address: ADDRESS,
            event: "call.completed",
            time: Some(time),
            signature: Some(signature),
            version: None,
        }
    }

    /// By the sandbox, which signs on its own.
    fn sign(time: &str) -> String {
        sandbox::sign("s3cret", ADDRESS, "call.completed", time)
    }

    #[test]
    fn the_account_s_own_signature_is_taken_and_no_other() {
        let (secret, now) = (Secret::new("s3cret"), at("2026-03-01T12:00:00Z"));
        for time in ["2026-03-01T11:59:00Z", "2026-03-01 11:00:00", "1772366340", "1772366340000"] {
            let own = sign(time);
            assert_eq!(verify(&secret, signed(time, &own), now, WINDOW), Ok(()), "{time}");
            assert_eq!(verify(&secret, signed(time, &own.to_uppercase()), now, WINDOW), Ok(()));
        }
        let time = "2026-03-01T11:59:00Z";
        let own = sign(time);
        let good = signed(time, &own);
        let forged = Err(BadSignature::Forged);
        assert_eq!(verify(&Secret::new("other"), good, now, WINDOW), forged);
        assert_eq!(verify(&secret, Signed { event: "call.missed", ..good }, now, WINDOW), forged);
        assert_eq!(verify(&secret, Signed { address: "https://x.example", ..good }, now, WINDOW), forged);
        assert_eq!(verify(&secret, Signed { time: Some("2026-03-01T11:59:01Z"), ..good }, now, WINDOW), forged);
        for text in ["", "zz", "0", "é9", &own[2..]] {
            assert_eq!(verify(&secret, signed(time, text), now, WINDOW), forged, "{text}");
        }
        assert_eq!(verify(&secret, Signed { signature: None, ..good }, now, WINDOW), Err(BadSignature::Missing));
        assert_eq!(verify(&secret, Signed { time: None, ..good }, now, WINDOW), Err(BadSignature::Missing));
        assert_eq!(verify(&secret, Signed { version: Some("v2"), ..good }, now, WINDOW), Err(BadSignature::Version));
        assert_eq!(verify(&secret, Signed { version: Some("v1"), ..good }, now, WINDOW), Ok(()));
    }

    #[test]
    fn what_is_older_than_any_redelivery_is_a_replay() {
        let secret = Secret::new("s3cret");
        let time = "2026-03-01T12:00:00Z";
        let own = sign(time);
        for (now, taken) in [
            ("2026-03-01T15:00:00Z", true),
            ("2026-03-01T15:00:01Z", false),
            ("2026-03-01T11:55:00Z", true),
            ("2026-03-01T11:54:59Z", false),
        ] {
            assert_eq!(verify(&secret, signed(time, &own), at(now), WINDOW).is_ok(), taken, "{now}");
        }
        let own = sign("soon");
        assert_eq!(verify(&secret, signed("soon", &own), at(time), WINDOW), Err(BadSignature::Replayed));
    }
}
