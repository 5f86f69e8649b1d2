//! Every channel against a real server on this machine: what arrives, what a stranger's text can do to it (nothing), and
//! what is said when it does not get through.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../report/tests/common/mod.rs"]
mod common;
#[path = "../../../tests/receivers/smtp.rs"]
mod smtp;
#[path = "../../../tests/receivers/web.rs"]
mod web;

use common::at;
use model::{RunReport, Secret};
use notify::{
    Channel, Ended, File, Form, Limits, Mail, MailSettings, Options, Ping, Signal, Standing, Summary, Tls, Webhook,
    send_all,
};
use report::view::default_titles;
use smtp::{Entrance, PASSWORD, PostOffice, USER};
use std::time::Duration;
use web::Mailbox;

/// A name that tries everything.
const EVIL: &str = "Eve\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script> & <!channel> @channel";
const SOON: Duration = Duration::from_secs(20);

fn summary(run: &RunReport, details: bool) -> Summary {
    let options = Options { details, titles: default_titles(), at: at("2026-07-01T02:00:10Z") };
    Summary::new(Ended { report: Some(run), trouble: None }, &Standing::default(), Limits::default(), &options)
}

fn evil() -> RunReport {
    let mut run = common::run();
    for conflict in &mut run.conflicts {
        EVIL.clone_into(&mut conflict.name);
    }
    for alarm in &mut run.alarms {
        EVIL.clone_into(&mut alarm.detail);
    }
    run
}

fn settings(office: &PostOffice, tls: Tls) -> MailSettings {
    MailSettings {
        host: "localhost".to_owned(),
        port: Some(office.port),
        tls,
        from: "tieline <tieline@example.com>".to_owned(),
        to: vec!["ops@example.com".to_owned(), "Kim Lee <kim@example.com>".to_owned()],
        user: (tls != Tls::None).then(|| USER.to_owned()),
        password: Some(Secret::new(PASSWORD)),
        ca: Some(office.ca.clone().into_bytes()),
        timeout: SOON,
    }
}

async fn send(channel: Channel, summary: &Summary) -> Result<(), notify::Error> {
    send_all(&[&channel], summary).await.remove(0)
}

async fn mail(settings: MailSettings, summary: &Summary) -> Result<(), notify::Error> {
    send(Channel::Mail(Box::new(Mail::new(settings)?)), summary).await
}

#[tokio::test]
async fn mail_arrives_by_every_entrance() {
    for (entrance, tls) in [(Entrance::Starttls, Tls::Starttls), (Entrance::Tls, Tls::Tls), (Entrance::Open, Tls::None)]
    {
        let office = PostOffice::open(entrance);
        mail(settings(&office, tls), &summary(&common::run(), false)).await.unwrap();
        let mails = office.mails();
        assert_eq!(mails.len(), 1, "{entrance:?}");
        let mail = &mails[0];
        assert_eq!((mail.from.as_str(), mail.to.len()), ("tieline@example.com", 2));
        assert_eq!(mail.user.as_deref(), (tls != Tls::None).then_some(USER));
        assert_eq!(mail.header("Subject"), "tieline: 3 need you: 1 conflict, 1 held change and 1 alarm");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert_eq!(mail.header("To"), "ops@example.com, \"Kim Lee\" <kim@example.com>");
        let text = mail.readable();
        assert!(text.contains("Content-Type: text/plain") && text.contains("Content-Type: text/html"), "{text}");
        let waits = text.find("Needs you: 2").unwrap();
        assert!(waits < text.find("Alarms: 1").unwrap() && text.contains("company: edited on both sides"), "{text}");
        // Counts, and nobody's name or number.
        assert!(!text.contains("Grace Hopper") && !text.contains("Alan Turing") && !text.contains("+1415"), "{text}");
    }
}

