//! What an account in memory shows that the conformance suite does not ask for: the cap of searches and what lags behind,
//! merges, the archive, mixed answers, the day's quota.
#![allow(clippy::unwrap_used)]

use connector::{Connector, ErrorKind, Feed, NoProgress, Presence, Workload, Write, WriteKind, WriteResult};
use connector_hubspot::{Config, HubspotConnector};
use model::{Field, FieldId, RecordId, Schema, Via};
use sandbox::hubspot::{Action, Fault, HubSpot, On, Refusal, RequestKind, Running, Settings};
use std::collections::BTreeSet;
use std::time::Duration;

struct Account {
    hub: HubSpot,
    running: Running,
    schema: Schema,
}

async fn account(settings: Settings) -> Account {
    let hub = HubSpot::new(settings);
    let running = hub.start(0).await.unwrap();
    Account { hub, running, schema: Schema::new([Field::FirstName, Field::Email]) }
}

impl Account {
    fn connector(&self) -> HubspotConnector {
        self.with(|_| {})
    }

    fn with(&self, change: impl FnOnce(&mut Config)) -> HubspotConnector {
        let mut config = Config {
            base_url: self.running.base_url(),
            limit_per_10s: Some(1_000_000),
            searches_per_second: 1_000_000,
            reserve: 0.0,
            index_lag: Duration::ZERO,
            ..Config::new(self.hub.settings().token)
        };
        change(&mut config);
        HubspotConnector::new(&config, &self.schema).unwrap()
    }

    fn person(&self, name: &str, phone: &str) -> u64 {
        self.hub.insert([("firstname", name), ("phone", phone)]).id
    }
}

fn ids(table: &model::Table) -> BTreeSet<String> {
    table.iter().map(|row| row.id().to_owned()).collect()
}

async fn changes(connector: &HubspotConnector, cursor: &str) -> (BTreeSet<String>, Vec<RecordId>) {
    match connector.changes(cursor, &NoProgress).await.unwrap() {
        Feed::Changes { changed, gone, .. } => (ids(&changed), gone),
        Feed::StartOver { reason } => panic!("{reason}"),
    }
}

fn create(name: &str, phone: &str) -> Write {
    let set = vec![(FieldId(0), name.to_owned()), (FieldId(1), phone.to_owned())];
    Write { kind: WriteKind::Create, via: Via::Api, current: None, set }
}

/// More changes than one search reaches, many of them at the same moment.
#[tokio::test]
async fn a_reading_goes_on_beyond_what_one_search_reaches() {
    let account = account(Settings::unlimited()).await;
    account.person("First", "+14155550101");
    let first = account.connector();
    first.list(&NoProgress).await.unwrap();
    let cursor = first.cursor().unwrap();
    for batch in 0..13 {
        account.hub.insert_people(1_000, batch);
        tokio::time::sleep(Duration::from_millis(3)).await; // another millisecond
    }
    let connector = account.connector();
    let (changed, _) = changes(&connector, &cursor).await;
    let everybody = ids(&account.connector().list(&NoProgress).await.unwrap().table);
    assert_eq!(changed.len(), everybody.len(), "13,001 of them");
    let searches = account.hub.counters().requests_of(RequestKind::Search);
    let fewest = 13_001_u64.div_ceil(200);
    assert!(searches <= fewest + fewest / 20 + 2, "{searches} searches, at least {fewest}");
}

#[tokio::test]
async fn too_many_changes_of_one_moment_mean_everybody() {
    let account = account(Settings::unlimited()).await;
    account.person("First", "+14155550101");
    let first = account.connector();
    first.list(&NoProgress).await.unwrap();
    account.hub.insert_people(10_500, 1); // at one moment
    let feed = account.connector().changes(&first.cursor().unwrap(), &NoProgress).await.unwrap();
    assert!(matches!(&feed, Feed::StartOver { reason } if reason.contains("one moment")), "{feed:?}");
}

/// What the index shows late is read by the next reading, since readings overlap.
#[tokio::test]
async fn what_the_index_shows_late_is_not_missed() {
    let settings = Settings { index_lag_ms: 300, ..Settings::unlimited() };
    let account = account(settings).await;
    account.person("First", "+14155550101");
    let lag = |config: &mut Config| config.index_lag = Duration::from_secs(2);
    let first = account.with(lag);
    first.list(&NoProgress).await.unwrap();
    let late = account.person("Late", "+14155550102");
    let second = account.with(lag);
    let (changed, _) = changes(&second, &first.cursor().unwrap()).await;
    assert!(!changed.contains(&late.to_string()), "the index lags");
    tokio::time::sleep(Duration::from_millis(400)).await;
    let (changed, _) = changes(&account.with(lag), &second.cursor().unwrap()).await;
    assert!(changed.contains(&late.to_string()));
}

