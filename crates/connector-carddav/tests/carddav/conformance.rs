//! The suite that every connector passes, on both real servers and on the one in memory.

use crate::common::{Fake, card, config, connector, run, schema};
use connector::Connector;
use connector_carddav::CarddavConnector;
use model::Schema;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::conformance::{self, Subject};
use testkit::dav::{Dav, Kind};

struct Book {
    dav: Rc<Dav>,
    schema: Schema,
    next: AtomicUsize,
}

impl Subject for Book {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn connector(&self) -> Box<dyn Connector> {
        Box::new(connector(&self.dav.url()))
    }

    fn put(&self, first_name: &str, phone: &str, email: &str) {
        let name = format!("{}.vcf", self.next.fetch_add(1, Ordering::Relaxed));
        self.dav.put(&name, &by_hand(first_name, phone, email));
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        run(future)
    }

    fn notices_moves(&self) -> bool {
        true
    }
}

fn by_hand(first_name: &str, phone: &str, email: &str) -> String {
    let email = if email.is_empty() { String::new() } else { format!("EMAIL:{email}\r\n") };
    card(first_name, "", phone, &email)
}

#[test]
fn real_servers_conform() {
    for kind in Kind::ALL {
        let Some(dav) = kind.start().map(Rc::new) else { continue };
        conformance::all(|| {
            dav.names().iter().for_each(|name| dav.remove(name));
            Book { dav: Rc::clone(&dav), schema: schema(), next: AtomicUsize::new(1) }
        });
    }
}

struct Memory {
    fake: Fake,
    schema: Schema,
}

impl Subject for Memory {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn connector(&self) -> Box<dyn Connector> {
        let config = config(&format!("{}/b/", self.fake.server.url()));
        Box::new(CarddavConnector::new(config, &self.schema).unwrap())
    }

    fn put(&self, first_name: &str, phone: &str, email: &str) {
        let name = format!("{}.vcf", phone.trim_start_matches('+'));
        self.fake.state().put(&name, &by_hand(first_name, phone, email));
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        run(future)
    }

    fn notices_moves(&self) -> bool {
        true
    }
}

#[test]
fn a_server_that_ignores_conditions_conforms() {
    conformance::all(|| {
        let fake = Fake::new();
        fake.state().ignores_conditions = true;
        Memory { fake, schema: schema() }
    });
}

#[test]
fn a_server_without_versions_conforms() {
    conformance::all(|| {
        let fake = Fake::new();
        fake.state().has_etags = false;
        Memory { fake, schema: schema() }
    });
}