#[tokio::test]
async fn a_name_writes_no_header_and_no_tag() {
    let office = PostOffice::open(Entrance::Tls);
    mail(settings(&office, Tls::Tls), &summary(&evil(), true)).await.unwrap();
    let mail = &office.mails()[0];
    let names: Vec<String> = mail.headers().into_iter().map(|(name, _)| name).collect();
    assert!(!names.iter().any(|name| name.eq_ignore_ascii_case("bcc")), "{names:?}");
    assert_eq!(mail.to.len(), 2);
    let text = mail.readable();
    assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
    let html = &text[text.find("<!DOCTYPE html>").unwrap()..];
    assert!(
        html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;!channel&gt;") && !html.contains("<script"),
        "{html}"
    );
}

#[tokio::test]
async fn a_subject_is_one_line_whatever_failed() {
    let office = PostOffice::open(Entrance::Open);
    let trouble = notify::Trouble { message: EVIL.to_owned(), causes: vec![EVIL.to_owned()], hint: None };
    let options = Options { details: true, titles: default_titles(), at: at("2026-07-01T02:00:10Z") };
    let ended = Ended { report: None, trouble: Some(trouble) };
    let failed = Summary::new(ended, &Standing::default(), Limits::default(), &options);
    mail(settings(&office, Tls::None), &failed).await.unwrap();
    let mail = &office.mails()[0];
    assert!(mail.header("Subject").starts_with("tieline: failed: Eve\\r\\nBcc: all@"), "{}", mail.raw);
    assert!(!mail.headers().iter().any(|(name, _)| name == "Bcc"), "{}", mail.raw);
}

#[tokio::test]
async fn a_wrong_password_is_told_without_it() {
    let office = PostOffice::open(Entrance::Starttls);
    let wrong = MailSettings { password: Some(Secret::new("wrong-3f9b")), ..settings(&office, Tls::Starttls) };
    let error = mail(wrong, &summary(&common::run(), false)).await.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("535") && !said.contains("wrong-3f9b"), "{said}");
    assert!(office.mails().is_empty());
}

#[tokio::test]
async fn no_mail_without_the_encryption_that_was_asked_for() {
    let office = PostOffice::open(Entrance::Tls);
    let stranger = MailSettings { ca: None, ..settings(&office, Tls::Tls) };
    let error = mail(stranger, &summary(&common::run(), false)).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    // A server without STARTTLS is not written to in the open.
    let open = PostOffice::open(Entrance::Open);
    assert!(mail(settings(&open, Tls::Starttls), &summary(&common::run(), false)).await.is_err());
    assert!(office.mails().is_empty() && open.mails().is_empty());
    let far = MailSettings { host: "mail.example.com".to_owned(), ..settings(&open, Tls::None) };
    assert!(Mail::new(far).unwrap_err().to_string().contains("this machine"));
}

#[tokio::test]
async fn nobody_waits_long_for_a_server_that_is_silent() {
    // Accepted by the system, answered by nobody.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let short = Duration::from_millis(100);
    let hook = Secret::new(format!("http://127.0.0.1:{port}/x"));
    let office = PostOffice::open(Entrance::Open);
    let mail_settings = MailSettings { port: Some(port), timeout: short, ..settings(&office, Tls::None) };
    let channels = [
        Channel::Mail(Box::new(Mail::new(mail_settings).unwrap())),
        Channel::Web(Webhook::new(&hook, Form::Json, short).unwrap()),
    ];
    for result in send_all(&channels.iter().collect::<Vec<_>>(), &summary(&common::run(), false)).await {
        assert!(matches!(result, Err(notify::Error::TimedOut(_))), "{result:?}");
    }
}

