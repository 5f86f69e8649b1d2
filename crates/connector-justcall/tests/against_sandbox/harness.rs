//! A sandbox, a connector to it, and short names for what tests write.

use connector::{Connector, Delays, NoProgress, RetryPolicy, Write, WriteKind, WriteResult};
use connector_justcall::{Config, JustcallConnector, Timeouts};
use model::{Field, OwnedCell, Record, Schema, Via};
use sandbox::{Choices, Contact, NewContact, RequestKind, Running, Sandbox, Settings};
use std::time::Duration;

pub(crate) struct Setup {
    pub(crate) running: Running,
    pub(crate) connector: JustcallConnector,
    pub(crate) schema: Schema,
}

pub(crate) fn fast() -> RetryPolicy {
    let short = Duration::from_millis(1);
    let delays =
        Delays { transient: short, bad_gateway: short, maintenance: short, rate_limited: short, longest: short };
    RetryPolicy { delays, seed: Some(1), ..RetryPolicy::default() }
}

pub(crate) fn schema(fields: &[&str]) -> Schema {
    Schema::new(fields.iter().map(|name| name.parse::<Field>().unwrap()))
}

pub(crate) const ALL: &[&str] = &["first_name", "last_name", "phone", "email", "company"];

pub(crate) fn config(running: &Running) -> Config {
    let settings = running.sandbox().settings();
    Config {
        base_url: running.base_url(),
        requests_per_minute: Some(1_000_000),
        concurrency: Some(10),
        reserve: 0.0,
        // Without time-outs a paused clock never runs ahead of an answer.
        timeouts: Timeouts { connect: None, request: None, bulk: None },
        retry: fast(),
        ..Config::new(settings.api_key, settings.api_secret)
    }
}

/// A sandbox with these choices and a connector for these fields.
pub(crate) async fn setup(fields: &[&str], choices: Choices, change: impl FnOnce(&mut Config)) -> Setup {
    with_settings(fields, Settings { choices, ..Settings::unlimited() }, change).await
}

pub(crate) async fn with_settings(fields: &[&str], settings: Settings, change: impl FnOnce(&mut Config)) -> Setup {
    let running = Sandbox::new(settings).start(0).await.unwrap();
    let mut config = config(&running);
    change(&mut config);
    let schema = schema(fields);
    let connector = JustcallConnector::new(&config, &schema).unwrap();
    Setup { running, connector, schema }
}

pub(crate) async fn plain() -> Setup {
    setup(ALL, Choices::default(), |_| {}).await
}

pub(crate) fn phone(n: usize) -> String {
    format!("+1415555{n:04}")
}

pub(crate) fn contact(n: usize) -> NewContact {
    NewContact {
        email: Some(format!("p{n}@example.com")),
        company: Some("Acme".to_owned()),
        ..NewContact::named(&format!("First{n}"), &format!("Last{n}"), &phone(n))
    }
}

impl Setup {
    pub(crate) fn sandbox(&self) -> &Sandbox {
        self.running.sandbox()
    }

    pub(crate) fn fill(&self, count: usize) {
        self.sandbox().insert_all((0..count).map(contact));
    }

    pub(crate) fn set(&self, field: &str, text: &str) -> (model::FieldId, String) {
        (self.schema.position(&field.parse().unwrap()).unwrap(), text.to_owned())
    }

    pub(crate) fn create(&self, values: &[(&str, &str)]) -> Write {
        let set = values.iter().map(|(field, text)| self.set(field, text)).collect();
        Write { kind: WriteKind::Create, via: Via::Bulk, current: None, set }
    }

    pub(crate) fn new_person(&self, n: usize) -> Write {
        self.create(&[("phone", &phone(n)), ("first_name", &format!("First{n}"))])
    }

    pub(crate) fn update(&self, via: Via, current: &Record, values: &[(&str, &str)]) -> Write {
        let set = values.iter().map(|(field, text)| self.set(field, text)).collect();
        Write { kind: WriteKind::Update, via, current: Some(current.clone()), set }
    }

    /// All records, as listed.
    pub(crate) async fn records(&self) -> Vec<Record> {
        let listing = self.connector.list(&NoProgress).await.unwrap();
        assert!(listing.is_complete(), "{:?}", listing.coverage);
        listing.table.iter().map(model::RowRef::to_record).collect()
    }

    pub(crate) async fn apply(&self, batch: &[Write]) -> Vec<WriteResult> {
        let results = self.connector.apply(batch, &NoProgress).await.unwrap();
        assert_eq!(results.len(), batch.len());
        results
    }

    pub(crate) fn by_phone(&self, n: usize) -> Contact {
        let mut found = self.sandbox().contacts_by_phone(&phone(n));
        assert_eq!(found.len(), 1, "contacts with {}", phone(n));
        found.remove(0)
    }

    pub(crate) fn requests(&self, kind: RequestKind) -> u64 {
        self.sandbox().counters().requests.get(&kind).copied().unwrap_or(0)
    }

    pub(crate) fn cell(&self, record: &Record, field: &str) -> OwnedCell {
        record.cells[self.schema.position(&field.parse().unwrap()).unwrap().index()].clone()
    }
}

pub(crate) fn value(text: &str) -> OwnedCell {
    OwnedCell::Value(text.into())
}

pub(crate) fn is_done(result: &WriteResult) -> bool {
    matches!(result, WriteResult::Done { .. })
}

pub(crate) fn refusal(result: &WriteResult) -> &str {
    match result {
        WriteResult::Refused { message } => message,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn stored(result: &WriteResult) -> &Record {
    match result {
        WriteResult::Done { stored: Some(record), .. } => record,
        other => panic!("nothing stored: {other:?}"),
    }
}

pub(crate) fn delete(current: &Record) -> Write {
    Write { kind: WriteKind::Delete, via: Via::Delete, current: Some(current.clone()), set: Vec::new() }
}
