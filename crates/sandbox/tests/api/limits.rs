//! The rolling-minute limit, the concurrency limit and their headers.

use std::time::Duration;

use axum::http::Method;
use sandbox::{Action, Fault, On, Plan, Settings};
use serde_json::json;

use crate::client::{Api, Reply};

fn quota(reply: &Reply) -> [i64; 3] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
        .map(|name| reply.header(name).unwrap().parse().unwrap())
}

#[tokio::test]
async fn each_plan_has_its_limit() {
    for (plan, limit) in [(Plan::Team, 60), (Plan::Pro, 120), (Plan::Business, 300)] {
        let api = Api::new(Settings { plan, ..Settings::default() });
        for _ in 0..limit {
            assert_eq!(api.get("/v2/account").await.status, 200);
        }
        let refused = api.get("/v2/account").await;
        assert_eq!(refused.status, 429, "{plan:?}");
        assert_eq!(refused.json()["error_code"], "RATE_LIMIT_EXCEEDED");
        assert_eq!(refused.header("retry-after"), Some("60"));
        assert_eq!(api.sandbox.counters().limited, 1);

        api.clock.advance(59);
        assert_eq!(api.get("/v2/account").await.status, 429);
        api.clock.advance(1);
        assert_eq!(api.get("/v2/account").await.status, 200);
    }
}

#[tokio::test]
async fn every_answer_carries_the_quota() {
    let api = Api::new(Settings { requests_per_minute: Some(2), ..Settings::default() }).with_rows(1);
    let now = api.sandbox.contact(1).unwrap().created_at.as_second();
    assert_eq!(quota(&api.send_as("wrong", Method::GET, "/v2/account", "").await), [2, 2, now]);
    assert_eq!(quota(&api.get("/v2/account").await), [2, 1, now + 60]);
    api.clock.advance(10);
    assert_eq!(quota(&api.get("/v2/contacts/7").await), [2, 0, now + 60]);
    let refused = api.get("/v2/account").await;
    assert_eq!(quota(&refused), [2, 0, now + 60]);
    assert_eq!(refused.header("retry-after"), Some("50"));
}

#[tokio::test]
async fn headers_can_be_left_out() {
    let settings = Settings { requests_per_minute: Some(1), rate_limit_headers: false, ..Settings::default() };
    let api = Api::new(settings);
    assert_eq!(api.get("/v2/account").await.header("x-ratelimit-limit"), None);
    let refused = api.get("/v2/account").await;
    assert_eq!((refused.header("x-ratelimit-reset"), refused.header("retry-after")), (None, Some("60")));

    api.sandbox.change_settings(|settings| settings.retry_after_header = false);
    let refused = api.get("/v2/account").await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, None));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_requests_at_once() {
    let api = Api::new(Settings { concurrency: Some(2), ..Settings::default() });
    api.sandbox.add_fault(Fault::new(On::Any, Action::Delay { ms: 1_000 }));
    let (first, second, third) = tokio::join!(api.get("/v2/account"), api.get("/v2/account"), api.get("/v2/account"));
    assert_eq!([first.status, second.status, third.status], [200, 200, 429]);
    assert_eq!(third.json()["error_code"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(api.get("/v2/account").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_gives_its_place_back() {
    let api = Api::new(Settings { concurrency: Some(1), ..Settings::default() });
    api.sandbox.add_fault(Fault::new(On::Create, Action::Delay { ms: 60_000 }).times(1));
    let create = api.post("/v2/contacts", json!({"phone": "+41791234567"}));
    assert!(tokio::time::timeout(Duration::from_secs(1), create).await.is_err());
    assert_eq!(api.get("/v2/account").await.status, 200);
    assert_eq!(api.sandbox.contact_count(), 0, "the delay comes before the effect");
}

#[tokio::test]
async fn the_account_call_can_be_missing() {
    let api = Api::new(Settings { account_endpoint: false, ..Settings::unlimited() });
    assert_eq!(api.get("/v2/account").await.status, 404);
    assert_eq!(api.get("/v2/contacts").await.status, 200);
}
