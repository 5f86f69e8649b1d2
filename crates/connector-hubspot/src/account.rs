//! Who is on the other end: the account, its properties, and what is left of its day. It changes nothing.

use crate::client::{CallError, Client};
use crate::definitions::Definitions;
use crate::error::{SCOPES, SCOPES_HINT};
use crate::requests::account::Account;
use connector::{Doubt, Error, Identity, Progress};
use model::Field;

/// Asks, and checks the mapping.
pub(crate) async fn identify(
    client: &Client,
    only_read: &[Field],
    conditions: &[(String, Vec<String>)],
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
    definitions.check_conditions(conditions)?;
    Ok((identity(client, account), definitions))
}

/// Scopes that the token lacks: a run would begin, and stop at its first write. Where nobody tells them, nothing is said.
pub(crate) async fn check_up(client: &Client, is_written: bool, progress: &dyn Progress) -> Result<Vec<Doubt>, Error> {
    let given = match client.token(progress).await {
        Ok(token) => token.scopes,
        Err(CallError::Api(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into_error("what the token may do")),
    };
    Ok(missing(&given, is_written).into_iter().collect())
}

fn missing(given: &[String], is_written: bool) -> Option<Doubt> {
    let needed = SCOPES.iter().filter(|scope| is_written || **scope != SCOPES[1]);
    let missing: Vec<&str> = needed.filter(|scope| !given.iter().any(|known| known == *scope)).copied().collect();
    (!missing.is_empty()).then(|| Doubt {
        about: "scopes",
        message: format!("the private app lacks {}", missing.join(" and ")),
        hint: SCOPES_HINT.to_owned(),
        is_certain: true,
    })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_scope_that_is_missing_is_named() {
        let without =
            |scope: &str| SCOPES.iter().filter(|known| **known != scope).map(|&known| known.to_owned()).collect();
        for scope in SCOPES {
            let given: Vec<String> = without(scope);
            assert!(missing(&given, true).unwrap().message.ends_with(scope));
        }
        assert_eq!(missing(&without(SCOPES[1]), false), None, "who writes nothing needs no right to");
        assert_eq!(missing(&without(""), true), None);
    }
}
