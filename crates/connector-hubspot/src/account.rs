//! Who is on the other end: the account, its properties, and what is left of its day. It changes nothing.

use crate::client::{CallError, Client};
use crate::definitions::Definitions;
use crate::requests::account::Account;
use connector::{Error, Identity, Progress};
use model::Field;

/// Asks, and checks the mapping.
pub(crate) async fn identify(
    client: &Client,
    only_read: &[Field],
    progress: &dyn Progress,
) -> Result<(Identity, Definitions), Error> {
    let account = client.account(progress).await.map_err(|error| error.into_error("the account"))?;
    match client.usage(progress).await {
        Ok(Some(usage)) => client.transport.daily().note_usage(&usage),
        // Not every account tells: then the headers do, or a 429.
        Ok(None) | Err(CallError::Api(_)) => {}
        Err(error) => return Err(error.into_error("the day's usage")),
    }
    let properties = client.properties(progress).await.map_err(|error| error.into_error("the properties"))?;
    let definitions = Definitions::check(&client.columns, only_read, &properties)?;
    Ok((identity(client, account), definitions))
}

fn identity(client: &Client, account: Account) -> Identity {
    let limits = client.transport.pace().limits();
    let mut details = Vec::new();
    let mut detail = |label: &str, value: String| details.push((label.to_owned(), value));
    if let Some(kind) = account.account_type {
        detail("account type", kind.to_lowercase().replace('_', " "));
    }
    if let Some(zone) = account.time_zone {
        detail("time zone", zone);
    }
    detail("requests per 10 seconds", format!("{} of {}", limits.quota(), limits.requests));
    if let Some(quota) = client.transport.daily().quota() {
        let until = quota.resets_at.map(|at| format!(" until {at}")).unwrap_or_default();
        detail("requests left today", format!("{} of {}{until}", quota.left, quota.limit));
    }
    if let Some(domain) = account.ui_domain {
        detail("record page", format!("https://{domain}/contacts/{}/record/0-1/{{id}}", account.portal_id));
    }
    let fingerprint = format!("hubspot:{}", account.portal_id);
    Identity { fingerprint, title: format!("HubSpot account {}", account.portal_id), details }
}
