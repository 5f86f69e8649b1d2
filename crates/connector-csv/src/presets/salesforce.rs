//! Salesforce: a contacts or leads report (`Contact ID`, `First Name`), or a data export (`Id`, `FirstName`).

use super::Shape;

pub(super) const SHAPE: Shape = Shape {
    must: &[
        &["contact id", "lead id", "case safe id", "id"],
        &["last name", "lastname"],
        // What tells it from any table with an id and a name.
        &[
            "account name",
            "account.name",
            "account id",
            "accountid",
            "company / account",
            "mobilephone",
            "ownerid",
            "contact owner",
            "lead owner",
            "systemmodstamp",
            "isdeleted",
        ],
    ],
    marks: &[
        "contact id",
        "salutation",
        "account name",
        "account.name",
        "accountid",
        "ownerid",
        "mailing street",
        "mailingstreet",
        "lead source",
        "leadsource",
        "createddate",
        "lastmodifieddate",
        "systemmodstamp",
        "isdeleted",
    ],
    id: &["contact id", "lead id", "id", "case safe id"],
    first_name: &["first name", "firstname"],
    last_name: &["last name", "lastname"],
    phone: &["phone", "mobile", "mobilephone", "mobile phone", "homephone", "otherphone"],
    email: &["email"],
    company: &["account name", "account.name", "company / account", "company"],
    full_name: &["full name", "name", "contact name"],
};
