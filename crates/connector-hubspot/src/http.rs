//! Sets up the HTTP client for one account, and checks where it may send the token. It does *not* send.

use crate::config::Config;
use crate::error::TOKEN_HINT;
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

/// Checks the base address. The token travels in every request: over plain HTTP only within this machine.
pub(crate) fn base(text: &str) -> Result<Url, Error> {
    let error = |message: String| {
        Error::new(ErrorKind::Config, message).hint(format!("crm.hubspot.base_url = \"{}\"", Config::BASE_URL))
    };
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

    #[test]
    fn the_token_never_leaves_the_machine_unencrypted() {
        for (base, allowed) in [
            ("https://api.hubapi.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://api.hubapi.com", false),
            ("http://127.0.0.1.example.com", false),
            ("https://user:pass@api.hubapi.com", false),
            ("https://api.hubapi.com/?hapikey=1", false),
        ] {
            assert_eq!(super::base(base).is_ok(), allowed, "{base}");
        }
    }

    #[test]
    fn a_missing_or_broken_token_is_told_and_not_shown() {
        for token in ["", "two\nlines-of-it"] {
            let error = client(&Config::new(token)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(!format!("{error:?}").contains("lines-of-it"));
        }
    }
}
