//! Pages of all contacts.

use serde_json::json;

use crate::client::{Api, CONTACTS};

#[tokio::test]
async fn pages_follow_each_other_by_id_also_while_contacts_go() {
    let api = Api::unlimited();
    let ids = api.rows(5);
    let first = api.get(&format!("{CONTACTS}?limit=2")).await;
    assert_eq!(first.ids(), ids[..2]);
    assert!(first.json()["paging"]["next"]["link"].as_str().unwrap().starts_with(&format!("{CONTACTS}?")));
    api.hubspot.archive(ids[1]);
    let second = api.get(&format!("{CONTACTS}?limit=2&after={}", first.after().unwrap())).await;
    assert_eq!(second.ids(), ids[2..4]);
    let third = api.get(&format!("{CONTACTS}?limit=2&after={}", second.after().unwrap())).await;
    assert_eq!((third.ids(), third.after()), (vec![ids[4]], None));
}

#[tokio::test]
async fn a_full_last_page_has_no_next_one() {
    let api = Api::unlimited();
    api.rows(2);
    assert_eq!(api.get(&format!("{CONTACTS}?limit=2")).await.after(), None);
}

#[tokio::test]
async fn limits_have_bounds() {
    let api = Api::unlimited();
    api.rows(11);
    assert_eq!(api.get(CONTACTS).await.ids().len(), 10, "the usual page");
    for (query, status) in [
        ("limit=100", 200),
        ("limit=101", 400),
        ("limit=0", 400),
        ("limit=ten", 400),
        ("after=x", 400),
        ("limit=50&propertiesWithHistory=firstname", 200),
        ("limit=51&propertiesWithHistory=firstname", 400),
    ] {
        let reply = api.get(&format!("{CONTACTS}?{query}")).await;
        assert_eq!(reply.status, status, "{query}");
        assert!(status == 200 || reply.json()["category"] == json!("VALIDATION_ERROR"), "{query}");
    }
}
