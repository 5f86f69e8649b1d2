//! A vCard as lines: the text as it came, and what each line means. Editing replaces or removes single lines.
//!
//! It does *not* know which line is which field; `names` does.

mod edit;
mod line;
mod made;
mod value;

pub use made::{NewCard, make};
pub use value::{escape, escape_list, join, split, unescape};

use line::{Line, logical_lines};
use std::fmt;

/// Which version of the standard a card follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 3.0 (RFC 2426)
    V3,
    /// 4.0 (RFC 6350)
    V4,
}

/// Why a text is no card that we touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCard(pub String);

impl fmt::Display for NoCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoCard {}

/// One property of a card, borrowed from it.
#[derive(Debug, Clone, Copy)]
pub struct Property<'a> {
    line: &'a Line,
    /// Which line it is.
    pub at: usize,
}

impl<'a> Property<'a> {
    /// The name as written.
    pub fn name(self) -> &'a str {
        &self.line.text[self.line.name.clone()]
    }

    /// The group in front of the name.
    pub fn group(self) -> Option<&'a str> {
        self.line.group.clone().map(|range| &self.line.text[range])
    }

    /// The value, not unescaped.
    pub fn value(self) -> &'a str {
        &self.line.text[self.line.value..]
    }

    /// The values of a parameter, in lower case; bare parameters (`TEL;CELL:`) count as TYPE.
    pub fn parameter(self, name: &str) -> Vec<String> {
        let of = self.line.parameters.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        of.flat_map(|(_, values)| values.split(',').map(|value| value.trim().to_lowercase())).collect()
    }

    /// How much it is preferred: 1 most, 101 not at all.
    pub fn preference(self) -> u8 {
        let number = self.parameter("PREF").into_iter().find_map(|text| text.parse::<u8>().ok());
        let named = || self.parameter("TYPE").iter().any(|kind| kind == "pref").then_some(1);
        number.filter(|number| (1..=100).contains(number)).or_else(named).unwrap_or(101)
    }

    /// Whether the value is in an encoding that is not ours to read (base64, quoted-printable).
    pub fn is_encoded(self) -> bool {
        !self.parameter("ENCODING").is_empty()
            || self.parameter("TYPE").iter().any(|kind| matches!(kind.as_str(), "quoted-printable" | "base64"))
    }
}

/// A card: its text, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    version: Version,
    lines: Vec<Line>,
    /// `\r\n` or `\n`, as the card has it.
    ending: &'static str,
}

impl Card {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, NoCard> {
        let ending = if text.find('\n').is_none_or(|at| text[..at].ends_with('\r')) { "\r\n" } else { "\n" };
        let lines = logical_lines(text)?;
        let mut card = Self { version: Version::V3, lines, ending };
        card.version = card.check()?;
        Ok(card)
    }

