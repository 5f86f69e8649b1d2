//! Who connects, and for how long: whoever says nothing, or begins a request and does not go on, is not waited for; neither
//! while it serves nor at its end. A request that has come is answered.

use crate::app::Limits;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// After the last answer was made: until it is on its way.
const FLUSH: Duration = Duration::from_millis(250);

/// Requests that are being answered.
type Busy = Arc<watch::Sender<usize>>;

/// One of them; it counts until this value is gone.
struct Counted(Busy);

impl Counted {
    fn new(busy: Busy) -> Self {
        busy.send_modify(|count| *count += 1);
        Self(busy)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Answers whoever connects until `stop` is done, then whoever has sent a request by then.
pub(crate) async fn accept(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let busy: Busy = Arc::new(watch::Sender::new(0));
    let counting = busy.clone();
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        let counted = Counted::new(counting.clone());
        async move {
            let answer = next.run(request).await;
            drop(counted);
            answer
        }
    }));
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.patience);
    let (told, stopped) = watch::channel(false);
    let (open, mut closed) = mpsc::channel::<()>(1);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = serve(stream, http.clone(), router.clone(), stopped.clone());
                let open = open.clone();
                tokio::spawn(async move {
                    connection.await;
                    drop(open);
                });
            }
            // Too many files are open, or the peer went away: the next one may fare better.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    let _ = told.send(true);
    drop(open);
    tokio::select! {
        // Nobody ever sends: it ends with the last connection.
        _ = closed.recv() => {}
        () = quiet(&busy) => {}
        () = tokio::time::sleep(limits.drain) => {}
    }
}

/// One connection. A connection that breaks concerns nobody but its peer.
async fn serve(stream: TcpStream, http: Builder<TokioExecutor>, router: Router, mut stopped: watch::Receiver<bool>) {
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(connection.await);
}

/// Nobody waits for an answer, and the last one is on its way.
async fn quiet(busy: &Busy) {
    let mut seen = busy.subscribe();
    loop {
        let _ = seen.wait_for(|count| *count == 0).await;
        if tokio::time::timeout(FLUSH, seen.wait_for(|count| *count > 0)).await.is_err() {
            return;
        }
    }
}
