//! The socket: accepts connections on 127.0.0.1 and serves HTTP/1.1 on them.
//!
//! It uses hyper directly, since a router always answers, and some faults must not.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt;

use crate::closing::{CloseConnection, Closed};
use crate::sandbox::Sandbox;

/// A router that is being served on a socket. It stops when this value goes.
#[derive(Debug)]
pub(crate) struct Listening {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// A sandbox that is being served. It stops when this value goes.
#[derive(Debug)]
pub struct Running {
    sandbox: Sandbox,
    listening: Listening,
}

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port cannot be listened on.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system says.
        source: std::io::Error,
    },
}

impl Listening {
    /// Serves on 127.0.0.1 at this port (0: any free one), with `beside` going on as long.
    pub(crate) async fn start(
        router: Router,
        port: u16,
        beside: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Self, StartError> {
        let failed = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            connections.spawn(beside);
            accept(listener, router, connections, stopped).await;
        });
        Ok(Self { addr, stop, task })
    }

    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(crate) async fn shutdown(self) {
        drop(self.stop);
        // An error here means that the task is gone already.
        let _ = self.task.await;
    }
}

impl Running {
    pub(crate) async fn start(sandbox: Sandbox, port: u16) -> Result<Self, StartError> {
        let listening = Listening::start(sandbox.router(), port, deliver(sandbox.clone())).await?;
        Ok(Self { sandbox, listening })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.listening.addr()
    }

    /// `http://127.0.0.1:…`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// The sandbox being served, to look inside and to change it.
    pub const fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Stops listening and closes all connections.
    pub async fn shutdown(self) {
        self.listening.shutdown().await;
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    mut connections: JoinSet<()>,
    mut stopped: oneshot::Receiver<()>,
) {
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(serve(socket, router.clone()));
                }
                // Out of file descriptors, most likely; trying again at once would only burn time.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
        }
    }
    connections.shutdown().await;
}

/// Sends callbacks and webhooks as they fall due. It waits without a timer while there is nothing to tell.
async fn deliver(sandbox: Sandbox) {
    loop {
        if sandbox.has_news() {
            if sandbox.deliver_due().await == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        } else {
            sandbox.news().await;
        }
    }
}

async fn serve(socket: TcpStream, router: Router) {
    // Small answers must not wait for more bytes; without this the connection works all the same.
    let _ = socket.set_nodelay(true);
    let service = service_fn(move |request| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request).await;
            match response.extensions().get::<CloseConnection>() {
                Some(CloseConnection) => Err(Closed),
                None => Ok(response),
            }
        }
    });
    // Errors here are the client's hang-ups and our own closings.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}
