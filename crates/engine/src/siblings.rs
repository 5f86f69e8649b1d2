//! Records of one contact: with `numbers = "each"`, a CRM contact has one per number. What is done to the contact as a
//! whole concerns all of them.

use model::numbers::{is_further, own_id};
use model::{LinkHead, RecordId, Table};
use std::collections::BTreeMap;

/// Rows of a table that are the same contact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Siblings {
    of: BTreeMap<u32, usize>,
    groups: Vec<Vec<u32>>,
}

impl Siblings {
    /// The contacts that have several rows.
    pub(crate) fn of(table: &Table) -> Self {
        if !table.iter().any(|row| is_further(row.id())) {
            return Self::default();
        }
        let mut groups: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (row, at) in table.iter().zip(0u32..).filter(|(row, _)| row.native_id()) {
            groups.entry(own_id(row.id())).or_default().push(at);
        }
        let groups: Vec<Vec<u32>> = groups.into_values().filter(|group| group.len() > 1).collect();
        let rows = groups.iter().enumerate().flat_map(|(at, group)| group.iter().map(move |row| (*row, at)));
        Self { of: rows.collect(), groups }
    }

    /// All rows of a row's contact, where it has several; itself among them.
    pub(crate) fn group(&self, row: u32) -> &[u32] {
        self.of.get(&row).map_or(&[], |at| &self.groups[*at])
    }
}

/// How many links each contact has that is linked by several numbers.
pub(crate) fn linked_together(heads: &[LinkHead]) -> BTreeMap<&str, u32> {
    let ids = || heads.iter().filter_map(|head| head.ids.crm.as_ref()).map(RecordId::as_str);
    let mut links: BTreeMap<&str, u32> = ids().filter(|id| is_further(id)).map(|id| (own_id(id), 0)).collect();
    if !links.is_empty() {
        for id in ids() {
            if let Some(count) = links.get_mut(own_id(id)) {
                *count += 1;
            }
        }
    }
    links.retain(|_, count| *count > 1);
    links
}
