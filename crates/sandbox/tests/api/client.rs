//! A sandbox under a manual clock and a client that calls its router without a socket.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request};
use jiff::Timestamp;
use sandbox::{Choices, ManualClock, NewContact, Sandbox, Settings};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
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

    /// The ids of a list, in its order.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.json()["data"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
    }
}

impl Api {
    pub(crate) fn new(settings: Settings) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap()));
        Self { sandbox: Sandbox::with_clock(settings, Arc::<ManualClock>::clone(&clock)), clock }
    }

    pub(crate) fn unlimited() -> Self {
        Self::new(Settings::unlimited())
    }

    /// A sandbox with one choice made otherwise.
    pub(crate) fn choosing(choose: impl FnOnce(&mut Choices)) -> Self {
        let api = Self::unlimited();
        api.sandbox.change_settings(|settings| choose(&mut settings.choices));
        api
    }

    /// Adds contacts named Row1, Row2, … with the phones +41790000001, …
    pub(crate) fn with_rows(self, rows: usize) -> Self {
        let row = |n| NewContact::named(&format!("Row{n}"), "Test", &phone(n));
        self.sandbox.insert_all((1..=rows).map(row));
        self
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

    pub(crate) async fn bulk(&self, rows: Value) -> Reply {
        self.post("/v2/contacts/bulk", serde_json::json!({ "contacts": rows })).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &str) -> Reply {
        let authorization = self.sandbox.settings().authorization();
        self.send_as(&authorization, method, path, body).await
    }

    pub(crate) async fn send_as(&self, authorization: &str, method: Method, path: &str, body: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let (head, body) = self.sandbox.router().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Reply { status: head.status.as_u16(), headers: head.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

pub(crate) fn phone(n: usize) -> String {
    format!("+4179{n:07}")
}
