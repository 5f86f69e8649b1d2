//! What the connector is told when it is built. Parsing a file is the command line's; nothing here is serialisable, so
//! that a secret cannot end up in one.

use connector::RetryPolicy;
use model::{Field, Secret};
use std::time::Duration;

/// How long to wait for answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For an answer.
    pub request: Duration,
    /// For the answer to a batch.
    pub batch: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(30), batch: Duration::from_secs(120) }
    }
}

/// Where the account is and how to use it.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Base of all addresses, without `/crm`.
    pub base_url: String,
    /// Access token of the private app.
    pub token: Secret,
    /// Requests per ten seconds; none: what the smallest subscription allows, until an answer names more.
    pub limit_per_10s: Option<u32>,
    /// Searches per second.
    pub searches_per_second: u32,
    /// Requests under way at once.
    pub concurrency: usize,
    /// Share of the pace left to others, 0 to 1.
    pub reserve: f64,
    /// Everybody is listed at least every so many readings; 1: always.
    pub full_listing_every: u32,
    /// How long the search index may lag behind a write.
    pub index_lag: Duration,
    /// Field and the property that holds it; fields that are not named have their usual one.
    pub properties: Vec<(Field, String)>,
    /// Further properties with a contact's numbers, in order of preference after the one of the phone.
    pub numbers: Vec<String>,
    /// Fields that are only read here: their property may be a calculated one.
    pub only_read: Vec<Field>,
    /// Which values of which property are in the scope, to see that there are such values.
    pub conditions: Vec<(String, Vec<String>)>,
    /// How long to wait for answers.
    pub timeouts: Timeouts,
    /// When to send again.
    pub retry: RetryPolicy,
}

impl Config {
    /// Where the vendor serves the API.
    pub const BASE_URL: &str = "https://api.hubapi.com";

    /// Defaults for everything but the token.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            base_url: Self::BASE_URL.to_owned(),
            token: Secret::new(token),
            limit_per_10s: None,
            searches_per_second: 5,
            concurrency: 5,
            reserve: 0.1,
            full_listing_every: 7,
            index_lag: Duration::from_secs(300),
            properties: Vec::new(),
            numbers: Vec::new(),
            only_read: Vec::new(),
            conditions: Vec::new(),
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_prints_without_its_token() {
        let printed = format!("{:?}", Config::new("pat-na1-the-token"));
        assert!(printed.contains("***") && !printed.contains("the-token"), "{printed}");
    }
}
