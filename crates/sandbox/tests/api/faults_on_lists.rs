//! Faults that make a list lie.

use sandbox::{Action, Fault, ListOrder, NewContact, On};

use crate::client::{Api, phone};

fn on_list(action: Action) -> Fault {
    Fault::new(On::List, action)
}

#[tokio::test]
async fn a_list_can_be_empty() {
    let api = Api::unlimited().with_rows(3);
    api.sandbox.add_fault(on_list(Action::EmptyList).times(1));
    let empty = api.get("/v2/contacts").await;
    assert_eq!((empty.status, empty.ids().len(), empty.json()["count"].clone()), (200, 0, 0.into()));
    assert_eq!(api.get("/v2/contacts").await.ids(), [1, 2, 3]);
}

#[tokio::test]
async fn a_list_can_be_cut_short_with_an_honest_count_or_not() {
    for (honest_count, count, pages) in [(true, 3, 2), (false, 5, 3)] {
        let api = Api::unlimited().with_rows(5);
        api.sandbox.add_fault(on_list(Action::TruncateList { rows: 3, honest_count }));
        let mut ids = Vec::new();
        for page in 1..=3 {
            let reply = api.get(&format!("/v2/contacts?per_page=2&page={page}")).await;
            assert_eq!((&reply.json()["count"], &reply.json()["total_pages"]), (&count.into(), &pages.into()));
            ids.extend(reply.ids());
        }
        assert_eq!(ids, [1, 2, 3]);
    }
}

#[tokio::test]
async fn the_order_can_change_with_each_request_and_repeats_with_the_seed() {
    let orders = async |seed| {
        let api = Api::unlimited().with_rows(20);
        api.sandbox.add_fault(on_list(Action::UnstableOrder { seed }));
        [api.get("/v2/contacts").await.ids(), api.get("/v2/contacts").await.ids()]
    };
    let [first, second] = orders(1).await;
    assert_ne!(first, second);
    assert_eq!(orders(1).await, [first.clone(), second]);
    assert_ne!(orders(2).await[0], first);
    let mut sorted = first;
    sorted.sort_unstable();
    assert_eq!(sorted, (1..=20).collect::<Vec<_>>(), "each page by itself shuffles the whole list");
}

#[tokio::test]
async fn a_list_can_omit_custom_fields() {
    let api = Api::unlimited();
    let custom_fields = [("segment".to_owned(), "A".into())].into();
    api.sandbox.insert(NewContact { custom_fields, ..NewContact::named("Anna", "Ritter", &phone(1)) });
    api.sandbox.add_fault(on_list(Action::OmitCustomFields));
    assert_eq!(api.get("/v2/contacts").await.json()["data"][0].get("custom_fields"), None);
    assert_eq!(api.get("/v2/contacts/1").await.json()["data"]["custom_fields"]["segment"], "A");
}

#[tokio::test]
async fn a_row_deleted_during_a_walk_hides_another() {
    let api = Api::unlimited().with_rows(4);
    api.sandbox.add_fault(on_list(Action::Drift { delete: 1, insert: 0 }).page(1).times(1));
    assert_eq!(api.get("/v2/contacts?per_page=2&page=1").await.ids(), [1, 2]);
    let second = api.get("/v2/contacts?per_page=2&page=2").await;
    assert_eq!(second.ids(), [4], "3 slid to the page that was read already");
    assert_eq!(second.json()["count"], 3);
    assert_eq!(api.sandbox.counters().contacts_written(), 0, "someone did it, not the client");
}

#[tokio::test]
async fn a_row_added_during_a_walk_shows_another_twice() {
    let api = Api::choosing(|choices| choices.list_order = ListOrder::NewestFirst).with_rows(4);
    api.sandbox.add_fault(on_list(Action::Drift { delete: 0, insert: 1 }).page(1).times(1));
    assert_eq!(api.get("/v2/contacts?per_page=2&page=1").await.ids(), [4, 3]);
    assert_eq!(api.get("/v2/contacts?per_page=2&page=2").await.ids(), [3, 2]);
    assert_eq!(api.sandbox.contact_count(), 5);
}
