//! A state with a plan of some conflicts, a command that only notes what it is asked, and requests as a browser sends them.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // each test file uses some of them

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::*;
use report::view::{Quality, RecordPages};
use review::{Jobs, Keys, Options, Reach, Rung, Trouble};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Store;
use sync::Events;
use tempfile::TempDir;
use tower::ServiceExt;

pub const HOST: &str = "127.0.0.1:4000";
pub const PASSWORD: &str = "a password of the team";

pub fn now() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().unwrap()
}

/// Notes what it was asked for.
pub struct Command {
    state: PathBuf,
    pub asked: Mutex<Vec<String>>,
}

impl Jobs for Command {
    fn state(&self) -> &Path {
        &self.state
    }
    fn now(&self) -> Timestamp {
        now()
    }
    fn plan(&self, _: &dyn Events) -> Result<PlanId, Trouble> {
        self.asked.lock().unwrap().push("plan".to_owned());
        Err(Trouble::new("the other side is away <b>"))
    }
    fn apply(&self, plan: &PlanId, _: &dyn Events) -> Result<RunId, Trouble> {
        self.asked.lock().unwrap().push(format!("apply {plan}"));
        Err(Trouble::new("not here"))
    }
    fn quality(&self, _: &dyn Events) -> Result<Quality, Trouble> {
        Ok(Quality::default())
    }
    fn phone(&self, text: &str) -> Result<String, String> {
        if text.starts_with('+') { Ok(text.to_owned()) } else { Err(format!("{text} is no number")) }
    }
    fn find(&self, text: &str) -> Result<Vec<(String, String)>, Trouble> {
        let known =
            [("Ada <b>Lovelace", "+14155550801"), ("Ada Byron", "+14155550802"), ("Bo Diddley", "+14155550803")];
        let named = known.iter().filter(|(name, _)| name.to_lowercase().contains(&text.to_lowercase()));
        Ok(named.map(|(name, phone)| ((*name).to_owned(), (*phone).to_owned())).collect())
    }
    fn calls_from(&self) -> Option<String> {
        Some("+14155550190".to_owned())
    }
    fn name(&self, number: &str) -> Option<String> {
        (number == "+14155550001").then(|| "Ada <b>".to_owned())
    }
    fn dial(&self, to: &str, anyway: bool) -> Rung {
        self.asked.lock().unwrap().push(format!("dial {to}"));
        match (&to[to.len() - 4..], anyway) {
            ("0004", false) => return Rung::NotMade(Trouble::new("JustCall: 429 try later")),
            ("0005", false) => return Rung::Recent(Trouble::new("called 3 s ago")),
            _ => {}
        }
        if to.ends_with("0003") {
            return Rung::Unknown(Trouble::new("it is not known whether it rings"));
        }
        Rung::Rings { call_id: "call_1".to_owned() }
    }
    fn own_value(&self, text: &str) -> Result<Choice, String> {
        if text.is_empty() { Err("empty".to_owned()) } else { Ok(Choice::Value(text.to_owned())) }
    }
    fn check(&self, _: &Conflict, choice: &Choice) -> Result<(), String> {
        if *choice == Choice::KeepApart { Err("nobody to keep apart".to_owned()) } else { Ok(()) }
    }
}

/// What a page over this state is served with.
pub fn served(state: PathBuf, address: std::net::SocketAddr) -> ((Keys, Arc<Command>), Options) {
    let reach = Reach { address, names: Vec::new() };
    let (by, zone, pages) = ("Imani".to_owned(), TimeZone::UTC, RecordPages::default());
    let options = Options { reach, by, zone, pages, patience: Duration::from_millis(200) };
    ((Keys::new([[1; 16], [2; 16], [3; 16]]), Arc::new(Command { state, asked: Mutex::default() })), options)
}

pub fn conflict(number: usize) -> Conflict {
    Conflict {
        id: ConflictId(format!("c{number:09}")),
        kind: ConflictKind::BothEdited,
        phone: format!("+1415555{number:04}"),
        name: format!("Person {number}"),
        field: Some(if number.is_multiple_of(2) { Field::Company } else { Field::Email }),
        base: Some("Base".into()),
        justcall: Some(format!("Phone {number}")),
        crm: Some(format!("Desk {number}")),
        justcall_id: Some(format!("98{number}")),
        crm_id: Some(number.to_string()),
        since: now(),
        for_all: true,
        set: model::BySide::default(),
        ..serde_json::from_value(serde_json::json!({
            "id": "", "kind": "both_edited", "phone": "", "field": null, "base": null, "justcall": null, "crm": null,
            "justcall_id": null, "crm_id": null, "since": "2026-07-01T12:00:00Z"
        }))
        .unwrap()
    }
}

