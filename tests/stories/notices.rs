//! Who hears of a run: every channel of `[notify]` against real servers on this machine. What single channels do with
//! odd texts and bad servers stands in `crates/notify/tests`.

use crate::smtp::{Entrance, Mail, PASSWORD, PostOffice, USER};
use crate::support::{KEY, Output, SECRET, World, finish, phone};
use crate::web::Mailbox;
use serde_json::Value;

const HOOK: &str = "/hook/hush-51d0";
const CHAT: &str = "/services/hush-93ab";
const PING: &str = "/ping/hush-77c2";

/// A world and everybody who listens to it.
struct Town {
    world: World,
    post: PostOffice,
    web: Mailbox,
}

impl Town {
    /// Three linked contacts; every channel, told by these further keys.
    fn new(keys: &str) -> Self {
        let (post, web) = (PostOffice::open(Entrance::Starttls), Mailbox::open());
        let sections = format!(
            "[notify]\n{keys}\n[notify.file]\npath = \"notice.txt\"\n[notify.webhook]\nurl_file = \"hook.key\"\n\
             [notify.slack]\nurl_file = \"chat.key\"\n[notify.ping]\nurl_file = \"ping.key\"\n\
             [notify.mail]\nhost = \"localhost\"\nport = {}\nfrom = \"tieline@example.com\"\n\
             to = [\"ops@example.com\"]\nuser = \"{USER}\"\npassword_file = \"mail.key\"\nca_file = \"ca.pem\"\n",
            post.port
        );
        let world = World::linked(3, "");
        world.write("mail.key", format!("{PASSWORD}\n"));
        world.write("ca.pem", &post.ca);
        for (name, path) in [("hook.key", HOOK), ("chat.key", CHAT), ("ping.key", PING)] {
            world.write(name, format!("{}\n", web.url(path)));
        }
        world.configure(&sections);
        Self { world, post, web }
    }

    /// Contact 1 gets two new companies.
    fn quarrel(&self) {
        self.world.edit(1, |contact| contact.company = Some("Left".to_owned()));
        self.world.edit_crm("Acme 1", "Right");
    }

    fn settle(&self) {
        let list = self.world.run(&["conflicts", "list", "--json"]).ends(0).json();
        let id = list["conflicts"][0]["id"].as_str().unwrap().to_owned();
        self.world.run(&["conflicts", "resolve", &id, "--take", "crm"]).ends(0);
    }

    fn subjects(&self) -> Vec<String> {
        self.post.mails().iter().map(|mail| mail.header("Subject")).collect()
    }

