//! What one account is: its token and scopes, its tier and limits, and how its search index and batches behave.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The settings of an account. All can be changed while it runs.
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own, and any mix of them exists")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The private app's access token.
    pub token: String,
    /// What the private app may do.
    pub scopes: BTreeSet<String>,
    /// The account's number.
    pub portal_id: u64,
    /// The private app's number, as the history of values names it.
    pub app_id: u64,
    /// Names of users by their number, as the account's owners.
    pub users: BTreeMap<u64, String>,
    /// The subscription, which fixes the limits unless they are overridden.
    pub tier: Tier,
    /// Requests per rolling ten seconds, in place of the tier's.
    pub requests_per_ten_seconds: Option<usize>,
    /// Searches per rolling second.
    pub searches_per_second: usize,
    /// Requests per day, in place of the tier's.
    pub daily_limit: Option<u64>,
    /// The account's time zone (IANA); the daily quota begins anew at its midnight.
    pub time_zone: String,
    /// Where the account's pages are.
    pub ui_domain: String,
    /// Whether answers carry the `X-HubSpot-RateLimit-*` headers. Searches never do.
    pub rate_limit_headers: bool,
    /// How long a write stays invisible to searches, in milliseconds.
    pub index_lag_ms: u64,
    /// Whether the rows of a batch answer come in another order than they were asked for.
    pub shuffle_batches: bool,
    /// Whether batch updates with trace ids answer row by row. The documents promise it for batch creates only; without
    /// it, one bad row refuses all.
    pub multi_status_updates: bool,
    /// Whether contacts that were merged into others are among the archived ones. Reports differ.
    pub merged_are_archived: bool,
    /// Another seed shuffles otherwise.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let scopes = ["crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read"];
        Self {
            token: "pat-na1-sandbox".to_owned(),
            scopes: scopes.map(str::to_owned).into(),
            portal_id: 8_675_309,
            app_id: 1_234_567,
            users: BTreeMap::from([(9001, "Sam Rivera".to_owned())]),
            tier: Tier::Free,
            requests_per_ten_seconds: None,
            searches_per_second: 5,
            daily_limit: None,
            time_zone: "UTC".to_owned(),
            ui_domain: "app.hubspot.com".to_owned(),
            rate_limit_headers: true,
            index_lag_ms: 5_000,
            shuffle_batches: true,
            multi_status_updates: false,
            merged_are_archived: false,
            seed: 1,
        }
    }
}

impl Settings {
    /// Settings without a limit that a test could reach and without a lag, for tests about something else.
    pub fn unlimited() -> Self {
        Self {
            requests_per_ten_seconds: Some(1_000_000),
            searches_per_second: 1_000_000,
            index_lag_ms: 0,
            ..Self::default()
        }
    }

    /// Requests per rolling ten seconds that hold now.
    pub fn burst_limit(&self) -> usize {
        self.requests_per_ten_seconds.unwrap_or_else(|| self.tier.requests_per_ten_seconds())
    }

    /// Requests per day that hold now.
    pub fn day_limit(&self) -> u64 {
        self.daily_limit.unwrap_or_else(|| self.tier.requests_per_day())
    }

    /// The account's time zone; UTC where this machine does not know it.
    pub(crate) fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }
}

/// A subscription and its documented limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// 100 requests in ten seconds, 250,000 a day. Starter has the same.
    Free,
    /// 190 requests in ten seconds, 650,000 a day.
    Professional,
    /// 190 requests in ten seconds, 1,000,000 a day.
    Enterprise,
}

impl Tier {
    /// Requests per rolling ten seconds and private app (documented).
    pub const fn requests_per_ten_seconds(self) -> usize {
        match self {
            Self::Free => 100,
            Self::Professional | Self::Enterprise => 190,
        }
    }

    /// Requests per day and account (documented).
    pub const fn requests_per_day(self) -> u64 {
        match self {
            Self::Free => 250_000,
            Self::Professional => 650_000,
            Self::Enterprise => 1_000_000,
        }
    }
}
