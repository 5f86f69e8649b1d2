//! `POST /crm/v3/objects/…`: one new record; and what a new record must be like, also in a batch.

use serde::Deserialize;

use super::given::{Given, checked};
use super::writer::Writer;
use crate::answers::Answer;
use crate::hubspot::call::Call;
use crate::hubspot::errors::ApiError;
use crate::hubspot::record::Changes;
use crate::hubspot::route::ObjectKind;
use crate::hubspot::show::Wanted;
use crate::hubspot::world::World;

/// A call with a contact.
const CALL_TO_CONTACT: u64 = 194;

/// A new record as a body has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct New {
    pub(super) properties: Given,
    #[serde(default)]
    associations: Vec<Association>,
    #[serde(default)]
    pub(super) object_write_trace_id: Option<String>,
}

#[derive(Deserialize)]
struct Association {
    to: Target,
    types: Vec<AssociationType>,
}

#[derive(Deserialize)]
struct Target {
    id: Id,
}

/// An id as text or as a number; both are sent.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(u64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssociationType {
    association_category: String,
    association_type_id: u64,
}

pub(super) fn answer(world: &mut World, call: &Call, kind: ObjectKind) -> Result<Answer, ApiError> {
    let new: New = call.json()?;
    let (changes, contacts) = new.checked(world, kind)?;
    let wanted = Wanted::written(changes.keys().map(|name| &**name), kind);
    let made = Writer::new(world, call, kind).create(changes, contacts);
    Ok(Answer { status: 201, ..Answer::json(wanted.show(&made)) })
}

impl New {
    /// The values of the new record and the contacts it belongs to.
    pub(super) fn checked(&self, world: &World, kind: ObjectKind) -> Result<(Changes, Vec<u64>), ApiError> {
        let collection = world.collection(kind);
        let changes = checked(&self.properties, collection, world.settings.portal_id)?;
        let has = |name: &str| changes.get(name).is_some_and(|value| !value.is_empty());
        match kind {
            ObjectKind::Contacts if !["email", "firstname", "lastname"].into_iter().any(has) => {
                let message = "A contact needs at least one of email, firstname and lastname";
                return Err(ApiError::invalid(message));
            }
            ObjectKind::Calls if !has("hs_timestamp") => {
                return Err(ApiError::invalid("Some required properties were not set: [hs_timestamp]"));
            }
            _ => {}
        }
        if let Some((property, value, holder)) = collection.conflict(&changes, None) {
            return Err(if &**property == "email" {
                ApiError::exists(holder)
            } else {
                ApiError::taken(property, value, None, holder)
            });
        }
        let contacts = self.associations.iter().map(|association| association.contact(world, kind));
        Ok((changes, contacts.collect::<Result<_, _>>()?))
    }
}

impl Association {
    fn contact(&self, world: &World, kind: ObjectKind) -> Result<u64, ApiError> {
        let defined = |kind: &AssociationType| {
            kind.association_category == "HUBSPOT_DEFINED" && kind.association_type_id == CALL_TO_CONTACT
        };
        if kind != ObjectKind::Calls || !self.types.iter().all(defined) || self.types.is_empty() {
            return Err(ApiError::invalid("One or more associations have a type that does not exist"));
        }
        let given = match &self.to.id {
            Id::Text(id) => id.parse().ok(),
            Id::Number(id) => Some(*id),
        };
        let contact = given.and_then(|id| world.contacts.follow(id));
        contact.map(|contact| contact.id).ok_or_else(|| ApiError::invalid("One or more associations are not valid"))
    }
}
