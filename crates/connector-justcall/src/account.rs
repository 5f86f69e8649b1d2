//! Who is on the other end, and what its plan allows.
//!
//! It does *not* change anything but the pace.

use crate::client::Client;
use crate::config::{Config, Plan};
use crate::dialect::Dialect;
use crate::requests::account::Account;
use connector::{Error, Identity, PaceLimits, Progress};
use sha2::{Digest, Sha256};

/// What was configured about the limits.
#[derive(Debug)]
pub(crate) struct LimitChoices {
    plan: Option<Plan>,
    per_minute: Option<u32>,
    concurrency: Option<usize>,
    reserve: f64,
    /// Stands for the account where it has no id to show.
    key_fingerprint: String,
}

impl LimitChoices {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            plan: config.plan,
            per_minute: config.requests_per_minute,
            concurrency: config.concurrency,
            reserve: config.reserve,
            key_fingerprint: key_fingerprint(config.key.reveal()),
        }
    }

    /// The limits: as configured, else of the plan, else as the headers say, else of the smallest plan.
    pub(crate) fn limits(&self, dialect: &Dialect, account_plan: Option<Plan>, told: Option<u32>) -> PaceLimits {
        let plan = self.plan.or(account_plan);
        let known = dialect.limits(plan);
        let told = told.filter(|_| plan.is_none());
        PaceLimits {
            requests: self.per_minute.or(told).unwrap_or(known.requests).max(1),
            window: known.window,
            concurrency: self.concurrency.unwrap_or(known.concurrency).max(1),
            reserve: self.reserve,
        }
    }
}

fn key_fingerprint(key: &str) -> String {
    use std::fmt::Write;
    let digest = Sha256::digest(key.as_bytes());
    digest.iter().take(8).fold("justcall-key:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Asks the account who it is and sets the pace to its plan.
pub(crate) async fn identify(
    client: &Client,
    choices: &LimitChoices,
    progress: &dyn Progress,
) -> Result<Identity, Error> {
    let account = match client.account(progress).await {
        Ok(account) => Some(account),
        // Not every account serves it: then a small list checks the credentials.
        Err(error) if error.status() == Some(404) => {
            let first = client.dialect.first_page;
            client.page(first, 1, progress).await.map_err(|error| error.into_error("the first contact"))?;
            None
        }
        Err(error) => return Err(error.into_error("the account")),
    };
    let plan = account.as_ref().and_then(|account| Plan::from_name(account.plan.as_deref()?));
    let told = client.transport.told_limit();
    let limits = choices.limits(client.dialect, plan, told);
    client.transport.pace().set_limits(limits);
    if let Some(told) = told {
        client.transport.pace().lower_to(told);
    }
    Ok(identity(client, choices, account))
}

fn identity(client: &Client, choices: &LimitChoices, account: Option<Account>) -> Identity {
    let limits = client.transport.pace().limits();
    let mut details = Vec::new();
    let mut detail = |label: &str, value: String| details.push((label.to_owned(), value));
    let (fingerprint, title) = match &account {
        Some(account) => (format!("justcall:{}", account.id), format!("JustCall account {}", account.id)),
        None => (choices.key_fingerprint.clone(), "JustCall account".to_owned()),
    };
    if let Some(email) = account.as_ref().and_then(|account| account.email.clone()) {
        detail("e-mail", email);
    }
    let named = account.and_then(|account| account.plan);
    let plan = choices.plan.map(|plan| format!("{} (configured)", plan.name())).or(named);
    detail("plan", plan.unwrap_or_else(|| "unknown".to_owned()));
    detail("requests per minute", format!("{} of {}", limits.quota(), limits.requests));
    detail("concurrent requests", limits.concurrency.to_string());
    let bulk = match client.bulk_mode() {
        None => "not known yet: the first bulk update finds out",
        Some(crate::config::BulkUpdates::Merge) => "rows carry only what changed",
        Some(crate::config::BulkUpdates::Never) => "not used for updates",
        Some(_) => "rows carry the whole contact",
    };
    detail("bulk updates", bulk.to_owned());
    Identity { fingerprint, title, details }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::V2;

    #[test]
    fn limits_come_from_config_then_plan_then_headers_then_the_smallest_plan() {
        let base = Config::new("k", "s");
        let pro = Config { plan: Some(Plan::Pro), ..base.clone() };
        let own = Config { requests_per_minute: Some(42), concurrency: Some(2), ..base.clone() };
        // config, the account's plan, the header's limit, requests per minute, concurrency
        let table = [
            (&base, None, None, 60, 5),
            (&base, Some(Plan::Business), None, 300, 25),
            (&base, None, Some(1_000), 1_000, 5),
            (&pro, Some(Plan::Business), Some(1_000), 120, 10),
            (&own, Some(Plan::Business), Some(1_000), 42, 2),
        ];
        for (config, plan, told, per_minute, concurrency) in table {
            let limits = LimitChoices::of(config).limits(&V2, plan, told);
            assert_eq!((limits.requests, limits.concurrency), (per_minute, concurrency), "{plan:?} {told:?}");
        }
    }

    #[test]
    fn a_key_s_fingerprint_does_not_show_the_key() {
        let fingerprint = key_fingerprint("the-key");
        assert_eq!(fingerprint.len(), "justcall-key:".len() + 16);
        assert!(!fingerprint.contains("the-key"));
        assert_ne!(fingerprint, key_fingerprint("the-kez"));
    }
}
