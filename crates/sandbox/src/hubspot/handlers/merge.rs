//! `POST /crm/v3/objects/contacts/merge`: two contacts become one with a new id.

use serde::Deserialize;

use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::query::Query;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    primary_object_id: String,
    object_id_to_merge: String,
}

pub(super) fn answer(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let body: Body = call.json()?;
    let id = |text: &str| text.parse().map_err(|_| ApiError::no_object(text));
    let merged = world.merge(id(&body.primary_object_id)?, id(&body.object_id_to_merge)?, call.now);
    let merged = merged.ok_or_else(|| ApiError::no_object(&body.object_id_to_merge))?;
    let wanted = Wanted::of_query(&Query::default(), &world.contacts);
    Ok(Answer::json(wanted.show(&merged)))
}
