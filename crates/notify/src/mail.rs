//! E-mail: one message with a text and an HTML part, over TLS unless the server is on this machine. Tried once; what did
//! not get through is told again by the next run.

use crate::{Error, Summary, html, text};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as SmtpTls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use model::Secret;
use report::text::safe;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the open and is encrypted before anything is said; refused where the server does not offer that.
    Starttls,
    /// Encrypted from the first byte.
    Tls,
    /// Not at all: for a mail server on this machine.
    None,
}

impl Tls {
    const fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

/// Which server, who writes, to whom.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The server.
    pub host: String,
    /// Its port; none: the usual one.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Tls,
    /// The sender.
    pub from: String,
    /// The receivers.
    pub to: Vec<String>,
    /// Who logs in; none: nobody.
    pub user: Option<String>,
    /// Their password.
    pub password: Option<Secret>,
    /// A further certificate to trust, as PEM.
    pub ca: Option<Vec<u8>>,
    /// How long to wait, for everything.
    pub timeout: Duration,
}

/// A mail server, the sender and the receivers.
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
    settings: MailSettings,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Whether a text can stand in `from` or `to`.
pub fn check_address(text: &str) -> Result<(), Error> {
    mailbox(text).map(drop)
}

/// `ops@example.com` or `Ops <ops@example.com>`.
fn mailbox(text: &str) -> Result<Mailbox, Error> {
    let no_address = |_| Error::Setup(format!("`{}` is no e-mail address", safe(text)));
    if text.contains('<') {
        return text.parse().map_err(no_address);
    }
    text.trim().parse::<Address>().map(|address| Mailbox::new(None, address)).map_err(no_address)
}

/// Whether a host is this machine.
pub fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Mail {
    /// Checks the settings. Sends nothing.
    pub fn new(settings: MailSettings) -> Result<Self, Error> {
        let from = mailbox(&settings.from)?;
        let to = settings.to.iter().map(|text| mailbox(text)).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() {
            return Err(Error::Setup("`to` names nobody".to_owned()));
        }
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
            .port(settings.port.unwrap_or(settings.tls.port()))
            .tls(protection(&settings)?)
            .timeout(Some(settings.timeout));
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, to, settings })
    }

    pub(crate) fn target(&self) -> String {
        let to: Vec<String> = self.to.iter().map(|mailbox| mailbox.email.to_string()).collect();
        let port = self.settings.port.unwrap_or(self.settings.tls.port());
        format!("{} by {}:{port}", to.join(", "), self.settings.host)
    }

    pub(crate) async fn send(&self, summary: &Summary) -> Result<(), Error> {
        let message = self.message(summary)?;
        let timeout = self.settings.timeout;
        let sent = tokio::time::timeout(timeout, self.transport.send(message)).await;
        match sent.map_err(|_| Error::TimedOut(timeout))? {
            Ok(_) => Ok(()),
            Err(error) if error.is_timeout() => Err(Error::TimedOut(timeout)),
            Err(error) => Err(Error::Mail(self.clean(&error.to_string()))),
        }
    }

    /// The server's words, should it repeat the password in them.
    fn clean(&self, text: &str) -> String {
        let password = self.settings.password.as_ref().map(Secret::reveal).filter(|text| !text.is_empty());
        safe(&password.map_or_else(|| text.to_owned(), |password| text.replace(password, "***"))).into_owned()
    }

    /// The subject holds no line break: a summary's is escaped, and the header encodes what is left.
    fn message(&self, summary: &Summary) -> Result<Message, Error> {
        let wrong = |error: lettre::error::Error| Error::Message(error.to_string());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .date(SystemTime::from(summary.at))
            .message_id(None)
            .subject(safe(&summary.subject));
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let parts = MultiPart::alternative_plain_html(text::text(summary), html::html(summary));
        let mut message = builder.multipart(parts).map_err(wrong)?;
        // Out-of-office replies are for people.
        for (name, value) in [("Auto-Submitted", "auto-generated"), ("X-Tieline", summary.told.condition.name())] {
            if let Ok(name) = HeaderName::new_from_ascii(name.to_owned()) {
                message.headers_mut().insert_raw(HeaderValue::new(name, value.to_owned()));
            }
        }
        Ok(message)
    }
}

fn protection(settings: &MailSettings) -> Result<SmtpTls, Error> {
    if settings.tls == Tls::None {
        let open = format!("tls = \"none\" is for a mail server on this machine, not for {}", safe(&settings.host));
        return if is_local(&settings.host) { Ok(SmtpTls::None) } else { Err(Error::Setup(open)) };
    }
    let wrong = |error: lettre::transport::smtp::Error| Error::Setup(error.to_string());
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.ca {
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(wrong)?);
    }
    let parameters = builder.build_rustls().map_err(wrong)?;
    Ok(match settings.tls {
        Tls::Tls => SmtpTls::Wrapper(parameters),
        _ => SmtpTls::Required(parameters),
    })
}
