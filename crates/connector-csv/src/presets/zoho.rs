//! Zoho CRM: Contacts (or Leads) → Export.

use super::Shape;

pub(super) const SHAPE: Shape = Shape {
    must: &[
        &["record id", "contact id", "lead id"],
        &["phone", "mobile"],
        &[
            "contact owner.id",
            "contact owner id",
            "account name.id",
            "account name",
            "contact owner",
            "lead owner",
            "lead owner.id",
            "modified time",
        ],
    ],
    marks: &[
        "record id",
        "contact owner",
        "contact owner.id",
        "lead owner",
        "account name",
        "account name.id",
        "created by.id",
        "created time",
        "modified time",
        "last activity time",
        "email opt out",
        "lead source",
    ],
    id: &["record id", "contact id", "lead id"],
    first_name: &["first name"],
    last_name: &["last name"],
    phone: &["phone", "mobile", "home phone", "other phone"],
    email: &["email", "secondary email"],
    company: &["account name", "company"],
    full_name: &["full name", "contact name", "lead name"],
};
