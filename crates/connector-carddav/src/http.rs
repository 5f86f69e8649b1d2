//! Sets up the HTTP client, and says which addresses it takes. It does *not* send.

use crate::config::{Auth, Config};
use base64::Engine as _;
use connector::address::{AddressKey, is_local};
use connector::{Error, ErrorKind};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, Url, redirect};
use std::sync::Once;

/// The client: credentials in every request, no redirects, no repetitions of its own.
pub(crate) fn client(config: &Config) -> Result<Client, Error> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that the program has installed one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, authorization(&config.auth)?);
    let mut builder = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("tieline/", env!("CARGO_PKG_VERSION")))
        // Followed, a redirect could take the credentials elsewhere or turn a write into a read.
        .redirect(redirect::Policy::none())
        // Repeating is the transport's business, which knows what may be repeated.
        .retry(reqwest::retry::never());
    if base(&config.url).is_ok_and(|base| is_local(&base)) {
        builder = builder.no_proxy(); // a proxy cannot reach this machine
    }
    if let Some(timeout) = config.timeouts.connect {
        builder = builder.connect_timeout(timeout);
    }
    if let Some(pem) = &config.ca {
        let hint = "[crm.carddav] ca_file names PEM certificates of the authority that signed the server's";
        let bad = || Error::new(ErrorKind::Config, "ca_file holds no certificate that can be read").hint(hint);
        let certificates = Certificate::from_pem_bundle(pem).map_err(|cause| bad().caused_by(cause))?;
        if certificates.is_empty() {
            return Err(bad());
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be set up").caused_by(error))
}

fn authorization(auth: &Auth) -> Result<HeaderValue, Error> {
    let missing =
        |what: &str, hint: &str| Err(Error::new(ErrorKind::Credentials, format!("{what} is missing")).hint(hint));
    let text = match auth {
        Auth::Basic { user, .. } if user.is_empty() => {
            return missing("the user of the address book", "[crm.carddav] user = \"ann\"");
        }
        Auth::Basic { password, .. } if password.is_empty() => {
            return missing("the password of the address book", "set TIELINE_CARDDAV_PASSWORD (or password_file)");
        }
        Auth::Bearer(token) if token.is_empty() => {
            return missing("the token of the address book", "set TIELINE_CARDDAV_TOKEN (or token_file)");
        }
        Auth::Basic { user, password } => {
            let both = format!("{user}:{}", password.reveal());
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(both))
        }
        Auth::Bearer(token) => format!("Bearer {}", token.reveal()),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Error::new(ErrorKind::Credentials, "the token of the address book has a character that no header can carry")
            .hint("check TIELINE_CARDDAV_TOKEN for line breaks")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The address, where it may be one.
pub(crate) fn base(text: &str) -> Result<Url, Error> {
    const URL: AddressKey = AddressKey {
        key: "crm.carddav.url",
        example: "https://dav.example.com/",
        credentials: "name the user apart, [crm.carddav] user = \"ann\", and set TIELINE_CARDDAV_PASSWORD (or password_file)",
    };
    URL.read(text)
}

/// Checks an address book's address.
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
    use crate::config::IdSource;
    use model::Secret;

    #[test]
    fn missing_or_broken_credentials_are_told_and_not_shown() {
        let basic = |user: &str, password: &str| Auth::Basic { user: user.to_owned(), password: Secret::new(password) };
        for auth in [
            basic("", "p"),
            basic("u", ""),
            Auth::Bearer(Secret::new("")),
            Auth::Bearer(Secret::new("two\nlines-of-it")),
        ] {
            let error = client(&Config::new("https://dav.example.com", auth, IdSource::new(String::new))).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(!format!("{error:?}").contains("lines-of-it"));
        }
    }

    #[test]
    fn a_file_without_certificates_is_told() {
        let auth = Auth::Bearer(Secret::new("t"));
        let mut config = Config::new("https://dav.example.com", auth, IdSource::new(String::new));
        config.ca = Some(b"hello".to_vec());
        assert!(client(&config).unwrap_err().message.contains("ca_file"));
    }
}
