//! Finding the address book, and being told to go away.

use crate::common::{Fake, book_props, config, multistatus, response, run, schema};
use connector::{Connector, Error, ErrorKind};
use connector_carddav::{Auth, CarddavConnector, Config};
use model::Secret;
use std::sync::Arc;
use testkit::web::{Answer, Reply, Request, Server};

fn build(config: Config) -> CarddavConnector {
    CarddavConnector::new(config, &schema()).unwrap()
}

fn identify(config: Config) -> Result<connector::Identity, Error> {
    run(build(config).identify())
}

/// A server with a home and these books in it.
fn home(books: &'static [(&'static str, &'static str)]) -> Server {
    Server::start(move |request| {
        let to = |path: &str| Answer::new(301, "").with("location", path);
        Reply::Whole(match request.path.as_str() {
            "/.well-known/carddav" => to("/dav/"),
            "/dav/" => multistatus(&response(
                "/dav/",
                "<d:resourcetype><d:collection/></d:resourcetype>\
                 <d:current-user-principal><d:href>/dav/me%40x/</d:href></d:current-user-principal>",
            )),
            "/dav/me@x/" => multistatus(&response(
                "/dav/me@x/",
                "<c:addressbook-home-set><d:href>/dav/books/</d:href></c:addressbook-home-set>",
            )),
            "/dav/books/" => {
                let mut inner = response("/dav/books/", "<d:resourcetype><d:collection/></d:resourcetype>");
                for (path, name) in books {
                    inner.push_str(&response(path, &book_props().replace("Team", name)));
                }
                multistatus(&inner)
            }
            path if books.iter().any(|(known, _)| *known == path) => multistatus(&response(path, book_props())),
            _ => Answer::new(404, ""),
        })
    })
}

const TWO: &[(&str, &str)] = &[("/dav/books/a/", "Team"), ("/dav/books/b/", "Home")];

#[test]
fn a_bare_server_leads_to_the_only_book() {
    let server = home(&[("/dav/books/a/", "Team")]);
    let identity = identify(config(&server.url())).unwrap();
    assert!(identity.fingerprint.ends_with("/dav/books/a/"), "{identity:?}");
    assert!(identity.title.contains("`Team`"), "{identity:?}");
    assert!(!identity.fingerprint.contains("dav-password"));
}

#[test]
fn one_of_several_is_chosen_by_name_or_address() {
    let server = home(TWO);
    for name in ["Home", "b", "/dav/books/b", "/dav/books/b/"] {
        let config = Config { address_book: Some(name.to_owned()), ..config(&server.url()) };
        assert!(identify(config).unwrap().fingerprint.ends_with("/b/"), "{name}");
    }
    let error = identify(config(&server.url())).unwrap_err();
    assert!(error.kind == ErrorKind::Config && error.message.contains("`Team`, `Home`"), "{error:?}");
    let error = identify(Config { address_book: Some("Work".to_owned()), ..config(&server.url()) }).unwrap_err();
    assert!(error.message.contains("`Work`") && error.hint.unwrap().contains("`Team`, `Home`"));
    let none = home(&[]);
    assert!(identify(config(&none.url())).unwrap_err().message.contains("no address book"));
}

#[test]
fn an_address_that_is_not_there_is_not_replaced_by_another() {
    let server = home(&[("/dav/books/a/", "Team")]);
    let error = identify(config(&format!("{}/dav/books/gone/", server.url()))).unwrap_err();
    assert!(error.kind == ErrorKind::Config && error.message.contains("/dav/books/gone/ is not there"), "{error:?}");
}

#[test]
fn what_was_found_once_is_asked_for_at_once() {
    let server = home(TWO);
    let named = || Config { address_book: Some("Home".to_owned()), ..config(&server.url()) };
    let first = build(named());
    run(first.identify()).unwrap();
    server.forget();
    identify(Config { learned: first.learned(), ..named() }).unwrap();
    assert_eq!(server.seen().len(), 1, "{:?}", server.seen());
    // For another wish it is of no use.
    let other = Config { address_book: Some("Team".to_owned()), learned: first.learned(), ..config(&server.url()) };
    assert!(identify(other).unwrap().fingerprint.ends_with("/a/"));
}

#[test]
fn credentials_are_not_carried_to_another_server() {
    let other = Server::start(|_| Reply::Whole(Answer::new(200, "")));
    let to = other.url();
    let server = Server::start(move |_| Reply::Whole(Answer::new(302, "").with("location", &to)));
    let error = identify(config(&server.url())).unwrap_err();
    assert!(error.message.contains("another server"), "{error:?}");
    assert!(other.seen().is_empty());
}

