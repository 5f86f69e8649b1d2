//! Everything that differs between versions of the API: paths, names, first page, sizes, headers, errors, limits.
//!
//! Another version is another value of [`Dialect`]; no other file knows a path or a header. It does *not* send.

use crate::config::Plan;
use crate::json;
use connector::PaceLimits;
use connector::pace::MINUTE;
use model::Secret;
use std::time::Duration;

/// One version of the API.
#[derive(Debug)]
pub struct Dialect {
    /// Its name.
    pub name: &'static str,
    /// Path of the account.
    pub account: &'static str,
    /// Path of the contacts.
    pub contacts: &'static str,
    /// Path of bulk.
    pub bulk: &'static str,
    /// Path of the call log.
    pub calls: &'static str,
    /// Path of click-to-call.
    pub make_call: &'static str,
    /// Number of the first page.
    pub first_page: u64,
    /// Most contacts on a page.
    pub per_page: u64,
    /// Most rows in a bulk request.
    pub bulk_rows: usize,
    /// Fields of a contact that can be written, beside the custom ones.
    pub fields: &'static [&'static str],
    /// The field by which bulk finds contacts.
    pub phone: &'static str,
    /// The object of custom fields.
    pub custom_fields: &'static str,
    /// The contact's id.
    pub id: &'static str,
    headers: HeaderNames,
}

#[derive(Debug)]
struct HeaderNames {
    limit: &'static str,
    remaining: &'static str,
    reset: &'static str,
}

/// The documented API.
pub static V2: Dialect = Dialect {
    name: "v2",
    account: "/v2/account",
    contacts: "/v2/contacts",
    bulk: "/v2/contacts/bulk",
    calls: "/v2/calls",
    make_call: "/v2/calls/make",
    first_page: 1,
    per_page: 100,
    bulk_rows: 5_000,
    fields: &["first_name", "last_name", "phone", "email", "company"],
    phone: "phone",
    custom_fields: "custom_fields",
    id: "id",
    headers: HeaderNames { limit: "x-ratelimit-limit", remaining: "x-ratelimit-remaining", reset: "x-ratelimit-reset" },
};

/// What the headers of an answer say about the quota. A missing header says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuotaHeaders {
    /// Requests per minute.
    pub limit: Option<u32>,
    /// Requests left of the minute.
    pub remaining: Option<u64>,
    /// When the minute is whole again.
    pub reset_in: Option<Duration>,
    /// What the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Dialect {
    /// Path of one contact. Ids are opaque: what has no place in a path is escaped.
    pub fn contact(&self, id: &str) -> String {
        use std::fmt::Write;
        let mut path = format!("{}/", self.contacts);
        for byte in id.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
                path.push(char::from(byte));
            } else {
                let _ = write!(path, "%{byte:02X}");
            }
        }
        path
    }

    /// Value of the `Authorization` header.
    pub fn authorization(&self, key: &Secret, secret: &Secret) -> String {
        format!("{}:{}", key.reveal(), secret.reveal())
    }

    /// Limits of a plan; of the smallest one where the plan is not known.
    pub const fn limits(&self, plan: Option<Plan>) -> PaceLimits {
        let (per_minute, concurrency) = match plan {
            None | Some(Plan::Team) => (60, 5),
            Some(Plan::Pro) => (120, 10),
            Some(Plan::Business) => (300, 25),
        };
        PaceLimits { requests: per_minute, window: MINUTE, concurrency, reserve: 0.0 }
    }

    /// Reads the quota headers. `now` is the server's own time where it said it, in Unix seconds.
    pub fn quota<'a>(&self, header: impl Fn(&str) -> Option<&'a str>, now: i64) -> QuotaHeaders {
        let number = |name: &str| header(name).and_then(|text| text.trim().parse::<u64>().ok());
        let reset = number(self.headers.reset).and_then(|at| i64::try_from(at).ok());
        QuotaHeaders {
            limit: number(self.headers.limit).and_then(|limit| u32::try_from(limit).ok()),
            remaining: number(self.headers.remaining),
            reset_in: reset.map(|at| Duration::from_secs(u64::try_from(at.saturating_sub(now)).unwrap_or(0))),
            retry_after: number("retry-after").map(Duration::from_secs),
        }
    }

    /// The words and the code of an error body; `None` where it is not the API that speaks (HTML, nothing).
    pub fn error_words(&self, body: &[u8]) -> Option<(String, Option<String>)> {
        let object = json::object(body).ok()?;
        let code = object.get("error_code").and_then(|raw| json::string(raw));
        let message = ["message", "error"].iter().find_map(|name| object.get(*name).and_then(|raw| json::words(raw)));
        Some((message.unwrap_or_default(), code))
    }

    /// Whether the `status` of a body says that all went well. Bodies without one say nothing else.
    pub fn says_success(&self, status: Option<&str>) -> bool {
        status.is_none_or(|word| word.eq_ignore_ascii_case("success"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        assert_eq!(V2.contact("98765"), "/v2/contacts/98765");
        assert_eq!(V2.contact("../account?x"), "/v2/contacts/%2E%2E%2Faccount%3Fx");
    }

    #[test]
    fn missing_and_unreadable_headers_say_nothing() {
        assert_eq!(V2.quota(|_| None, 0), QuotaHeaders::default());
        assert_eq!(V2.quota(|_| Some("soon"), 0), QuotaHeaders::default());
        let given = V2.quota(|name| Some(if name.ends_with("reset") { "1060" } else { "7" }), 1_000);
        assert_eq!(given.reset_in, Some(Duration::from_secs(60)));
        assert_eq!((given.limit, given.remaining), (Some(7), Some(7)));
        assert_eq!(V2.quota(|_| Some("5"), 1_000).reset_in, Some(Duration::ZERO), "a reset in the past");
    }

    #[test]
    fn error_words_are_kept_word_for_word() {
        let body = br#"{"status":"error","message":"Too  many!","error_code":"RATE_LIMIT_EXCEEDED"}"#;
        assert_eq!(V2.error_words(body).unwrap(), ("Too  many!".into(), Some("RATE_LIMIT_EXCEEDED".into())));
        assert_eq!(V2.error_words(b"<html>502</html>"), None);
    }
}
