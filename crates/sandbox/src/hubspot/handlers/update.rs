//! `PATCH /crm/v3/objects/…/{id}`: changes what is given; empty text clears.

use serde::Deserialize;

use super::batch::find;
use super::given::{Given, checked};
use super::writer::Writer;
use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

#[derive(Deserialize)]
struct Body {
    properties: Given,
}

pub(super) fn answer(world: &mut World, call: &Call, kind: ObjectKind, id: &str) -> Result<Answer, ApiError> {
    let body: Body = call.json()?;
    let record = find(world.collection(kind), id, call.query.get("idProperty"))?;
    let record = record.ok_or_else(|| ApiError::no_object(id))?;
    let changes = checked(&body.properties, world.collection(kind), world.settings.portal_id)?;
    let wanted = Wanted::written(changes.keys().map(|name| &**name), kind);
    let updated = Writer::new(world, call, kind).update(&record, changes)?;
    Ok(Answer::json(wanted.show(&updated)))
}
