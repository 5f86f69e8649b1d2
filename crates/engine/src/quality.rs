//! What is wrong with the contacts of one side before anything is synced: phones, duplicates, near matches.
//!
//! Reports, never changes: every row is for a person to mend.

use crate::identity::{Identity, display_name};
use crate::normalizer::{Normalizer, PhoneReading};
use model::{BySide, Field, PhoneKey, Schema, Side, SkipReason, Table};

/// One record in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The replica's id for it.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// The phone as typed.
    pub phone: String,
    /// What is wrong, in words.
    pub detail: String,
}

/// Records of one side that share a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedNumber {
    /// The number.
    pub key: PhoneKey,
    /// Who has it.
    pub records: Vec<Suspect>,
    /// True where a name or an e-mail says that they are one person: duplicates to merge.
    pub duplicates: bool,
}

/// Two records, one a side, that look like one person and have different numbers: they will not be linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMatch {
    /// Both records.
    pub records: BySide<Suspect>,
}

/// One side's findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SideQuality {
    /// Records read.
    pub records: u64,
    /// Records whose phone is a match key.
    pub usable: u64,
    /// Phones that cannot be used, by reason.
    pub unusable: Vec<(SkipReason, Suspect)>,
    /// Numbers on several records.
    pub shared: Vec<SharedNumber>,
}

/// Looks through one side.
pub fn inspect(normalizer: &Normalizer, schema: &Schema, table: &Table) -> SideQuality {
    let mut quality = SideQuality { records: table.len() as u64, ..SideQuality::default() };
    let mut keyed: Vec<(PhoneKey, u32)> = Vec::new();
    for (row, at) in table.iter().zip(0u32..) {
        match normalizer.read_phone(row.cell(schema.phone().index()).text()) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => keyed.push((key, at)),
            PhoneReading::Unusable(reason, detail) => {
                quality.unusable.push((reason, suspect(schema, table, at, detail)));
            }
        }
    }
    quality.usable = keyed.len() as u64;
    quality.unusable.sort_by_key(|(reason, _)| *reason);
    keyed.sort_unstable();
    for group in keyed.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let people: Vec<Identity> =
            group.iter().map(|(_, at)| Identity::of(normalizer, schema, table.row(*at as usize))).collect();
        let duplicates = people.iter().enumerate().any(|(i, a)| people[i + 1..].iter().any(|b| a.agrees(b)));
        let records = group.iter().map(|(_, at)| suspect(schema, table, *at, String::new())).collect();
        quality.shared.push(SharedNumber { key: group[0].0, records, duplicates });
    }
    quality
}

/// Pairs that share a name and an e-mail, or an e-mail alone, but no number.
pub fn near_matches(normalizer: &Normalizer, schema: &Schema, tables: BySide<&Table>) -> Vec<NearMatch> {
    let mails = BySide::from_fn(|side| emails(normalizer, schema, tables[side]));
    let number = |side: Side, at: u32| {
        let phone = tables[side].row(at as usize).cell(schema.phone().index()).text();
        match normalizer.read_phone(phone) {
            PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key.number()),
            PhoneReading::Unusable(..) => None,
        }
    };
    let mut found = Vec::new();
    for (mail, a) in &mails.justcall {
        let start = mails.crm.partition_point(|(other, _)| other < mail);
        for (_, b) in mails.crm[start..].iter().take_while(|(other, _)| other == mail) {
            if number(Side::Justcall, *a) != number(Side::Crm, *b) {
                let records = BySide {
                    justcall: suspect(schema, tables.justcall, *a, mail.clone()),
                    crm: suspect(schema, tables.crm, *b, mail.clone()),
                };
                found.push(NearMatch { records });
            }
        }
    }
    found
}

/// E-mails that one record of a side has alone, ascending.
fn emails(normalizer: &Normalizer, schema: &Schema, table: &Table) -> Vec<(String, u32)> {
    if schema.position(&Field::Email).is_none() {
        return Vec::new();
    }
    let mut mails: Vec<(String, u32)> = table
        .iter()
        .zip(0u32..)
        .map(|(row, at)| (Identity::of(normalizer, schema, row).email, at))
        .filter(|(mail, _)| !mail.is_empty())
        .collect();
    mails.sort();
    let alone: Vec<(String, u32)> =
        mails.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() == 1).map(|same| same[0].clone()).collect();
    alone
}

fn suspect(schema: &Schema, table: &Table, at: u32, detail: String) -> Suspect {
    let row = table.row(at as usize);
    Suspect {
        id: row.id().to_owned(),
        name: display_name(schema, row),
        phone: row.cell(schema.phone().index()).text().to_owned(),
        detail,
    }
}
