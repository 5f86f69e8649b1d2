//! Names by which a mapping points into a card: `tel:cell`, `email`, `n.given`, `org`, `x-anything`.
//!
//! A name is a property, perhaps `:` and a TYPE or label, perhaps `.` and a part of a structured value.

use crate::card::{Card, Property, Version, escape, escape_list, join, split, unescape};
use crate::known;
use std::fmt;
use std::str::FromStr;

const N: &[&str] = &["family", "given", "additional", "prefix", "suffix"];
const ADR: &[&str] = &["pobox", "extended", "street", "city", "region", "code", "country"];
const ORG: &[&str] = &["name", "unit"];
/// Numbers that nobody answers, by TYPE or by label; the last ones are what Apple's programs call theirs.
const NOT_VOICE: &[&str] =
    &["fax", "pager", "modem", "bbs", "textphone", "x-fax", "workfax", "homefax", "otherfax", "work fax", "home fax"];
/// Values that are lists: a comma parts them.
const LISTS: &[&str] = &["CATEGORIES", "NICKNAME"];
/// What a mapping may read and never write.
const READ_ONLY: &[&str] = &["UID", "REV"];
/// What is no text, or no field of a contact.
const NO_FIELDS: &[&str] = &[
    "BEGIN",
    "END",
    "VERSION",
    "PHOTO",
    "LOGO",
    "SOUND",
    "KEY",
    "AGENT",
    "MEMBER",
    "XML",
    "KIND",
    "PRODID",
    "CLIENTPIDMAP",
    "GENDER",
];

/// A place in a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// In upper case.
    property: String,
    /// In lower case.
    kind: Option<String>,
    part: Option<usize>,
}

/// A text that names no place in a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError(String);

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NameError {}

fn parts(property: &str) -> &'static [&'static str] {
    match property {
        "N" => N,
        "ADR" => ADR,
        "ORG" => ORG,
        _ => &[],
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (rest, part) = text.trim().split_once('.').map_or((text.trim(), None), |(rest, part)| (rest, Some(part)));
        let (property, kind) = rest.split_once(':').map_or((rest, None), |(name, kind)| (name, Some(kind)));
        let property = property.to_uppercase();
        let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !is_word(&property) || kind.is_some_and(str::is_empty) {
            return Err(NameError(format!("`{text}` names no property of a card")));
        }
        if NO_FIELDS.contains(&property.as_str()) {
            return Err(NameError(format!("`{text}` is no field of a contact")));
        }
        if !known::is_property(&property) {
            return Err(NameError(format!("a card has no `{text}`{}", known::near(&property))));
        }
        let known = parts(&property);
        let listed = || known.iter().map(|part| format!("{}.{part}", property.to_lowercase())).collect::<Vec<_>>();
        let part = match part {
            Some(part) => {
                let at = known.iter().position(|known| known.eq_ignore_ascii_case(part));
                Some(at.ok_or_else(|| match known {
                    [] => NameError(format!("`{text}`: {} has no parts", property.to_lowercase())),
                    _ => NameError(format!("`{text}` is no part: expected {}", listed().join(", "))),
                })?)
            }
            None if property == "ORG" => Some(0),
            None if !known.is_empty() => {
                return Err(NameError(format!("`{text}` has parts: name one of {}", listed().join(", "))));
            }
            None => None,
        };
        Ok(Self { property, kind: kind.map(str::to_lowercase), part })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.property.to_lowercase())?;
        if let Some(kind) = &self.kind {
            write!(f, ":{kind}")?;
        }
        match self.part.and_then(|at| parts(&self.property).get(at)) {
            Some(part) if !(self.property == "ORG" && self.part == Some(0)) => write!(f, ".{part}"),
            _ => Ok(()),
        }
    }
}

/// What a card holds at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// This text; empty where there is none.
    Text(String),
    /// Something in an encoding that is not ours to read.
    Unreadable,
}

impl Name {
    /// A place by its property alone, for what the connector itself looks at.
    pub(crate) fn plain(property: &str) -> Self {
        Self { property: property.to_owned(), kind: None, part: None }
    }

    fn part_of(property: &str, part: usize) -> Self {
        Self { property: property.to_owned(), kind: None, part: Some(part) }
    }

