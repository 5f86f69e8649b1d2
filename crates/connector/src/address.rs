//! The base address of a replica, checked: credentials travel in every request, and go over https or stay on this machine.
//!
//! It sends nothing, and does not say which paths there are.

use crate::{Error, ErrorKind};
use url::Url;

/// What an address is for, to say so where it cannot be one.
#[derive(Debug, Clone, Copy)]
pub struct AddressKey {
    /// The key of the configuration.
    pub key: &'static str,
    /// What it may look like.
    pub example: &'static str,
    /// Where credentials are kept instead of in the address.
    pub credentials: &'static str,
}

impl AddressKey {
    /// Reads an address.
    ///
    /// # Errors
    /// Where it is none, goes over the network in plain text, or has something in it that is no part of an address.
    pub fn read(self, text: &str) -> Result<Url, Error> {
        let error = |what: &str| Error::new(ErrorKind::Config, format!("{}: {what}", self.key));
        let example = || format!("{} = \"{}\"", self.key, self.example);
        // What stands before an @ is a secret: such a text is never repeated.
        let shown = if text.contains('@') { "what is given".to_owned() } else { format!("`{text}`") };
        let url = Url::parse(text)
            .map_err(|cause| error(&format!("{shown} is no address")).caused_by(cause).hint(example()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(error("an address has no user and no password in it").hint(self.credentials));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(error("an address has no `?` and no `#` in it").hint(example()));
        }
        match url.scheme() {
            "https" => Ok(url),
            "http" if is_local(&url) => Ok(url),
            _ => Err(error(&format!("{shown} is not an https address")).hint(example())),
        }
    }
}

/// Whether it leads to this very machine.
pub fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host == "[::1]" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const KEY: AddressKey =
        AddressKey { key: "x.url", example: "https://x.example.com", credentials: "set X_PASSWORD" };

    #[test]
    fn credentials_never_leave_the_machine_unencrypted() {
        for (text, allowed) in [
            ("https://api.example.com", true),
            ("https://api.example.com/dav/", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost:1", true),
            ("http://api.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://127.0.0.1", false),
            ("api.example.com", false),
            ("https://user:pass@api.example.com", false),
            ("https://user@api.example.com", false),
            ("https://api.example.com/?key=1", false),
            ("https://api.example.com/#v2", false),
        ] {
            assert_eq!(KEY.read(text).is_ok(), allowed, "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for text in ["https://ann:hush@x.example.com/", "ann:hush@x.example.com", "https://ann:hush@x y/"] {
            let error = KEY.read(text).unwrap_err();
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
            assert!(error.message.starts_with("x.url: "), "{error:?}");
        }
        let hint = KEY.read("https://ann:hush@x.example.com/").unwrap_err().hint;
        assert_eq!(hint.as_deref(), Some("set X_PASSWORD"));
    }
}