/// A sealed plan with these conflicts.
pub fn plan(conflicts: Vec<Conflict>, serial: u64) -> Plan {
    let mut plan = Plan {
        format: PLAN_FORMAT.to_owned(),
        id: PlanId::default(),
        created_at: now(),
        state_serial: serial,
        summary: Summary::default(),
        actions: Vec::new(),
        conflicts,
        held: Vec::new(),
        skipped: Vec::new(),
        cost: BySide::default(),
        quotas: BySide::default(),
        alarms: Vec::new(),
        observations: Vec::new(),
        binding: Binding::default(),
        listed: BySide::default(),
        undoes: None,
        decided: Vec::new(),
    };
    seal(&mut plan);
    plan
}

pub fn seal(plan: &mut Plan) {
    plan.id = PlanId::default();
    let digest = Sha256::digest(serde_json::to_vec(plan).unwrap());
    let digits: String = digest[..10].iter().map(|byte| format!("{byte:02x}")).collect();
    plan.id = PlanId(format!("p{digits}"));
}

pub struct Desk {
    pub router: Router,
    pub keys: Keys,
    pub command: Arc<Command>,
    pub cookie: String,
    pub csrf: String,
    pub folder: TempDir,
}

impl Desk {
    /// A page over a state with these conflicts, opened.
    pub async fn open(conflicts: Vec<Conflict>) -> Self {
        let mut desk = Self::closed(conflicts, None);
        let entered = desk.get(&desk.path(&format!("?token={}", desk.keys.token))).await;
        assert_eq!(entered.status(), StatusCode::SEE_OTHER);
        desk.cookie = cookie(&entered);
        let page = text(desk.get(&desk.path("apply")).await).await;
        desk.csrf = csrf(&page);
        desk
    }

    /// The same before anybody has come in.
    pub fn closed(conflicts: Vec<Conflict>, password: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("tieline.db");
        drop(Store::open(&state, [7; 16]).unwrap());
        let command = Arc::new(Command { state, asked: Mutex::default() });
        let keys = Keys::new([[1; 16], [2; 16], [3; 16]]);
        let reach = Reach { address: HOST.parse().unwrap(), names: Vec::new() };
        let options = Options {
            reach,
            by: "Imani".to_owned(),
            zone: TimeZone::UTC,
            pages: RecordPages::default(),
            patience: Duration::from_millis(200),
        };
        let router = review::router(options, keys.clone(), password.map(str::to_owned), command.clone());
        let desk = Self { router, keys, command, cookie: String::new(), csrf: String::new(), folder };
        desk.save(&plan(conflicts, 0));
        desk
    }

    pub fn store(&self) -> Store {
        Store::open_existing(self.command.state()).unwrap()
    }

    pub fn save(&self, plan: &Plan) {
        self.store().save_plan(&plan.id, plan.created_at, &sync::plan_to_json(plan).unwrap()).unwrap();
    }

    pub fn path(&self, page: &str) -> String {
        format!("/{}/{page}", self.keys.place)
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response<Body> {
        let request = Request::get(path).header(header::HOST, HOST).header(header::COOKIE, &self.cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A page as text.
    pub async fn page(&self, page: &str) -> String {
        let answer = self.get(&self.path(page)).await;
        assert_eq!(answer.status(), StatusCode::OK, "{page}");
        text(answer).await
    }

    /// What a browser sends for a form of ours; the key is left out where `form` has one.
    pub fn form(&self, page: &str, form: &str) -> Request<Body> {
        let key = if form.contains("csrf=") { String::new() } else { format!("&csrf={}", self.csrf) };
        Request::post(self.path(page))
            .header(header::HOST, HOST)
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("{form}{key}")))
            .unwrap()
    }

    pub async fn post(&self, page: &str, form: &str) -> Response<Body> {
        self.send(self.form(page, form)).await
    }

    /// What is decided: conflict and choice.
    pub fn decided(&self) -> Vec<(String, Choice)> {
        self.store().resolutions().unwrap().into_iter().map(|answer| (answer.conflict.0, answer.choice)).collect()
    }
}

pub fn key(conflict: &Conflict) -> String {
    format!("{}.{}", conflict.id, conflict.check())
}

pub fn cookie(answer: &Response<Body>) -> String {
    let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

pub async fn text(answer: Response<Body>) -> String {
    String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// The key of a page's forms.
pub fn csrf(page: &str) -> String {
    page.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}
