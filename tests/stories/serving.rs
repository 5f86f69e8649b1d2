//! `tieline serve`: ten thousand events with a crash in the middle, each bad request with its answer, disorder, the drain,
//! hints, and links that dial once.

use crate::calls::LINE;
use crate::chromium::Browser;
use crate::reviewing::Served;
use crate::support::{KEY, Output, SECRET, World, last_name, phone, until};
use sandbox::{Action, CallStatus, Fault, On, RequestKind, Script};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A receiver that is being run; killed with this value.
struct Serving {
    process: Child,
    port: u16,
    /// The path of webhooks, and of callbacks.
    webhook: String,
    callback: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The part of an address behind the server.
fn path_of(address: &str) -> String {
    let (_, rest) = address.split_once("://").unwrap();
    rest[rest.find('/').unwrap()..].to_owned()
}

impl Serving {
    fn start(world: &World, port: u16, envs: &[(&str, &str)]) -> Self {
        let addresses = world.run(&["serve", "--addresses", "--json"]).ends(0).json();
        let path = |name: &str| path_of(addresses[name].as_str().unwrap());
        let mut command = world.command(&["serve", "--json", "--listen", &format!("127.0.0.1:{port}")]);
        let mut process =
            command.envs(envs.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        while !line.contains('}') {
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "it did not start");
        }
        let said: Value = serde_json::from_str(&line).unwrap();
        let port = said["listening"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        Self { process, port, webhook: path("webhook"), callback: path("callback") }
    }

    fn client(&self) -> Client {
        Client::open(self.port).unwrap()
    }

    fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.client().send("POST", path, &[], body.as_bytes()).unwrap()
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.client().send("GET", path, &[], b"").unwrap()
    }

    /// One number of /metrics.
    fn metric(&self, line: &str) -> u64 {
        let (status, text) = self.get("/metrics");
        assert_eq!(status, 200);
        let found = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        found.map_or(0, |number| number.parse().unwrap())
    }

