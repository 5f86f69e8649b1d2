//! What fields are called on the sides. A field that is mapped to another column than before has never agreed with
//! anything: its base tells of the old column, and would make an edit of every difference.
//!
//! Names that nobody wrote into the configuration (those of a preset) are not watched: a column that was merely renamed
//! says the same as before.

use crate::error::Result;
use crate::session::Session;
use model::{Base, BaseField, Field, FieldId};
use std::borrow::Cow;
use std::collections::BTreeMap;
use store::StateChange;

/// Name of a field and its side, such as `company crm`, and the column.
pub type Columns = BTreeMap<String, String>;

const FACT: &str = "columns";

impl Session<'_> {
    /// Fields that are another column than in the last run.
    pub(crate) fn remapped(&self) -> Result<Vec<Field>> {
        let facts = self.store.facts()?;
        let Some((_, known)) = facts.iter().find(|(key, _)| key == FACT) else { return Ok(Vec::new()) };
        let Ok(known) = serde_json::from_str::<Columns>(known) else { return Ok(Vec::new()) };
        let differs = |(name, column): &(&String, &String)| known.get(*name).is_some_and(|was| was != *column);
        let names = self.columns.iter().filter(differs).filter_map(|(name, _)| name.split(' ').next()?.parse().ok());
        let mut fields: Vec<Field> = names.collect();
        fields.dedup();
        Ok(fields)
    }

    /// What is remembered of the columns once a run ends. What the old ones agreed on is kept under a name of its own.
    pub(crate) fn columns_learned(&self) -> Result<Vec<StateChange>> {
        let mut changes: Vec<StateChange> = self.remapped()?.into_iter().map(StateChange::RetireField).collect();
        let value = serde_json::to_string(&self.columns).unwrap_or_default();
        let known = self.store.facts()?;
        if !known.iter().any(|(key, known)| key == FACT && *known == value) {
            changes.push(StateChange::Fact { key: FACT.to_owned(), value });
        }
        Ok(changes)
    }
}

/// Bases without what other columns once agreed on.
pub(crate) fn without<'b>(bases: Cow<'b, [Base]>, fields: &[FieldId]) -> Cow<'b, [Base]> {
    let mut bases = bases;
    if !fields.is_empty() {
        for base in bases.to_mut() {
            for field in fields {
                base.fields[field.index()] = BaseField::default();
            }
        }
    }
    bases
}
