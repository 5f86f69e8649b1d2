//! A mail server for tests: other people's SMTP (`mailin`) behind a socket of this machine, with TLS by a certificate of
//! its own. Keeps what it is given. Part of several test targets, so some use less than all of it.
#![allow(dead_code)]

use mailin::{Action, AuthMechanism, Handler, Response, Session, SessionBuilder, response};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) const USER: &str = "tieline@example.com";
pub(crate) const PASSWORD: &str = "mail-password-8e41c2";

/// How it is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entrance {
    Open,
    Starttls,
    Tls,
}

/// One message as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Who logged in.
    pub(crate) user: Option<String>,
    /// Headers and body, before any decoding.
    pub(crate) raw: String,
}

impl Mail {
    /// Headers of the message itself, unfolded and decoded.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let head = self.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        let lines = head.lines().map(|line| line.split_once(": ").unwrap_or((line, "")));
        lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        let found: Vec<String> =
            self.headers().into_iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect();
        assert_eq!(found.len(), 1, "{name} in {}", self.raw);
        found[0].clone()
    }

    /// The whole text with quoted-printable undone, as a reader sees it.
    pub(crate) fn readable(&self) -> String {
        let joined = self.raw.replace("=\r\n", "");
        let mut bytes = Vec::new();
        let mut rest = joined.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            let code = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
            let byte = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| first == b'=');
            bytes.push(byte.unwrap_or(first));
            rest = if byte.is_some() { &tail[2..] } else { tail };
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

pub(crate) struct PostOffice {
    pub(crate) port: u16,
    /// The certificate, to be trusted.
    pub(crate) ca: String,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl PostOffice {
    /// Opens on a free port; stays open until the test's process ends.
    pub(crate) fn open(entrance: Entrance) -> Self {
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = Arc::new(tls.with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = mails.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let (tls, mails) = (tls.clone(), kept.clone());
                // A client that hangs up has its reasons; what arrived is what counts.
                std::thread::spawn(move || serve(socket.unwrap(), entrance, &tls, mails).ok());
            }
        });
        Self { port, ca: own.cert.pem(), mails }
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }
}

enum Line {
    Open(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Line {
    fn tls(socket: TcpStream, config: &Arc<ServerConfig>) -> Self {
        Self::Tls(Box::new(StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), socket)))
    }

    fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            match self {
                Self::Open(socket) => socket.read_exact(&mut byte)?,
                Self::Tls(stream) => stream.read_exact(&mut byte)?,
            }
            line.extend(byte);
        }
        Ok(line)
    }

    fn write(&mut self, answer: &Response) -> io::Result<()> {
        let bytes = answer.buffer()?;
        match self {
            Self::Open(socket) => socket.write_all(&bytes),
            Self::Tls(stream) => stream.write_all(&bytes).and_then(|()| stream.flush()),
        }
    }
}

fn serve(
    socket: TcpStream,
    entrance: Entrance,
    tls: &Arc<ServerConfig>,
    mails: Arc<Mutex<Vec<Mail>>>,
) -> io::Result<()> {
    let remote = socket.peer_addr()?.ip();
    let mut builder = SessionBuilder::new("post.example.com");
    match entrance {
        Entrance::Open => {}
        Entrance::Starttls => {
            builder.enable_start_tls().enable_auth(AuthMechanism::Plain);
        }
        Entrance::Tls => {
            builder.enable_auth(AuthMechanism::Plain);
        }
    }
    let mut session: Session<Clerk> = builder.build(remote, Clerk { mails, mail: Mail::default() });
    let mut line = match entrance {
        Entrance::Tls => {
            session.tls_active();
            Line::tls(socket, tls)
        }
        _ => Line::Open(socket),
    };
    line.write(&session.greeting())?;
    loop {
        let answer = session.process(&line.read()?);
        match answer.action {
            Action::NoReply => {}
            Action::Reply => line.write(&answer)?,
            Action::Close => return line.write(&answer),
            Action::UpgradeTls => {
                line.write(&answer)?;
                if let Line::Open(socket) = line {
                    line = Line::tls(socket, tls);
                    session.tls_active();
                } else {
                    return Err(io::Error::other("encrypted twice"));
                }
            }
        }
    }
}

struct Clerk {
    mails: Arc<Mutex<Vec<Mail>>>,
    mail: Mail,
}

impl Handler for Clerk {
    fn auth_plain(&mut self, _authorization: &str, user: &str, password: &str) -> Response {
        if (user, password) == (USER, PASSWORD) {
            self.mail.user = Some(user.to_owned());
            return response::AUTH_OK;
        }
        // A rude server, which repeats what it was told.
        Response::custom(535, format!("{password} is not the password of {user}"))
    }

    fn data_start(&mut self, _domain: &str, from: &str, _is8bit: bool, to: &[String]) -> Response {
        self.mail = Mail { from: from.to_owned(), to: to.to_vec(), user: self.mail.user.take(), raw: String::new() };
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mail.raw.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.mails.lock().unwrap().push(self.mail.clone());
        response::OK
    }
}