    fn notices(&self) -> Vec<Value> {
        self.web.bodies(HOOK).iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    /// How many messages each channel but the file got so far.
    fn told(&self) -> [usize; 3] {
        [self.post.mails().len(), self.web.bodies(HOOK).len(), self.web.bodies(CHAT).len()]
    }
}

#[test]
fn fine_then_needs_you_then_fine_is_two_messages() {
    let town = Town::new("");
    let world = &town.world;
    world.run(&["sync"]).ends(0);
    assert_eq!(town.told(), [0, 0, 0], "that all is fine is no news");
    assert!(!world.path("notice.txt").exists());
    town.quarrel();
    for _ in 0..2 {
        world.run(&["sync"]).ends(0);
        assert_eq!(town.told(), [1, 1, 1], "told once");
    }
    assert!(world.read("notice.txt").starts_with("tieline: 1 needs you: 1 conflict\n"));
    town.settle();
    for _ in 0..2 {
        world.run(&["sync"]).ends(0);
        assert_eq!(town.told(), [2, 2, 2], "told once");
    }
    let subjects = town.subjects();
    assert_eq!(subjects[0], "tieline: 1 needs you: 1 conflict");
    assert!(subjects[1].starts_with("tieline: fine, nothing waits for you"), "{subjects:?}");
    let conditions: Vec<Value> = town.notices().iter().map(|notice| notice["condition"].clone()).collect();
    assert_eq!(conditions, ["needs_you", "fine"]);
    assert!(world.read("notice.txt").starts_with("tieline: fine"));
    // A monitor hears of every run, in order.
    let start = format!("{PING}/start");
    let pings: Vec<String> = town.web.paths().into_iter().filter(|path| path.starts_with(PING)).collect();
    assert_eq!(pings, [start.as_str(), PING].repeat(5));
    // Nobody's name, nobody's number.
    let mails: Vec<String> = town.post.mails().iter().map(Mail::readable).collect();
    let all = format!("{mails:?}{:?}{}", town.web.posted(), world.read("notice.txt"));
    assert!(!all.contains("Person") && !all.contains(&phone(1)) && !all.contains("Right"), "{all}");
}

#[test]
fn always_is_every_run_and_never_a_dry_one() {
    let town = Town::new("when = \"always\"");
    town.world.run(&["plan"]).ends(0);
    town.world.run(&["sync", "--dry-run"]).ends(0);
    town.world.run(&["apply", "--dry-run"]).ends(0);
    assert_eq!(town.told(), [0, 0, 0]);
    assert!(town.web.posted().is_empty(), "{:?}", town.web.posted());
    for runs in 1..=2 {
        town.world.run(&["sync"]).ends(0);
        assert_eq!(town.told(), [runs; 3]);
    }
    // A plan that is applied later is a run like any other.
    town.quarrel();
    town.world.run(&["plan"]).ends(0);
    town.world.run(&["apply", "--yes"]).ends(0);
    assert_eq!(town.told(), [3; 3]);
    assert_eq!(town.subjects()[2], "tieline: 1 needs you: 1 conflict");
}

#[test]
fn a_failing_notifier_changes_nothing_about_the_run() {
    let town = Town::new("timeout_seconds = 5");
    let world = &town.world;
    town.quarrel();
    town.web.says(500, "out of order");
    world.write("mail.key", "wrong-password-0c\n");
    world.reconfigure("notice.txt", "nowhere/notice.txt");
    let output = world.run(&["sync", "--json", "--quiet"]).ends(0);
    assert_eq!(output.json()["outcome"], "waiting");
    for text in
        ["notify.mail: ", "535", "notify.slack: answered with 500", "notify.webhook", "notify.ping", "notify.file"]
    {
        assert!(output.stderr.contains(text), "no {text} in {}", output.stderr);
    }
    for secret in ["wrong-password-0c", "hush-"] {
        assert!(!output.stderr.contains(secret), "{}", output.stderr);
    }
    // Also where a secret is missing altogether.
    std::fs::remove_file(world.path("hook.key")).unwrap();
    let output = world.run(&["sync"]).ends(0);
    assert!(output.stderr.contains("notify.webhook: cannot read") && output.stderr.contains("TIELINE_WEBHOOK_URL"));
    // What nobody heard is told as soon as they can hear.
    let before = town.told();
    town.web.says(200, "ok");
    world.write("mail.key", PASSWORD);
    world.reconfigure("nowhere/notice.txt", "notice.txt");
    let mut command = world.command(&["sync"]);
    world.reconfigure("url_file = \"hook.key\"", "");
    finish_quietly(command.env("TIELINE_WEBHOOK_URL", town.web.url(HOOK)));
    assert_eq!(town.told(), before.map(|count| count + 1));
    assert!(world.path("notice.txt").exists());
}

/// Runs a command that has nothing to complain about.
fn finish_quietly(command: &mut std::process::Command) {
    let output = Output::of(&command.output().unwrap()).ends(0);
    assert!(!output.stderr.contains("note: notify"), "{}", output.stderr);
}

#[test]
fn a_failed_run_is_told_with_the_hint() {
    let town = Town::new("");
    let world = &town.world;
    let wrong = || {
        let mut command = world.command(&["sync", "--json"]);
        command.env("JUSTCALL_API_SECRET", "wrong-secret-77af");
        finish(command).fails(1, &["401"])
    };
    wrong();
    assert_eq!(town.told(), [1, 1, 1]);
    wrong();
    assert_eq!(town.told(), [1, 1, 1], "told once");
    let subject = town.subjects().remove(0);
    assert!(subject.starts_with("tieline: failed: JustCall"), "{subject}");
    let mail = town.post.mails()[0].readable();
    assert!(mail.contains("hint: ") && mail.contains("JUSTCALL_API_KEY") && !mail.contains("wrong-secret"), "{mail}");
    let fails = town.web.paths().iter().filter(|path| **path == format!("{PING}/fail")).count();
    assert_eq!(fails, 2, "a monitor hears of each");
    // A configuration that fits no file is a failed run, too.
    world.run(&["sync"]).ends(0);
    assert_eq!(town.told(), [2, 2, 2]);
    std::fs::remove_file(world.path("crm.csv")).unwrap();
    let output = world.run(&["sync"]);
    assert!([1, 2].contains(&output.code), "{output:?}");
    assert_eq!(town.told(), [3, 3, 3]);
    assert_eq!(town.notices()[2]["condition"], "failed");
}

#[test]
fn a_file_without_a_header_tells_nobody_its_first_contact() {
    let town = Town::new("");
    let world = &town.world;
    let rows: String = world.read("crm.csv").lines().skip(1).map(|line| format!("{line}\n")).collect();
    world.write("crm.csv", rows);
    let output = world.run(&["sync"]).fails(2, &[]);
    assert!(output.stderr.contains("Persona"), "the machine itself says what stands there: {}", output.stderr);
    assert_eq!(town.notices()[0]["condition"], "failed");
    let all = format!("{:?}{:?}", town.web.posted(), town.post.mails());
    assert!(!all.contains("Person") && !all.contains("Kim") && all.contains("tieline doctor"), "{all}");
}

#[test]
fn secrets_stand_nowhere_but_in_their_files() {
    let town = Town::new("when = \"always\"\ndetails = true");
    let world = &town.world;
    town.quarrel();
    let mut outputs = Vec::new();
    for args in [
        &["sync", "-vvv"][..],
        &["notify"],
        &["notify", "--test", "--json", "-vvv"],
        &["doctor", "--offline"],
        &["status", "--alert", "-vvv"],
        &["export-state", "-o", "state.jsonl"],
    ] {
        outputs.push(world.run(args).ends(0));
    }
    let secrets = [PASSWORD, "hush-51d0", "hush-93ab", "hush-77c2", KEY, SECRET];
    for output in &outputs {
        for secret in secrets {
            assert!(!output.stdout.contains(secret) && !output.stderr.contains(secret), "{secret}: {output:?}");
        }
    }
    for entry in std::fs::read_dir(world.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(
            path.extension().is_some_and(|ending| ending == "key") || !secrets.iter().any(|text| holds(text)),
            "{path:?}"
        );
    }
    let bodies: String = town.web.posted().iter().map(|posted| posted.body.clone()).collect();
    assert!(!secrets.iter().any(|secret| bodies.contains(secret)), "{bodies}");
    assert!(!town.post.mails().iter().any(|mail| secrets.iter().any(|secret| mail.readable().contains(secret))));
}

#[test]
fn a_contact_cannot_write_headers_tags_or_calls() {
    let town = Town::new("details = true");
    let world = &town.world;
    world.edit(1, |contact| {
        contact.first_name = Some("Eve\r\nBcc: all@example.com\r\n\r\n<script>x</script> & <!channel>".to_owned());
    });
    world.run(&["sync"]).ends(0);
    town.quarrel();
    world.run(&["sync"]).ends(0);
    let mail = town.post.mails().remove(0);
    assert!(mail.to == ["ops@example.com"] && !mail.headers().iter().any(|(name, _)| name == "Bcc"), "{}", mail.raw);
    let readable = mail.readable();
    let html = &readable[readable.find("<!DOCTYPE").unwrap()..];
    assert!(
        html.contains("&lt;script&gt;x&lt;/script&gt; &amp; &lt;!channel&gt;") && !html.contains("<script"),
        "{html}"
    );
    let chat: Value = serde_json::from_str(&town.web.bodies(CHAT)[0]).unwrap();
    let chat = chat["text"].as_str().unwrap();
    assert!(chat.contains("&lt;!channel&gt;") && !chat.contains('<'), "{chat}");
    assert!(town.notices()[0].to_string().contains(&phone(1)), "details were asked for");
}

#[test]
fn a_job_that_never_ran_is_noticed_without_it() {
    let town = Town::new("");
    let world = &town.world;
    let silent = world.run(&["status", "--alert"]).ends(0);
    assert_eq!((silent.stdout.as_str(), town.told()), ("", [0, 0, 0]));
    // A new state that only plans were made with.
    world.reconfigure("[match]", "[state]\npath = \"other.db\"\n\n[match]");
    world.run(&["status", "--alert"]).fails(2, &["other.db"]);
    world.run(&["plan"]).ends(0);
    for _ in 0..2 {
        let output = world.run(&["status", "--alert"]).ends(1);
        assert_eq!(output.stdout, "no run has succeeded so far\n");
        assert_eq!(town.told(), [1, 1, 1], "told once");
    }
    assert_eq!(town.subjects()[0], "tieline: failed: No run has succeeded so far");
    let json = world.run(&["status", "--alert", "--json"]).ends(1).json();
    assert_eq!(json["overdue"][0], "no_run");
    world.run(&["sync"]).ends(0);
    world.run(&["status", "--alert"]).ends(0);
    assert_eq!(town.told(), [2, 2, 2], "and that it runs again");
    assert_eq!(town.notices()[1]["condition"], "fine");
}

#[test]
fn an_undo_tells_nothing_of_what_waits() {
    let town = Town::new("");
    let world = &town.world;
    world.edit_crm("Acme 2", "Acme Two");
    let run = world.sync()["run"].as_str().unwrap().to_owned();
    town.quarrel();
    world.run(&["sync"]).ends(0);
    assert_eq!(town.told(), [1, 1, 1]);
    world.run(&["undo", &run, "--yes"]).ends(0);
    assert_eq!(town.told(), [1, 1, 1], "the conflict still waits");
}

#[test]
fn a_test_message_says_what_happened() {
    let town = Town::new("");
    let world = &town.world;
    let list = world.run(&["notify"]).ends(0).stdout;
    assert!(list.contains("ops@example.com by localhost:") && list.contains("told nothing yet"), "{list}");
    assert!(town.web.posted().is_empty() && town.post.mails().is_empty(), "looking asks nobody");
    let good = world.run(&["notify", "--test"]).ends(0).stdout;
    assert_eq!(good.matches("ok  ").count(), 5, "{good}");
    assert_eq!(town.subjects(), ["tieline: test message, nothing to do"]);
    assert_eq!(town.notices()[0]["test"], true);
    assert_eq!(town.web.bodies(&format!("{PING}/log")).len(), 1, "no run, no failure");
    town.web.says(404, "no_service");
    let bad = world.run(&["notify", "--test"]).ends(1).stdout;
    assert!(bad.contains("FAIL  notify.slack") && bad.contains("404: no_service") && bad.contains("hint: "), "{bad}");
    std::fs::remove_file(world.path("mail.key")).unwrap();
    let doctor = world.run(&["doctor", "--offline"]).ends(2).stdout;
    assert!(doctor.contains("FAIL  notify.mail") && doctor.contains("ok    notify.slack"), "{doctor}");
    // A test is no message about a run.
    assert_eq!(world.run(&["notify"]).stdout.matches("told nothing yet").count(), 3);
    town.web.says(200, "ok");
    world.write("mail.key", PASSWORD);
    town.quarrel();
    world.run(&["sync"]).ends(0);
    assert_eq!(world.run(&["notify"]).stdout.matches("last told: needs you").count(), 4);
    world.configure("");
    world.run(&["notify", "--test"]).fails(2, &["names no channel", "[notify.file]"]);
}

#[test]
fn mistakes_in_the_section_are_named() {
    let world = World::linked(1, "");
    for (section, text) in [
        ("[notify]\nwenn = 1", "did you mean `when`?"),
        ("[notify]\nwhen = \"sometimes\"", "always"),
        ("[notify]\ntimeout_seconds = 0", "notify.timeout_seconds must be between 1 and 120"),
        ("[notify.mial]\nhost = \"x\"", "unknown key `notify.mial`, did you mean `mail`?"),
        ("[notify.mail]\nhots = \"x\"", "unknown key `notify.mail.hots`, did you mean `host`?"),
        ("[notify.mail]\nhost = \"x\"", "missing field `from`"),
        ("[notify.mail]\nhost = \"x\"\nfrom = \"a@b.example\"\nto = [\"ops\"]", "notify.mail.to: `ops` is no e-mail"),
        ("[notify.mail]\nhost = \"x\"\nfrom = \"a@b.example\"\nto = []", "notify.mail.to names nobody"),
        ("[notify.mail]\nhost = \"x\"\ntls = \"none\"\nfrom = \"a@b.example\"\nto = [\"a@b.example\"]", "this machine"),
        ("[notify.mail]\npassword = \"x\"", "unknown key `notify.mail.password`"),
        ("[notify.slack]\nurl = \"https://x.example.com\"", "unknown key `notify.slack.url`"),
        ("[notify.file]\npath = \"\"", "notify.file.path is empty"),
    ] {
        world.configure(section);
        world.untouched(|world| world.run(&["sync"]).fails(2, &[text]));
    }
}
