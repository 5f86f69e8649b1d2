//! Which path leads where, and how it all ends: nobody new, whoever is under way to the end, then the state is closed.

use crate::app::{App, Clock, Desk, Options};
use crate::connections;
use crate::door;
use crate::inbox::Inbox;
use crate::meters::Meters;
use crate::pace::Pace;
use crate::page;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, get};
use std::future::Future;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;
use store::Store;
use tokio::net::TcpListener;

/// Everything but the network.
pub struct Receiver {
    app: Arc<App>,
    writer: JoinHandle<()>,
}

impl Receiver {
    /// Starts to write what comes into `store`, which must be the one that `options` names.
    ///
    /// # Errors
    /// Where the system has no thread for it.
    pub fn open(store: Store, options: Options, desk: Arc<dyn Desk>, clock: Clock) -> std::io::Result<Self> {
        let meters = Arc::new(Meters::default());
        let (inbox, writer) = Inbox::open(store, meters.clone())?;
        let pace = Pace::new(options.limits.per_second, Instant::now());
        Ok(Self { app: Arc::new(App { options, desk, inbox, meters, pace, clock }), writer })
    }

    /// Everything under its paths.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/healthz", get(door::health))
            .route("/metrics", get(door::metrics))
            .route("/call", get(page::look).post(page::dial))
            .route("/{place}/{door}", any(door::take))
            .fallback(|| async { (StatusCode::NOT_FOUND, "nothing is here\n") })
            .with_state(self.app.clone())
    }

    /// Serves until `stop` is done; then takes nobody new and waits for those under way, and for their events to be on
    /// the disk.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send) {
        let limits = self.app.options.limits;
        connections::accept(listener, self.router(), limits, stop).await;
        self.close().await;
    }

    /// Waits until everything that was put in is on the disk, and closes the state.
    pub async fn close(self) {
        self.app.inbox.close().await;
        let writer = self.writer;
        let _ = tokio::task::spawn_blocking(move || writer.join()).await;
    }
}
