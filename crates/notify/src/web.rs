//! Webhooks: one POST with JSON. The address is a secret, since whoever has it can post there: no text names more of it
//! than the host.

use crate::{Error, Summary, slack};
use model::Secret;
use report::text::{fit, safe};
use reqwest::{Client, Url, redirect};
use std::error::Error as _;
use std::sync::Once;
use std::time::Duration;

/// Columns of what a receiver answered.
const ANSWER: usize = 120;

/// What is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Our own JSON (`tieline-notice/1`).
    Json,
    /// A text for a chat.
    Slack,
}

/// An address that takes messages.
#[derive(Debug, Clone)]
pub struct Webhook {
    pub(crate) form: Form,
    door: Door,
}

impl Webhook {
    /// Checks the address. Sends nothing.
    pub fn new(url: &Secret, form: Form, timeout: Duration) -> Result<Self, Error> {
        Ok(Self { form, door: Door::new(url, timeout)? })
    }

    /// Its host.
    pub fn host(&self) -> String {
        self.door.host()
    }

    pub(crate) async fn send(&self, summary: &Summary) -> Result<(), Error> {
        let body = match self.form {
            Form::Json => serde_json::to_value(summary).map_err(|error| Error::Message(error.to_string()))?,
            Form::Slack => slack::slack(summary),
        };
        self.door.post("", "application/json", body.to_string()).await
    }
}

/// Whether an address can take messages.
pub fn check_url(url: &Secret) -> Result<(), Error> {
    parse(url).map(drop)
}

/// Over plain HTTP only within this machine, for the address is as good as a password.
fn parse(url: &Secret) -> Result<Url, Error> {
    let url = Url::parse(url.reveal().trim()).map_err(|_| Error::Setup("this is no web address".to_owned()))?;
    let local = url.host_str().is_some_and(crate::is_local);
    match url.scheme() {
        "https" => Ok(url),
        "http" if local => Ok(url),
        _ => Err(Error::Setup("this is no https:// address (http:// only for this machine)".to_owned())),
    }
}

/// One address, and a client that asks it once.
#[derive(Clone)]
pub(crate) struct Door {
    client: Client,
    url: Url,
    timeout: Duration,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("host", &self.host()).finish_non_exhaustive()
    }
}

impl Door {
    pub(crate) fn new(url: &Secret, timeout: Duration) -> Result<Self, Error> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // An error means that the program has installed one already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let url = parse(url)?;
        let mut builder = Client::builder()
            .user_agent(concat!("tieline/", env!("CARGO_PKG_VERSION")))
            // Followed, a redirect could carry the message elsewhere.
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(timeout);
        if url.host_str().is_some_and(crate::is_local) {
            builder = builder.no_proxy(); // a proxy cannot reach this machine
        }
        let client = builder.build().map_err(|error| Error::Setup(error.without_url().to_string()))?;
        Ok(Self { client, url, timeout })
    }

    pub(crate) fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }

    /// Posts to the address with something behind its path.
    pub(crate) async fn post(&self, behind: &str, kind: &str, body: String) -> Result<(), Error> {
        let mut url = self.url.clone();
        if !behind.is_empty() {
            let path = format!("{}/{behind}", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        let sending = self.client.post(url).header("content-type", kind).body(body).send();
        let answer = sending.await.map_err(|error| self.failure(error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let words = answer.text().await.unwrap_or_default();
        Err(Error::Refused { status: status.as_u16(), words: self.quote(words.trim()) })
    }

    /// What a receiver said, without the address, should it repeat that.
    fn quote(&self, words: &str) -> String {
        let hidden = [self.url.as_str(), self.url.path(), self.url.query().unwrap_or_default()]
            .into_iter()
            .filter(|secret| secret.len() > 1)
            .fold(words.to_owned(), |words, secret| words.replace(secret, "***"));
        if hidden.is_empty() { hidden } else { format!(": {}", fit(&safe(&hidden), ANSWER)) }
    }

    fn failure(&self, error: reqwest::Error) -> Error {
        if error.is_timeout() {
            return Error::TimedOut(self.timeout);
        }
        let error = error.without_url();
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            text = inner.to_string(); // the innermost says why
            source = inner.source();
        }
        Error::Unreachable(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_never_travel_in_the_open() {
        for (url, good) in [
            ("https://hooks.example.com/services/T0/B0/x", true),
            ("http://127.0.0.1:8080/x", true),
            ("http://localhost/x", true),
            ("http://hooks.example.com/x", false),
            ("ftp://localhost/x", false),
            ("hooks.example.com", false),
            ("", false),
        ] {
            assert_eq!(check_url(&Secret::new(url)).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn an_address_is_shown_by_its_host_alone() {
        let url = Secret::new("https://hooks.example.com/services/hush?key=hush");
        let Ok(hook) = Webhook::new(&url, Form::Json, Duration::from_secs(1)) else { panic!("a good address") };
        assert!(!format!("{hook:?}").contains("hush"));
        assert_eq!(hook.host(), "hooks.example.com");
        assert_eq!(hook.door.quote("no /services/hush here"), ": no *** here");
    }
}
