//! The properties that every account has, as far as a sync of contacts and calls meets them.

use super::property::{Property, PropertyType};

/// The number that the account makes of `phone`.
pub(crate) const CALCULATED_PHONE: &str = "hs_calculated_phone_number";

/// What is returned where no property is asked for.
pub(crate) const CONTACT_DEFAULTS: [&str; 3] = ["email", "firstname", "lastname"];

/// The properties of contacts.
pub(crate) fn contacts() -> Vec<Property> {
    use PropertyType::{Datetime, Enumeration, Number, String};
    let mut all = vec![
        Property::text("email", "Email"),
        Property::text("firstname", "First Name"),
        Property::text("lastname", "Last Name"),
        Property::text("phone", "Phone Number").of(String, "phonenumber"),
        Property::text("mobilephone", "Mobile Phone Number").of(String, "phonenumber"),
        Property::text("fax", "Fax Number").of(String, "phonenumber"),
        Property::text("company", "Company Name"),
        Property::text("jobtitle", "Job Title"),
        Property::text("website", "Website URL"),
        Property::text("address", "Street Address"),
        Property::text("city", "City"),
        Property::text("state", "State/Region"),
        Property::text("zip", "Postal Code"),
        Property::text("country", "Country/Region"),
        Property::text("annualrevenue", "Annual Revenue"),
        Property::text("hs_language", "Preferred language").options(&["en", "de", "fr", "es", "pt", "ja"]),
        Property::text("message", "Message").of(String, "textarea"),
        Property::text("hubspot_owner_id", "Contact owner").of(String, "text"),
        Property::text("lifecyclestage", "Lifecycle Stage").options(&[
            "subscriber",
            "lead",
            "marketingqualifiedlead",
            "salesqualifiedlead",
            "opportunity",
            "customer",
            "evangelist",
            "other",
        ]),
        Property::text("hs_lead_status", "Lead Status").options(&[
            "NEW",
            "OPEN",
            "IN_PROGRESS",
            "OPEN_DEAL",
            "UNQUALIFIED",
            "ATTEMPTED_TO_CONTACT",
            "CONNECTED",
            "BAD_TIMING",
        ]),
        Property::text("hs_additional_emails", "Additional email addresses").of(Enumeration, "checkbox"),
        Property::text("hs_object_id", "Record ID").of(Number, "number").read_only(),
        Property::text("createdate", "Create Date").of(Datetime, "date").read_only(),
        Property::text("lastmodifieddate", "Last Modified Date").of(Datetime, "date").read_only(),
        Property::text("hs_merged_object_ids", "Merged record IDs").of(Enumeration, "checkbox").read_only(),
        Property::text("num_notes", "Number of Sales Activities").of(Number, "number").read_only(),
        calculated(Property::text(CALCULATED_PHONE, "Calculated phone number")),
    ];
    for property in &mut all {
        property.standard = true;
        property.unique = property.name == "email";
    }
    all
}

/// The properties of calls.
pub(crate) fn calls() -> Vec<Property> {
    use PropertyType::{Datetime, Number, String};
    let mut all = vec![
        Property::text("hs_timestamp", "Activity date").of(Datetime, "date"),
        Property::text("hs_call_title", "Call Title"),
        Property::text("hs_call_body", "Call notes").of(String, "html"),
        Property::text("hs_call_duration", "Call duration").of(Number, "number"),
        Property::text("hs_call_direction", "Call direction").options(&["INBOUND", "OUTBOUND"]),
        Property::text("hs_call_status", "Call status").options(&[
            "BUSY",
            "CALLING_CRM_USER",
            "CANCELED",
            "COMPLETED",
            "CONNECTING",
            "FAILED",
            "IN_PROGRESS",
            "NO_ANSWER",
            "QUEUED",
            "RINGING",
        ]),
        Property::text("hs_call_from_number", "From number").of(String, "text"),
        Property::text("hs_call_to_number", "To number").of(String, "text"),
        Property::text("hs_call_recording_url", "Recording URL"),
        Property::text("hs_call_disposition", "Call outcome"),
        Property::text("hs_call_external_id", "Call external ID"),
        Property::text("hs_call_source", "Call source"),
        Property::text("hubspot_owner_id", "Activity assigned to"),
        Property::text("hs_object_id", "Record ID").of(Number, "number").read_only(),
        Property::text("hs_createdate", "Create date").of(Datetime, "date").read_only(),
        Property::text("hs_lastmodifieddate", "Last modified date").of(Datetime, "date").read_only(),
    ];
    for property in &mut all {
        property.standard = true;
    }
    all
}

fn calculated(mut property: Property) -> Property {
    property.calculated = true;
    property.read_only()
}
