//! A link that dials once: whom, from which number, until when; signed, so that nobody can make or change one without the
//! key. Whether it was used is the state's to know.

use crate::keys::hex;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use model::Secret;
use sha2::Sha256;

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whom to call, in E.164.
    pub to: String,
    /// From which number of the account, in E.164.
    pub from: String,
    /// Who calls; none: the number's owner.
    pub agent: Option<String>,
    /// What the called one sees.
    pub caller_id: Option<String>,
    /// Until when it works.
    pub until: Timestamp,
    /// Its own name: random, so that it works once.
    pub id: String,
}

/// Why a link does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLink {
    /// It was not made by us, or changed since.
    Forged,
    /// It is too old.
    Expired,
}

impl Link {
    /// What stands behind the `?`.
    pub fn query(&self, key: &Secret) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("to", &self.to).append_pair("from", &self.from);
        for (name, value) in [("agent", &self.agent), ("caller_id", &self.caller_id)] {
            if let Some(value) = value {
                pairs.append_pair(name, value);
            }
        }
        let until = self.until.as_second().to_string();
        pairs.append_pair("until", &until).append_pair("id", &self.id);
        pairs.append_pair(
            "sig",
            &hex(&mac(self, key).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()),
        );
        pairs.finish()
    }

    /// Reads what stands behind the `?`.
    ///
    /// # Errors
    /// Where it must not dial.
    pub fn read(query: &str, key: &Secret, now: Timestamp) -> Result<Self, BadLink> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let one = |name: &str| {
            let mut found = pairs.iter().filter(|(key, _)| key == name);
            // Of two, it would be a guess which one was signed.
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Some(value.clone()),
                _ => None,
            }
        };
        let some = |name: &str| one(name).filter(|text| !text.is_empty());
        let until = one("until").and_then(|text| text.parse().ok()).and_then(|at| Timestamp::from_second(at).ok());
        let (Some(to), Some(from), Some(until), Some(id), Some(given)) =
            (some("to"), some("from"), until, some("id"), some("sig"))
        else {
            return Err(BadLink::Forged);
        };
        let link = Self { to, from, agent: some("agent"), caller_id: some("caller_id"), until, id };
        let given = bytes(&given).ok_or(BadLink::Forged)?;
        // In constant time.
        mac(&link, key).ok_or(BadLink::Forged)?.verify_slice(&given).map_err(|_| BadLink::Forged)?;
        if now > link.until { Err(BadLink::Expired) } else { Ok(link) }
    }
}

/// Each part with its length before it, so that no part can pass into the next.
fn mac(link: &Link, key: &Secret) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes()).ok()?;
    let until = link.until.as_second().to_string();
    let optional = [&link.agent, &link.caller_id].map(|part| part.as_deref().unwrap_or_default());
    for part in ["tieline call link 1", &link.to, &link.from, optional[0], optional[1], &until, &link.id] {
        mac.update(part.len().to_string().as_bytes());
        mac.update(b":");
        mac.update(part.as_bytes());
    }
    Some(mac)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn link() -> Link {
        Link {
            to: "+14155550123".to_owned(),
            from: "+14155550190".to_owned(),
            agent: Some("7".to_owned()),
            caller_id: None,
            until: Timestamp::from_second(1_000).unwrap(),
            id: "abc".to_owned(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_link_comes_back_until_it_expires() {
        let key = Secret::new("key");
        for link in [link(), Link { agent: None, caller_id: Some("+1 & more".to_owned()), ..link() }] {
            let query = link.query(&key);
            assert_eq!(Link::read(&query, &key, at(1_000)), Ok(link));
            assert_eq!(Link::read(&query, &key, at(1_001)), Err(BadLink::Expired));
        }
    }

    #[test]
    fn nobody_changes_or_makes_one_without_the_key() {
        let (key, forged) = (Secret::new("key"), Err(BadLink::Forged));
        let query = link().query(&key);
        assert_eq!(Link::read(&query, &Secret::new("other"), at(0)), forged);
        for (from, to) in [
            ("0123", "0124"),
            ("0190", "0191"),
            ("agent=7", "agent=8"),
            ("agent=7&", ""),
            ("agent=7", "caller_id=7"),
            ("until=1000", "until=2000"),
            ("id=abc", "id=abd"),
            ("sig=", "sig=00"),
            ("to=", "to=%2B14155550124&to="),
            ("sig=", "x="),
        ] {
            let changed = query.replacen(from, to, 1);
            assert_ne!(changed, query, "{from}");
            assert_eq!(Link::read(&changed, &key, at(0)), forged, "{from}");
        }
        assert_eq!(Link::read("", &key, at(0)), forged);
        // What nobody signed means nothing.
        assert_eq!(Link::read(&format!("{query}&more=1"), &key, at(0)), Ok(link()));
    }
}
