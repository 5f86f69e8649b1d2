//! The query of a request: names that may come more than once, lists with commas.

use axum::extract::Query as Parsed;
use axum::http::Uri;

/// A decoded query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        Self(Parsed::try_from_uri(uri).map(|Parsed(pairs)| pairs).unwrap_or_default())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// All values of a name; `a,b` are two.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let given = self.0.iter().filter(|(given, _)| given == name);
        let parts = given.flat_map(|(_, value)| value.split(',')).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }
}

/// A segment of a path without its percent signs. What is no text after that stays as it was.
pub(crate) fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| segment.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_repeat_and_lists_have_commas() {
        let query = Query::of(&"/x?properties=a,b&properties=c%20d&archived=true&limit=5".parse().unwrap());
        assert_eq!(query.list("properties"), ["a", "b", "c d"]);
        assert!(query.flag("archived"));
        assert_eq!(query.get("limit"), Some("5"));
        assert!(query.list("after").is_empty());
    }

    #[test]
    fn segments_are_decoded_once() {
        assert_eq!(decoded("ada%40example.com"), "ada@example.com");
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%ff"), "%ff");
        assert_eq!(decoded("a+b"), "a+b");
        assert_eq!(decoded("%2540"), "%40");
    }
}