    /// Ends it as an init system does, with the output that was not read yet.
    fn stop(mut self) -> Output {
        signal(&self.process, "-TERM");
        let stderr = self.process.stderr.take().unwrap();
        let status = self.process.wait().unwrap();
        let mut text = Vec::new();
        BufReader::new(stderr).read_to_end(&mut text).unwrap();
        Output::of(&std::process::Output { status, stdout: Vec::new(), stderr: text })
    }
}

fn signal(process: &Child, name: &str) {
    let status = Command::new("kill").args([name, &process.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// One connection, kept open.
struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<(u16, String)> {
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n{more}\r\n", body.len());
        self.stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<(u16, String)> {
        let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let (mut status, mut length, mut line) = (None, 0, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(broken());
            }
            let text = line.trim_end().to_lowercase();
            if text.is_empty() {
                break;
            }
            if status.is_none() {
                status = text.split(' ').nth(1).and_then(|word| word.parse().ok());
            } else if let Some(number) = text.strip_prefix("content-length:") {
                length = number.trim().parse().map_err(|_| broken())?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status.ok_or_else(broken)?, String::from_utf8(body).unwrap()))
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn callback(id: &str, status: &str, duration: u64) -> String {
    json!({"call_id": id, "status": status, "duration": duration, "timestamp": "2026-03-01T12:00:00Z"}).to_string()
}

fn webhook(event: &str, data: &Value) -> String {
    json!({"event": event, "timestamp": "2026-03-01T12:00:00Z", "data": data}).to_string()
}

/// What the state knows of a call.
fn stored(world: &World, id: &str) -> Value {
    let listed = world.run(&["calls", "list", "--json"]).ends(0).json();
    let calls = listed["calls"].as_array().unwrap();
    calls.iter().find(|call| call["call_id"] == id).cloned().unwrap_or(Value::Null)
}

/// Sends every event until it is answered with 200, by several connections at once.
fn flood(port: u16, path: &str, events: usize, acknowledged: &AtomicUsize) {
    let queue: Mutex<VecDeque<usize>> = Mutex::new((0..events).collect());
    let next = || queue.lock().unwrap().pop_front();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut client: Option<Client> = None;
                while let Some(number) = next() {
                    let body = callback(&format!("call_{number}"), "completed", number as u64);
                    let answer = client
                        .take()
                        .map_or_else(|| Client::open(port), Ok)
                        .and_then(|mut open| Ok((open.send("POST", path, &[], body.as_bytes())?, open)));
                    if let Ok(((200, _), open)) = answer {
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                        client = Some(open);
                    } else {
                        // As JustCall does: anything but 200 is sent again.
                        queue.lock().unwrap().push_back(number);
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
            });
        }
    });
}

#[test]
fn ten_thousand_events_are_ten_thousand_calls_through_a_crash_and_beside_a_run() {
    const EVENTS: usize = 10_000;
    let world = World::linked(3, "");
    let mut serving = Serving::start(&world, 0, &[]);
    let (port, path) = (serving.port, serving.callback.clone());
    let acknowledged = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| flood(port, &path, EVENTS, &acknowledged));
        until("some are stored", || acknowledged.load(Ordering::SeqCst) > EVENTS / 3);
        serving.process.kill().unwrap();
        serving.process.wait().unwrap();
        let before = acknowledged.load(Ordering::SeqCst);
        assert!(before < EVENTS, "it was killed too late");
        // What was answered with 200 is there, whatever the process was about to do.
        let kept = world.run(&["status", "--json"]).ends(0).json()["calls"].as_u64().unwrap();
        assert!(kept >= before as u64, "{before} were answered with 200, {kept} are stored");
        serving = Serving::start(&world, port, &[]);
        // A run goes on beside the flood, and the flood beside the run.
        world.sync();
        sender.join().unwrap();
    });
    let seconds = began.elapsed().as_secs_f64();
    eprintln!("{EVENTS} events with a crash and a run: {seconds:.1} s, {:.0} a second", EVENTS as f64 / seconds);
    assert_eq!(serving.metric("tieline_stored_calls"), EVENTS as u64);
    let commits = serving.metric("tieline_commits_total");
    let taken = serving.metric("tieline_committed_events_total");
    assert!(commits < taken, "events share transactions: {commits} for {taken}");
    serving.stop().ends(0);
    let listed = world.run(&["calls", "list", "--json"]).ends(0).json();
    let mut talk: Vec<u64> =
        listed["calls"].as_array().unwrap().iter().map(|call| call["duration"].as_u64().unwrap()).collect();
    talk.sort_unstable();
    assert!(talk.iter().copied().eq(0..EVENTS as u64), "each once, and as it was told");
    world.run(&["verify", "--json"]).ends(0);
}

