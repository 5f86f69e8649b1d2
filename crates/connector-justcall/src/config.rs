//! What the connector is told when it is built. Parsing a file is the command line's; nothing here is serialisable, so
//! that a secret cannot end up in one.

use connector::RetryPolicy;
use model::{Field, Secret};
use std::time::Duration;

/// A plan of the account; it fixes the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Team.
    Team,
    /// Pro.
    Pro,
    /// Business.
    Business,
}

impl Plan {
    /// From its name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "team" => Some(Self::Team),
            "pro" => Some(Self::Pro),
            "business" => Some(Self::Business),
            _ => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Team => "Team",
            Self::Pro => "Pro",
            Self::Business => "Business",
        }
    }
}

/// What bulk does to fields that a row leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BulkUpdates {
    /// Find out once.
    #[default]
    Auto,
    /// They stay: rows carry only what changed.
    Merge,
    /// They may go: rows carry the whole contact.
    Whole,
    /// Updates do not use bulk.
    Never,
}

/// How long to wait for answers; `None`: for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Option<Duration>,
    /// For an answer.
    pub request: Option<Duration>,
    /// For the answer to a bulk request, which may be worked on before it is answered.
    pub bulk: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            request: Some(Duration::from_secs(30)),
            bulk: Some(Duration::from_secs(300)),
        }
    }
}

/// Where the account is and how to use it.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Base of all addresses, without `/v2`.
    pub base_url: String,
    /// First half of the credentials.
    pub key: Secret,
    /// Second half of the credentials.
    pub secret: Secret,
    /// The plan; none: the account says.
    pub plan: Option<Plan>,
    /// Overrides the plan's limit.
    pub requests_per_minute: Option<u32>,
    /// Overrides the plan's limit.
    pub concurrency: Option<usize>,
    /// Share of the quota left to others, 0 to 1.
    pub reserve: f64,
    /// What bulk does to fields that a row leaves out.
    pub bulk_updates: BulkUpdates,
    /// What earlier runs found out: [`connector::Connector::learned`] of the last one.
    pub learned: Vec<(String, String)>,
    /// How long to wait for answers.
    pub timeouts: Timeouts,
    /// When to send again.
    pub retry: RetryPolicy,
    /// Names in the API that differ from the canonical ones: `company`, or `custom.<key>`.
    pub field_names: Vec<(Field, String)>,
}

impl Config {
    /// Where the vendor serves the API.
    pub const BASE_URL: &str = "https://api.justcall.io";

    /// Defaults for everything but the credentials.
    pub fn new(key: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            base_url: Self::BASE_URL.to_owned(),
            key: Secret::new(key),
            secret: Secret::new(secret),
            plan: None,
            requests_per_minute: None,
            concurrency: None,
            reserve: 0.1,
            bulk_updates: BulkUpdates::Auto,
            learned: Vec::new(),
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            field_names: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_prints_without_its_secrets() {
        let printed = format!("{:?}", Config::new("the-key", "the-secret"));
        assert!(printed.contains("***"));
        assert!(!printed.contains("the-key") && !printed.contains("the-secret"), "{printed}");
    }

    #[test]
    fn plans_by_name() {
        assert_eq!(Plan::from_name(" pro"), Some(Plan::Pro));
        assert_eq!(Plan::from_name("Enterprise"), None);
    }
}
