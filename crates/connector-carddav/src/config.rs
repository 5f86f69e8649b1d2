//! What the connector is told when it is built. Parsing a file is the command line's; nothing here is serialisable, so
//! that a secret cannot end up in one.

use connector::RetryPolicy;
use model::{Field, Secret};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The fields of a contact and where a card holds them, where the user names none.
pub const PRESET: [(Field, &str); 5] = [
    (Field::FirstName, "n.given"),
    (Field::LastName, "n.family"),
    (Field::Phone, "tel"),
    (Field::Email, "email"),
    (Field::Company, "org"),
];

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// Name and password.
    Basic {
        /// Name.
        user: String,
        /// Password.
        password: Secret,
    },
    /// A token.
    Bearer(Secret),
}

/// Makes ids for new cards: a UUID each time. Injected, so that tests know them.
#[derive(Clone)]
pub struct IdSource(Arc<dyn Fn() -> String + Send + Sync>);

impl IdSource {
    /// From a function.
    pub fn new(next: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    pub(crate) fn next(&self) -> String {
        (self.0)()
    }
}

impl fmt::Debug for IdSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdSource")
    }
}

/// How long to wait; `None`: for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Option<Duration>,
    /// For an answer.
    pub request: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        // A hundred cards with photos are some megabytes.
        Self { connect: Some(Duration::from_secs(10)), request: Some(Duration::from_secs(120)) }
    }
}

/// Where the address book is and how to use it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the server, of the user's collection or of the address book.
    pub url: String,
    /// Name or address of the address book, where there are several.
    pub address_book: Option<String>,
    /// Who asks.
    pub auth: Auth,
    /// PEM certificates that are trusted beside the system's.
    pub ca: Option<Vec<u8>>,
    /// Field and its place in a card.
    pub fields: Vec<(Field, String)>,
    /// Ids for new cards.
    pub ids: IdSource,
    /// Requests per minute, where the server is to be spared.
    pub requests_per_minute: Option<u32>,
    /// Requests under way at once.
    pub concurrency: usize,
    /// What earlier runs found out: [`connector::Connector::learned`] of the last one.
    pub learned: Vec<(String, String)>,
    /// How long to wait for answers.
    pub timeouts: Timeouts,
    /// When to send again.
    pub retry: RetryPolicy,
}

impl Config {
    /// Defaults for everything else.
    pub fn new(url: impl Into<String>, auth: Auth, ids: IdSource) -> Self {
        Self {
            url: url.into(),
            address_book: None,
            auth,
            ca: None,
            fields: PRESET.map(|(field, name)| (field, name.to_owned())).to_vec(),
            ids,
            requests_per_minute: None,
            concurrency: 4,
            learned: Vec::new(),
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_prints_without_its_secrets() {
        let basic = Auth::Basic { user: "ann".to_owned(), password: Secret::new("hush") };
        for auth in [basic, Auth::Bearer(Secret::new("hush"))] {
            let printed = format!("{:?}", Config::new("https://dav.example.com", auth, IdSource::new(String::new)));
            assert!(!printed.contains("hush"), "{printed}");
        }
    }
}