    /// Whether a mapping may write there.
    pub fn is_writable(&self) -> bool {
        !READ_ONLY.contains(&self.property.as_str())
    }

    /// Whether both are the same place: what is written to one is read from the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_kind = match (&self.kind, &other.kind) {
            (Some(one), Some(two)) => one == two || is_mobile(one, two),
            (one, two) => one == two,
        };
        is_kind && self.property == other.property && self.part == other.part
    }

    /// Whether it is the name that is shown.
    pub(crate) fn is_full(&self) -> bool {
        self.property == "FN"
    }

    /// Whether it is the company's name.
    pub(crate) fn is_company(&self) -> bool {
        self.property == "ORG" && self.part == Some(0)
    }

    /// Whether it is a part of a person's name.
    pub(crate) fn is_of_name(&self) -> bool {
        self.property == "N"
    }

    /// Whether it names phone numbers.
    pub fn is_phone(&self) -> bool {
        self.property == "TEL"
    }

    /// The property meant: of that TYPE or label; the most preferred, then the first. A fax is meant only by its name.
    pub(crate) fn find<'a>(&'a self, card: &'a Card) -> Option<Property<'a>> {
        let means_silent = !self.is_phone() || self.kind.as_deref().is_some_and(is_silent);
        let fits = |property: &Property<'a>| {
            let is_kind = self.kind.as_ref().is_none_or(|kind| is_kind(card, *property, kind));
            is_kind && (means_silent || !kinds(card, *property).iter().any(|kind| is_silent(kind)))
        };
        // An empty line is used where there is no other: it holds nothing.
        card.named(&self.property)
            .filter(fits)
            .min_by_key(|property| (property.value().trim().is_empty(), property.preference()))
    }

    /// What the card holds there.
    pub fn get(&self, card: &Card) -> Held {
        let Some(property) = self.find(card) else { return Held::Text(String::new()) };
        if property.is_encoded() {
            return Held::Unreadable;
        }
        let value = property.value();
        Held::Text(match self.part {
            Some(part) => split(value).get(part).map(|part| unescape(part)).unwrap_or_default(),
            None if self.is_phone() => number(value),
            None if is_uri(property) => value.to_owned(),
            None => unescape(value),
        })
    }

    /// Puts a text there, or takes away what is there.
    ///
    /// # Errors
    /// Where a card cannot hold it.
    pub fn set(&self, card: &mut Card, text: &str) -> Result<(), String> {
        if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(format!("a card cannot hold the control character U+{:04X}", u32::from(c)));
        }
        let found = self.find(card).map(|property| (property.at, property.value().to_owned(), is_uri(property)));
        match (found, self.part) {
            (None, _) if text.is_empty() => {}
            (None, part) => {
                let value = part.map_or_else(|| self.encode(text, false), |part| self.with_part("", part, text));
                card.append(&self.head(card.version()), &value);
            }
            (Some((at, value, _)), Some(part)) => {
                let value = self.with_part(&value, part, text);
                let is_empty = value.chars().all(|c| c == ';');
                if is_empty && self.property != "N" { card.remove(at) } else { card.set_value(at, &value) }
            }
            (Some((at, ..)), None) if text.is_empty() => card.remove(at),
            (Some((at, value, is_uri)), None) => {
                let is_uri = is_uri || (self.is_phone() && is_tel(&value));
                card.set_value(at, &self.encode(text, is_uri));
            }
        }
        Ok(())
    }

    fn encode(&self, text: &str, is_uri: bool) -> String {
        if self.is_phone() && is_uri && !is_tel(text) {
            return format!("tel:{}", text.trim().replace(' ', "-"));
        }
        if is_uri {
            return text.to_owned();
        }
        if LISTS.contains(&self.property.as_str()) { escape_list(text) } else { escape(text) }
    }

    fn with_part(&self, value: &str, part: usize, text: &str) -> String {
        let escaped = escape(text);
        let mut all = split(value);
        let least = if self.property == "ORG" { part + 1 } else { parts(&self.property).len() };
        if all.len() < least {
            all.resize(least, "");
        }
        all[part] = &escaped;
        if self.property == "ORG" && text.is_empty() {
            let filled = all.iter().rposition(|part| !part.is_empty()).map_or(1, |at| at + 1);
            all.truncate(filled);
        }
        join(&all)
    }

    /// Name and parameters of a property that is made for it.
    fn head(&self, version: Version) -> String {
        let kind = match (&self.kind, self.property.as_str(), version) {
            (Some(kind), ..) => Some(kind.to_uppercase()),
            (None, "TEL", _) => Some("VOICE".to_owned()),
            (None, "EMAIL", Version::V3) => Some("INTERNET".to_owned()),
            _ => None,
        };
        let kind = kind.map(|kind| if version == Version::V4 { kind.to_lowercase() } else { kind });
        let quoted = |kind: String| if kind.contains([':', ';', ',']) { format!("\"{kind}\"") } else { kind };
        kind.map_or_else(|| self.property.clone(), |kind| format!("{};TYPE={}", self.property, quoted(kind)))
    }
}

