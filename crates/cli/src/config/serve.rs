//! `[serve]`: where the receiver of events listens, how JustCall reaches it, and how much it takes. Secrets are `secrets`'.

use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// The section.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Serve {
    #[serde(deserialize_with = "address")]
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) webhook_secret_file: Option<PathBuf>,
    pub(crate) events_per_second: u32,
    pub(crate) max_body_kb: u32,
    pub(crate) replay_minutes: u32,
}

/// Where to listen.
pub(crate) fn listen(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let local = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let found = local.as_deref().unwrap_or(text).parse();
    found.map_err(|_| format!("`{text}` is no address to listen on: an IP address and a port, such as 127.0.0.1:4011"))
}

fn address<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    listen(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4011)),
            public_url: None,
            webhook_secret_file: None,
            events_per_second: 2_000,
            max_body_kb: 256,
            // JustCall brings an event again for 111 minutes.
            replay_minutes: 180,
        }
    }
}

impl Serve {
    pub(super) fn check(&self) -> Result<(), String> {
        for (key, value, most) in [
            ("events_per_second", self.events_per_second, 1_000_000),
            ("max_body_kb", self.max_body_kb, 16 * 1024),
            ("replay_minutes", self.replay_minutes, 7 * 24 * 60),
        ] {
            if !(1..=most).contains(&value) {
                return Err(format!("serve.{key} is {value}, but must be between 1 and {most}"));
            }
        }
        let fits = |url: &String| {
            let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            rest.is_some_and(|rest| {
                let odd = |sign: char| !sign.is_ascii_graphic() || "?#@\"<>\\".contains(sign);
                !rest.starts_with('/') && !rest.is_empty() && !rest.contains(odd)
            })
        };
        match &self.public_url {
            // It may hold a password: that is shown to nobody.
            Some(url) if !fits(url) && url.contains('@') => {
                Err("serve.public_url names a user or a password: write it as \"https://hooks.example.com/tieline\", \
                 without user, `?` and `#`"
                    .to_owned())
            }
            Some(url) if !fits(url) => Err(format!(
                "serve.public_url `{url}` is no address: write it as \"https://hooks.example.com/tieline\", without user, `?` and `#`"
            )),
            _ => Ok(()),
        }
    }

    /// The address under which all paths stand, as others see it.
    pub(crate) fn base(&self, listening: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{listening}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_one() {
        let with = |url: &str| Serve { public_url: Some(url.to_owned()), ..Serve::default() };
        for url in ["https://hooks.example.com/tieline/", "http://localhost:80", "https://[::1]:4011"] {
            assert_eq!(with(url).check(), Ok(()), "{url}");
        }
        for url in ["", "hooks.example.com", "https://", "https:///x", "https://a b", "https://u@h", "https://h?x"] {
            assert!(with(url).check().is_err(), "{url}");
        }
        let said = with("https://ann:hunter2@h").check().unwrap_err();
        assert!(!said.contains("hunter2") && !said.contains("ann"), "{said}");
        assert!(listen("localhost:80").is_ok() && listen("[::1]:80").is_ok() && listen("4011").is_err());
        assert_eq!(with("https://h/t/").base(Serve::default().listen), "https://h/t");
        assert_eq!(Serve::default().base(Serve::default().listen), "http://127.0.0.1:4011");
        assert!(Serve { replay_minutes: 0, ..Serve::default() }.check().is_err());
    }
}
