//! One way to tell somebody, whichever it is.

use crate::{Error, File, Form, Mail, Summary, Webhook};
use futures_util::future::join_all;

/// One way to tell somebody.
#[derive(Debug)]
pub enum Channel {
    /// A file that holds the last message.
    File(File),
    /// E-mail.
    Mail(Box<Mail>),
    /// A webhook, in one of its forms.
    Web(Webhook),
}

impl Channel {
    /// As the configuration calls it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Mail(_) => "mail",
            Self::Web(hook) => match hook.form {
                Form::Json => "webhook",
                Form::Slack => "slack",
            },
        }
    }

    /// Where to, without secrets.
    pub fn target(&self) -> String {
        match self {
            Self::File(file) => file.path().display().to_string(),
            Self::Mail(mail) => mail.target(),
            Self::Web(hook) => hook.host(),
        }
    }

    async fn send(&self, summary: &Summary) -> Result<(), Error> {
        match self {
            Self::File(file) => file.send(summary),
            Self::Mail(mail) => mail.send(summary).await,
            Self::Web(hook) => hook.send(summary).await,
        }
    }
}

/// Tells everybody at once: a slow one delays nobody else. One result each, in the same order.
pub async fn send_all(channels: &[&Channel], summary: &Summary) -> Vec<Result<(), Error>> {
    join_all(channels.iter().map(|channel| channel.send(summary))).await
}
