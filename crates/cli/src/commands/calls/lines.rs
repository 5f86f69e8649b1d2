//! Calls joined with the contacts that they belong to: what lists, exports, reports and activities show.

use crate::commands::contacts::{self, Names};
use crate::failure::Fallible;
use model::{LinkId, Side};
use report::calls::CallLine;
use std::collections::HashMap;
use store::{CallFilter, CallRow, NumberOwner, Store};

/// Whose numbers are whose.
pub(super) struct Joiner {
    owners: HashMap<u64, Vec<NumberOwner>>,
    names: Names,
}

impl Joiner {
    /// Knows every linked contact.
    pub(super) fn new(store: &Store) -> Fallible<Self> {
        Ok(Self { owners: store.owners()?, names: contacts::all_names(store)? })
    }

    /// Knows the contacts of these calls: reads few names where there are few calls.
    pub(super) fn of(store: &Store, rows: &[CallRow]) -> Fallible<Self> {
        let owners = store.owners()?;
        let links: Vec<LinkId> = rows
            .iter()
            .filter_map(|row| row.number.and_then(|number| owners.get(&number)))
            .filter_map(|owners| only(owners))
            .map(|owner| owner.link)
            .collect();
        let names = contacts::names_of(store, links)?;
        Ok(Self { owners, names })
    }

    /// The linked contacts with a number.
    pub(super) fn owners(&self, number: u64) -> &[NumberOwner] {
        self.owners.get(&number).map_or(&[], Vec::as_slice)
    }

    /// A call with its contact, where that is one and no other.
    pub(super) fn line(&self, row: CallRow) -> CallLine {
        let owners = row.number.map_or(&[][..], |number| self.owners(number));
        let owner = only(owners);
        let id = |side: Side| owner.and_then(|owner| owner.ids[side].as_ref()).map(|id| id.as_str().to_owned());
        CallLine {
            number: row.number.map(|number| format!("+{number}")),
            contact: owner.and_then(|owner| self.names.get(&owner.link).cloned()),
            justcall_id: id(Side::Justcall),
            crm_id: id(Side::Crm),
            owners: owners.len() as u64,
            call: row.call,
        }
    }
}

fn only(owners: &[NumberOwner]) -> Option<&NumberOwner> {
    match owners {
        [one] => Some(one),
        _ => None,
    }
}

/// Shows each call that matches, with its contact; stops at the first failure.
pub(super) fn each(
    store: &Store,
    filter: &CallFilter,
    newest_first: bool,
    mut show: impl FnMut(&CallLine) -> Fallible<()>,
) -> Fallible<u64> {
    let joiner = Joiner::new(store)?;
    let mut count = 0;
    let mut failed = None;
    store.each_call(filter, newest_first, &mut |row| {
        count += 1;
        match show(&joiner.line(row)) {
            Ok(()) => true,
            Err(failure) => {
                failed = Some(failure);
                false
            }
        }
    })?;
    failed.map_or(Ok(count), Err)
}