fn is_silent(kind: &str) -> bool {
    NOT_VOICE.contains(&kind)
}

/// What it is: its TYPEs and its label.
fn kinds(card: &Card, property: Property<'_>) -> Vec<String> {
    let mut kinds = property.parameter("TYPE");
    kinds.extend(property.group().and_then(|group| card.label(group)));
    kinds
}

fn is_kind(card: &Card, property: Property<'_>, kind: &str) -> bool {
    kinds(card, property).iter().any(|known| known == kind || is_mobile(known, kind))
}

/// Two words for one thing.
fn is_mobile(known: &str, kind: &str) -> bool {
    let mobile = |word: &str| matches!(word, "cell" | "mobile" | "iphone");
    mobile(known) && mobile(kind)
}

fn is_uri(property: Property<'_>) -> bool {
    property.parameter("VALUE").iter().any(|kind| kind == "uri")
        || (property.name().eq_ignore_ascii_case("URL") && !property.value().contains('\\'))
}

fn is_tel(value: &str) -> bool {
    value.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("tel:"))
}

/// A number as it is shown: a `tel:` address without its scheme, where it says nothing more.
fn number(value: &str) -> String {
    let text = unescape(value);
    if is_tel(&text) && !text.contains(';') { text[4..].to_owned() } else { text }
}

/// All numbers of a card but one, in order.
pub(crate) fn other_numbers(card: &Card, synced: Option<&Name>) -> Vec<String> {
    let mine = synced.and_then(|name| name.find(card)).map(|property| property.at);
    let others = card.named("TEL").filter(|property| Some(property.at) != mine && !property.is_encoded());
    others.map(|property| number(property.value())).filter(|text| !text.trim().is_empty()).collect()
}

/// Keeps FN, the name that every card must have, in step: where it said what N said, or nothing, it says it again.
pub(crate) fn name_again(card: &mut Card, before: &Card) {
    let fallbacks = || {
        [Name::part_of("ORG", 0), Name::plain("EMAIL"), Name::plain("TEL")].iter().find_map(|name| {
            match name.get(card) {
                Held::Text(text) if !text.trim().is_empty() => Some(text),
                _ => None,
            }
        })
    };
    let Held::Text(shown) = Name::plain("FN").get(before) else { return };
    let forms = full_names(before);
    let form = forms.iter().position(|form| *form == shown.trim());
    let is_derived =
        shown.trim().is_empty() || form.is_some() || full_names(before)[0].is_empty() && is_fallback(before, &shown);
    if !is_derived {
        return;
    }
    let now = full_names(card)[form.unwrap_or(0)].clone();
    let text = if now.is_empty() { fallbacks().unwrap_or_default() } else { now };
    if Name::plain("FN").get(card) != Held::Text(text.clone()) && !text.is_empty() {
        // A text that came from the card itself can stand in it.
        let _ = Name::plain("FN").set(card, &text);
    }
}

fn is_fallback(card: &Card, shown: &str) -> bool {
    let names = [Name::part_of("ORG", 0), Name::plain("EMAIL"), Name::plain("TEL")];
    names.iter().any(|name| name.get(card) == Held::Text(shown.to_owned()))
}

