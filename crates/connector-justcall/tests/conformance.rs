//! The suite that every connector passes, on the sandbox.
#![allow(clippy::unwrap_used)]

use connector::Connector;
use connector_justcall::{Config, JustcallConnector};
use model::{Field, Schema};
use sandbox::{NewContact, Running, Sandbox, Settings};
use testkit::conformance::{self, Subject};
use tokio::runtime::Runtime;

struct Account {
    runtime: Runtime,
    running: Running,
    schema: Schema,
}

fn account() -> Account {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let running = runtime.block_on(Sandbox::new(Settings::unlimited()).start(0)).unwrap();
    Account { runtime, running, schema: Schema::new([Field::FirstName, Field::Email]) }
}

impl Subject for Account {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn connector(&self) -> Box<dyn Connector> {
        let settings = self.running.sandbox().settings();
        let config = Config {
            base_url: self.running.base_url(),
            requests_per_minute: Some(1_000_000),
            concurrency: Some(4),
            reserve: 0.0,
            ..Config::new(settings.api_key, settings.api_secret)
        };
        Box::new(JustcallConnector::new(&config, &self.schema).unwrap())
    }

    fn put(&self, first_name: &str, phone: &str, email: &str) {
        let email = (!email.is_empty()).then(|| email.to_owned());
        self.running.sandbox().insert(NewContact { email, ..NewContact::named(first_name, "", phone) });
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

#[test]
fn the_sandbox_account_conforms() {
    conformance::all(account);
}
