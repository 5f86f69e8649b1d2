//! What the sandbox tells others: callbacks of calls that were made, and webhooks, with what goes wrong on the way.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use sandbox::{Action, Fault, NewContact, On, Settings, sign};
use serde_json::{Value, json};

use crate::client::{Api, phone};

const LINE: &str = "+14155550190";

/// A client's server: what it was sent, and what it answers.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
    refuse: Arc<Mutex<usize>>,
}

impl Receiver {
    async fn start(&self) -> String {
        let router = Router::new().route("/hook", post(receive)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// The statuses in order of arrival.
    fn statuses(&self) -> Vec<String> {
        self.got.lock().unwrap().iter().map(|(_, body)| body["status"].as_str().unwrap_or("-").to_owned()).collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, Json(body): Json<Value>) -> StatusCode {
    receiver.got.lock().unwrap().push((headers, body));
    let mut refuse = receiver.refuse.lock().unwrap();
    if *refuse == 0 {
        return StatusCode::OK;
    }
    *refuse -= 1;
    StatusCode::SERVICE_UNAVAILABLE
}

/// A call that is made, with its whole course, one step at a time.
async fn whole_call(faults: &[Fault]) -> (Api, Receiver) {
    let api = Api::unlimited();
    for fault in faults {
        api.sandbox.add_fault(fault.clone());
    }
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let made = api.post("/v2/calls/make", json!({"from": LINE, "to": phone(1), "callback_url": url})).await;
    assert_eq!(made.status, 200);
    for seconds in [0, 3, 12, 0, 0] {
        api.clock.advance(seconds);
        api.sandbox.deliver_due().await;
    }
    (api, receiver)
}

#[tokio::test]
async fn a_callback_tells_each_stage_signed() {
    let (api, receiver) = whole_call(&[]).await;
    assert_eq!(receiver.statuses(), ["ringing", "in-progress", "completed"]);
    let got = receiver.got.lock().unwrap();
    let (headers, body) = &got[2];
    assert_eq!((&body["duration"], body["timestamp"].is_string()), (&json!(12), true));
    let header = |name: &str| headers[name].to_str().unwrap();
    let url = &api.sandbox.deliveries()[0].url;
    let secret = api.sandbox.settings().api_secret;
    let signature = sign(&secret, url, "callback", header("x-justcall-request-timestamp"));
    assert_eq!(header("x-justcall-signature"), signature);
    assert_eq!(header("x-justcall-signature-version"), "v1");
}

#[tokio::test]
async fn callbacks_are_lost_repeated_and_overtaken() {
    let callback = |action| Fault::new(On::Callback, action);
    let (_, lost) = whole_call(&[callback(Action::Lose).skip_first(1).times(1)]).await;
    assert_eq!(lost.statuses(), ["ringing", "completed"]);
    let (_, twice) = whole_call(&[callback(Action::Repeat { copies: 1 }).times(1)]).await;
    assert_eq!(twice.statuses(), ["ringing", "ringing", "in-progress", "completed"]);
    let (_, late) = whole_call(&[callback(Action::Overtaken { by: 2 }).times(1)]).await;
    assert_eq!(late.statuses(), ["in-progress", "completed", "ringing"]);
}

#[tokio::test]
async fn what_is_not_taken_comes_again_after_1_5_15_30_and_60_minutes() {
    let api = Api::unlimited();
    let receiver = Receiver::default();
    let url = receiver.start().await;
    *receiver.refuse.lock().unwrap() = 100;
    api.sandbox.change_settings(|settings| settings.webhooks = vec![url]);
    api.sandbox.insert(NewContact::named("Ann", "Lee", &phone(1)));
    let mut tried = vec![api.sandbox.deliver_due().await];
    for minutes in [1, 5, 15, 30, 60, 600] {
        api.clock.advance(minutes * 60 - 1);
        tried.push(api.sandbox.deliver_due().await);
        api.clock.advance(1);
        tried.push(api.sandbox.deliver_due().await);
    }
    assert_eq!(tried, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0]);
    assert_eq!(receiver.got.lock().unwrap()[0].1["event"], "contact.created");
    let end = &api.get("/_sandbox/deliveries").await.json()[0];
    assert_eq!((&end["attempts"], &end["answered"], &end["ended"]), (&json!(6), &json!(503), &json!(true)));
}

#[tokio::test]
async fn webhooks_tell_of_calls_and_contacts() {
    let api = Api::new(Settings::unlimited());
    let receiver = Receiver::default();
    let url = receiver.start().await;
    api.sandbox.change_settings(|settings| settings.webhooks = vec![url]);
    for (status, direction) in
        [("completed", "inbound"), ("missed", "inbound"), ("voicemail", "inbound"), ("ringing", "outbound")]
    {
        let call = json!({"from": phone(1), "to": LINE, "status": status, "direction": direction});
        assert_eq!(api.post("/_sandbox/calls", call).await.status, 201);
    }
    assert_eq!(api.bulk(json!([{"phone": phone(2), "first_name": "Bo"}])).await.status, 200);
    api.sandbox.deliver_due().await;
    let got = receiver.got.lock().unwrap();
    let events: Vec<&str> = got.iter().map(|(_, body)| body["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["call.completed", "call.missed", "voicemail.received", "contact.created"]);
    assert_eq!(got[3].1["data"]["first_name"], "Bo");
}

#[tokio::test]
async fn a_running_sandbox_delivers_by_itself() {
    let receiver = Receiver::default();
    let url = receiver.start().await;
    let account = sandbox::Sandbox::new(Settings { webhooks: vec![url], ..Settings::default() });
    let running = account.start(0).await.unwrap();
    account.insert(NewContact::named("Ann", "Lee", &phone(1)));
    while receiver.got.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    running.shutdown().await;
}
