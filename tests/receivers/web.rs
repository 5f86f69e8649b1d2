//! A web server for tests that takes whatever is posted and keeps it. Part of several test targets, so some use less than
//! all of it.
#![allow(dead_code)]

use axum::Router;
use axum::body::Bytes;
use axum::http::{Method, StatusCode, Uri};
use std::sync::{Arc, Mutex};

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

pub(crate) struct Mailbox {
    pub(crate) port: u16,
    posted: Arc<Mutex<Vec<Posted>>>,
    answer: Arc<Mutex<(StatusCode, String)>>,
}

impl Mailbox {
    /// Opens on a free port; stays open until the test's process ends.
    pub(crate) fn open() -> Self {
        let posted = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(Mutex::new((StatusCode::OK, "ok".to_owned())));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (kept, says) = (posted.clone(), answer.clone());
        let take = move |method: Method, uri: Uri, body: Bytes| {
            let body = String::from_utf8(body.to_vec()).unwrap();
            kept.lock().unwrap().push(Posted { method: method.to_string(), path: uri.to_string(), body });
            let answer = says.lock().unwrap().clone();
            async move { answer }
        };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, Router::new().fallback(take)).await.unwrap();
            });
        });
        Self { port, posted, answer }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// From now on it answers so.
    pub(crate) fn says(&self, status: u16, text: &str) {
        *self.answer.lock().unwrap() = (StatusCode::from_u16(status).unwrap(), text.to_owned());
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }

    /// The paths of all requests, in their order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.posted().into_iter().map(|posted| posted.path).collect()
    }

    /// Bodies of the requests to one path.
    pub(crate) fn bodies(&self, path: &str) -> Vec<String> {
        self.posted().into_iter().filter(|posted| posted.path == path).map(|posted| posted.body).collect()
    }
}
