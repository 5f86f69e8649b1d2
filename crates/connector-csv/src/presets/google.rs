//! Google Contacts: Export → Google CSV, both the form of 2024 ("First Name") and the one before ("Given Name").
//! It has no id: rows are matched by phone.

use super::Shape;

pub(super) const SHAPE: Shape = Shape {
    must: &[&["phone 1 - value", "e-mail 1 - value"]],
    marks: &[
        "phone 1 - value",
        "e-mail 1 - value",
        "phone 1 - label",
        "e-mail 1 - label",
        "phone 1 - type",
        "e-mail 1 - type",
        "phonetic first name",
        "given name",
        "family name",
        "organization name",
        "organization 1 - name",
        "group membership",
        "labels",
        "file as",
    ],
    id: &[],
    first_name: &["first name", "given name"],
    last_name: &["last name", "family name"],
    phone: &["phone 1 - value", "phone 2 - value", "phone 3 - value", "phone 4 - value"],
    email: &["e-mail 1 - value", "e-mail 2 - value", "e-mail 3 - value"],
    company: &["organization name", "organization 1 - name"],
    full_name: &["name"],
};
