//! Records of which nothing can be read: whoever is to be created may be one of them. All that there is to go by is text
//! that the connector made out (`model::numbers`, lines of other numbers).

use crate::draft::World;
use crate::identity::names;
use crate::normalizer::PhoneReading;
use model::{Field, PhoneKey, RowRef, Side};

/// The record of a side that cannot be read and may be this contact, if any: it shows its number; or no number at all,
/// and its name or e-mail; or nothing whatever.
pub(super) fn may_be<'a>(world: &World<'a>, side: Side, key: PhoneKey, person: RowRef<'_>) -> Option<&'a str> {
    let mut faceless = world.faceless(side).iter().map(|row| world.row(side, *row));
    faceless.find(|row| is_about(world, *row, key, person)).map(RowRef::id)
}

fn is_about(world: &World<'_>, row: RowRef<'_>, key: PhoneKey, person: RowRef<'_>) -> bool {
    let read = |text: &str| match world.normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key.number()),
        PhoneReading::Unusable(..) => None,
    };
    let text = row.rest().unwrap_or_default().to_lowercase();
    let numbers: Vec<u64> = text.lines().filter_map(read).collect();
    if text.trim().is_empty() || numbers.contains(&key.number()) {
        return true;
    }
    let schema = &world.settings.schema;
    let (first, last) = names(schema, person);
    let mut words = first.split_whitespace().chain(last.split_whitespace()).map(str::to_lowercase).peekable();
    let has_name = words.peek().is_some() && words.all(|word| text.contains(&word));
    let email = schema.position(&Field::Email).map_or("", |id| person.cell(id.index()).text()).trim().to_lowercase();
    numbers.is_empty() && (has_name || (!email.is_empty() && text.contains(&email)))
}
