//! The channels that the configuration names, with their secrets. One that cannot be set up does not keep the others.

use crate::config::{Config, Source, WebTo};
use crate::failure::{Failure, Fallible};
use model::Secret;
use notify::{Channel, File, Form, Mail, MailSettings, Ping, Webhook};

/// A channel by its name, or why there is none.
pub(crate) type Named<T> = (&'static str, Fallible<T>);

/// Everybody who gets messages.
pub(crate) fn messages(config: &Config) -> Vec<Named<Channel>> {
    let notify = &config.notify;
    let mut found: Vec<Named<Channel>> = Vec::new();
    if let Some(file) = &notify.file {
        found.push(("file", Ok(Channel::File(File::new(config.resolve(&file.path))))));
    }
    if notify.mail.is_some() {
        found.push(("mail", mail(config).map(|mail| Channel::Mail(Box::new(mail)))));
    }
    for (name, to, form) in [("webhook", &notify.webhook, Form::Json), ("slack", &notify.slack, Form::Slack)] {
        if let Some(to) = to {
            found.push((name, web(config, name, to, form).map(Channel::Web)));
        }
    }
    found
}

/// The monitor.
pub(crate) fn ping(config: &Config) -> Option<Fallible<Ping>> {
    let to = config.notify.ping.as_ref()?;
    let ping = url(config, "ping", to).and_then(|url| Ping::new(&url, config.notify.timeout()).map_err(setup("ping")));
    Some(ping)
}

fn web(config: &Config, name: &'static str, to: &WebTo, form: Form) -> Fallible<Webhook> {
    Webhook::new(&url(config, name, to)?, form, config.notify.timeout()).map_err(setup(name))
}

fn url(config: &Config, name: &str, to: &WebTo) -> Fallible<Secret> {
    let (variable, key) = (format!("TIELINE_{}_URL", name.to_uppercase()), format!("notify.{name}.url_file"));
    let hint = format!("set {variable}, or name a file that holds the address with {key}");
    let file = to.url_file.as_deref();
    Source { variable: &variable, key: &key, file, hint: &hint, what: "address", blanks: false }.read(config)
}

fn mail(config: &Config) -> Fallible<Mail> {
    let Some(mail) = &config.notify.mail else { return Err(Failure::usage("[notify.mail] is missing")) };
    let password = Source {
        variable: "TIELINE_SMTP_PASSWORD",
        key: "notify.mail.password_file",
        file: mail.password_file.as_deref(),
        hint: "set TIELINE_SMTP_PASSWORD, or name a file that holds the password with notify.mail.password_file",
        what: "password for the mail server",
        blanks: true,
    };
    let password = mail.user.as_ref().map(|_| password.read(config)).transpose()?;
    let ca = mail.ca_file.as_ref().map(|file| {
        let path = config.resolve(file);
        std::fs::read(&path)
            .map_err(|error| Failure::usage(format!("cannot read {} (notify.mail.ca_file): {error}", path.display())))
            .map_err(|failure| failure.hint("name a certificate in PEM form"))
    });
    let settings = MailSettings {
        host: mail.host.clone(),
        port: mail.port,
        tls: mail.tls.into(),
        from: mail.from.clone(),
        to: mail.to.clone(),
        user: mail.user.clone(),
        password,
        ca: ca.transpose()?,
        timeout: config.notify.timeout(),
    };
    Mail::new(settings).map_err(setup("mail"))
}

fn setup(name: &str) -> impl Fn(notify::Error) -> Failure {
    move |error| Failure::usage(format!("notify.{name}: {error}")).hint(error.hint())
}
