//! What one sandbox is: its account, credentials, plan and limits, and the choices the documents leave open.
//!
//! It does not hold faults (see `faults`): a setting holds until it is changed, a fault hits chosen requests.

use serde::{Deserialize, Serialize};

use crate::calls::Script;
use crate::choices::Choices;

/// The settings of a sandbox. All can be changed while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The plan, which fixes both limits unless they are overridden.
    pub plan: Plan,
    /// Requests per rolling minute in place of the plan's (the documents' "custom" limit of the Enterprise plan).
    pub requests_per_minute: Option<usize>,
    /// Requests answered at the same time, in place of the plan's.
    pub concurrency: Option<usize>,
    /// First half of the `Authorization` header.
    pub api_key: String,
    /// Second half of the `Authorization` header.
    pub api_secret: String,
    /// The account's number, as `GET /v2/account` gives it.
    pub account_id: u64,
    /// The account's email address, as `GET /v2/account` gives it.
    pub account_email: String,
    /// Whether `GET /v2/account` exists; otherwise it answers 404. The contacts documents do not mention it.
    pub account_endpoint: bool,
    /// Whether answers carry the documented `X-RateLimit-*` headers.
    pub rate_limit_headers: bool,
    /// Whether a 429 of the rate limit carries the documented `Retry-After` (seconds).
    pub retry_after_header: bool,
    /// The account's own numbers: calls are made from them.
    pub numbers: Vec<String>,
    /// Further numbers that may be shown as `caller_id`.
    pub verified_numbers: Vec<String>,
    /// Who makes and takes calls. The first one owns the numbers.
    pub agents: Vec<Agent>,
    /// How calls that are made will go.
    pub script: Script,
    /// Addresses that are told of events (`call.completed`, `call.missed`, `call.answered`, `voicemail.received`,
    /// `contact.created`).
    pub webhooks: Vec<String>,
    /// Behaviour the documents do not describe.
    pub choices: Choices,
}

/// Somebody who makes and takes calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// The number in the account.
    pub id: u64,
    /// The name.
    pub name: String,
}

impl Agent {
    fn new(id: u64, name: &str) -> Self {
        Self { id, name: name.to_owned() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            plan: Plan::Pro,
            requests_per_minute: None,
            concurrency: None,
            api_key: "sandbox-key".to_owned(),
            api_secret: "sandbox-secret".to_owned(),
            account_id: 12345,
            account_email: "owner@example.com".to_owned(),
            account_endpoint: true,
            rate_limit_headers: true,
            retry_after_header: true,
            numbers: vec!["+14155550190".to_owned(), "+442079460190".to_owned()],
            verified_numbers: vec!["+14155550199".to_owned()],
            agents: vec![Agent::new(7, "Dana Reyes"), Agent::new(8, "Lee Okafor"), Agent::new(9, "Mia Lindqvist")],
            script: Script::default(),
            webhooks: Vec::new(),
            choices: Choices::default(),
        }
    }
}

impl Settings {
    /// Settings without a limit that a test could reach, for tests about something else.
    pub fn unlimited() -> Self {
        Self { requests_per_minute: Some(1_000_000), concurrency: Some(1_000), ..Self::default() }
    }

    /// The `Authorization` header a client must send: key and secret, colon-joined, without a scheme (documented).
    pub fn authorization(&self) -> String {
        format!("{}:{}", self.api_key, self.api_secret)
    }

    /// Requests per rolling minute that hold now.
    pub fn request_limit(&self) -> usize {
        self.requests_per_minute.unwrap_or_else(|| self.plan.requests_per_minute())
    }

    /// Requests at the same time that hold now.
    pub fn concurrency_limit(&self) -> usize {
        self.concurrency.unwrap_or_else(|| self.plan.concurrency())
    }
}

/// A plan and its documented limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// 60 requests a minute, 5 at a time.
    Team,
    /// 120 requests a minute, 10 at a time.
    Pro,
    /// 300 requests a minute, 25 at a time.
    Business,
}

impl Plan {
    /// Requests per rolling minute and API key (documented).
    pub const fn requests_per_minute(self) -> usize {
        match self {
            Self::Team => 60,
            Self::Pro => 120,
            Self::Business => 300,
        }
    }

    /// Concurrent connections (documented).
    pub const fn concurrency(self) -> usize {
        match self {
            Self::Team => 5,
            Self::Pro => 10,
            Self::Business => 25,
        }
    }

    /// The name as `GET /v2/account` shows it.
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Team => "Team",
            Self::Pro => "Pro",
            Self::Business => "Business",
        }
    }
}
