//! Sets up the HTTP client for one account, and checks where it may send credentials. It does *not* send.

use crate::config::Config;
use crate::dialect::Dialect;
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

/// Checks the base address. Credentials travel in every request: over plain HTTP only within this machine.
pub(crate) fn base(text: &str) -> Result<Url, Error> {
    let error = |message: String| Error::new(ErrorKind::Config, message).hint("base_url = \"https://api.justcall.io\"");
    let url = Url::parse(text).map_err(|cause| error(format!("`{text}` is no address")).caused_by(cause))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        // Not repeated in the message: what stands before an @ is a secret.
        return Err(error("an address with a user, a `?` or a `#` in it is not for an API".to_owned()));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_local(&url) => Ok(url),
        _ => Err(error(format!("`{text}` is not an https address"))),
    }
}

fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host == "[::1]" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::dialect::V2;

    #[test]
    fn credentials_never_leave_the_machine_unencrypted() {
        for (base, allowed) in [
            ("https://api.justcall.io", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:1", true),
            ("http://api.justcall.io", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://127.0.0.1", false),
            ("api.justcall.io", false),
            ("https://user:pass@api.justcall.io", false),
            ("https://api.justcall.io/?key=1", false),
            ("https://api.justcall.io/#v2", false),
        ] {
            assert_eq!(super::base(base).is_ok(), allowed, "{base}");
        }
    }

    #[test]
    fn missing_or_broken_credentials_are_told_and_not_shown() {
        for (key, secret) in [("", "s"), ("k", ""), ("k", "two\nlines-of-it")] {
            let error = client(&Config::new(key, secret), &V2).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(!format!("{error:?}").contains("lines-of-it"));
        }
    }
}
