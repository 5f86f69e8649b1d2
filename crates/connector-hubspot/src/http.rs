//! Sets up the HTTP client for one account, and says which addresses it takes. It does *not* send.

use crate::config::Config;
use crate::error::TOKEN_HINT;
use connector::address::{AddressKey, is_local};
use connector::{Error, ErrorKind};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, Url, redirect};
use std::sync::Once;

/// The client: the token in every request, no redirects, no repetitions of its own.
pub(crate) fn client(config: &Config) -> Result<Client, Error> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that the program has installed one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    if config.token.is_empty() {
        return Err(Error::new(ErrorKind::Credentials, "HubSpot's access token is missing").hint(TOKEN_HINT));
    }
    let bad = |_| {
        Error::new(ErrorKind::Credentials, "HubSpot's access token has a character that no header can carry")
            .hint(TOKEN_HINT)
    };
    let mut value = HeaderValue::from_str(&format!("Bearer {}", config.token.reveal())).map_err(bad)?;
    value.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, value);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let mut builder = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("tieline/", env!("CARGO_PKG_VERSION")))
        // Followed, a redirect could take the token elsewhere or turn a write into a read.
        .redirect(redirect::Policy::none())
        // Repeating is the transport's business, which knows what may be repeated.
        .retry(reqwest::retry::never())
        .connect_timeout(config.timeouts.connect);
    if base(&config.base_url).is_ok_and(|base| is_local(&base)) {
        builder = builder.no_proxy(); // a proxy cannot reach this machine
    }
    builder.build().map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be set up").caused_by(error))
}

/// The base address, where it may be one.
pub(crate) fn base(text: &str) -> Result<Url, Error> {
    AddressKey { key: "crm.hubspot.base_url", example: Config::BASE_URL, credentials: TOKEN_HINT }.read(text)
}

/// Checks an account's base address.
///
/// # Errors
/// Where nothing may be sent there.
pub fn check_url(text: &str) -> Result<(), Error> {
    base(text).map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_missing_or_broken_token_is_told_and_not_shown() {
        for token in ["", "two\nlines-of-it"] {
            let error = client(&Config::new(token)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(!format!("{error:?}").contains("lines-of-it"));
        }
    }
}