#[tokio::test]
async fn webhooks_get_json() {
    let mailbox = Mailbox::open();
    let hook = |form| Channel::Web(Webhook::new(&Secret::new(mailbox.url("/hook")), form, SOON).unwrap());
    send(hook(Form::Json), &summary(&common::run(), false)).await.unwrap();
    let body = mailbox.bodies("/hook").remove(0);
    let notice: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(notice["format"], "tieline-notice/1");
    assert_eq!((&notice["condition"], &notice["counts"]["conflicts"]), (&"needs_you".into(), &1.into()));
    assert_eq!(notice["run"], common::run().run.0.as_str());
    assert!(!body.contains("Grace") && !body.contains("1415"), "{body}");
    send(hook(Form::Json), &summary(&common::run(), true)).await.unwrap();
    assert!(mailbox.bodies("/hook")[1].contains("Grace Hopper +14155550142"));
}

#[tokio::test]
async fn a_chat_shows_names_and_obeys_none() {
    let mailbox = Mailbox::open();
    let hook = Webhook::new(&Secret::new(mailbox.url("/chat")), Form::Slack, SOON).unwrap();
    send(Channel::Web(hook), &summary(&evil(), true)).await.unwrap();
    let notice: serde_json::Value = serde_json::from_str(&mailbox.bodies("/chat")[0]).unwrap();
    let text = notice["text"].as_str().unwrap();
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;!channel&gt;"), "{text}");
    assert!(!text.contains('<') && !text.contains("@channel") && text.contains("Eve\\r\\nBcc"), "{text}");
}

#[tokio::test]
async fn a_refusal_is_told_without_the_address() {
    let mailbox = Mailbox::open();
    mailbox.says(404, "no_team at /services/T0/hush-77af");
    let hook = Webhook::new(&Secret::new(mailbox.url("/services/T0/hush-77af")), Form::Slack, SOON).unwrap();
    let error = send(Channel::Web(hook), &summary(&common::run(), false)).await.unwrap_err();
    assert_eq!(error.to_string(), "answered with 404: no_team at ***");
    // Nobody listens there.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let hook = Webhook::new(&Secret::new(format!("http://127.0.0.1:{closed}/hush-77af")), Form::Json, SOON).unwrap();
    let error = send(Channel::Web(hook), &summary(&common::run(), false)).await.unwrap_err();
    let said = format!("{error} {error:?}");
    assert!(said.contains("cannot be reached") && !said.contains("hush-77af"), "{said}");
}

#[tokio::test]
async fn a_monitor_hears_how_it_goes() {
    let mailbox = Mailbox::open();
    let ping = Ping::new(&Secret::new(mailbox.url("/ping/uuid/?rid=7")), SOON).unwrap();
    for signal in [Signal::Start, Signal::Success, Signal::Fail, Signal::Log] {
        ping.send(signal, "a line").await.unwrap();
    }
    let paths = ["/ping/uuid/start?rid=7", "/ping/uuid/?rid=7", "/ping/uuid/fail?rid=7", "/ping/uuid/log?rid=7"];
    assert_eq!(mailbox.paths(), paths);
    assert!(mailbox.posted().iter().all(|posted| posted.method == "POST" && posted.body == "a line"));
}

#[tokio::test]
async fn a_file_is_replaced_and_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notice.txt");
    std::fs::write(&path, "x".repeat(100_000)).unwrap();
    send(Channel::File(File::new(&path)), &summary(&common::run(), false)).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("tieline: 3 need you") && text.contains("tieline conflicts list"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let nowhere = Channel::File(File::new(folder.path().join("no/notice.txt")));
    assert!(send(nowhere, &summary(&common::run(), false)).await.unwrap_err().to_string().contains("no/notice.txt"));
}

#[test]
fn addresses_of_people() {
    for (text, good) in [
        ("ops@example.com", true),
        ("Ops <ops@example.com>", true),
        ("ops", false),
        ("ops@example.com\r\nBcc: x@example.com", false),
        ("Ops\r\nBcc: x@example.com <ops@example.com>", false),
        ("", false),
    ] {
        assert_eq!(notify::check_address(text).is_ok(), good, "{text:?}");
    }
}
