//! What users of the CRM do: edits that reformat numbers, merges, deletes and restores.

use axum::http::Method;
use serde_json::json;

use crate::client::{Api, CONTACTS};

#[tokio::test]
async fn the_pages_write_numbers_in_their_own_form_and_the_api_does_not() {
    let api = Api::unlimited();
    let id = api.hubspot.insert([("firstname", "Ada"), ("phone", "+14155550101")]).id;
    api.hubspot.edit_as_user(id, [("mobilephone", "+442079460190"), ("lastname", "+14155550101")]);
    let held = api.hubspot.contact(id).unwrap();
    assert_eq!(held.get("phone"), "+14155550101", "what the user did not touch stays");
    assert_eq!(held.get("mobilephone"), "+44 20 7946 0190");
    assert_eq!(held.get("lastname"), "+14155550101", "no number, whatever it looks like");
    api.clock.advance(9);
    let saved = api.hubspot.reformat_phones(id).unwrap();
    assert_eq!(saved.get("phone"), "+1 415-555-0101");
    assert!(saved.updated_at > held.updated_at);
    api.patch(id, json!({"phone": "4155550101"})).await;
    assert_eq!(api.hubspot.contact(id).unwrap().get("phone"), "4155550101");
}

#[tokio::test]
async fn a_merge_makes_a_new_contact_that_old_ids_lead_to() {
    let api = Api::unlimited();
    let ada = api.hubspot.insert([("firstname", "Ada"), ("email", "ada@example.com")]).id;
    api.clock.advance(60);
    let old = api.hubspot.insert([("firstname", "Adah"), ("email", "adah@example.com"), ("company", "Acme")]).id;
    api.clock.advance(60);
    let body = json!({"primaryObjectId": ada.to_string(), "objectIdToMerge": old.to_string()});
    let reply = api.post(&format!("{CONTACTS}/merge"), body.clone()).await;
    assert_eq!(reply.status, 200);
    let merged = crate::client::id(&reply.json());
    assert!(merged > old);
    let held = api.hubspot.contact(merged).unwrap();
    assert_eq!((held.get("firstname"), held.get("company")), ("Ada", "Acme"), "gaps are filled from the other one");
    assert_eq!((held.get("email"), held.get("hs_additional_emails")), ("ada@example.com", "adah@example.com"));
    assert_eq!(held.merged, [ada, old]);
    assert_eq!(held.created_at.unwrap().to_string(), "2026-03-01T12:00:00Z", "as old as the older one");

    for id in [ada, old, merged] {
        let read = api.get(&format!("{CONTACTS}/{id}?properties=hs_merged_object_ids")).await.json();
        assert_eq!(read["id"], merged.to_string());
        assert_eq!(read["properties"]["hs_merged_object_ids"], format!("{ada};{old}"));
    }
    let read = api.batch("read", json!([{"id": ada.to_string()}, {"id": old.to_string()}])).await;
    assert_eq!((read.status, read.ids()), (200, vec![merged]), "both old ids are one row");
    assert_eq!(api.get(CONTACTS).await.ids(), [merged]);
    assert!(api.get(&format!("{CONTACTS}?archived=true")).await.ids().is_empty(), "merged is not archived");
    assert_eq!(api.search(json!({})).await.ids(), [merged]);
    assert_eq!(api.post(&format!("{CONTACTS}/merge"), body).await.status, 404, "both are gone");
}

#[tokio::test]
async fn merged_contacts_can_be_among_the_archived_and_are_still_not_gone() {
    let api = Api::unlimited();
    api.hubspot.change_settings(|settings| settings.merged_are_archived = true);
    let ids = api.rows(2);
    let merged = api.hubspot.merge(ids[0], ids[1]).unwrap().id;
    assert_eq!(api.get(&format!("{CONTACTS}?archived=true")).await.ids(), ids);
    let archived = api.get(&format!("{CONTACTS}/{}?archived=true", ids[1])).await.json();
    assert_eq!((&archived["id"], &archived["archived"]), (&json!(ids[1].to_string()), &json!(true)));
    assert_eq!(api.get(&format!("{CONTACTS}/{}", ids[1])).await.json()["id"], merged.to_string());
    assert_eq!(api.hubspot.restore(ids[1]), None);
    assert_eq!(api.get(CONTACTS).await.ids(), [merged]);
}

#[tokio::test]
async fn merges_of_merges_remember_all_ids() {
    let api = Api::unlimited();
    let ids = api.rows(3);
    let first = api.hubspot.merge(ids[0], ids[1]).unwrap().id;
    let second = api.hubspot.merge(ids[2], first).unwrap();
    assert_eq!(second.merged, [ids[2], ids[0], ids[1], first]);
    for id in ids {
        assert_eq!(api.hubspot.contact(id).unwrap().id, second.id);
    }
    assert_eq!(api.hubspot.merge(second.id, second.id), None, "not with itself");
}

#[tokio::test]
async fn a_write_to_an_old_id_reaches_the_merged_contact() {
    let api = Api::unlimited();
    let ids = api.rows(2);
    let merged = api.hubspot.merge(ids[0], ids[1]).unwrap().id;
    assert_eq!(api.patch(ids[1], json!({"company": "Acme"})).await.json()["id"], merged.to_string());
    let inputs = json!([{"id": ids[0].to_string(), "properties": {"city": "Bern"}}]);
    assert_eq!(api.batch("update", inputs).await.ids(), [merged]);
    let held = api.hubspot.contact(merged).unwrap();
    assert_eq!((held.get("company"), held.get("city")), ("Acme", "Bern"));
}

#[tokio::test]
async fn a_restored_contact_is_a_change_of_now() {
    let api = Api::unlimited();
    let id = api.rows(1)[0];
    api.hubspot.archive(id);
    api.clock.advance(3600);
    let restored = api.hubspot.restore(id).unwrap();
    assert_eq!((restored.id, restored.archived_at), (id, None));
    assert_eq!(restored.updated_at.unwrap().to_string(), "2026-03-01T13:00:01Z");
    assert_eq!(api.get(CONTACTS).await.ids(), [id]);
    assert_eq!(api.hubspot.restore(id), None, "it is not archived any more");
}

#[tokio::test]
async fn a_restore_does_not_take_an_address_that_is_in_use() {
    let api = Api::unlimited();
    let old = api.person("Ada");
    api.hubspot.archive(old);
    let new = api.person("Ada");
    assert_eq!(api.hubspot.restore(old), None);
    let path = format!("{CONTACTS}/ada@example.com?idProperty=email");
    assert_eq!(api.send(Method::GET, &path, "").await.json()["id"], new.to_string());
}