/// Whether the name that a card shows is none: where nobody has a name, FN shows number or e-mail, or the company where
/// that is a field of its own.
pub(crate) fn is_placeholder(card: &Card, shown: &str, has_company: bool) -> bool {
    let stands_in = |name: Name| matches!(name.get(card), Held::Text(text) if text == shown);
    full_names(card)[1].is_empty()
        && !shown.is_empty()
        && (stands_in(Name::plain("TEL"))
            || stands_in(Name::plain("EMAIL"))
            || (has_company && stands_in(Name::part_of("ORG", 0))))
}

/// How a full name may be put together from N: the usual ways.
fn full_names(card: &Card) -> [String; 3] {
    let part = |at: usize| match Name::part_of("N", at).get(card) {
        Held::Text(text) => text.trim().to_owned(),
        Held::Unreadable => String::new(),
    };
    let [family, given, additional, prefix, suffix] = std::array::from_fn(part);
    let words = |all: &[&String]| {
        all.iter().filter(|word| !word.is_empty()).map(|word| word.as_str()).collect::<Vec<_>>().join(" ")
    };
    let turned = if family.is_empty() || given.is_empty() { String::new() } else { format!("{family}, {given}") };
    [words(&[&given, &family]), words(&[&prefix, &given, &additional, &family, &suffix]), turned]
}

