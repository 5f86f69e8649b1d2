//! The signature of webhooks, as the real product signs them.
//!
//! It covers the secret, the address, the event and the time, and not the body.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `hex(HMAC-SHA256(key = secret, "secret|percent-encoded address|event|timestamp"))`.
pub fn sign(secret: &str, url: &str, event: &str, timestamp: &str) -> String {
    let text = format!("{secret}|{}|{event}|{timestamp}", percent_encoded(url));
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
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
    use super::*;

    #[test]
    fn every_part_counts() {
        let good = sign("s", "https://example.com/hook?a=b", "call.completed", "2026-03-01 12:00:00");
        assert_eq!(good.len(), 64);
        for (secret, url, event, time) in [
            ("t", "https://example.com/hook?a=b", "call.completed", "2026-03-01 12:00:00"),
            ("s", "https://example.com/hook?a=c", "call.completed", "2026-03-01 12:00:00"),
            ("s", "https://example.com/hook?a=b", "call.missed", "2026-03-01 12:00:00"),
            ("s", "https://example.com/hook?a=b", "call.completed", "2026-03-01 12:00:01"),
        ] {
            assert_ne!(sign(secret, url, event, time), good);
        }
        assert_eq!(percent_encoded("https://a.b/c?d=e f"), "https%3A%2F%2Fa.b%2Fc%3Fd%3De%20f");
    }
}
