//! What the exports of well-known CRMs look like, and which of them a header comes from.
//!
//! Compares header names only, never cells, without regard to case and outer spaces. A preset proposes columns that
//! stand in the header; it never makes up a column, and never splits a full name into first and last.

mod google;
mod hubspot;
mod outlook;
mod pipedrive;
mod plain;
mod salesforce;
mod zoho;

use model::Field;
use std::fmt;
use std::str::FromStr;

/// Whose export a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Preset {
    /// Found out from the header.
    #[default]
    Auto,
    /// Any table; rows that tieline adds get an id.
    Plain,
    /// `HubSpot` contacts.
    Hubspot,
    /// Salesforce contacts or leads: a report or a data export.
    Salesforce,
    /// Pipedrive people.
    Pipedrive,
    /// Zoho CRM contacts or leads.
    Zoho,
    /// Google Contacts, "Google CSV".
    Google,
    /// Outlook contacts.
    Outlook,
}

/// A text that names no preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPreset(pub String);

impl fmt::Display for UnknownPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = Preset::ALL.iter().map(|preset| preset.name()).collect();
        write!(f, "`{}` is no preset: expected one of {}", self.0, names.join(", "))
    }
}

impl std::error::Error for UnknownPreset {}

impl Preset {
    /// Every preset, in the order in which help lists them.
    pub const ALL: [Self; 8] = [
        Self::Auto,
        Self::Plain,
        Self::Hubspot,
        Self::Salesforce,
        Self::Pipedrive,
        Self::Zoho,
        Self::Google,
        Self::Outlook,
    ];

    /// Its name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Plain => "plain",
            Self::Hubspot => "hubspot",
            Self::Salesforce => "salesforce",
            Self::Pipedrive => "pipedrive",
            Self::Zoho => "zoho",
            Self::Google => "google",
            Self::Outlook => "outlook",
        }
    }

    /// True where new rows get their id here, false where the CRM gives one when it imports the file.
    pub const fn makes_ids(self) -> bool {
        matches!(self, Self::Plain)
    }

    const fn shape(self) -> &'static Shape {
        match self {
            Self::Auto | Self::Plain => &plain::SHAPE,
            Self::Hubspot => &hubspot::SHAPE,
            Self::Salesforce => &salesforce::SHAPE,
            Self::Pipedrive => &pipedrive::SHAPE,
            Self::Zoho => &zoho::SHAPE,
            Self::Google => &google::SHAPE,
            Self::Outlook => &outlook::SHAPE,
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;
    fn from_str(text: &str) -> Result<Self, UnknownPreset> {
        Self::ALL.into_iter().find(|preset| preset.name() == text).ok_or_else(|| UnknownPreset(text.to_owned()))
    }
}

/// What one product's export looks like. All names in lower case; of several, the first that is there counts.
struct Shape {
    /// Each group must have one of its columns in the header; an empty list never matches by itself.
    must: &'static [&'static [&'static str]],
    /// Further columns of this product: the more, the surer.
    marks: &'static [&'static str],
    id: &'static [&'static str],
    first_name: &'static [&'static str],
    last_name: &'static [&'static str],
    phone: &'static [&'static str],
    email: &'static [&'static str],
    company: &'static [&'static str],
    /// Columns with the whole name: reported, not mapped.
    full_name: &'static [&'static str],
}

impl Shape {
    const fn fields(&self) -> [(Field, &'static [&'static str]); 5] {
        [
            (Field::FirstName, self.first_name),
            (Field::LastName, self.last_name),
            (Field::Phone, self.phone),
            (Field::Email, self.email),
            (Field::Company, self.company),
        ]
    }
}

/// How sure a detection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// No product's export; columns matched by common names.
    Names,
    /// The columns of a product, few of them telling.
    Likely,
    /// Several columns that only this product's export has together.
    Sure,
}

