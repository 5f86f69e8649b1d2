//! Everything that differs between versions of the API: paths, names, sizes, headers, limits. Dated paths replace `v3`
//! one day: that is another value of [`Dialect`], and no other file. It does *not* send.

use crate::config::Config;
use connector::PaceLimits;
use std::time::Duration;

/// One version of the API.
#[derive(Debug)]
pub struct Dialect {
    /// Its name.
    pub name: &'static str,
    /// Path of the contacts.
    pub contacts: &'static str,
    /// Path of the calls.
    pub calls: &'static str,
    /// How a call belongs to a contact, by HubSpot's number for it.
    pub call_to_contact: u32,
    /// Property of a call with the name that its maker gave it.
    pub call_mark: &'static str,
    /// Path of the definitions of their properties.
    pub properties: &'static str,
    /// Path of the account.
    pub account: &'static str,
    /// Path of the day's usage.
    pub usage: &'static str,
    /// Most contacts on a page.
    pub per_page: usize,
    /// Most rows in a batch.
    pub batch: usize,
    /// Most rows in a batch that shows histories.
    pub per_history: usize,
    /// Path of the account's people.
    pub owners: &'static str,
    /// Path of what the token is.
    pub token: &'static str,
    /// Most results on a page of a search.
    pub per_search_page: usize,
    /// Most characters of a search's body.
    pub search_body: usize,
    /// Results of one search that can be reached.
    pub reachable: usize,
    /// Requests per ten seconds of the smallest subscription.
    pub per_10s: u32,
    /// Property with the time of the last change.
    pub modified: &'static str,
    /// Property with the ids that were merged into a contact, `;` between them.
    pub merged: &'static str,
}

/// The documented API.
pub static V3: Dialect = Dialect {
    name: "v3",
    contacts: "/crm/v3/objects/contacts",
    calls: "/crm/v3/objects/calls",
    call_to_contact: 194,
    call_mark: "hs_call_external_id",
    properties: "/crm/v3/properties/contacts",
    account: "/account-info/v3/details",
    usage: "/account-info/v3/api-usage/daily/private-apps",
    per_page: 100,
    batch: 100,
    per_history: 50,
    owners: "/crm/v3/owners",
    token: "/oauth/v2/private-apps/get/access-token-info",
    per_search_page: 200,
    search_body: 3_000,
    reachable: 10_000,
    per_10s: 100,
    modified: "lastmodifieddate",
    merged: "hs_merged_object_ids",
};

/// What the headers of an answer say about the limits. Any may be missing, and searches have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitHeaders {
    /// Requests per window.
    pub limit: Option<u32>,
    /// Requests left of the window.
    pub remaining: Option<u64>,
    /// Requests per day.
    pub daily: Option<u64>,
    /// Requests left of the day.
    pub daily_remaining: Option<u64>,
    /// What the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Dialect {
    /// Path of a call about many contacts: `batch/read` and the like.
    pub fn contacts_call(&self, call: &str) -> String {
        format!("{}/{call}", self.contacts)
    }

    /// Path of a call of the API about many phone calls.
    pub fn calls_call(&self, call: &str) -> String {
        format!("{}/{call}", self.calls)
    }

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

    /// Limits of all requests: as configured, else as an answer told, else of the smallest subscription.
    pub fn limits(&self, config: &Config, told: Option<u32>) -> PaceLimits {
        PaceLimits {
            requests: config.limit_per_10s.or(told).unwrap_or(self.per_10s).max(1),
            window: Duration::from_secs(10),
            concurrency: config.concurrency.max(1),
            reserve: config.reserve,
        }
    }

    /// Limits of searches, which have a second of their own.
    pub fn search_limits(&self, config: &Config) -> PaceLimits {
        let requests = config.searches_per_second.max(1);
        PaceLimits { requests, window: Duration::from_secs(1), concurrency: 1, reserve: 0.0 }
    }

    /// Reads the headers about limits.
    pub fn limit_headers<'a>(&self, header: impl Fn(&str) -> Option<&'a str>) -> LimitHeaders {
        let number = |name: &str| header(name).and_then(|text| text.trim().parse::<u64>().ok());
        let window = number("x-hubspot-ratelimit-interval-milliseconds");
        // Another window is not the one that is counted here.
        let fits = window.is_none_or(|window| window == 10_000);
        LimitHeaders {
            limit: number("x-hubspot-ratelimit-max").filter(|_| fits).and_then(|limit| u32::try_from(limit).ok()),
            remaining: number("x-hubspot-ratelimit-remaining").filter(|_| fits),
            daily: number("x-hubspot-ratelimit-daily"),
            daily_remaining: number("x-hubspot-ratelimit-daily-remaining"),
            retry_after: number("retry-after").map(Duration::from_secs),
        }
    }
}

/// Which limit a 429 names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Ten rolling seconds, or one that it does not name.
    Window,
    /// A second of searches.
    Second,
    /// The day.
    Day,
}

impl Limit {
    /// From `policyName`, or from the message where there is none.
    pub fn named(policy: Option<&str>, message: &str) -> Self {
        let text = policy.unwrap_or(message).to_uppercase();
        if text.contains("DAILY") {
            Self::Day
        } else if text.contains("SECONDLY") && !text.contains("TEN_SECONDLY") {
            Self::Second
        } else {
            Self::Window
        }
    }

    /// How long to wait where the answer does not say; the day has no such time.
    pub const fn wait(self) -> Duration {
        match self {
            Self::Second => Duration::from_secs(1),
            Self::Window | Self::Day => Duration::from_secs(10),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment_of_the_path() {
        assert_eq!(V3.contact("98765"), "/crm/v3/objects/contacts/98765");
        assert_eq!(V3.contact("../x?y"), "/crm/v3/objects/contacts/%2E%2E%2Fx%3Fy");
    }

    #[test]
    fn missing_headers_say_nothing_and_other_windows_are_not_ours() {
        assert_eq!(V3.limit_headers(|_| None), LimitHeaders::default());
        let header = |interval: &'static str| {
            V3.limit_headers(move |name| {
                Some(match name {
                    "x-hubspot-ratelimit-interval-milliseconds" => interval,
                    "retry-after" => return None,
                    _ => "7",
                })
            })
        };
        assert_eq!((header("10000").limit, header("10000").daily_remaining), (Some(7), Some(7)));
        assert_eq!((header("1000").limit, header("1000").daily), (None, Some(7)));
    }

    #[test]
    fn a_429_names_its_limit() {
        let table = [
            (Some("TEN_SECONDLY_ROLLING"), "", Limit::Window),
            (Some("SECONDLY"), "", Limit::Second),
            (Some("DAILY"), "", Limit::Day),
            (None, "You have reached your daily limit.", Limit::Day),
            (None, "You have reached your secondly limit.", Limit::Second),
            (None, "slow down", Limit::Window),
        ];
        for (policy, message, limit) in table {
            assert_eq!(Limit::named(policy, message), limit, "{policy:?} {message}");
        }
    }
}
