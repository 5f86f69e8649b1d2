//! `POST /v2/contacts`: makes a contact. The API has no idempotency key: a repeated call makes a second contact.

use crate::answers::{Answer, ApiError};
use crate::call::Call;
use crate::save::Writer;
use crate::validation;
use crate::world::World;

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let choices = world.settings.choices.clone();
    let mut change = validation::change(&validation::object(&call.body)?)?;
    validation::require(&change, &choices.required_on_create)?;

    let mut writer = Writer::new(world, call);
    writer.prepare(&mut change)?;
    writer.check_phone(&change, None, choices.create_on_existing_phone)?;
    let contact = writer.create(&change);
    Ok(Answer::data(contact.to_json(choices.empty_fields)))
}
