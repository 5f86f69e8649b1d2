//! `GET /v2/contacts/{id}`: one contact. It shows the latest write, unless a fault makes it lag.

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::world::World;

pub(super) fn answer(world: &World, call: &Call, id: u64) -> Result<Answer, ApiError> {
    let now = world.state.get(id);
    let contact = match call.lagging() {
        None => now.cloned(),
        Some(reader) => world.history.contact(id, now, reader),
    };
    let contact = contact.ok_or_else(|| ApiError::no_contact(id))?;
    Ok(Answer::data(contact.to_json(world.settings.choices.empty_fields)))
}