#[test]
fn a_server_that_sends_in_circles_is_left() {
    let server = Server::start(|_| Reply::Whole(Answer::new(302, "").with("location", "/.well-known/carddav")));
    assert!(identify(config(&server.url())).is_err());
    assert!(server.seen().len() < 20);
}

#[test]
fn both_kinds_of_credentials_travel() {
    let fake = Fake::new();
    let url = format!("{}/b/", fake.server.url());
    identify(config(&url)).unwrap();
    identify(Config { auth: Auth::Bearer(Secret::new("tok")), ..config(&url) }).unwrap();
    let sent: Vec<_> = fake
        .server
        .seen()
        .iter()
        .map(|request: &Request| request.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(sent, ["Basic YW5uOmRhdi1wYXNzd29yZC04M2MxZjc=", "Bearer tok"]);
}

#[test]
fn a_wrong_password_says_what_to_check() {
    let server = Server::start(|_| Reply::Whole(Answer::new(401, "").with("www-authenticate", "Basic")));
    let error = identify(config(&server.url())).unwrap_err();
    assert!(error.kind == ErrorKind::Credentials && error.hint.is_some(), "{error:?}");
    assert_eq!(server.seen().len(), 1, "a wrong password is not tried again");
}

#[test]
fn a_server_that_asks_to_wait_is_not_pressed() {
    let server = Server::start(|_| Reply::Whole(Answer::new(429, "").with("retry-after", "4000")));
    let error = identify(config(&server.url())).unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    assert_eq!(server.seen().len(), 1);
}

/// A server over TLS with a certificate, and its address.
fn with_certificate(certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> (Server, String) {
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let tls = Arc::new(tls);
    let server = Server::wrapped(
        move |stream| {
            let connection = rustls::ServerConnection::new(Arc::clone(&tls)).map_err(std::io::Error::other)?;
            Ok(Box::new(rustls::StreamOwned::new(connection, stream)))
        },
        |_| Reply::Whole(multistatus(&response("/b/", book_props()))),
    );
    let url = format!("https://localhost:{}/b/", server.address().port());
    (server, url)
}

#[test]
fn a_certificate_of_ones_own_is_trusted_where_it_is_named() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    let (_server, url) = with_certificate(&made.cert, &made.signing_key);
    let error = identify(config(&url)).unwrap_err();
    assert!(error.message.contains("certificate") && error.hint.clone().unwrap().contains("ca_file"), "{error:?}");
    let ca = Some(made.cert.pem().into_bytes());
    identify(Config { ca, ..config(&url) }).unwrap();
}

/// What `openssl req -x509` makes without more words: a certificate that is an authority's.
#[test]
fn a_certificate_that_no_server_may_show_as_its_own_is_told_with_what_to_do() {
    let told = |change: fn(&mut rcgen::CertificateParams), host: &str| {
        let mut params = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
        change(&mut params);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        let (_server, url) = with_certificate(&made, &key);
        let error = identify(Config { ca: Some(made.pem().into_bytes()), ..config(&url) }).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Config, "{error:?}");
        error.hint.unwrap()
    };
    let authority = |params: &mut rcgen::CertificateParams| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    };
    let hint = told(authority, "localhost");
    assert!(hint.contains("basicConstraints=critical,CA:FALSE") && hint.contains("subjectAltName"), "{hint}");
    let hint = told(|_| {}, "dav.example.com");
    assert!(hint.contains("another host's"), "{hint}");
    let hint = told(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1), "localhost");
    assert!(hint.contains("run out"), "{hint}");
}

/// A path of somebody else's is no question of rights to edit.
#[test]
fn a_path_that_nobody_may_look_at_is_a_wrong_address() {
    let server = Server::start(|_| Reply::Whole(Answer::new(403, "")));
    let error = identify(config(&format!("{}/bob/", server.url()))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Forbidden);
    assert!(error.hint.as_ref().unwrap().contains("check [crm.carddav] url"), "{error:?}");
}

#[test]
fn rights_and_versions_are_told() {
    let server = Server::start(|request| {
        let privileges =
            "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege></d:current-user-privilege-set>";
        let version = "<c:supported-address-data><c:address-data-type content-type=\"text/vcard\" version=\"4.0\"/></c:supported-address-data>";
        Reply::Whole(multistatus(&response(&request.path, &format!("{}{privileges}{version}", book_props()))))
    });
    let identity = identify(config(&format!("{}/b/", server.url()))).unwrap();
    let detail = |name: &str| identity.details.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str());
    assert_eq!((detail("rights"), detail("new cards")), (Some("reading only"), Some("vCard 4.0")));
}
