//! `HubSpot`: Contacts → Export view, English column names.

use super::Shape;

pub(super) const SHAPE: Shape = Shape {
    must: &[&["record id", "record id - contact"], &["phone number", "mobile phone number"]],
    marks: &[
        "lifecycle stage",
        "lead status",
        "contact owner",
        "create date",
        "last activity date",
        "last modified date",
        "marketing contact status",
        "associated company",
        "associated company ids",
        "primary associated company id",
    ],
    id: &["record id", "record id - contact"],
    first_name: &["first name"],
    last_name: &["last name"],
    phone: &["phone number", "mobile phone number"],
    email: &["email"],
    company: &["company name", "associated company"],
    full_name: &["full name", "name"],
};
