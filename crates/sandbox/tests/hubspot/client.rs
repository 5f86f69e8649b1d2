//! An account under a manual clock and a client that calls its router without a socket.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use jiff::Timestamp;
use sandbox::ManualClock;
use sandbox::hubspot::{HubSpot, Settings};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const CONTACTS: &str = "/crm/v3/objects/contacts";

pub(crate) struct Api {
    pub(crate) hubspot: HubSpot,
    pub(crate) clock: Arc<ManualClock>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The ids of the results, in their order.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.json()["results"].as_array().unwrap().iter().map(id).collect()
    }

    pub(crate) fn sorted_ids(&self) -> Vec<u64> {
        let mut ids = self.ids();
        ids.sort_unstable();
        ids
    }

    /// Where the next page begins.
    pub(crate) fn after(&self) -> Option<String> {
        self.json()["paging"]["next"]["after"].as_str().map(str::to_owned)
    }
}

pub(crate) fn id(object: &Value) -> u64 {
    object["id"].as_str().unwrap().parse().unwrap()
}

impl Api {
    pub(crate) fn new(settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap()));
        Self { hubspot: HubSpot::with_clock(settings, Arc::<ManualClock>::clone(&clock)), clock }
    }

    pub(crate) fn unlimited() -> Self {
        Self::new(Settings::unlimited())
    }

    /// A contact with this first name and this address.
    pub(crate) fn person(&self, name: &str) -> u64 {
        let email = format!("{}@example.com", name.to_lowercase());
        self.hubspot.insert([("firstname", name), ("email", &email)]).id
    }

    /// Contacts named Row1, Row2, … one second after the other; their ids.
    pub(crate) fn rows(&self, rows: usize) -> Vec<u64> {
        let row = |n| {
            self.clock.advance(1);
            self.hubspot.insert([("firstname", format!("Row{n}"))]).id
        };
        (1..=rows).map(row).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, &body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, &body.to_string()).await
    }

    pub(crate) async fn create(&self, properties: Value) -> Reply {
        self.post(CONTACTS, json!({ "properties": properties })).await
    }

    pub(crate) async fn patch(&self, id: u64, properties: Value) -> Reply {
        let body = json!({ "properties": properties }).to_string();
        self.send(Method::PATCH, &format!("{CONTACTS}/{id}"), &body).await
    }

    pub(crate) async fn batch(&self, verb: &str, inputs: Value) -> Reply {
        self.post(&format!("{CONTACTS}/batch/{verb}"), json!({ "inputs": inputs })).await
    }

    pub(crate) async fn search(&self, body: Value) -> Reply {
        self.post(&format!("{CONTACTS}/search"), body).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &str) -> Reply {
        let token = self.hubspot.settings().token;
        self.send_as(&token, method, path, body).await
    }

    pub(crate) async fn send_as(&self, token: &str, method: Method, path: &str, body: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let (head, body) = self.hubspot.router().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: head.status.as_u16(), headers: head.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}
