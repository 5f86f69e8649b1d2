//! Token, scopes, and the limits of ten seconds, of searches and of the day.

use axum::http::Method;
use sandbox::hubspot::{Policy, Settings, Tier};
use serde_json::json;

use crate::client::{Api, CONTACTS};

#[tokio::test]
async fn a_wrong_token_is_401_and_costs_nothing() {
    let api = Api::new(Settings { daily_limit: Some(1), ..Settings::default() });
    for token in ["", "pat-na1-other"] {
        let reply = api.send_as(token, Method::GET, CONTACTS, "").await;
        assert_eq!((reply.status, &reply.json()["category"]), (401, &json!("INVALID_AUTHENTICATION")));
        assert_eq!(reply.header("x-hubspot-ratelimit-max"), None);
    }
    assert_eq!(api.get(CONTACTS).await.status, 200);
}

#[tokio::test]
async fn a_missing_scope_is_403_and_named() {
    let api = Api::unlimited();
    let id = api.person("Ada");
    api.hubspot.change_settings(|settings| {
        settings.scopes.remove("crm.objects.contacts.write");
    });
    assert_eq!(api.get(CONTACTS).await.status, 200);
    assert_eq!(api.search(json!({})).await.status, 200);
    assert_eq!(api.batch("read", json!([{"id": id.to_string()}])).await.status, 200);
    let refused = api.patch(id, json!({"company": "x"})).await;
    assert_eq!((refused.status, &refused.json()["category"]), (403, &json!("MISSING_SCOPES")));
    let needed = &refused.json()["errors"][0]["context"]["requiredGranularScopes"];
    assert_eq!(needed, &json!(["crm.objects.contacts.write"]));
    for verb in ["create", "update", "archive"] {
        assert_eq!(api.batch(verb, json!([])).await.status, 403, "{verb}");
    }
    api.hubspot.change_settings(|settings| settings.scopes.clear());
    assert_eq!(api.get(CONTACTS).await.status, 403);
    assert_eq!(api.get("/crm/v3/properties/contacts").await.status, 403);
    assert_eq!(api.get("/account-info/v3/details").await.status, 200, "needs no scope");
}

#[tokio::test]
async fn ten_seconds_hold_what_the_tier_allows() {
    for (tier, limit) in [(Tier::Free, 100), (Tier::Professional, 190)] {
        let api = Api::new(Settings { tier, ..Settings::default() });
        for left in (0..limit).rev() {
            let reply = api.get(CONTACTS).await;
            assert_eq!(reply.status, 200);
            assert_eq!(reply.header("x-hubspot-ratelimit-max"), Some(limit.to_string().as_str()));
            assert_eq!(reply.header("x-hubspot-ratelimit-remaining"), Some(left.to_string().as_str()));
            assert_eq!(reply.header("x-hubspot-ratelimit-interval-milliseconds"), Some("10000"));
        }
        let limited = api.get(CONTACTS).await;
        assert_eq!(limited.status, 429);
        assert_eq!(limited.json()["policyName"], "TEN_SECONDLY_ROLLING");
        assert_eq!(limited.json()["errorType"], "RATE_LIMIT");
        assert_eq!(limited.json()["message"], "You have reached your ten_secondly_rolling limit.");
        assert_eq!(limited.header("retry-after"), None, "nothing says how long to wait");
        assert_eq!(api.hubspot.counters().limited[&Policy::TenSecondlyRolling], 1);
        api.clock.advance(10);
        assert_eq!(api.get(CONTACTS).await.status, 200);
    }
}

#[tokio::test]
async fn five_searches_a_second_without_headers() {
    let api = Api::new(Settings::default());
    for _ in 0..5 {
        let reply = api.search(json!({})).await;
        assert_eq!(reply.status, 200);
        assert!(reply.headers.keys().all(|name| !name.as_str().contains("ratelimit")));
    }
    let limited = api.search(json!({})).await;
    assert_eq!((limited.status, &limited.json()["policyName"]), (429, &json!("SECONDLY")));
    assert_eq!(limited.json()["message"], "You have reached your secondly limit.");
    assert_eq!(api.get(CONTACTS).await.status, 200, "other calls have a limit of their own");
    api.clock.advance(1);
    assert_eq!(api.search(json!({})).await.status, 200);
}

#[tokio::test]
async fn a_spent_day_ends_at_the_accounts_midnight() {
    let api = Api::new(Settings::default());
    api.hubspot.leave_today(2);
    let usage = api.get("/account-info/v3/api-usage/daily/private-apps").await;
    assert_eq!(usage.header("x-hubspot-ratelimit-daily"), Some("250000"));
    assert_eq!(usage.header("x-hubspot-ratelimit-daily-remaining"), Some("1"));
    let usage = usage.json()["results"][0].clone();
    assert_eq!((&usage["usageLimit"], &usage["currentUsage"]), (&json!(250_000), &json!(249_999)));
    assert_eq!(usage["resetsAt"], "2026-03-02T00:00:00.000Z");
    assert_eq!(api.search(json!({})).await.status, 200, "searches count too");
    for reply in [api.get(CONTACTS).await, api.search(json!({})).await] {
        assert_eq!((reply.status, &reply.json()["policyName"]), (429, &json!("DAILY")));
    }
    api.clock.advance(12 * 3600);
    assert_eq!(api.get(CONTACTS).await.status, 200);
}

#[tokio::test]
async fn headers_can_be_missing() {
    let api = Api::new(Settings { rate_limit_headers: false, ..Settings::default() });
    assert!(api.get(CONTACTS).await.headers.keys().all(|name| !name.as_str().contains("ratelimit")));
}
