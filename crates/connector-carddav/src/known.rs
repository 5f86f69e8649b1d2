//! Which properties a card can have, and which one is meant by what people call it. Not what stands in them.

/// Properties of RFC 2426, RFC 6350 and the usual additions to them that hold a text; whatever else begins with X-.
const KNOWN: &[&str] = &[
    "N",
    "FN",
    "NICKNAME",
    "TEL",
    "EMAIL",
    "ORG",
    "TITLE",
    "ROLE",
    "NOTE",
    "URL",
    "BDAY",
    "CATEGORIES",
    "ADR",
    "LABEL",
    "ANNIVERSARY",
    "MAILER",
    "TZ",
    "GEO",
    "LANG",
    "IMPP",
    "RELATED",
    "CALURI",
    "CALADRURI",
    "FBURL",
    "SOURCE",
    "SORT-STRING",
    "CLASS",
    "NAME",
    "PROFILE",
    "UID",
    "REV",
    "BIRTHPLACE",
    "DEATHPLACE",
    "DEATHDATE",
    "EXPERTISE",
    "HOBBY",
    "INTEREST",
    "ORG-DIRECTORY",
    "CONTACT-URI",
    "CREATED",
    "LANGUAGE",
    "PRONOUNS",
    "GRAMGENDER",
    "SOCIALPROFILE",
];
/// What people call a property, where its name is another one.
const CALLED: &[(&str, &str)] = &[
    ("telephone", "tel"),
    ("phone", "tel"),
    ("mobile", "tel:cell"),
    ("cell", "tel:cell"),
    ("fax", "tel:fax"),
    ("mail", "email"),
    ("e-mail", "email"),
    ("company", "org"),
    ("organization", "org"),
    ("organisation", "org"),
    ("department", "org.unit"),
    ("firstname", "n.given"),
    ("first-name", "n.given"),
    ("first_name", "n.given"),
    ("lastname", "n.family"),
    ("last-name", "n.family"),
    ("last_name", "n.family"),
    ("birthday", "bday"),
    ("website", "url"),
    ("notes", "note"),
    ("tags", "categories"),
    ("address", "adr.street"),
];

/// Whether a card can have it; in upper case.
pub(crate) fn is_property(name: &str) -> bool {
    KNOWN.contains(&name) || name.starts_with("X-")
}

/// The properties that may be meant.
pub(crate) fn near(property: &str) -> String {
    let wanted = property.to_lowercase();
    let called = CALLED.iter().filter(|(name, _)| *name == wanted).map(|(_, place)| (0, (*place).to_owned()));
    let alike = KNOWN.iter().map(|known| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), known));
    let alike = alike.filter(|(distance, _)| *distance <= 1 + wanted.len() / 4);
    let mut found: Vec<(usize, String)> = called.chain(alike.map(|(far, known)| (far, known.to_lowercase()))).collect();
    found.sort();
    match found.iter().take(3).map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().as_slice() {
        [] => format!("; what no standard knows begins with x-: `x-{wanted}`"),
        names => format!(": did you mean {}?", names.join(" or ")),
    }
}
