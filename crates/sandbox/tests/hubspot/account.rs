//! Whose account it is, and the definitions of its properties.

use sandbox::hubspot::{ObjectKind, Property};
use serde_json::{Value, json};

use crate::client::Api;

#[tokio::test]
async fn the_account_tells_its_number_and_zone() {
    let details = Api::unlimited().get("/account-info/v3/details").await.json();
    assert_eq!(details["portalId"], 8_675_309);
    assert_eq!((&details["timeZone"], &details["utcOffset"]), (&json!("UTC"), &json!("+00:00")));
    assert_eq!(details["uiDomain"], "app.hubspot.com");
}

#[tokio::test]
async fn definitions_tell_what_can_be_set() {
    let api = Api::unlimited();
    api.hubspot.define(ObjectKind::Contacts, Property::text("tier", "Tier").options(&["gold", "silver"]));
    let all = api.get("/crm/v3/properties/contacts").await.json();
    let find = |name: &str| -> Value {
        all["results"].as_array().unwrap().iter().find(|property| property["name"] == name).unwrap().clone()
    };
    assert_eq!(find("hs_object_id")["modificationMetadata"]["readOnlyValue"], true);
    assert_eq!(find("hs_calculated_phone_number")["calculated"], true);
    assert_eq!(find("email")["hasUniqueValue"], true);
    assert_eq!(find("phone")["fieldType"], "phonenumber");
    assert_eq!(find("phone")["modificationMetadata"]["readOnlyValue"], false);
    let tier = find("tier");
    assert_eq!((&tier["type"], &tier["hubspotDefined"]), (&json!("enumeration"), &json!(false)));
    assert_eq!(tier["options"][1]["value"], "silver");
    assert_eq!(api.get("/crm/v3/properties/contacts/tier").await.json(), tier);
    assert_eq!(api.get("/crm/v3/properties/contacts/nonsense").await.status, 404);
    assert_eq!(api.get("/crm/v3/properties/deals").await.status, 404);
    api.hubspot.undefine(ObjectKind::Contacts, "tier");
    assert_eq!(api.get("/crm/v3/properties/contacts/tier").await.status, 404);
}