/// Changed, and archived while the index still shows the change.
#[tokio::test]
async fn who_was_archived_is_not_among_the_changed() {
    let account = account(Settings { index_lag_ms: 300, ..Settings::unlimited() }).await;
    let id = account.person("Ann", "+14155550101");
    let first = account.connector();
    first.list(&NoProgress).await.unwrap();
    account.hub.edit_as_user(id, [("firstname", "Anna")]).unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    account.hub.archive(id).unwrap();
    let (changed, gone) = changes(&account.connector(), &first.cursor().unwrap()).await;
    assert_eq!((changed.len(), gone), (0, vec![RecordId::from(id.to_string())]));
}

#[tokio::test]
async fn everybody_is_listed_every_so_many_readings() {
    let account = account(Settings::unlimited()).await;
    account.person("First", "+14155550101");
    let first = account.connector();
    first.list(&NoProgress).await.unwrap();
    let mut cursor = first.cursor().unwrap();
    let mut readings = 1;
    loop {
        let next = account.with(|config| config.full_listing_every = 4);
        match next.changes(&cursor, &NoProgress).await.unwrap() {
            Feed::StartOver { .. } => break,
            Feed::Changes { .. } => readings += 1,
        }
        cursor = next.cursor().unwrap();
    }
    assert_eq!(readings, 4);
    let nonsense = account.connector().changes("nonsense", &NoProgress).await.unwrap();
    assert!(matches!(nonsense, Feed::StartOver { .. }));
}

#[tokio::test]
async fn the_archived_are_gone_the_merged_are_not_and_the_unheard_of_never_were() {
    let account = account(Settings::unlimited()).await;
    let [alive, archived, one, two] =
        ["Ann", "Bob", "Cat", "Dan"].map(|name| account.person(name, &format!("+1415555010{}", name.len())));
    let first = account.connector();
    first.list(&NoProgress).await.unwrap();
    account.hub.archive(archived).unwrap();
    let merged = account.hub.merge(one, two).unwrap().id;
    let connector = account.connector();
    let asked = [alive, archived, one, 99_999].map(|id| RecordId::from(id.to_string()));
    let read = connector.read(&asked, &NoProgress).await.unwrap();
    assert!(matches!(&read[0], Presence::Present(record) if record.id == asked[0]));
    assert_eq!(read[1], Presence::Gone);
    assert!(matches!(&read[2], Presence::Unclear { message } if message.contains(&merged.to_string())));
    assert_eq!(read[3], Presence::Never);
    let fed = account.connector();
    let (changed, gone) = changes(&fed, &first.cursor().unwrap()).await;
    assert!(gone.contains(&asked[1]) && changed.contains(&merged.to_string()));
    let followed: BTreeSet<String> =
        fed.successors().iter().map(|found| format!("{}>{}", found.old, found.new)).collect();
    assert_eq!(followed, BTreeSet::from([format!("{one}>{merged}"), format!("{two}>{merged}")]));
}

#[tokio::test]
async fn rows_of_a_mixed_answer_find_their_writes() {
    let account = account(Settings::unlimited()).await;
    account.hub.insert([("firstname", "Taken"), ("email", "taken@example.com")]);
    let mut writes: Vec<Write> = (0..150).map(|at| create(&format!("N{at}"), &format!("+1415555{at:04}"))).collect();
    // first_name, phone, email: the schema's order is first_name, phone, email.
    let email = account.schema.position(&Field::Email).unwrap();
    writes[70].set.push((email, "taken@example.com".to_owned()));
    let (name, phone) =
        (account.schema.position(&Field::FirstName).unwrap(), account.schema.position(&Field::Phone).unwrap());
    for write in &mut writes {
        write.set[0].0 = name;
        write.set[1].0 = phone;
    }
    let results = account.connector().apply(&writes, &NoProgress).await.unwrap();
    for (at, result) in results.iter().enumerate() {
        match result {
            WriteResult::Done { id: Some(id), stored: Some(stored) } => {
                assert_eq!(stored.cell(name.index()).text(), format!("N{at}"));
                let kept = account.hub.contact(id.as_str().parse().unwrap()).unwrap();
                assert_eq!(kept.get("firstname"), format!("N{at}"));
            }
            WriteResult::Refused { message } => {
                assert_eq!(at, 70);
                assert!(message.contains("already exists"), "{message}");
            }
            other => panic!("{at}: {other:?}"),
        }
    }
    assert_eq!(account.hub.counters().requests_of(RequestKind::BatchCreate), 2);
}

