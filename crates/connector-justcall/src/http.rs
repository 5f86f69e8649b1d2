//! Sets up the HTTP client for one account, and says which addresses it takes. It does *not* send.

use crate::config::Config;
use crate::dialect::Dialect;
use connector::address::{AddressKey, is_local};
use connector::{Error, ErrorKind};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Client, Url, redirect};
use std::sync::Once;

/// The client: credentials in every request, no redirects, no repetitions of its own.
pub(crate) fn client(config: &Config, dialect: &Dialect) -> Result<Client, Error> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that the program has installed one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    if config.key.is_empty() || config.secret.is_empty() {
        return Err(Error::new(ErrorKind::Credentials, "JustCall's key or secret is missing")
            .hint("set JUSTCALL_API_KEY and JUSTCALL_API_SECRET (or api_key_file and api_secret_file)"));
    }
    let bad = |_| {
        Error::new(ErrorKind::Credentials, "JustCall's key or secret has a character that no header can carry")
            .hint("check JUSTCALL_API_KEY and JUSTCALL_API_SECRET for line breaks")
    };
    let mut value = HeaderValue::from_str(&dialect.authorization(&config.key, &config.secret)).map_err(bad)?;
    value.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, value);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let mut builder = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("tieline/", env!("CARGO_PKG_VERSION")))
        // Followed, a redirect could take the credentials elsewhere or turn a write into a read.
        .redirect(redirect::Policy::none())
        // Repeating is this file's business, which knows what may be repeated.
        .retry(reqwest::retry::never());
    if base(&config.base_url).is_ok_and(|base| is_local(&base)) {
        builder = builder.no_proxy(); // a proxy cannot reach this machine
    }
    if let Some(timeout) = config.timeouts.connect {
        builder = builder.connect_timeout(timeout);
    }
    builder.build().map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be set up").caused_by(error))
}

/// The base address, where it may be one.
pub(crate) fn base(text: &str) -> Result<Url, Error> {
    const URL: AddressKey = AddressKey {
        key: "justcall.base_url",
        example: "https://api.justcall.io",
        credentials: "set JUSTCALL_API_KEY and JUSTCALL_API_SECRET (or api_key_file and api_secret_file)",
    };
    URL.read(text)
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
    use crate::dialect::V2;

    #[test]
    fn missing_or_broken_credentials_are_told_and_not_shown() {
        for (key, secret) in [("", "s"), ("k", ""), ("k", "two\nlines-of-it")] {
            let error = client(&Config::new(key, secret), &V2).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(!format!("{error:?}").contains("lines-of-it"));
        }
    }
}
