//! What an answer can say instead of what was asked for, and how it becomes an error of the seam.
//!
//! It does *not* decide whether to send again; `transport` does.

use connector::{Error, ErrorKind};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// What to do about a token that is not accepted.
pub const TOKEN_HINT: &str = "check TIELINE_HUBSPOT_TOKEN (or token_file): the access token of a private app, `pat-…`";
/// What a private app needs; the second one to write.
pub const SCOPES: [&str; 3] = ["crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read"];
/// What to do about scopes that are missing.
pub const SCOPES_HINT: &str = "give the private app the scopes crm.objects.contacts.read, crm.objects.contacts.write and \
                               crm.schemas.contacts.read (Settings, Integrations, Private Apps)";

/// The API's own error, of a request or of one row of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Words {
    /// Its own words.
    pub message: String,
    /// What kind.
    pub category: Option<String>,
    /// Which limit, of a 429.
    pub policy_name: Option<String>,
    /// What it is about: `ids`, `objectWriteTraceId` and more.
    pub context: Context,
    /// Details, some with a context of their own.
    pub errors: Vec<Detail>,
}

/// One detail of an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// What it is about.
    pub context: Context,
}

/// What an error is about, by name; the values are lists of texts, mostly.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
pub struct Context(BTreeMap<String, serde_json::Value>);

impl Context {
    /// The texts under a name.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.0.get(name) {
            None | Some(serde_json::Value::Null) => Vec::new(),
            Some(serde_json::Value::Array(list)) => list.iter().map(text).collect(),
            Some(one) => vec![text(one)],
        }
    }
}

impl Words {
    /// From a body; none where it is not the API that speaks (HTML, nothing).
    pub fn of(body: &[u8]) -> Option<Self> {
        let words: Self = serde_json::from_slice(body).ok()?;
        (!words.message.is_empty()).then_some(words)
    }

    /// The scopes that were missing, where the answer names them.
    fn scopes(&self) -> Vec<String> {
        self.errors.iter().flat_map(|detail| detail.context.texts("requiredGranularScopes")).collect()
    }
}

/// An answer that is not the wanted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// The API said no.
    Refused {
        /// HTTP status.
        status: u16,
        /// Its own words; none where it is not the API that speaks.
        words: Option<Words>,
    },
    /// An answer of success that is not what the contract says.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
}

impl ApiError {
    /// From the status and the body of a refusal.
    pub fn refused(status: u16, body: &[u8]) -> Self {
        Self::Refused { status, words: Words::of(body) }
    }

    pub(crate) fn unreadable(why: impl fmt::Display) -> Self {
        Self::Unreadable { why: why.to_string() }
    }

    /// True for a 404 of the API itself. A proxy's page proves nothing.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { status: 404, words: Some(words) }
            if words.category.as_deref() == Some("OBJECT_NOT_FOUND"))
    }

    /// The error that ends the run, where it is of that kind: token, scopes, a wrong address.
    pub fn stops(&self) -> Option<Error> {
        let Self::Refused { status, words } = self else { return None };
        let error = |kind| Error::new(kind, format!("HubSpot answered {self}"));
        match status {
            401 => Some(error(ErrorKind::Credentials).hint(TOKEN_HINT)),
            403 => {
                let scopes = words.as_ref().map(Words::scopes).unwrap_or_default();
                let missing = match scopes.as_slice() {
                    [] => String::new(),
                    scopes => format!(" (missing: {})", scopes.join(" or ")),
                };
                Some(Error::new(ErrorKind::Forbidden, format!("HubSpot answered {self}{missing}")).hint(SCOPES_HINT))
            }
            300..=399 => Some(
                error(ErrorKind::Config)
                    .hint("the server redirects elsewhere, which is not followed; check crm.hubspot.base_url"),
            ),
            404 | 405 if words.as_ref().is_none_or(|words| words.category.is_none()) => {
                Some(error(ErrorKind::Config).hint("there is no such path; check crm.hubspot.base_url"))
            }
            _ => None,
        }
    }

    /// As an error of the seam, where no better use can be made of it.
    pub fn into_error(self, what: &str) -> Error {
        self.stops().unwrap_or_else(|| {
            Error::new(ErrorKind::Protocol, format!("{what}: HubSpot answered {self}"))
                .hint("check crm.hubspot.base_url; if it is right, please report this")
        })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, words: Some(words) } => write!(f, "{status}: {}", words.message),
            Self::Refused { status, words: None } => write!(f, "{status}"),
            Self::Unreadable { why } => write!(f, "something unreadable: {why}"),
        }
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_api_s_own_404_says_gone() {
        let own = br#"{"status":"error","message":"Object not found.","category":"OBJECT_NOT_FOUND"}"#;
        assert!(ApiError::refused(404, own).is_gone());
        assert!(!ApiError::refused(404, b"<html>not here</html>").is_gone());
        assert!(!ApiError::refused(404, br#"{"message":"resource not found"}"#).is_gone());
    }

    #[test]
    fn missing_scopes_are_named() {
        let body = br#"{"message":"not granted","category":"MISSING_SCOPES",
            "errors":[{"message":"m","context":{"requiredGranularScopes":["a.read","b.read"]}}]}"#;
        let error = ApiError::refused(403, body).stops().map(|error| (error.kind, error.message));
        let message = "HubSpot answered 403: not granted (missing: a.read or b.read)".to_owned();
        assert_eq!(error, Some((ErrorKind::Forbidden, message)));
    }
}