#[test]
fn each_bad_request_has_its_answer_and_odd_ones_are_kept() {
    let world = World::linked(1, "");
    let serving = Serving::start(&world, 0, &[]);
    let paths = (serving.webhook.clone(), serving.callback.clone());
    let (hook, back) = (paths.0.as_str(), paths.1.as_str());
    let wrong = format!("/{}{}", "0".repeat(32), &hook[33..]);
    let large = webhook("call.completed", &json!({"call_id": "big", "notes": "x".repeat(300 * 1024)}));
    for (path, body, status, words) in [
        (hook, "no JSON", 400, "no JSON object"),
        (hook, "[]", 400, "no JSON object"),
        (hook, "{}", 400, "neither"),
        (back, r#"{"call_id": "junk", "status": {}}"#, 400, "`status`"),
        (back, r#"{"call_id": "junk", "status": "=cmd()"}"#, 400, "`status`"),
        (hook, &webhook("call.completed", &json!({"status": "completed"})), 400, "without `call_id`"),
        (hook, &webhook("contact.created", &json!({"first_name": "Ada"})), 400, "without `id`"),
        (&wrong, &callback("c", "completed", 1), 404, "nothing is here"),
        (hook, &large, 413, "256 KiB"),
    ] {
        let (given, text) = serving.post(path, body);
        assert_eq!(given, status, "{text}");
        assert!(text.contains(words), "no `{words}` in {text}");
    }
    assert_eq!(serving.get(hook).0, 405);
    assert_eq!(serving.get("/").0, 404);
    assert_eq!(serving.metric("tieline_stored_calls"), 0);
    for (path, body) in [
        // Of a call that nobody knows: it is kept, and the call log says the rest.
        (back, callback("call_new", "completed", 7)),
        (
            hook,
            webhook(
                "call.missed",
                &json!({"call_id": "call_odd", "direction": "inbound", "from": "no number",
            "to": LINE, "agent_id": null, "recording_url": null, "surprise": {"deep": [1]}}),
            ),
        ),
        (
            hook,
            webhook(
                "call.completed",
                &json!({"call_id": "call_of_one", "direction": "inbound", "from": phone(1),
            "to": LINE, "status": "completed", "duration": u64::MAX}),
            ),
        ),
        (hook, webhook("sms.received", &json!({"text": "hello"}))),
        // What nobody knows, and what is no status, is not kept.
        (hook, webhook("call.exploded", &json!({"call_id": "junk", "from": phone(1), "direction": "inbound"}))),
    ] {
        let (status, text) = serving.post(path, &body);
        assert_eq!(status, 200, "{body}: {text}");
    }
    assert_eq!(stored(&world, "call_new")["duration"], 7);
    let odd = stored(&world, "call_odd");
    assert_eq!((&odd["status"], &odd["number"], &odd["agent_name"]), (&json!("missed"), &Value::Null, &Value::Null));
    assert_eq!(stored(&world, "call_of_one")["contact"], format!("Kim {}", last_name(1)));
    assert_eq!(serving.metric("tieline_events_total{kind=\"other\",outcome=\"ignored\"}"), 2);
    assert_eq!(serving.metric("tieline_refused_total{reason=\"body\"}"), 7);
    assert_eq!(stored(&world, "junk"), Value::Null);
    assert_eq!(serving.metric("tieline_refused_total{reason=\"path\"}"), 1);
    assert_eq!(serving.metric("tieline_refused_total{reason=\"size\"}"), 1);
    assert!(serving.metric("tieline_last_event_timestamp_seconds") > 1_700_000_000);
    assert_eq!(serving.get("/healthz"), (200, "ok\n".to_owned()));
    let (_, metrics) = serving.get("/metrics");
    assert!(!metrics.contains(&phone(1)[1..]) && !metrics.contains(&hook[1..33]), "{metrics}");
    let output = serving.stop().ends(0);
    assert!(!output.stderr.contains(&hook[1..33]), "the secret address is not in the journal: {}", output.stderr);
}

#[test]
fn forged_and_replayed_webhooks_are_refused_and_the_account_s_own_are_taken() {
    let port = free_port();
    let world = World::linked(1, &format!("[serve]\npublic_url = \"http://127.0.0.1:{port}\"\n"));
    world.write("hook.key", SECRET);
    world.reconfigure("[serve]\n", "[serve]\nwebhook_secret_file = \"hook.key\"\n");
    let serving = Serving::start(&world, port, &[]);
    let address = format!("http://127.0.0.1:{port}{}", serving.webhook);
    let hours_ago = |hours: i64| {
        let now = jiff::Timestamp::now().as_second();
        jiff::Timestamp::from_second(now - hours * 3_600).unwrap().to_string()
    };
    let body = |id: &str| webhook("call.completed", &json!({"call_id": id, "status": "completed"}));
    let send = |path: &str, time: &str, signature: &str, body: &str| {
        let headers = [("x-justcall-signature", signature), ("x-justcall-request-timestamp", time)];
        serving.client().send("POST", path, &headers, body.as_bytes()).unwrap()
    };
    let sign = |secret: &str, event: &str, time: &str| sandbox::sign(secret, &address, event, time);
    let (now, old) = (hours_ago(0), hours_ago(4));
    for (time, signature, words) in [
        (&now, String::new(), "signature"),
        (&now, "ab".repeat(32), "signature"),
        (&now, sign(KEY, "call.completed", &now), "signature"),
        (&now, sign(SECRET, "call.missed", &now), "signature"),
        (&old, sign(SECRET, "call.completed", &old), "too long ago"),
    ] {
        let (status, text) = send(&serving.webhook, time, &signature, &body("forged"));
        assert_eq!(status, 401, "{text}");
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(serving.post(&serving.webhook, &body("forged")).0, 401, "not signed at all");
    // Neither address is a way around the signature.
    assert_eq!(serving.post(&serving.callback, &body("forged")).0, 400);
    assert_eq!(serving.post(&serving.webhook, &callback("forged", "completed", 1)).0, 400);
    // An unsigned callback says only what callbacks say.
    let more = json!({"call_id": "call_x", "status": "completed", "duration": 5, "notes": "made up", "from": phone(1)});
    assert_eq!(serving.post(&serving.callback, &more.to_string()).0, 200);
    let kept = stored(&world, "call_x");
    assert_eq!((&kept["duration"], &kept["notes"], &kept["from"]), (&json!(5), &Value::Null, &json!("")));
    // A delivery that comes again, with a signature of some time ago.
    let (late, good) = (hours_ago(1), sign(SECRET, "call.completed", &hours_ago(1)));
    for outcome in ["new", "same"] {
        let (status, text) = send(&serving.webhook, &late, &good, &body("call_late"));
        assert_eq!((status, text.contains(outcome)), (200, true), "{text}");
    }
    assert_eq!(stored(&world, "forged"), Value::Null);
    // The account signs what it sends itself.
    world.account.change_settings(|settings| settings.webhooks = vec![address.clone()]);
    let call = crate::calls::call(&phone(1), CallStatus::Missed, 1);
    world.account.add_call(call);
    until("the account's webhook is stored", || serving.metric("tieline_stored_calls") == 3);
    assert_eq!(serving.metric("tieline_refused_total{reason=\"replay\"}"), 1);
    assert_eq!(serving.metric("tieline_refused_total{reason=\"signature\"}"), 5);
    assert_eq!(serving.metric("tieline_refused_total{reason=\"address\"}"), 2);
    serving.stop().ends(0);
}

#[test]
fn callbacks_of_a_call_come_late_twice_and_in_disorder_and_it_ends_completed() {
    let port = free_port();
    let world = World::linked(1, &format!("[serve]\npublic_url = \"http://127.0.0.1:{port}\"\n"));
    world.account.change_settings(|settings| {
        settings.script = Script { ring_ms: 100, talk_ms: 1_500, ..Script::default() };
    });
    world.account.add_fault(Fault::new(On::Callback, Action::Overtaken { by: 2 }).times(1));
    world.account.add_fault(Fault::new(On::Callback, Action::Repeat { copies: 1 }));
    let serving = Serving::start(&world, port, &[]);
    world.run(&["call", "--from", LINE, "--to", &phone(1)]).ends(0);
    let id = world.account.calls()[0].call_id.clone();
    until("all stages came", || {
        let took =
            |outcome: &str| serving.metric(&format!("tieline_events_total{{kind=\"callback\",outcome=\"{outcome}\"}}"));
        took("new") + took("changed") + took("same") == 6
    });
    let call = stored(&world, &id);
    assert_eq!((&call["status"], &call["duration"], &call["to"]), (&json!("completed"), &json!(2), &json!(phone(1))));
    for status in ["ringing", "in-progress"] {
        assert_eq!(serving.post(&serving.callback, &callback(&id, status, 0)).0, 200);
        assert_eq!(stored(&world, &id)["status"], "completed", "after a late {status}");
    }
    assert_eq!(serving.metric("tieline_stored_calls"), 1);
}

#[test]
fn a_stopped_server_finishes_what_is_under_way_and_takes_nobody_new() {
    let world = World::linked(1, "");
    Serving::start(&world, 0, &[]).stop().ends(0);
    let serving = Serving::start(&world, 0, &[]);
    let body = callback("call_last", "completed", 9);
    let mut slow = serving.client();
    let head =
        format!("POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", serving.callback, body.len());
    let (one, other) = body.split_at(10);
    slow.stream.get_mut().write_all(&[head.as_bytes(), one.as_bytes()].concat()).unwrap();
    // It is being read once another request of the same time was answered.
    assert_eq!(serving.post(&serving.callback, &callback("call_first", "completed", 1)).0, 200);
    signal(&serving.process, "-TERM");
    until("nobody new is taken", || TcpStream::connect(("127.0.0.1", serving.port)).is_err());
    slow.stream.get_mut().write_all(other.as_bytes()).unwrap();
    let (status, text) = slow.answer().unwrap();
    assert_eq!(status, 200, "{text}");
    drop(slow);
    let mut serving = serving;
    assert_eq!(serving.process.wait().unwrap().code(), Some(0));
    assert_eq!(stored(&world, "call_last")["duration"], 9);
}

#[test]
fn a_contact_that_was_announced_is_a_hint_until_the_next_listing() {
    let world = World::linked(2, "");
    let serving = Serving::start(&world, 0, &[]);
    let id = world.insert("Ada", "Lovelace", "+14155550177", "");
    let body = webhook("contact.created", &json!({"id": id, "first_name": "Not", "last_name": "Her Name"}));
    for _ in 0..2 {
        assert_eq!(serving.post(&serving.webhook, &body).0, 200);
    }
    let announced = || world.run(&["status", "--json"]).ends(0).json()["announced_contacts"].as_u64().unwrap();
    assert_eq!(announced(), 1);
    assert!(world.run(&["status"]).ends(0).stdout.contains("announced    1 contact by webhooks"));
    // One whom nobody has: a webhook makes nobody up.
    assert_eq!(serving.post(&serving.webhook, &webhook("contact.created", &json!({"id": "999999"}))).0, 200);
    assert_eq!(announced(), 2);
    world.sync();
    assert_eq!(announced(), 0);
    assert!(world.row("Lovelace").contains("Ada,Lovelace"), "as the account has her");
    assert_eq!(world.read("crm.csv").lines().count(), 4);
    world.settled();
    // Somebody is erased while it runs: what comes of them later is not kept (S48).
    let called = |id: &str| {
        webhook("call.missed", &json!({"call_id": id, "direction": "inbound", "from": phone(1), "to": LINE}))
    };
    assert!(serving.post(&serving.webhook, &called("one")).1.contains("new"));
    world.run(&["forget", &phone(1), "--yes"]).ends(0);
    assert!(serving.post(&serving.webhook, &called("two")).1.contains("kept_out"));
    assert_eq!(serving.metric("tieline_stored_calls"), 0);
    serving.stop().ends(0);
}

#[test]
fn the_addresses_are_secret_and_stay() {
    let world = World::linked(1, "[serve]\npublic_url = \"https://hooks.example.com/tieline/\"\n");
    let shown = world.run(&["serve", "--addresses"]).ends(0).stdout;
    assert_eq!(world.run(&["serve", "--addresses"]).ends(0).stdout, shown);
    assert!(shown.contains("https://hooks.example.com/tieline/"), "{shown}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(world.path("tieline.db.keys")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    world.run(&["plan", "-o", "tieline.db.keys"]).fails(2, &["is not written over"]);
    world.write("tieline.db.keys", "place = \"short\"\n");
    world.run(&["serve"]).fails(2, &["tieline.db.keys", "`place`"]);
    // Without a state nobody listens: a new one would hide that it was lost.
    std::fs::remove_file(world.path("tieline.db")).unwrap();
    world.run(&["serve"]).fails(2, &["tieline.db"]);
    assert!(!world.path("tieline.db").exists());
    world.reconfigure("public_url = \"https://", "public_url = \"ftp://");
    world.run(&["serve"]).fails(2, &["serve.public_url"]);
    world.reconfigure("ftp://", "https://ann:hunter2@");
    let said = world.run(&["serve"]).fails(2, &["serve.public_url"]);
    assert!(!said.stderr.contains("hunter2"), "{}", said.stderr);
    let said = world.run(&["serve", "--listen", "4011"]).ends(2).stderr;
    assert!(said.contains("no address to listen on") && said.contains("127.0.0.1:4011"), "{said}");
    world.reconfigure("public_url", "pubic_url");
    world.run(&["serve"]).fails(2, &["did you mean `public_url`"]);
}

const CONFIRM: (&str, &[u8]) = ("content-type", b"confirm=yes");

/// Presses the button of a link's page.
fn press(port: u16, path: &str) -> (u16, String) {
    post_form(port, path, CONFIRM.1)
}

/// Presses the button that is shown where the same number was called a moment ago.
fn insist(port: u16, path: &str) -> (u16, String) {
    post_form(port, path, b"confirm=anyway")
}

fn post_form(port: u16, path: &str, form: &[u8]) -> (u16, String) {
    let headers = [(CONFIRM.0, "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    Client::open(port).unwrap().send("POST", path, &headers, form).unwrap()
}

fn link(world: &World, more: &[&str]) -> String {
    let name = format!("kim {}", last_name(2));
    let args = [&["call", "link", "--to", &name, "--json"], more].concat();
    path_of(world.run(&args).ends(0).json()["url"].as_str().unwrap())
}

#[test]
fn a_link_shows_whom_it_calls_and_dials_once() {
    let world = World::linked(2, &format!("[calls]\nfrom = \"{LINE}\"\n"));
    let serving = Serving::start(&world, 0, &[]);
    let path = link(&world, &["--agent", "8"]);
    let (status, page) = serving.get(&path);
    assert_eq!(status, 200, "{page}");
    for text in [format!("Kim {}", last_name(2)), phone(2), LINE.to_owned(), "agent 8".to_owned()] {
        assert!(page.contains(&text), "no {text} in {page}");
    }
    assert_eq!(world.account.call_count(), 0, "looking dials nobody");
    // Many hands press it at once.
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..5).map(|_| scope.spawn(|| press(serving.port, &path).0)).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 410).count(), 4, "{answers:?}");
    assert_eq!((world.requests(RequestKind::MakeCall), world.account.call_count()), (1, 1));
    let call = &world.account.calls()[0];
    assert_eq!((call.to.as_str(), call.agent_id), (phone(2).as_str(), Some(8)));
    assert_eq!((press(serving.port, &path).0, serving.get(&path).0), (410, 410));
    // Also after a restart.
    serving.stop().ends(0);
    let serving = Serving::start(&world, 0, &[]);
    assert_eq!(press(serving.port, &path).0, 410);
    assert_eq!(press(serving.port, &path.replace(&phone(2)[1..], &phone(1)[1..])).0, 403);
    assert_eq!(world.account.call_count(), 1);
    world.run(&["call", "link", "--to", "Nobody"]).fails(2, &["no linked contact"]);
    world.run(&["call", "link", "--to", &phone(1), "--minutes", "20000"]).ends(2);
    world.run(&["call", "link", "--to", &phone(1), "--from", "12"]).fails(2, &["--from"]);
}

#[test]
fn a_link_whose_answer_is_lost_never_dials_twice_and_one_that_was_refused_may() {
    let world = World::linked(2, &format!("[calls]\nfrom = \"{LINE}\"\n"));
    let serving = Serving::start(&world, 0, &[]);
    let path = link(&world, &[]);
    // Surely not made: the link still works.
    world.account.add_fault(Fault::new(On::MakeCall, Action::Refuse(sandbox::Refusal::status(403))).times(1));
    let (status, page) = press(serving.port, &path);
    assert_eq!((status, page.contains("Nothing was dialled")), (409, true), "{page}");
    // It rang, and neither the answer nor the log can be had.
    world.account.add_fault(Fault::new(On::MakeCall, Action::CloseAfterEffect).times(1));
    world.account.add_fault(Fault::new(On::Calls, Action::Refuse(sandbox::Refusal::status(422))).times(2));
    let (status, page) = press(serving.port, &path);
    assert_eq!((status, page.contains("not known whether")), (202, true), "{page}");
    world.account.clear_faults();
    assert_eq!(press(serving.port, &path).0, 410);
    // Another link to the same number looks first, too, and is not used up by that.
    let other = link(&world, &[]);
    let (status, page) = press(serving.port, &other);
    assert_eq!((status, page.contains("did ring"), page.contains("Nothing was dialled")), (409, true, true), "{page}");
    assert_eq!(world.account.call_count(), 1);
    assert_eq!(insist(serving.port, &other).0, 200);
    assert_eq!((world.account.call_count(), press(serving.port, &other).0), (2, 410));
}

#[test]
fn two_links_at_once_make_one_call_unless_somebody_insists() {
    let world = World::linked(2, &format!("[calls]\nfrom = \"{LINE}\"\n"));
    let serving = Serving::start(&world, 0, &[]);
    let (one, two) = (link(&world, &[]), link(&world, &[]));
    assert_eq!(press(serving.port, &one).0, 200);
    let (status, page) = press(serving.port, &two);
    assert_eq!((status, page.contains("Call anyway")), (409, true), "{page}");
    assert_eq!(world.account.call_count(), 1);
    assert_eq!(insist(serving.port, &two).0, 200);
    assert_eq!((world.account.call_count(), insist(serving.port, &two).0), (2, 410));
}

#[test]
fn somebody_can_be_called_while_a_run_is_under_way() {
    let world = World::linked(2, &format!("[calls]\nfrom = \"{LINE}\"\n"));
    let serving = Serving::start(&world, 0, &[]);
    let path = link(&world, &[]);
    world.account.add_fault(Fault::new(On::List, Action::DelayAnswer { ms: 60_000 }).times(1));
    let mut run = world.start(&["sync"]);
    until("the run reads", || world.requests(RequestKind::List) > 0);
    assert_eq!(press(serving.port, &path).0, 200);
    assert_eq!(serving.post(&serving.callback, &callback("call_meanwhile", "completed", 1)).0, 200);
    assert_eq!(world.account.call_count(), 1);
    // Nor does somebody who watches a call keep others from calling.
    let mut watch = world.start(&["call", "--to", &phone(1), "--watch"]);
    until("it is watched", || world.account.call_count() == 2 && world.requests(RequestKind::Calls) > 0);
    assert_eq!(insist(serving.port, &link(&world, &[])).0, 200);
    assert!(watch.try_wait().unwrap().is_none(), "it is still watched");
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert!(run.try_wait().unwrap().is_none(), "the run is still under way");
    run.kill().unwrap();
    run.wait().unwrap();
}

#[test]
fn in_a_browser_a_link_and_a_contact_s_page_dial_after_a_confirm_step() {
    let world = World::linked(2, &format!("[calls]\nfrom = \"{LINE}\"\n"));
    let Some(mut browser) = Browser::start(&world.path("profile")) else { return };
    let serving = Serving::start(&world, 0, &[]);
    for (width, scheme) in [(1200, "light"), (390, "dark")] {
        browser.window(width, 800, scheme);
        browser.open(&format!("http://127.0.0.1:{}{}", serving.port, link(&world, &[])));
        browser.accessible("the page of a link");
        assert_eq!(browser.text("h1"), format!("Call Kim {}?", last_name(2)));
    }
    if let Some(folder) = std::env::var_os("TIELINE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("link.png"), browser.picture()).unwrap();
    }
    browser.go("document.querySelector('button').click();");
    assert_eq!(browser.text("h1"), "It rings");
    browser.accessible("the page of a call that rings");
    assert_eq!(world.account.call_count(), 1);
    // The call is on the contact's page at once, with the button beside it.
    let served = Served::start(&world, &[]);
    browser.open(&served.url);
    browser.open(&served.page("contact?phone=%2B14155550102"));
    browser.accessible("a contact with a call");
    assert!(browser.text("main").contains("not in the call log yet, outbound, ringing"), "{}", browser.text("main"));
    if let Some(folder) = std::env::var_os("TIELINE_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("contact.png"), browser.picture()).unwrap();
    }
    browser.go("document.querySelector('form[action$=call] button').click();");
    assert_eq!(browser.text("h1"), format!("Call Kim {}?", last_name(2)));
    browser.accessible("the confirm page");
    assert_eq!(world.account.call_count(), 1, "looking dials nobody");
    // The link has called them a moment ago.
    browser.go("document.querySelector('button.main').click();");
    assert_eq!(browser.text("h1"), "Call anyway?");
    browser.accessible("the page that asks again");
    assert_eq!(world.account.call_count(), 1);
    browser.go("document.querySelector('form[action$=call] button').click();");
    assert_eq!(browser.text("h1"), "It rings");
    assert_eq!(world.account.call_count(), 2);
}
