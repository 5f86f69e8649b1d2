//! Where it listens, under which names, and which path leads to which page.

use crate::app::{Desk, Options};
use crate::ask::Ask;
use crate::gate::{self, View};
use crate::keys::Keys;
use crate::{
    apply, calls, conflicts, contact, elsewhere, exclusions, held, jobs::Jobs, login, name, overview, plan, quality,
    runs, work,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware;
use axum::routing::{MethodRouter, get, post};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Under which names the page may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Where it listens.
    pub address: SocketAddr,
    /// Names that were given in addition, without a port.
    pub names: Vec<String>,
}

impl Reach {
    /// Whether a `Host` means us: an address with our port, or a name that we were told. Other names may have been
    /// pointed at this machine by a stranger's page.
    pub(crate) fn serves(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else { return false };
        if port.parse() != Ok(self.address.port()) {
            return false;
        }
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let listening = self.address.ip();
        match bare.parse::<IpAddr>() {
            Ok(ip) if listening.is_unspecified() => !ip.is_unspecified(),
            Ok(ip) => ip == listening,
            Err(_) if listening.is_loopback() && bare.eq_ignore_ascii_case("localhost") => true,
            Err(_) => self.names.iter().any(|known| known.eq_ignore_ascii_case(bare)),
        }
    }
}

/// Everything under its paths. `password`: asked for beside the token.
pub fn router(options: Options, keys: Keys, password: Option<String>, jobs: Arc<dyn Jobs>) -> Router {
    build(Arc::new(Desk::new(options, keys, password, jobs)))
}

fn build(app: Arc<Desk>) -> Router {
    let pages = Router::new()
        .route("/password", get(login::ask).post(login::answer))
        .route("/overview", look(overview::page))
        .route("/conflicts", look(conflicts::page))
        .route("/conflicts/decide", act(conflicts::decide))
        .route("/conflicts/undo", act(conflicts::undo))
        .route("/conflicts/reopen", act(conflicts::reopen))
        .route("/conflicts/together", act(conflicts::bring_together))
        .route("/conflicts/rule", act(conflicts::make))
        .route("/conflicts/rule/remove", act(conflicts::remove))
        .route("/held", look(held::page))
        .route("/held/approve", act(held::approve))
        .route("/held/revoke", act(held::revoke))
        .route("/held/keep", act(exclusions::exclude))
        .route("/plan/exclude", act(exclusions::exclude))
        .route("/plan/include", act(exclusions::include))
        .route("/plan", look(plan::page))
        .route("/apply", look(apply::page))
        .route("/apply/plan", act(apply::make))
        .route("/apply/run", act(apply::carry_out))
        .route("/apply/{name}", look_at(apply::confirm_page))
        .route("/name", look(name::page).merge(act(name::keep)))
        .route("/work", look(work::page))
        .route("/elsewhere", look(elsewhere::page))
        .route("/contact", look(contact::page))
        .route("/contact/call", look(calls::confirm_page).merge(act(calls::dial)))
        .route("/quality", look(quality::page))
        .route("/quality/look", act(quality::look))
        .route("/runs", look(runs::page))
        .route("/runs/{name}", look_at(runs::one));
    Router::new()
        .route(&format!("/{}/", app.keys.place), get(login::enter))
        .nest(&format!("/{}", app.keys.place), pages)
        .fallback(|| async { gate::plain(StatusCode::NOT_FOUND, "Nothing is here.") })
        .method_not_allowed_fallback(|| async { gate::plain(StatusCode::METHOD_NOT_ALLOWED, "Not in this way.") })
        .layer(middleware::from_fn_with_state(app.clone(), gate::everything))
        .with_state(app)
}

fn look(view: View) -> MethodRouter<Arc<Desk>> {
    get(move |State(app): State<Arc<Desk>>, headers: HeaderMap, uri: Uri| {
        gate::look(app, headers, uri, Ask::default().name, view)
    })
}

fn look_at(view: View) -> MethodRouter<Arc<Desk>> {
    get(move |State(app): State<Arc<Desk>>, Path(name): Path<String>, headers: HeaderMap, uri: Uri| {
        gate::look(app, headers, uri, name, view)
    })
}

fn act(view: View) -> MethodRouter<Arc<Desk>> {
    post(move |State(app): State<Arc<Desk>>, headers: HeaderMap, uri: Uri, body: Body| {
        gate::act(app, headers, uri, body, view)
    })
}

/// Answers whoever connects. A connection that says nothing is closed: it would keep a place for ever.
async fn accept(listener: TcpListener, router: Router, patience: Duration) {
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(patience);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let service = TowerToHyperService::new(router.clone());
                let http = http.clone();
                // A connection that breaks concerns nobody but its browser.
                tokio::spawn(async move { drop(http.serve_connection(TokioIo::new(stream), service).await) });
            }
            // Too many files are open, or the peer went away: the next one may fare better.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Serves until `stop` is done, then waits for a run under way: it ends after its batch.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    keys: Keys,
    password: Option<String>,
    jobs: Arc<dyn Jobs>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let app = Arc::new(Desk::new(options, keys, password, jobs));
    // Not gracefully: a browser that keeps a connection open must not keep the command alive.
    tokio::select! {
        () = accept(listener, build(app.clone()), app.options.patience) => {}
        () = stop => {}
    }
    let ended = tokio::task::spawn_blocking(move || app.work.wait());
    ended.await.map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(address: &str) -> Reach {
        Reach { address: address.parse().expect("an address"), names: vec!["desk.example".to_owned()] }
    }

    #[test]
    fn only_our_own_names_are_served() {
        let local = reach("127.0.0.1:4000");
        for (host, ours) in [
            ("127.0.0.1:4000", true),
            ("localhost:4000", true),
            ("LocalHost:4000", true),
            ("desk.example:4000", true),
            ("127.0.0.1", false),
            ("127.0.0.1:4001", false),
            ("evil.example:4000", false),
            ("127.0.0.2:4000", false),
            ("127.0.0.1.evil.example:4000", false),
            ("", false),
        ] {
            assert_eq!(local.serves(host), ours, "{host}");
        }
        let open = reach("0.0.0.0:4000");
        assert!(open.serves("192.168.1.7:4000") && open.serves("[::1]:4000"));
        assert!(!open.serves("evil.example:4000") && !open.serves("localhost:4000") && !open.serves("0.0.0.0:4000"));
    }
}
