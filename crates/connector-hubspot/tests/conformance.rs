//! The suite that every connector passes, on an account in memory.
#![allow(clippy::unwrap_used)]

use connector::Connector;
use connector_hubspot::{Config, HubspotConnector};
use model::{Field, Schema};
use sandbox::hubspot::{HubSpot, Running, Settings};
use testkit::conformance::{self, Subject};
use tokio::runtime::Runtime;

struct Account {
    runtime: Runtime,
    running: Running,
    hub: HubSpot,
    schema: Schema,
}

fn account(settings: Settings) -> Account {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hub = HubSpot::new(settings);
    let running = runtime.block_on(hub.start(0)).unwrap();
    Account { runtime, running, hub, schema: Schema::new([Field::FirstName, Field::Email]) }
}

impl Subject for Account {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn connector(&self) -> Box<dyn Connector> {
        let config = Config {
            base_url: self.running.base_url(),
            limit_per_10s: Some(1_000_000),
            reserve: 0.0,
            ..Config::new(self.hub.settings().token)
        };
        Box::new(HubspotConnector::new(&config, &self.schema).unwrap())
    }

    fn put(&self, first_name: &str, phone: &str, email: &str) {
        let given = [("firstname", first_name), ("phone", phone), ("email", email)];
        self.hub.insert(given.into_iter().filter(|(_, value)| !value.is_empty()));
    }

    fn taken_email(&self, email: &str) -> String {
        email.to_lowercase()
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

#[test]
fn the_account_in_memory_conforms() {
    conformance::all(|| account(Settings::unlimited()));
}

#[test]
fn it_conforms_also_where_updates_are_answered_row_by_row() {
    conformance::all(|| account(Settings { multi_status_updates: true, ..Settings::unlimited() }));
}
