//! Real `CardDAV` servers (Radicale, Xandikos), started for one test on 127.0.0.1, and an address book in each.
//!
//! They are Python packages, which `.ci/run` installs into `target/dav`; where they are missing the tests say so and pass.

use crate::web::{Answer, Request, send};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Radicale: sorts and unfolds every card that it is given.
    Radicale,
    /// Xandikos: keeps cards in a git repository, byte for byte.
    Xandikos,
}

/// The user of both.
pub const USER: &str = "ann";
/// Their password.
pub const PASSWORD: &str = "dav-password-83c1f7";
/// What people call the address book, where the server lets one say so.
pub const BOOK_NAME: &str = "Team";

/// A server until it is dropped.
#[derive(Debug)]
pub struct Dav {
    kind: Kind,
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Radicale, Self::Xandikos];

    const fn program(self) -> &'static str {
        match self {
            Self::Radicale => "radicale",
            Self::Xandikos => "xandikos",
        }
    }

    fn installed(self) -> Option<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/dav/bin");
        Some(root.join(self.program())).filter(|path| path.exists())
    }

    /// Starts one with an empty address book; none, and a loud word, where it is not installed.
    pub fn start(self) -> Option<Dav> {
        let Some(program) = self.installed() else {
            eprintln!(
                "SKIPPED: no {} found, nothing was tried against it (.ci/run installs it into target/dav)",
                self.program()
            );
            return None;
        };
        // Another process may take the port between looking and using it.
        (0..5).find_map(|_| self.try_start(&program)).or_else(|| panic!("{} does not start", self.program()))
    }

    fn try_start(self, program: &Path) -> Option<Dav> {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(program);
        match self {
            Self::Radicale => {
                let book = folder.path().join(format!("data/collection-root/{USER}/team"));
                std::fs::create_dir_all(&book).unwrap();
                let props = format!("{{\"tag\": \"VADDRESSBOOK\", \"D:displayname\": \"{BOOK_NAME}\"}}");
                std::fs::write(book.join(".Radicale.props"), props).unwrap();
                std::fs::write(folder.path().join("users"), format!("{USER}:{PASSWORD}\n")).unwrap();
                let at = folder.path().display();
                let config = format!(
                    "[server]\nhosts = {address}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {at}/users\n\
                     htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {at}/data\n[logging]\nlevel = error\n"
                );
                std::fs::write(folder.path().join("config"), config).unwrap();
                command.arg("--config").arg(folder.path().join("config"));
            }
            Self::Xandikos => {
                command.args(["serve", "--defaults", "--no-detect-systemd", "--current-user-principal"]);
                command.arg(format!("/{USER}/")).args(["-l", "127.0.0.1", "-p"]).arg(address.port().to_string());
                command.arg("-d").arg(folder.path().join("data")).arg("--state-dir").arg(folder.path().join("state"));
            }
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut dav = Dav { kind: self, address, child: command.spawn().unwrap(), folder };
        let end = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            if dav.child.try_wait().unwrap().is_some() || Instant::now() > end {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(dav)
    }
}

impl Dav {
    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the server.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The path of the address book.
    pub fn book(&self) -> String {
        match self.kind {
            Kind::Radicale => format!("/{USER}/team/"),
            Kind::Xandikos => format!("/{USER}/contacts/addressbook/"),
        }
    }

    /// The folder that holds everything.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Any request, as the user.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        // ann:dav-password-83c1f7
        let mut all = vec![("authorization", "Basic YW5uOmRhdi1wYXNzd29yZC04M2MxZjc=")];
        all.extend(headers);
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: body.as_bytes().to_vec(),
            number: 0,
        };
        send(self.address, &request).unwrap()
    }

    /// Puts a card there by hand.
    pub fn put(&self, name: &str, card: &str) {
        let path = format!("{}{name}", self.book());
        let answer = self.request("PUT", &path, &[("content-type", "text/vcard; charset=utf-8")], card);
        assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.text());
    }

    /// Removes a card by hand.
    pub fn remove(&self, name: &str) {
        let answer = self.request("DELETE", &format!("{}{name}", self.book()), &[], "");
        assert!((200..300).contains(&answer.status), "{}: {}", answer.status, answer.text());
    }

    /// The text of a card; none where there is none.
    pub fn card(&self, name: &str) -> Option<String> {
        let answer = self.request("GET", &format!("{}{name}", self.book()), &[], "");
        (answer.status == 200).then(|| answer.text())
    }

    /// Names of all cards.
    pub fn names(&self) -> Vec<String> {
        let body = "<propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>";
        let text =
            self.request("PROPFIND", &self.book(), &[("depth", "1"), ("content-type", "application/xml")], body).text();
        let book = self.book();
        let mut names: Vec<String> = text
            .split(&book)
            .skip(1)
            .filter_map(|rest| rest.split('<').next())
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    /// All cards.
    pub fn cards(&self) -> Vec<String> {
        self.names().iter().filter_map(|name| self.card(name)).collect()
    }
}

impl Drop for Dav {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
