//! `PUT /v2/contacts/{id}`: changes the fields it names; the others stay (documented).

use std::sync::Arc;

use serde_json::json;

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::choices::{BulkOmitted, UpdateAnswer};
use crate::save::Writer;
use crate::validation;
use crate::world::World;

pub(super) fn answer(world: &mut World, call: &Call, id: u64) -> Result<Answer, ApiError> {
    let choices = world.settings.choices.clone();
    let before = world.state.get(id).map(Arc::clone).ok_or_else(|| ApiError::no_contact(id))?;
    let mut change = validation::change(&validation::object(&call.body)?)?;

    let mut writer = Writer::new(world, call);
    writer.prepare(&mut change)?;
    writer.check_phone(&change, Some(id), choices.update_to_existing_phone)?;
    let contact = writer.update(&before, &change, BulkOmitted::Keep);
    Ok(match choices.update_answer {
        UpdateAnswer::Contact => Answer::data(contact.to_json(choices.empty_fields)),
        UpdateAnswer::StatusOnly => Answer::json(json!({"status": "success", "message": "Contact updated"})),
    })
}
