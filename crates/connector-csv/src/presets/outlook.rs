//! Outlook (and Google's "Outlook CSV"): People → Export. It has no id: rows are matched by phone.

use super::Shape;

pub(super) const SHAPE: Shape = Shape {
    must: &[
        &["e-mail address", "e-mail 2 address"],
        &["mobile phone", "business phone", "home phone", "primary phone"],
    ],
    marks: &[
        "middle name",
        "business phone",
        "business phone 2",
        "home phone",
        "mobile phone",
        "other phone",
        "e-mail 2 address",
        "business street",
        "job title",
        "given yomi",
        "web page",
    ],
    id: &[],
    first_name: &["first name"],
    last_name: &["last name"],
    phone: &["mobile phone", "business phone", "primary phone", "home phone", "business phone 2", "other phone"],
    email: &["e-mail address", "e-mail 2 address", "e-mail 3 address"],
    company: &["company"],
    full_name: &["name", "full name"],
};
