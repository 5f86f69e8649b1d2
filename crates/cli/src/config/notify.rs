//! `[notify]`: who is told about runs, when, and by what. What a channel does with it is `notify`'s; secrets are `secrets`'.

use notify::{Limits, Tls, check_address, is_local};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// Longest wait for a channel, in seconds: a run must end.
const LONGEST: u64 = 120;

/// When a message goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum When {
    /// When something is different from what was told last.
    Change,
    /// After every run.
    Always,
}

/// The section.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Notify {
    pub(crate) when: When,
    pub(crate) details: bool,
    pub(crate) no_run_hours: u32,
    pub(crate) conflict_days: u32,
    pub(crate) timeout_seconds: u64,
    pub(crate) file: Option<FileTo>,
    pub(crate) mail: Option<MailTo>,
    pub(crate) webhook: Option<WebTo>,
    pub(crate) slack: Option<WebTo>,
    pub(crate) ping: Option<WebTo>,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            when: When::Change,
            details: false,
            no_run_hours: 36,
            conflict_days: 7,
            timeout_seconds: 10,
            file: None,
            mail: None,
            webhook: None,
            slack: None,
            ping: None,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as { path = \"notice.txt\" }")]
pub(crate) struct FileTo {
    pub(crate) path: PathBuf,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Protection {
    #[default]
    Starttls,
    Tls,
    None,
}

impl From<Protection> for Tls {
    fn from(protection: Protection) -> Self {
        match protection {
            Protection::Starttls => Self::Starttls,
            Protection::Tls => Self::Tls,
            Protection::None => Self::None,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a section [notify.mail] with host, from and to")]
pub(crate) struct MailTo {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    #[serde(default)]
    pub(crate) tls: Protection,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) user: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a section, which may name a url_file")]
pub(crate) struct WebTo {
    pub(crate) url_file: Option<PathBuf>,
}

impl Notify {
    /// Whether anybody is told anything.
    pub(crate) const fn is_on(&self) -> bool {
        self.tells() || self.ping.is_some()
    }

    /// Whether messages go out, beside signs of life.
    pub(crate) const fn tells(&self) -> bool {
        self.file.is_some() || self.mail.is_some() || self.webhook.is_some() || self.slack.is_some()
    }

    /// How long to wait for a channel.
    pub(crate) const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    /// After how long something is overdue; 0 switches it off.
    pub(crate) fn limits(&self) -> Limits {
        let hours = |hours: i64| (hours > 0).then(|| jiff::SignedDuration::from_hours(hours));
        Limits { no_run: hours(self.no_run_hours.into()), conflict: hours(i64::from(self.conflict_days) * 24) }
    }

    /// What can be seen without secrets.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(1..=LONGEST).contains(&self.timeout_seconds) {
            return Err(format!("notify.timeout_seconds must be between 1 and {LONGEST}"));
        }
        if self.file.as_ref().is_some_and(|file| file.path.as_os_str().is_empty()) {
            return Err("notify.file.path is empty: name a file, such as \"notice.txt\"".to_owned());
        }
        let Some(mail) = &self.mail else { return Ok(()) };
        if mail.host.is_empty() || mail.host.chars().any(|sign| sign.is_whitespace() || "/:@".contains(sign)) {
            return Err("notify.mail.host names a server, such as \"smtp.example.com\"; the port is a key of its own"
                .to_owned());
        }
        check_address(&mail.from).map_err(|why| format!("notify.mail.from: {why}"))?;
        if mail.to.is_empty() {
            return Err("notify.mail.to names nobody".to_owned());
        }
        for to in &mail.to {
            check_address(to).map_err(|why| format!("notify.mail.to: {why}"))?;
        }
        if mail.tls == Protection::None && !is_local(&mail.host) {
            return Err(
                "notify.mail.tls = \"none\" is for a mail server on this machine: use starttls or tls".to_owned()
            );
        }
        if mail.user.is_none() && mail.password_file.is_some() {
            return Err("notify.mail.password_file is of no use without notify.mail.user".to_owned());
        }
        Ok(())
    }
}
