//! Pipedrive: People → Export, columns prefixed by "Person - ".

use super::Shape;

pub(super) const SHAPE: Shape = Shape {
    must: &[&["person - id", "person - name", "person - first name", "person - last name"]],
    marks: &[
        "person - id",
        "person - name",
        "person - first name",
        "person - last name",
        "person - phone",
        "person - phone - work",
        "person - phone - mobile",
        "person - email",
        "person - email - work",
        "person - organization",
        "person - owner",
        "person - label",
        "person - person created",
        "person - update time",
    ],
    id: &["person - id"],
    first_name: &["person - first name"],
    last_name: &["person - last name"],
    phone: &[
        "person - phone",
        "person - phone - work",
        "person - phone - mobile",
        "person - phone - home",
        "person - phone - other",
    ],
    email: &["person - email", "person - email - work", "person - email - home", "person - email - other"],
    company: &["person - organization", "organization - name"],
    full_name: &["person - name"],
};