/// What a header says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// Whose export; never [`Preset::Auto`].
    pub preset: Preset,
    /// How sure that is.
    pub confidence: Confidence,
    /// In words: the columns that told.
    pub why: String,
    /// The column with the record's id.
    pub id_column: Option<String>,
    /// Field and its column, as the header spells it.
    pub mapping: Vec<(Field, String)>,
    /// Further columns that could be the field's; a person may prefer one.
    pub alternatives: Vec<(Field, String)>,
    /// A column with the whole name where first and last name have none of their own. Not mapped: splitting it would
    /// be a guess.
    pub full_name: Option<String>,
    /// Other products whose export this could be.
    pub other_presets: Vec<Preset>,
    /// Columns that belong to nothing above.
    pub leftovers: Vec<String>,
}

/// How header names are compared.
pub(crate) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Finds out whose export has this header.
pub fn detect(header: &[String]) -> Detection {
    let names: Vec<String> = header.iter().map(|name| folded(name)).collect();
    let has = |name: &&&str| names.iter().any(|column| column == **name);
    let mut found: Vec<(usize, Preset, Vec<&str>)> = Vec::new();
    for preset in Preset::ALL {
        let shape = preset.shape();
        let groups: Option<Vec<&str>> = shape.must.iter().map(|group| group.iter().find(has).copied()).collect();
        if let Some(mut told) = groups.filter(|groups| !groups.is_empty()) {
            for mark in shape.marks.iter().filter(has) {
                if !told.contains(mark) {
                    told.push(mark);
                }
            }
            found.push((told.len(), preset, told));
        }
    }
    // Most telling columns first; the sort is stable, so that a tie always goes the same way.
    found.sort_by_key(|(told, _, _)| std::cmp::Reverse(*told));
    let mut found = found.into_iter();
    let Some((_, preset, told)) = found.next() else {
        return propose(Preset::Plain, header);
    };
    let mut detection = propose(preset, header);
    detection.confidence = if told.len() >= 4 { Confidence::Sure } else { Confidence::Likely };
    detection.why =
        format!("has the columns {}", told.iter().map(|name| spelt(header, name)).collect::<Vec<_>>().join(", "));
    detection.other_presets = found.map(|(_, preset, _)| preset).collect();
    detection
}

/// What a given preset makes of a header; [`Preset::Auto`] detects.
pub(crate) fn propose(preset: Preset, header: &[String]) -> Detection {
    if preset == Preset::Auto {
        return detect(header);
    }
    let shape = preset.shape();
    let mut used = vec![false; header.len()];
    let names: Vec<String> = header.iter().map(|name| folded(name)).collect();
    // Every column that a list names, in the list's order.
    let columns = |list: &[&str]| -> Vec<usize> {
        list.iter()
            .flat_map(|name| names.iter().enumerate().filter(move |(_, column)| column == name))
            .map(|(i, _)| i)
            .collect()
    };
    let mut take = |index: usize| {
        used[index] = true;
        header[index].clone()
    };
    let id_column = columns(shape.id).first().map(|&index| take(index));
    let (mut mapping, mut alternatives) = (Vec::new(), Vec::new());
    for (field, list) in shape.fields() {
        for (rank, index) in columns(list).into_iter().enumerate() {
            let target = if rank == 0 { &mut mapping } else { &mut alternatives };
            target.push((field.clone(), take(index)));
        }
    }
    let has_name = mapping.iter().any(|(field, _)| matches!(field, Field::FirstName | Field::LastName));
    let full_name = if has_name { None } else { columns(shape.full_name).first().map(|&index| take(index)) };
    let leftovers = header.iter().zip(&used).filter(|(_, used)| !**used).map(|(name, _)| name.clone()).collect();
    Detection {
        preset,
        confidence: Confidence::Names,
        why: match preset {
            Preset::Plain => "no product's columns; matched by common column names".to_owned(),
            other => format!("the configuration says {other}"),
        },
        id_column,
        mapping,
        alternatives,
        full_name,
        other_presets: Vec::new(),
        leftovers,
    }
}

fn spelt<'h>(header: &'h [String], folded_name: &'h str) -> &'h str {
    header.iter().find(|name| folded(name) == folded_name).map_or(folded_name, String::as_str)
}

#[cfg(test)]
mod tests;