/// A lost answer to a create is unknown, and it is not sent again.
#[tokio::test]
async fn a_create_is_not_sent_twice() {
    for action in [
        Action::CloseAfterEffect,
        Action::CutBody,
        Action::InvalidJson,
        Action::RefuseAfterEffect(Refusal::status(502)),
    ] {
        let account = account(Settings::unlimited()).await;
        account.hub.add_fault(Fault::new(On::BatchCreate, action.clone()));
        let results = account.connector().apply(&[create("Ann", "+14155550101")], &NoProgress).await.unwrap();
        assert!(matches!(results[0], WriteResult::Unknown { .. }), "{action:?}: {results:?}");
        assert_eq!(account.hub.contact_count(), 1);
        assert_eq!(account.hub.counters().requests_of(RequestKind::BatchCreate), 1, "{action:?}");
    }
}

/// Turned away by a limit, nothing was made: that may go again.
#[tokio::test(start_paused = true)]
async fn a_create_that_was_turned_away_goes_again() {
    let account = account(Settings::unlimited()).await;
    let limited = Refusal { retry_after: Some(1), ..Refusal::limited(sandbox::hubspot::Policy::TenSecondlyRolling) };
    account.hub.add_fault(Fault::new(On::BatchCreate, Action::Refuse(limited)).times(2));
    let results = account.connector().apply(&[create("Ann", "+14155550101")], &NoProgress).await.unwrap();
    assert!(matches!(results[0], WriteResult::Done { .. }), "{results:?}");
    assert_eq!(account.hub.contact_count(), 1);
}

#[tokio::test]
async fn a_spent_day_sends_nothing_and_says_until_when() {
    let account = account(Settings::unlimited()).await;
    let connector = account.connector();
    connector.identify().await.unwrap();
    let quota = connector.quota().unwrap();
    assert_eq!(quota.limit, 250_000);
    assert!(quota.left >= 250_000 - 4 && quota.resets_at.is_some(), "{quota:?}");
    account.hub.leave_today(0);
    let error = connector.list(&NoProgress).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
    let reset = quota.resets_at.unwrap().to_string();
    assert!(error.message.contains(&reset), "{error}");
    let sent = connector.requests();
    connector.list(&NoProgress).await.unwrap_err();
    assert_eq!(connector.requests(), sent, "once is enough");
}

#[tokio::test]
async fn the_forecast_counts_full_batches() {
    let account = account(Settings::unlimited()).await;
    let connector = account.with(|config| {
        config.limit_per_10s = None;
        config.reserve = 0.1;
    });
    let work = Workload { bulk_creates: 250, bulk_updates: 101, deletes: 1, alone: 2, ..Workload::default() };
    assert_eq!(connector.forecast(&work).requests, 3 + 2 + 1 + 1);
    let much = Workload { bulk_creates: 100_000, ..Workload::default() };
    let seconds = connector.forecast(&much).seconds;
    assert!((110.0..125.0).contains(&seconds), "1,000 requests at 90 in ten seconds: {seconds}");
}