    fn check(&self) -> Result<Version, NoCard> {
        let no = |text: &str| Err(NoCard(text.to_owned()));
        let is = |property: Property<'_>, name: &str, value: &str| {
            property.name().eq_ignore_ascii_case(name) && property.value().trim().eq_ignore_ascii_case(value)
        };
        let mut all = self.properties();
        if !all.next().is_some_and(|first| is(first, "BEGIN", "VCARD")) {
            return no("it does not begin with BEGIN:VCARD");
        }
        if !all.last().is_some_and(|last| is(last, "END", "VCARD")) {
            return no("it does not end with END:VCARD");
        }
        let marks = self.properties().filter(|property| {
            property.name().eq_ignore_ascii_case("BEGIN") || property.name().eq_ignore_ascii_case("END")
        });
        if marks.count() != 2 {
            return no("it holds more than one card");
        }
        let versions: Vec<&str> = self.named("VERSION").map(|property| property.value().trim()).collect();
        match versions.as_slice() {
            ["3.0"] => Ok(Version::V3),
            ["4.0"] => Ok(Version::V4),
            [other] => Err(NoCard(format!("version {other} is not read, only 3.0 and 4.0"))),
            [] => no("it has no VERSION"),
            _ => no("it has more than one VERSION"),
        }
    }

    /// Which version it follows.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// All properties in order.
    pub fn properties(&self) -> impl Iterator<Item = Property<'_>> {
        let all = self.lines.iter().enumerate().filter(|(_, line)| !line.is_blank());
        all.map(|(at, line)| Property { line, at })
    }

    /// The properties of that name, in order.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Property<'a>> {
        self.properties().filter(move |property| property.name().eq_ignore_ascii_case(name))
    }

    /// The label that a group carries (`item1.X-ABLabel`), without the marks of built-in ones, in lower case.
    pub fn label(&self, group: &str) -> Option<String> {
        let of = |property: &Property<'_>| property.group().is_some_and(|known| known.eq_ignore_ascii_case(group));
        let label = self.named("X-ABLABEL").find(of)?;
        let text = unescape(label.value());
        let bare = text.strip_prefix("_$!<").and_then(|text| text.strip_suffix(">!$_")).unwrap_or(&text);
        Some(bare.to_lowercase())
    }

    /// Whether it stands for a list of others, not for a contact.
    pub fn is_group(&self) -> bool {
        let kinds = ["KIND", "X-ADDRESSBOOKSERVER-KIND"];
        kinds.iter().any(|name| self.named(name).any(|kind| kind.value().trim().eq_ignore_ascii_case("group")))
    }

    /// The text, as it came but for what was edited.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.raw.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    const ANN: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nitem1.TEL;type=CELL;type=pref:+1 415\r\n 555\r\n\
        item1.X-ABLabel:_$!<Mobile>!$_\r\n\r\nEND:VCARD\r\n";

    #[test]
    fn a_card_is_its_text() {
        let card = Card::parse(ANN).unwrap();
        assert_eq!(card.text(), ANN);
        let tel = card.named("tel").next().unwrap();
        assert_eq!((tel.value(), tel.group(), tel.preference()), ("+1 415555", Some("item1"), 1));
        assert_eq!(tel.parameter("TYPE"), ["cell", "pref"]);
        assert_eq!(card.label("ITEM1").as_deref(), Some("mobile"));
    }

    #[test]
    fn preferences_of_both_versions() {
        let preference = |line: &str| {
            let card = Card::parse(&format!("BEGIN:VCARD\nVERSION:4.0\n{line}\nEND:VCARD\n")).unwrap();
            card.named("TEL").next().unwrap().preference()
        };
        for (line, expected) in [
            ("TEL;PREF=3:1", 3),
            ("TEL;PREF=0:1", 101),
            ("TEL;TYPE=\"voice,pref\":1", 1),
            ("TEL;PREF:1", 1),
            ("TEL;TYPE=work:1", 101),
        ] {
            assert_eq!(preference(line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_no_card_says_why() {
        for (text, why) in [
            ("", "does not begin"),
            ("hello", "line 1 has no colon"),
            ("BEGIN:VCARD\nVERSION:3.0\nFN:x\n", "does not end"),
            ("BEGIN:VCARD\nFN:x\nEND:VCARD", "no VERSION"),
            ("BEGIN:VCARD\nVERSION:2.1\nEND:VCARD", "2.1"),
            ("BEGIN:VCARD\nVERSION:3.0\nNOTE:a\nbroken\nEND:VCARD", "line 4 has no colon"),
            ("BEGIN:VCARD\nVERSION:3.0\nNOTE;X=\"a:b\nEND:VCARD", "line 3 has no colon"),
            ("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD", "more than one card"),
            ("BEGIN:VCARD\nVERSION:3.0\n:x\nEND:VCARD", "line 3 has no name"),
        ] {
            let error = Card::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn whatever_parses_keeps_its_bytes(lines in proptest::collection::vec("[A-Za-z0-9.;=:,\"\\\\ \t\u{e9}\r]{0,20}", 0..8)) {
            let text = format!("BEGIN:VCARD\r\nVERSION:3.0\n{}\nEND:VCARD", lines.join("\n"));
            if let Ok(card) = Card::parse(&text) {
                prop_assert_eq!(card.text(), text);
            }
        }
    }
}
