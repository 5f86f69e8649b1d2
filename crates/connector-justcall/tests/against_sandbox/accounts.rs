//! Who is there, and what a run may cost.

use crate::harness::{ALL, config, plain, schema, setup, with_settings};
use connector::{Connector, ErrorKind, Workload};
use connector_justcall::{BulkUpdates, Config, JustcallConnector, Plan, Secret};
use sandbox::{Choices, Plan as SandboxPlan, Settings};

fn from_the_plan(config: &mut Config) {
    (config.requests_per_minute, config.concurrency) = (None, None);
}

#[tokio::test]
async fn the_account_names_itself_and_its_plan_sets_the_pace() {
    let settings = Settings { plan: SandboxPlan::Business, ..Settings::default() };
    let setup = with_settings(ALL, settings, from_the_plan).await;
    let identity = setup.connector.identify().await.unwrap();
    assert_eq!(identity.fingerprint, "justcall:12345");
    assert_eq!(identity.title, "JustCall account 12345");
    assert_eq!(setup.connector.capabilities().concurrency, 25);
    assert_eq!(setup.connector.requests(), 1);
}

#[tokio::test]
async fn without_an_account_call_the_key_stands_for_it_and_the_header_gives_the_limit() {
    let settings = Settings { account_endpoint: false, ..Settings::default() };
    let setup = with_settings(ALL, settings, from_the_plan).await;
    let identity = setup.connector.identify().await.unwrap();
    assert!(identity.fingerprint.starts_with("justcall-key:"), "{}", identity.fingerprint);
    let limit = identity.details.iter().find(|(label, _)| label == "requests per minute").unwrap();
    assert_eq!(limit.1, "120 of 120");
}

#[tokio::test]
async fn a_configured_plan_needs_no_account_call() {
    let settings = Settings { account_endpoint: false, rate_limit_headers: false, ..Settings::default() };
    let setup = with_settings(ALL, settings, |config| {
        from_the_plan(config);
        config.plan = Some(Plan::Business);
    })
    .await;
    setup.connector.identify().await.unwrap();
    assert_eq!(setup.connector.capabilities().concurrency, 25);
}

#[tokio::test]
async fn wrong_credentials_say_what_to_check_and_not_what_they_are() {
    for account_endpoint in [true, false] {
        let settings = Settings { account_endpoint, ..Settings::default() };
        let setup = with_settings(ALL, settings, |config| config.secret = Secret::new("wrong-secret")).await;
        let error = setup.connector.identify().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Credentials);
        assert!(error.hint.as_deref().unwrap().contains("JUSTCALL_API_SECRET"));
        let printed = format!("{error:?} {:?}", setup.connector);
        assert!(!printed.contains("wrong-secret") && !printed.contains("sandbox-key"), "{printed}");
    }
}

#[tokio::test]
async fn a_forecast_counts_every_request() {
    let work = Workload {
        bulks: 2,
        bulk_creates: 4_000,
        bulk_updates: 2_000,
        single_updates: 3,
        deletes: 4,
        ..Workload::default()
    };
    // learned, bulk_updates, requests
    let table = [
        (None, BulkUpdates::Auto, 2 + 2 + 7),
        (Some("merge"), BulkUpdates::Auto, 2 + 7),
        (None, BulkUpdates::Merge, 2 + 7),
        (None, BulkUpdates::Never, 2 + 2_000 + 7),
    ];
    for (learned, bulk_updates, requests) in table {
        let setup = setup(ALL, Choices::default(), |config| {
            config.learned = learned.map(|value| ("bulk_updates".to_owned(), value.to_owned())).into_iter().collect();
            config.bulk_updates = bulk_updates;
        })
        .await;
        assert_eq!(setup.connector.forecast(&work).requests, requests, "{learned:?} {bulk_updates:?}");
    }
}

/// Followed, a redirect would take the credentials to whoever it names.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let setup = plain().await;
    let elsewhere = setup.running.base_url();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let answer = format!("HTTP/1.1 307 Away\r\nlocation: {elsewhere}/v2/account\r\ncontent-length: 0\r\n\r\n");
        // One connection after the other; the request is read first, as an answer to nothing would be an error.
        while let Ok((mut socket, _)) = listener.accept().await {
            let read = socket.read(&mut [0; 4_096]).await.unwrap();
            assert!(read > 0);
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let config = Config { base_url, ..config(&setup.running) };
    let error = JustcallConnector::new(&config, &schema(ALL)).unwrap().identify().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Config, "{error}");
    assert!(setup.sandbox().log().is_empty());
}
