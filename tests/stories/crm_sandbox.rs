//! `tieline sandbox --crm hubspot`: a CRM to try the other side on.

use crate::support::World;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command};

/// A sandbox that runs, where it listens and what it takes as a token.
struct Account {
    process: Child,
    address: String,
    token: String,
}

impl Account {
    fn start(world: &World, args: &[&str]) -> Self {
        let mut process = world.start(&[&["sandbox", "--crm", "hubspot", "--port", "0"], args].concat());
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.split_once("http://").unwrap().1.split(' ').next().unwrap().to_owned();
        let second = lines.next().unwrap().unwrap();
        let token = second.strip_prefix("TIELINE_HUBSPOT_TOKEN=").unwrap().to_owned();
        Self { process, address, token }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let body = body.to_string();
        let head = format!(
            "{method} {path} HTTP/1.0\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: \
             {}\r\n\r\n",
            self.token,
            body.len()
        );
        socket.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Ends it as Ctrl-C does.
    fn stop(mut self) {
        let status = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn it_serves_made_up_people_takes_writes_and_keeps_them() {
    let world = World::new();
    let account = Account::start(&world, &["--contacts", "120", "--tier", "enterprise", "--save", "kept.json"]);
    let page = account.ask("GET", "/crm/v3/objects/contacts?limit=100&properties=phone", &json!({}));
    assert_eq!(page["results"].as_array().unwrap().len(), 100);
    assert!(page["results"][0]["properties"]["phone"].as_str().unwrap().starts_with("+1"));
    let made = account.ask("POST", "/crm/v3/objects/contacts", &json!({"properties": {"firstname": "Adalind"}}));
    let edited = format!("/_sandbox/contacts/{}", made["id"].as_str().unwrap());
    account.ask("PUT", &edited, &json!({"phone": "+14155550101"}));
    let usage = account.ask("GET", "/account-info/v3/api-usage/daily/private-apps", &json!({}));
    assert_eq!(usage["results"][0]["usageLimit"], 1_000_000);
    account.stop();
    assert!(world.read("kept.json").contains("Adalind"));

    let again = Account::start(&world, &["--load", "kept.json"]);
    let found =
        again.ask("POST", "/crm/v3/objects/contacts/search", &json!({"query": "adalind", "properties": ["phone"]}));
    assert_eq!((&found["total"], &found["results"][0]["id"]), (&json!(1), &made["id"]));
    assert_eq!(found["results"][0]["properties"]["phone"], "+1 415-555-0101");
    again.stop();
}

#[test]
fn the_demo_has_a_crm_for_it() {
    let world = World::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/demo/hubspot.json");
    let account = Account::start(&world, &["--load", file]);
    let found = account.ask("GET", "/_sandbox/contacts", &json!({}));
    assert_eq!(found.as_array().unwrap().len(), 119);
    let plan = account.ask("GET", "/crm/v3/properties/contacts/plan", &json!({}));
    assert_eq!(plan["type"], "enumeration");
    account.stop();
}

#[test]
fn flags_of_the_other_account_are_refused() {
    let world = World::new();
    for flags in [
        &["--crm", "hubspot", "--plan", "pro"][..],
        &["--crm", "hubspot", "--calls", "5"],
        &["--crm", "hubspot", "--contacts", "5", "--load", "x.json"],
        &["--crm", "salesforce"],
        &["--contacts", "5"],
        &["--tier", "free"],
    ] {
        world.run(&[&["sandbox", "--port", "0"], flags].concat()).ends(2);
    }
    world.write("bad.json", "{\"contacts\": 1}");
    world
        .run(&["sandbox", "--crm", "hubspot", "--load", "bad.json"])
        .fails(2, &["bad.json", "fixtures/demo/hubspot.json"]);
}
