//! `DELETE /v2/contacts/{id}`: removes a contact for good (documented: it cannot be undone).

use serde_json::json;

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::choices::DeleteAnswer;
use crate::world::World;

pub(super) fn answer(world: &mut World, call: &Call, id: u64) -> Result<Answer, ApiError> {
    if world.state.get(id).is_none() {
        return Err(ApiError::no_contact(id));
    }
    if !call.firing.drops(1) {
        let before = world.state.remove(id);
        world.history.remember(call.now, call.number, id, before);
        world.counters.contacts_deleted += 1;
    }
    Ok(match world.settings.choices.delete_answer {
        DeleteAnswer::Body => Answer::json(json!({"status": "success", "message": "Contact deleted"})),
        DeleteAnswer::NoContent => Answer::empty(204),
        DeleteAnswer::EmptyBody => Answer::empty(200),
    })
}