/// People, other apps and we ourselves; 50 contacts a request, and two for who is who.
#[tokio::test]
async fn who_set_which_value_and_when() {
    let account = account(Settings::unlimited()).await;
    let connector = account.connector();
    connector.list(&NoProgress).await.unwrap();
    let made = connector.apply(&[create("Ann", "+14155550101")], &NoProgress).await.unwrap();
    let WriteResult::Done { id: Some(ann), .. } = &made[0] else { panic!("{made:?}") };
    account.hub.edit_as(51, ann.as_str().parse().unwrap(), [("phone", "415 555 0102")]).unwrap();
    let mut ids = vec![ann.clone(), RecordId::from("1")];
    ids.extend((0..99).map(|at| RecordId::from(account.person("Kim", &format!("+1415555{at:04}")).to_string())));
    account.hub.reset_counters();
    let fields = [FieldId(0), FieldId(1)];
    let told = connector.field_history(&ids, &fields, &NoProgress).await.unwrap();
    let shown = |of: &[model::Version]| -> Vec<String> {
        of.iter().map(|version| format!("{} by {}", version.value, version.stamp.who())).collect()
    };
    assert_eq!(shown(&told[0][0]), ["Ann by tieline"]);
    assert_eq!(shown(&told[0][1]), ["+1 415-555-0102 by user 51", "+14155550101 by tieline"]);
    assert_eq!(told[1], [vec![], vec![]], "nobody");
    assert_eq!(shown(&told[2][0]), ["Kim by user 9001"]);
    assert_eq!(told.len(), 101);
    let sent = account.hub.counters().total_requests();
    assert_eq!(account.hub.counters().requests_of(RequestKind::BatchRead), 3);
    assert_eq!(connector.forecast(&Workload { histories: 101, ..Workload::default() }).requests, sent);
    // With one more scope people have names.
    account.hub.change_settings(|settings| settings.scopes.extend(["crm.objects.owners.read".to_owned()]));
    let told = account.connector().field_history(&ids, &fields, &NoProgress).await.unwrap();
    assert_eq!(
        (shown(&told[0][1])[0].as_str(), shown(&told[2][0])[0].as_str()),
        ("+1 415-555-0102 by user 51", "Kim by Sam Rivera")
    );
    // Where HubSpot does not say which app we are, nothing is taken for ours.
    account.hub.add_fault(Fault::new(On::Any, Action::Refuse(Refusal::status(404))).times(1));
    let stranger = account.connector();
    assert!(stranger.field_history(&ids[..1], &fields, &NoProgress).await.is_err(), "the first request was hit");
    let told = stranger.field_history(&ids[..1], &fields, &NoProgress).await.unwrap();
    assert_eq!(shown(&told[0][0]), ["Ann by tieline"]);
}

/// A search of contacts with very many properties would be refused: everybody is listed instead, every time.
#[tokio::test]
async fn a_mapping_too_long_for_a_search_is_no_feed_of_changes() {
    let hub = HubSpot::new(Settings::unlimited());
    let running = hub.start(0).await.unwrap();
    let with = |count: usize| {
        let fields = (0..count).map(|at| Field::Custom(format!("a_property_with_a_long_name_{at}").into()));
        let config = Config { base_url: running.base_url(), ..Config::new(hub.settings().token) };
        HubspotConnector::new(&config, &Schema::new(fields)).unwrap().capabilities().change_feed
    };
    assert!(with(40) && !with(100));
}

/// Whoever cannot be reached is looked for at its own address, not at the other side's.
#[tokio::test]
async fn an_account_that_is_not_reached_names_its_own_address() {
    let account = account(Settings::unlimited()).await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let connector = account.with(|config| {
        config.base_url = format!("http://{nobody}");
        config.retry = connector::RetryPolicy { attempts: 1, ..connector::RetryPolicy::default() };
    });
    let error = connector.identify().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.hint.as_ref().unwrap().contains("crm.hubspot.base_url"), "{error:?}");
}

/// Values that no contact can have would leave everybody out, in silence; and what the token may not do is known before.
#[tokio::test]
async fn a_scope_without_values_and_a_token_without_rights_are_told() {
    let account = account(Settings::unlimited()).await;
    let with = |value: &str| {
        let conditions = vec![("lifecyclestage".to_owned(), vec![value.to_owned()])];
        let scope = model::BySide { justcall: Vec::new(), crm: vec!["lifecyclestage".to_owned()] };
        let config =
            Config { base_url: account.running.base_url(), conditions, ..Config::new(account.hub.settings().token) };
        HubspotConnector::new(&config, &account.schema.clone().with_scope_columns(scope)).unwrap()
    };
    assert!(with("custmer").identify().await.unwrap_err().message.contains("`custmer`"));
    let connector = with("customer");
    connector.identify().await.unwrap();
    assert_eq!(connector.check_up(&NoProgress).await.unwrap(), []);
    account.hub.change_settings(|settings| {
        settings.scopes.remove("crm.objects.contacts.write");
    });
    let doubts = connector.check_up(&NoProgress).await.unwrap();
    assert!(doubts[0].is_certain && doubts[0].message.contains("contacts.write"), "{doubts:?}");
}
