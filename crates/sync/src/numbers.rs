//! Several numbers per contact: wherever records of the CRM are read, their phone cell shows the synced number, or each
//! number becomes a record of its own. Which is which, the engine says.

use crate::error::Result;
use crate::session::Session;
use connector::Write;
use engine::Numbers;
use model::numbers::has_fields;
use model::{BySide, LinkHead, Listing, Record};

/// Puts the synced number of each contact into its phone cell, or makes a record of each number. Done again whenever
/// records join the listings. Which field it stands in is remembered when the run ends.
pub(crate) fn choose(session: &Session<'_>, listings: &mut BySide<Listing>, heads: &[LinkHead]) -> Result<()> {
    if listings.crm.table.with_rest().any(|(_, row)| has_fields(row.rest())) {
        // Which of them is the synced one is seen from both sides.
        session.fill_all(listings, heads)?;
    }
    let tables = BySide { justcall: &listings.justcall.table, crm: &listings.crm.table };
    let (normalizer, schema) = (&session.normalizer, &session.settings.schema);
    let table = match session.settings.numbers {
        Numbers::One => {
            let remembered = session.store.number_fields()?;
            let chosen = engine::numbers::choose(normalizer, schema, tables, heads, &remembered)?;
            *session.number_fields.borrow_mut() = chosen.fields;
            chosen.table
        }
        Numbers::Each => engine::numbers::spread(normalizer, schema, tables, heads)?,
    };
    if let Some(table) = table {
        listings.crm.table = table;
    }
    Ok(())
}

/// What is stored after a write, with the number in its phone cell that was written, or that was the synced one before.
pub(crate) fn follow(session: &Session<'_>, write: &Write, record: &mut Record) {
    let schema = &session.settings.schema;
    let phone = schema.phone();
    let sent = write.set.iter().find(|(field, _)| *field == phone).map(|(_, value)| value.as_str());
    let before = || write.current.as_ref().map(|current| current.cell(phone.index()).text());
    if let Some(expected) = sent.or_else(before) {
        engine::numbers::follow(&session.normalizer, schema, record, expected);
    }
}
