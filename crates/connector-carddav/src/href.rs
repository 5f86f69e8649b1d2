//! Addresses within a server, in one spelling: servers escape the same path in different ways.

use std::fmt::Write as _;

/// The path of an `href`, canonical; none where it points to another server.
pub(crate) fn path(href: &str, origin: &str) -> Option<String> {
    let href = href.trim();
    let path = match href.find("://") {
        Some(_) => {
            let rest = href.get(..origin.len()).filter(|start| start.eq_ignore_ascii_case(origin))?;
            let rest = &href[rest.len()..];
            if rest.is_empty() { "/" } else { rest.starts_with('/').then_some(rest)? }
        }
        None => href,
    };
    Some(canonical(path))
}

/// One spelling of a path: bytes that need no escape have none, escapes are in upper case.
pub(crate) fn canonical(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut canonical = String::with_capacity(path.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| path.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        let (byte, is_escaped) = escaped.map_or((bytes[at], false), |byte| (byte, true));
        at += if is_escaped { 3 } else { 1 };
        if is_plain(byte) || (byte == b'/' && !is_escaped) {
            canonical.push(char::from(byte));
        } else {
            let _ = write!(canonical, "%{byte:02X}");
        }
    }
    canonical
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

/// A path for people.
pub(crate) fn shown(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(first) = rest.bytes().next() {
        let escaped =
            rest.strip_prefix('%').and_then(|hex| hex.get(..2)).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let (byte, taken) = escaped.map_or((first, 1), |byte| (byte, 3));
        bytes.push(byte);
        // Only ASCII stands in a canonical path.
        rest = rest.get(taken..).unwrap_or_default();
    }
    String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_one_place() {
        for (href, expected) in [
            ("/a%40b/c d/%c3%a9.vcf", Some("/a@b/c%20d/%C3%A9.vcf")),
            ("/a@b/c%20d/é.vcf", Some("/a@b/c%20d/%C3%A9.vcf")),
            ("https://dav.example.com/x", Some("/x")),
            ("HTTPS://DAV.example.com", Some("/")),
            ("https://dav.example.com.evil.org/x", None),
            ("https://other.org/x", None),
            ("/a%2Fb/%zz", Some("/a%2Fb/%25zz")),
        ] {
            assert_eq!(path(href, "https://dav.example.com").as_deref(), expected, "{href}");
        }
        assert_eq!(shown("/c%20d/%C3%A9.vcf"), "/c d/é.vcf");
    }
}