/// Makes sure that a new card has the properties which every card must have. `full`: a name that was given as a whole,
/// where no field reads the parts of a name. What merely stands in for a name is none, and goes nowhere else.
pub(crate) fn complete(card: &mut Card, full: Option<&str>) {
    let before = card.clone();
    if card.version() == Version::V3 && card.named("N").next().is_none() {
        card.append("N", &format!("{};;;;", escape(full.unwrap_or_default())));
    }
    if card.named("FN").next().is_none() {
        name_again(card, &before);
    }
    if card.named("FN").next().is_none() {
        card.append("FN", "");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn card(lines: &str) -> Card {
        Card::parse(&format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}\r\nEND:VCARD\r\n")).unwrap()
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn get(card: &Card, text: &str) -> String {
        let Held::Text(text) = name(text).get(card) else { panic!("unreadable") };
        text
    }

    const MANY: &str = "N:Bell;Ann;;;\r\nFN:Ann Bell\r\nTEL;TYPE=FAX:+1\r\nTEL;TYPE=WORK:+2\r\n\
        item1.TEL:+3\r\nitem1.X-ABLabel:Dog\r\nTEL;TYPE=CELL,PREF;VALUE=uri:tel:+4\r\nORG:Acme\\, Inc;Sales\r\n\
        EMAIL:a@b\r\nNOTE;ENCODING=QUOTED-PRINTABLE:=20\r\nX-Tier:gold";

    #[test]
    fn names_find_what_they_mean() {
        let card = card(MANY);
        for (name, text) in [
            ("tel", "+4"),
            ("tel:work", "+2"),
            ("TEL:Fax", "+1"),
            ("tel:office", ""),
            ("tel:dog", "+3"),
            ("tel:mobile", "+4"),
            ("tel:home", ""),
            ("n.given", "Ann"),
            ("org", "Acme, Inc"),
            ("org.unit", "Sales"),
            ("x-tier", "gold"),
            ("title", ""),
        ] {
            assert_eq!(get(&card, name), text, "{name}");
        }
        assert_eq!(name("note").get(&card), Held::Unreadable);
        assert_eq!(other_numbers(&card, Some(&name("tel"))), ["+1", "+2", "+3"]);
    }

    #[test]
    fn a_number_that_nobody_answers_counts_only_where_it_is_named() {
        let card = card(
            "N:Bell;Ann;;;\r\nFN:Ann Bell\r\nTEL;TYPE=WORK;TYPE=FAX:+1\r\nTEL;TYPE=CELL,PAGER:+2\r\n\
             item1.TEL:+3\r\nitem1.X-ABLabel:_$!<HomeFAX>!$_\r\nTEL;TYPE=HOME,MODEM;PREF=1:+4",
        );
        for place in ["tel", "tel:work", "tel:cell", "tel:mobile", "tel:home", "tel:voice"] {
            assert_eq!(get(&card, place), "", "{place}");
        }
        for (place, number) in [("tel:fax", "+1"), ("tel:pager", "+2"), ("tel:homefax", "+3"), ("tel:modem", "+4")] {
            assert_eq!(get(&card, place), number, "{place}");
        }
        // A number that is written gets a line of its own: the fax stays what it is.
        let mut edited = card.clone();
        name("tel:work").set(&mut edited, "+9").unwrap();
        assert!(edited.text().contains("TYPE=FAX:+1\r\n") && edited.text().contains("TEL;TYPE=WORK:+9\r\n"));
    }

    #[test]
    fn an_unknown_property_is_told_with_those_that_may_be_meant() {
        for (text, meant) in [
            ("telephone", "`tel`"),
            ("phone:work", "`tel`"),
            ("mobile", "`tel:cell`"),
            ("emial", "`email`"),
            ("company", "`org`"),
            ("catagories", "`categories`"),
            ("zodiac-sign", "`x-zodiac-sign`"),
        ] {
            let error = text.parse::<Name>().unwrap_err().to_string();
            assert!(error.contains(&format!("no `{text}`")) && error.contains(meant), "{text}: {error}");
        }
    }

    #[test]
    fn an_edit_changes_one_line() {
        for (name_of, text, before, after) in [
            ("tel", "+1 5", "TEL;TYPE=CELL,PREF;VALUE=uri:tel:+4", "TEL;TYPE=CELL,PREF;VALUE=uri:tel:+1-5"),
            ("tel:dog", "+9", "item1.TEL:+3", "item1.TEL:+9"),
            ("org", "A;B", "ORG:Acme\\, Inc;Sales", "ORG:A\\;B;Sales"),
            ("org.unit", "", "ORG:Acme\\, Inc;Sales", "ORG:Acme\\, Inc"),
            ("email", "", "EMAIL:a@b\r\n", ""),
            ("n.prefix", "Dr", "N:Bell;Ann;;;", "N:Bell;Ann;;Dr;"),
        ] {
            let mut card = card(MANY);
            let text_before = card.text();
            name(name_of).set(&mut card, text).unwrap();
            assert_eq!(card.text(), text_before.replace(before, after), "{name_of}");
        }
        let mut card = card(MANY);
        name("tel:home").set(&mut card, "+7").unwrap();
        assert!(card.text().ends_with("X-Tier:gold\r\nTEL;TYPE=HOME:+7\r\nEND:VCARD\r\n"), "{}", card.text());
        assert!(name("title").set(&mut card, "a\u{7}").is_err());
    }

    #[test]
    fn the_full_name_follows_where_it_followed() {
        for (before, given, after) in [
            ("FN:Ann Bell\r\nN:Bell;Ann;;;", "Bea", "FN:Bea Bell"),
            ("FN:Bell\\, Ann\r\nN:Bell;Ann;;;", "Bea", "FN:Bell\\, Bea"),
            ("FN:Dr Ann Bell\r\nN:Bell;Ann;;Dr;", "Bea", "FN:Dr Bea Bell"),
            ("FN:Annie the Great\r\nN:Bell;Ann;;;", "Bea", "FN:Annie the Great"),
            ("FN:\r\nN:;;;;", "Bea", "FN:Bea"),
            ("FN:+1 2\r\nN:;Ann;;;\r\nTEL:+1 2", "", "FN:+1 2"),
        ] {
            let mut card = card(before);
            let old = card.clone();
            name("n.given").set(&mut card, given).unwrap();
            name_again(&mut card, &old);
            assert!(card.text().contains(&format!("{after}\r\n")), "{before}: {}", card.text());
        }
    }

    #[test]
    fn names_that_mean_nothing_are_refused() {
        for (text, why) in [
            ("", "no property"),
            ("n", "n.family, n.given"),
            ("n.first", "is no part"),
            ("tel.x", "has no parts"),
            ("photo", "no field"),
            ("te l", "no property"),
            ("tel:", "no property"),
        ] {
            let error = text.parse::<Name>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
        for text in ["tel:cell", "org", "org.unit", "adr:work.city", "x-foo"] {
            assert_eq!(name(text).to_string(), text);
        }
    }
}
