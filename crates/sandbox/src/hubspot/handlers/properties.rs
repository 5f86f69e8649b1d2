//! `GET /crm/v3/properties/…`: the definitions.

use serde_json::{Value, json};

use crate::answers::Answer;
use crate::hubspot::errors::ApiError;
use crate::hubspot::property::Property;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::world::World;

pub(super) fn all(world: &World, kind: ObjectKind) -> Answer {
    let shown: Vec<Value> = world.collection(kind).definitions().map(|property| show(property, kind)).collect();
    Answer::json(json!({"results": shown}))
}

pub(super) fn one(world: &World, kind: ObjectKind, name: &str) -> Result<Answer, ApiError> {
    let (_, property) = world.collection(kind).definition(name).ok_or_else(|| ApiError::no_property(name))?;
    Ok(Answer::json(show(property, kind)))
}

fn show(property: &Property, kind: ObjectKind) -> Value {
    property.to_json(match kind {
        ObjectKind::Contacts => "contactinformation",
        ObjectKind::Calls => "call",
    })
}
