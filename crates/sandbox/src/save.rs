//! The one way API writes reach the contacts: checks that need the account, rewrites on save, then the write itself.
//!
//! It does not parse bodies and does not shape answers.

use std::sync::Arc;

use crate::answers::ApiError;
use crate::call::Call;
use crate::change::Change;
use crate::choices::{BulkOmitted, ExistingPhone};
use crate::contact::{Contact, Field, NewContact, phone_key};
use crate::faults::Action;
use crate::route::RequestKind;
use crate::validation::settle_custom_fields;
use crate::world::{World, whole_second};

/// Writes the contacts of one call.
pub(crate) struct Writer<'a> {
    world: &'a mut World,
    call: &'a Call,
    /// Contacts written or dropped so far.
    rows: u64,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(world: &'a mut World, call: &'a Call) -> Self {
        Self { world, call, rows: 0 }
    }

    /// Checks a change against the account and rewrites it as the server would on save.
    pub(crate) fn prepare(&self, change: &mut Change) -> Result<(), ApiError> {
        let choice = self.world.settings.choices.undefined_custom_field;
        settle_custom_fields(change, &self.world.state.custom_fields, choice)?;
        for action in &self.call.firing.actions {
            match action {
                Action::RejectPhones { phones, message } => reject(change, phones, message)?,
                Action::Rewrite(rewrites) => {
                    for rewrite in rewrites {
                        rewrite.apply(change);
                    }
                }
                Action::IgnoreField(name) => ignore(change, name, self.call.route.kind()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses a phone that another contact has, if the choice is to refuse it. `own` is the contact being written.
    pub(crate) fn check_phone(&self, change: &Change, own: Option<u64>, choice: ExistingPhone) -> Result<(), ApiError> {
        let status = match choice {
            ExistingPhone::Allow => return Ok(()),
            ExistingPhone::Conflict => 409,
            ExistingPhone::Unprocessable => 422,
        };
        let Some(phone) = change.phone() else {
            return Ok(());
        };
        if self.world.state.ids_by_phone(phone).all(|id| Some(id) == own) {
            return Ok(());
        }
        Err(ApiError::new(status, format!("A contact with the phone {phone} already exists")))
    }

    /// The contact a bulk row updates: of several with its phone, the one with the lowest id.
    pub(crate) fn find(&self, phone: &str) -> Option<Arc<Contact>> {
        let id = self.world.state.ids_by_phone(phone).next()?;
        self.world.state.get(id).cloned()
    }

    pub(crate) fn create(&mut self, change: &Change) -> Contact {
        let id = self.world.state.take_id(self.world.settings.choices.reuse_ids);
        let mut contact = NewContact::default().with_id(id, whole_second(self.call.now));
        change.apply(&mut contact, &self.world.settings.choices);
        if self.store(&contact, None) {
            let shown = contact.to_json(self.world.settings.choices.empty_fields);
            self.world.tell("contact.created", &shown.into(), self.call.now);
            self.world.counters.contacts_created += 1;
        }
        contact
    }

    /// Updates a contact. `omitted` says what becomes of fields the change does not name.
    pub(crate) fn update(&mut self, before: &Arc<Contact>, change: &Change, omitted: BulkOmitted) -> Contact {
        let mut contact = match omitted {
            BulkOmitted::Keep => Contact::clone(before),
            BulkOmitted::Clear => NewContact { phone: before.phone.clone(), ..NewContact::default() }
                .with_id(before.id, before.created_at),
        };
        change.apply(&mut contact, &self.world.settings.choices);
        if self.store(&contact, Some(Arc::clone(before))) {
            self.world.counters.contacts_updated += 1;
        }
        contact
    }

    /// Stores a contact, unless a fault drops it.
    fn store(&mut self, contact: &Contact, before: Option<Arc<Contact>>) -> bool {
        self.rows += 1;
        if self.call.firing.drops(self.rows) {
            return false;
        }
        self.world.state.put(contact.clone());
        self.world.history.remember(self.call.now, self.call.number, contact.id, before);
        true
    }
}

fn reject(change: &Change, phones: &[String], message: &str) -> Result<(), ApiError> {
    let rejected = change.phone().is_some_and(|phone| phones.iter().any(|bad| phone_key(bad) == phone_key(phone)));
    if rejected { Err(ApiError::invalid(message)) } else { Ok(()) }
}

fn ignore(change: &mut Change, name: &str, kind: RequestKind) {
    // Without its phone a new contact or bulk row would be no contact at all.
    let phone_is_needed = kind != RequestKind::Update;
    change.fields.retain(|field, _| field.name() != name || (*field == Field::Phone && phone_is_needed));
    if name == "custom_fields" {
        change.custom_fields = None;
    } else if let (Some(key), Some(given)) = (name.strip_prefix("custom_fields."), &mut change.custom_fields) {
        given.remove(key);
    }
}
