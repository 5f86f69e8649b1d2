//! JustCall and an address book, kept the same over `CardDAV`: against real servers, with trouble on the way, and with
//! everything that can be wrong about them. Servers that are not installed are skipped, and that is said.

use crate::support::{AT_ONCE, KEY, PACE, World, applied, contact, finish, last_name, phone, until, words, writes};
use sandbox::{Contact, Settings};
use serde_json::Value;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::dav::{Dav, Kind, PASSWORD, USER};
use testkit::web::{Answer, Fault, Reply, Request, Server};

#[path = "carddav_numbers.rs"]
mod numbers;

/// An account and an address book; a proxy between tieline and the book counts, and does what a story wants.
struct Books {
    world: World,
    dav: Arc<Dav>,
    proxy: Server,
}

/// What both sides hold of a contact: first and last name, number, e-mail, company.
type Person = [String; 5];

impl Books {
    fn new(kind: Kind) -> Option<Self> {
        Self::with(kind, AT_ONCE, |_| None)
    }

    /// With sections of the configuration and faults on the way.
    fn with(
        kind: Kind,
        sections: &str,
        fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Option<Self> {
        let dav = Arc::new(kind.start()?);
        let proxy = Server::proxy(dav.address(), fault);
        let books = Self { world: World::with(Settings::unlimited(), ""), dav, proxy };
        books.configure(sections);
        Some(books)
    }

    fn configure(&self, sections: &str) {
        configure(&self.world, &format!("{}{}", self.proxy.url(), self.dav.book()), sections);
    }

    fn put(&self, name: &str, person: &[&str; 5], more: &str) {
        self.dav.put(&format!("{name}.vcf"), &card(name, person, more));
    }

    /// Replaces a text in a card that stands there once.
    #[track_caller]
    fn edit(&self, number: &str, from: &str, to: &str) {
        let (name, text) = self.find(number);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {text}");
        self.dav.put(&name, &text.replace(from, to));
    }

    /// The only card with this text in it, and its name.
    #[track_caller]
    fn find(&self, text: &str) -> (String, String) {
        let all = self.dav.names().into_iter().filter_map(|name| Some((name.clone(), self.dav.card(&name)?)));
        let mut found: Vec<_> = all.filter(|(_, card)| card.contains(text)).collect();
        assert_eq!(found.len(), 1, "`{text}`: {found:?}");
        found.remove(0)
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> crate::support::Output {
        run(&self.world, args)
    }

    #[track_caller]
    fn sync(&self) -> Value {
        self.run(&["sync", "--json"]).ends(0).json()
    }

    /// Both sides hold the same people, nobody twice; the next run writes nothing, and asks for as little as can be.
    #[track_caller]
    fn settled(&self) -> Vec<Person> {
        let here: Vec<Person> = sorted(self.world.account.contacts().iter().map(person).collect());
        let there: Vec<Person> = sorted(self.dav.cards().iter().map(|card| shown(card)).collect());
        assert_eq!(here, there);
        let mut numbers: Vec<&String> = here.iter().map(|person| &person[2]).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), here.len(), "somebody is there twice: {here:#?}");
        let bytes = || self.dav.cards();
        let before = (bytes(), self.world.counters().mutating_calls);
        let report = self.sync();
        assert_eq!((applied(&report, "crm", "update"), applied(&report, "justcall", "update")), (0, 0), "{report:#}");
        assert_eq!(before, (bytes(), self.world.counters().mutating_calls), "a quiet run writes nothing");
        self.run(&["verify", "--json"]).ends(0);
        self.proxy.forget();
        self.sync();
        let methods: Vec<_> = self.proxy.seen().into_iter().map(|request| request.method).collect();
        // Who it is, and what changed.
        assert_eq!(methods, ["PROPFIND", "REPORT"]);
        here
    }
}

fn configure(world: &World, url: &str, sections: &str) {
    world.write(
        "tieline.toml",
        format!(
            "[justcall]\nbase_url = \"{}\"\n{PACE}\n\n[crm]\nconnector = \"carddav\"\n\n[crm.carddav]\nurl = \"{url}\"\n\
             user = \"{USER}\"\n\n[match]\ndefault_region = \"US\"\n\n{sections}\n",
            world.base_url()
        ),
    );
}

#[track_caller]
fn run(world: &World, args: &[&str]) -> crate::support::Output {
    let mut command = world.command(args);
    command.env("TIELINE_CARDDAV_PASSWORD", PASSWORD);
    let output = finish(command);
    assert!(!format!("{output:?}").contains(PASSWORD), "a secret was shown: {output:?}");
    output
}

fn on_both(story: impl Fn(&Books)) {
    for kind in Kind::ALL {
        if let Some(books) = Books::new(kind) {
            story(&books);
        }
    }
}

fn sorted(mut people: Vec<Person>) -> Vec<Person> {
    people.sort_by_key(|person| person[2].clone());
    people
}

fn person(contact: &Contact) -> Person {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    [
        text(&contact.first_name),
        text(&contact.last_name),
        contact.phone.clone(),
        text(&contact.email),
        text(&contact.company),
    ]
}

fn card(uid: &str, [first, last, phone, email, company]: &[&str; 5], more: &str) -> String {
    let line = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("{name}:{value}\r\n") };
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{first} {last}\r\nN:{last};{first};;;\r\nTEL;TYPE=CELL:{phone}\r\n\
         {}{}{more}END:VCARD\r\n",
        line("EMAIL;TYPE=INTERNET", email),
        line("ORG", company)
    )
}

/// Reads a card without the connector: the two cannot be wrong together.
fn shown(card: &str) -> Person {
    let text = card.replace("\r\n ", "").replace("\n ", "");
    let value = |name: &str| {
        let is_it = |line: &&str| line.split([':', ';']).next().is_some_and(|found| found == name);
        let line = text.lines().map(str::trim_end).find(is_it).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.replace("\\,", ",")).unwrap_or_default()
    };
    let name = value("N");
    let mut names = name.split(';').map(str::to_owned);
    let last = names.next().unwrap_or_default();
    [names.next().unwrap_or_default(), last, value("TEL"), value("EMAIL"), value("ORG")]
}

fn numbered(number: usize) -> [String; 5] {
    let last = last_name(number);
    let email = format!("{}@example.com", last.to_lowercase());
    ["Kim".to_owned(), last, phone(number), email, format!("Acme {number}")]
}

/// Contacts 1 to `count` on both sides, linked.
fn linked(books: &Books, count: usize) {
    for number in 1..=count {
        let person = numbered(number);
        let more = format!("X-Kept;A=b:{number}\r\nitem1.TEL;TYPE=FAX:+1999{number:07}\r\nitem1.X-ABLabel:Odd\r\n");
        books.put(&format!("c{number}"), &person.each_ref().map(String::as_str), &more);
        books.world.account.insert(contact(number));
    }
    let report = books.sync();
    assert_eq!((&report["outcome"], applied(&report, "crm", "create")), (&"clean".into(), 0), "{report:#}");
}

#[test]
fn from_nothing_to_in_sync() {
    on_both(|books| {
        books.put("ann", &["Ann", "Bell", "+14155550201", "ann@example.com", "Acme\\, Inc"], "NOTE:hers\r\n");
        books.put("both", &["Bo", "Cho", "(415) 555-0202", "", ""], "");
        books.world.insert("Bo", "Cho", "+14155550202", "Cho & Co");
        books.world.insert("Cy", "Dee", "+14155550203", "");
        // A dry run shows it and writes nothing.
        let plan = books.run(&["plan", "--json"]).ends(0).json();
        assert_eq!(
            writes(&plan),
            ["crm update +14155550202", "justcall create +14155550201", "crm create +14155550203"],
            "{plan:#}"
        );
        assert_eq!(books.dav.names().len(), 2);
        let report = books.sync();
        assert_eq!(report["outcome"], "applied", "{report:#}");
        let (_, bo) = books.find("Cho & Co");
        assert!(bo.contains("(415) 555-0202"), "a number that says the same stays as it was typed: {bo}");
        books.edit("(415) 555-0202", "(415) 555-0202", "+14155550202");
        books.sync();
        let people = books.settled();
        assert_eq!(people[0], ["Ann", "Bell", "+14155550201", "ann@example.com", "Acme, Inc"].map(str::to_owned));
        assert_eq!(people.len(), 3);
        assert!(books.find("+14155550201").1.contains("NOTE:hers"));
        let text = books.run(&["status"]).ends(0).stdout;
        assert!(text.contains("linked"), "{text}");
    });
}

#[test]
fn two_nights_of_edits_on_both_sides() {
    on_both(|books| {
        linked(books, 12);
        // The first day: an edit each, a new contact each, a conflict, a number that changes on each side.
        books.world.edit(1, |contact| contact.company = Some("From JustCall".to_owned()));
        books.edit(&phone(2), "ORG:Acme 2", "ORG:From the book");
        books.world.insert("New", "Here", "+14155550301", "");
        books.put("new", &["New", "There", "+14155550302", "", ""], "");
        books.world.edit(3, |contact| contact.company = Some("Mine".to_owned()));
        books.edit(&phone(3), "ORG:Acme 3", "ORG:Theirs");
        books.world.edit(4, |contact| contact.phone = "+14155550304".to_owned());
        books.edit(&phone(5), &phone(5), "+14155550305");
        books.edit(&phone(6), ";Kim;;;", ";Kimmy;;;");
        let report = books.sync();
        assert_eq!(report["outcome"], "waiting", "{report:#}");
        assert_eq!(report["failed"].as_array().unwrap().len(), 0, "{report:#}");
        let list = books.run(&["conflicts", "list", "--json"]).ends(0).json();
        assert_eq!(words(&list, "conflicts", "kind"), ["both_edited"]);
        let id = list["conflicts"][0]["id"].as_str().unwrap().to_owned();
        books.run(&["conflicts", "resolve", &id, "--take", "crm", "--as", "Sam"]).ends(0);
        // The second day: one deleted on each side, one edited again, one cleared of nothing.
        books.world.account.delete(books.world.numbered(7).id);
        books.dav.remove("c8.vcf");
        books.world.edit(9, |contact| contact.first_name = Some("Björn, the; Great".to_owned()));
        books.edit(&phone(10), "EMAIL;TYPE=INTERNET:", "EMAIL;TYPE=INTERNET:other.");
        let report = books.sync();
        assert_eq!((applied(&report, "crm", "delete"), applied(&report, "justcall", "delete")), (1, 1), "{report:#}");
        let (_, nine) = books.find(&phone(9));
        assert!(nine.contains(";Björn\\, the\\; Great;"), "{nine}");
        books.world.edit(9, |contact| contact.first_name = Some("Björn".to_owned()));
        books.sync();
        let people = books.settled();
        assert_eq!(people.len(), 12);
        let has = |text: &str| people.iter().any(|person| person.contains(&text.to_owned()));
        for text in ["From JustCall", "From the book", "Theirs", "+14155550304", "+14155550305", "Kimmy", "Björn"] {
            assert!(has(text), "{text}: {people:#?}");
        }
        assert!(!has("Mine") && !has(&phone(7)) && !has(&phone(8)));
        // What no field shows is as it was, in every card that was edited.
        for number in [1, 3, 4, 9] {
            let (_, card) = books.find(&format!("+1999{number:07}"));
            assert!(card.to_uppercase().contains(&format!("X-KEPT;A=B:{number}\r")), "{card}");
            assert!(card.contains("Odd"), "{card}");
        }
    });
}

/// A run that is undone leaves the cards as they were: to the byte, where the server keeps bytes.
#[test]
fn a_run_is_undone() {
    on_both(|books| {
        linked(books, 3);
        let before = books.dav.cards();
        books.world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
        books.world.edit(2, |contact| contact.phone = "+14155550302".to_owned());
        books.world.edit(3, |contact| contact.first_name = Some("Bea".to_owned()));
        let report = books.sync();
        assert_eq!(applied(&report, "crm", "update"), 3, "{report:#}");
        assert_ne!(books.dav.cards(), before);
        let run = report["run"].as_str().unwrap();
        books.run(&["undo", run, "--yes", "--json"]).ends(0);
        assert_eq!(books.dav.cards(), before, "{:?}", books.dav.kind());
    });
}

/// Killed in the middle of its writes: the next run finds what landed, and makes nobody twice.
#[test]
fn a_killed_run_doubles_nobody() {
    for kind in Kind::ALL {
        // After five writes nothing gets through, until the run is dead.
        let (puts, dead) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
        let is_dead = Arc::clone(&dead);
        let fault = move |request: &Request| {
            let is_held = request.method == "PUT" && puts.fetch_add(1, Ordering::Relaxed) >= 5;
            if !is_held || is_dead.load(Ordering::Relaxed) {
                return None;
            }
            until("the run is dead", || is_dead.load(Ordering::Relaxed));
            Some(Fault::Dropped)
        };
        let Some(books) = Books::with(kind, AT_ONCE, fault) else { continue };
        linked(&books, 2);
        for number in 10..30 {
            books.world.account.insert(contact(number));
        }
        books.world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
        books.proxy.forget();
        let mut command = books.world.command(&["sync", "--json"]);
        command.env("TIELINE_CARDDAV_PASSWORD", PASSWORD).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        until("some writes", || books.proxy.count("PUT") >= 6);
        child.kill().unwrap();
        child.wait().unwrap();
        dead.store(true, Ordering::Relaxed);
        assert!(books.dav.names().len() < 22);
        next_second();
        books.run(&["sync", "--json"]).ends(0);
        books.run(&["sync", "--json"]).ends(0);
        assert_eq!(books.dav.names().len(), 22);
        books.settled();
    }
}

/// Somebody merges two cards into one, as address books offer it: one is gone, its number stands in the other.
#[test]
fn two_cards_that_were_merged_delete_nobody() {
    on_both(|books| {
        linked(books, 3);
        books.dav.remove("c2.vcf");
        books.edit(&phone(1), "END:VCARD", &format!("TEL;TYPE=HOME:{}\r\nEND:VCARD", phone(2)));
        for _ in 0..2 {
            let report = books.sync();
            assert_eq!(applied(&report, "justcall", "delete"), 0, "{report:#}");
        }
        let plan = books.run(&["plan", "--json"]).ends(0).json();
        let held = &plan["held"][0];
        assert!(held.to_string().contains("c1.vcf") && held.to_string().contains("merged"), "{plan:#}");
        assert_eq!((books.world.account.contact_count(), books.dav.names().len()), (3, 2));
        assert!(books.find(&phone(1)).1.contains(&phone(2)));
    });
}

/// Answers that get lost after a write, answers that break off, writes that never arrive.
#[test]
fn trouble_on_the_way_doubles_nobody_and_loses_nobody() {
    for kind in Kind::ALL {
        let fault = |request: &Request| {
            let is_write = matches!(request.method.as_str(), "PUT" | "DELETE");
            match request.number % 7 {
                1 if is_write => Some(Fault::Lost),
                4 if is_write => Some(Fault::Dropped),
                5 => Some(Fault::Cut),
                _ => None,
            }
        };
        let Some(books) = Books::with(kind, AT_ONCE, fault) else { continue };
        for number in 1..=6 {
            let person = numbered(number);
            books.put(&format!("c{number}"), &person.each_ref().map(String::as_str), "");
            books.world.account.insert(contact(number + 3));
        }
        until_clean(&books);
        books.world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
        books.world.edit(8, |contact| contact.phone = "+14155550308".to_owned());
        books.world.account.delete(books.world.numbered(2).id);
        until_clean(&books);
        let here = sorted(books.world.account.contacts().iter().map(person).collect());
        let there = sorted(books.dav.cards().iter().map(|card| shown(card)).collect());
        assert_eq!(here, there);
        assert_eq!(here.len(), 8);
        assert!(
            here.iter().any(|person| person[4] == "Edited") && here.iter().any(|person| person[2] == "+14155550308")
        );
    }
}

/// The journal counts seconds: what was sent in the second of a listing may not be in it.
fn next_second() {
    let second = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = second();
    until("the next second", || second() > now);
}

/// Runs until there is nothing left to do; whatever failed is done by a later run.
#[track_caller]
fn until_clean(books: &Books) {
    for _ in 0..6 {
        let output = books.run(&["sync", "--json"]);
        if output.code == 0 && output.json()["outcome"] == "clean" {
            return;
        }
        next_second();
    }
    panic!("{:#}", books.sync());
}

#[test]
fn requests_are_as_few_as_can_be() {
    on_both(|books| {
        for number in 1..=120 {
            books.world.account.insert(contact(number));
        }
        let plan = books.run(&["plan", "--json"]).ends(0).json();
        let forecast = plan["cost"]["crm"]["requests"].as_u64().unwrap();
        books.proxy.forget();
        let report = books.run(&["sync", "--approve", "creates=200", "--json"]).ends(0).json();
        assert_eq!(applied(&report, "crm", "create"), 120, "{report:#}");
        // Which book, its members (none), a PUT for each card, and a look at them a hundred at a time.
        let fewest = 1 + 1 + 120 + 2;
        let sent = books.proxy.seen().len() as u64;
        assert!(sent * 100 <= fewest * 105, "{sent} requests, {fewest} would do");
        assert!((sent - 2).abs_diff(forecast) * 100 <= forecast * 5, "{sent} sent, {forecast} foretold");
        books.proxy.forget();
        // A single change: which book, what changed (our own 120, which are all), so everything anew. From then on little.
        books.sync();
        books.proxy.forget();
        books.edit(&phone(7), "Acme 7", "Other");
        books.sync();
        let methods: Vec<_> = books.proxy.seen().into_iter().map(|request| request.method).collect();
        assert_eq!(methods, ["PROPFIND", "REPORT", "REPORT"], "which book, what changed, the card");
        assert_eq!(books.world.numbered(7).company.as_deref(), Some("Other"));
    });
}

#[test]
fn a_card_that_cannot_be_read_is_reported_and_left_alone() {
    // Radicale does not take such a card.
    let Some(books) = Books::new(Kind::Xandikos) else { return };
    linked(&books, 3);
    let (_, card) = books.find(&phone(2));
    let broken = card.replace("VERSION:3.0", "VERSION:2.1");
    books.dav.put("c2.vcf", &broken);
    // Its partner is not deleted, nobody is made anew, and the card is not written to.
    books.world.edit(2, |contact| contact.company = Some("Edited".to_owned()));
    for _ in 0..2 {
        let output = books.run(&["sync", "--json"]);
        // Every night anew, also where only changes are read.
        assert!(output.stderr.contains("c2.vcf") && output.stderr.contains("2.1"), "{output:?}");
        assert_eq!(books.world.account.contact_count(), 3, "{output:?}");
        assert_eq!((books.dav.names().len(), books.dav.card("c2.vcf").unwrap()), (3, broken.clone()), "{output:?}");
    }
    let doctor = books.run(&["doctor"]);
    assert!(doctor.stdout.contains("c2.vcf") && doctor.stdout.contains("2.1"), "{doctor:?}");
    // Mended, it takes part again.
    books.dav.put("c2.vcf", &card);
    books.sync();
    assert!(books.find(&phone(2)).1.contains("ORG:Edited"));
    books.settled();
}

/// At the very first sync nothing says whose card it is but the card, and that cannot be read.
#[test]
fn a_card_that_cannot_be_read_is_nobody_elses_double_at_the_first_sync_i5() {
    let Some(books) = Books::new(Kind::Xandikos) else { return };
    let broken = |name: &str, lines: &str| {
        let text = format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}END:VCARD\r\n");
        books.dav.put(&format!("{name}.vcf"), &text);
        text
    };
    // By its number; by its name, where it shows no number; and somebody else.
    let kept = [
        broken("c1", &format!("FN:Nobody Knows\r\nN:Knows;Nobody;;;\r\nTEL;CELL:{}\r\n", phone(1).replace("+1", "1 "))),
        broken("c2", &format!("FN:Kim {0}\r\nN:{0};Kim;;;\r\n", last_name(2))),
        broken("c9", &format!("FN:Kim {0}\r\nN:{0};Kim;;;\r\nTEL:{1}\r\n", last_name(9), phone(9))),
    ];
    for number in 1..=3 {
        books.world.account.insert(contact(number));
    }
    for _ in 0..2 {
        let report = books.sync();
        let cards: Vec<String> = ["c1", "c2", "c9"].map(|name| books.dav.card(&format!("{name}.vcf")).unwrap()).into();
        assert_eq!((books.dav.names().len(), cards), (4, kept.to_vec()), "{report:#}");
        assert_eq!(books.world.account.contact_count(), 3);
    }
    let plan = books.run(&["plan", "--json"]).ends(0).json();
    let skipped = plan["skipped"].as_array().unwrap();
    let why = |number: usize| {
        let id = books.world.numbered(number).id.to_string();
        skipped.iter().find(|skipped| skipped["record_id"] == id.as_str()).map(|skipped| skipped["detail"].to_string())
    };
    for (number, name) in [(1, "c1.vcf"), (2, "c2.vcf")] {
        assert!(why(number).is_some_and(|why| why.contains(name) && why.contains("cannot be read")), "{skipped:#?}");
    }
    assert_eq!(why(3), None);
    // Mended, they are linked.
    for number in [1, 2] {
        let person = numbered(number);
        books.put(&format!("c{number}"), &person.each_ref().map(String::as_str), "");
    }
    books.dav.remove("c9.vcf");
    books.sync();
    assert_eq!(books.settled().len(), 3);
}

#[test]
fn bad_input_is_told_and_nothing_is_written() {
    let Some(books) = Books::new(Kind::Radicale) else { return };
    linked(&books, 2);
    books.world.edit(1, |contact| contact.company = Some("Edited".to_owned()));
    let nothing_happens = |texts: &[&str], code: i32, command: std::process::Command| {
        let before = (books.dav.cards(), books.world.counters().mutating_calls);
        finish(command).fails(code, texts);
        assert_eq!(before, (books.dav.cards(), books.world.counters().mutating_calls));
    };
    let command = |password: &str| {
        let mut command = books.world.command(&["sync"]);
        command.env("TIELINE_CARDDAV_PASSWORD", password);
        command
    };
    nothing_happens(&["401", "password"], 1, command("wrong-password"));
    nothing_happens(&["TIELINE_CARDDAV_PASSWORD"], 2, books.world.command(&["sync"]));
    // The file of the password instead of the variable.
    books.world.write("password.txt", format!("{PASSWORD}\n"));
    books.world.reconfigure("user =", "password_file = \"password.txt\"\nuser =");
    finish(books.world.command(&["plan"])).ends(0);
    books.world.reconfigure("password_file = \"password.txt\"\n", "");
    for (from, to, code, texts) in [
        ("user =", "usr =", 2, vec!["crm.carddav.usr", "did you mean `user`?"]),
        ("carddav\"", "cardav\"", 2, vec!["did you mean `carddav`?"]),
        ("http://", "http://ann:secret@", 2, vec!["no user and no password", "TIELINE_CARDDAV_PASSWORD"]),
        ("[match]", "[fields]\nphone = \"telephone\"\n[match]", 2, vec!["no `telephone`", "`tel`"]),
        (
            "[match]",
            "[fields]\nphone = \"tel\"\ncompany = \"email\"\nemail = \"email\"\n[match]",
            2,
            vec!["both kept in the place `email`"],
        ),
        ("127.0.0.1", "dav.example.com", 2, vec!["is not an https address"]),
        ("[match]", "[fields]\nphone = \"tel\"\ncompany = \"photo\"\n[match]", 2, vec!["`photo` is no field"]),
        ("[match]", "[fields]\nphone = \"tel\"\n\"custom.x\" = {}\n[match]", 2, vec!["custom.x"]),
    ] {
        let text = books.world.read("tieline.toml");
        let at = text.find("[crm]").unwrap() + text[text.find("[crm]").unwrap()..].find(from).unwrap();
        books.world.write("tieline.toml", format!("{}{to}{}", &text[..at], &text[at + from.len()..]));
        nothing_happens(&texts, code, command(PASSWORD));
        books.world.write("tieline.toml", text);
    }
    // The book goes, and with it everybody: nobody is deleted for it.
    let answer = books.dav.request("DELETE", &books.dav.book(), &[], "");
    assert_eq!(answer.status, 200);
    let output = books.run(&["sync"]).fails(2, &["not there"]);
    assert!(output.stderr.contains("crm.carddav"), "{output:?}");
    assert_eq!(books.world.account.contact_count(), 2);
    books.run(&["doctor"]).ends(2);
}

/// A card with nothing but a fax is nobody to call, and a contact with nothing but a number has no name.
#[test]
fn a_fax_is_no_number_and_a_number_is_no_name() {
    let Some(books) = Books::new(Kind::Radicale) else { return };
    let phone = "phone = [\"tel:cell\", \"tel:work\", \"tel\"]";
    books.configure(&format!("{AT_ONCE}\n[fields]\nfirst_name = \"n.given\"\nlast_name = \"n.family\"\n{phone}\n"));
    let fax = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:fax\r\nFN:Fay Fax\r\nN:Fax;Fay;;;\r\nTEL;TYPE=WORK;TYPE=FAX:+14155550177\r\n\
               END:VCARD\r\n";
    books.dav.put("fax.vcf", fax);
    books.world.insert("", "", "+14155550161", "");
    let doctor = books.run(&["doctor"]).ends(0);
    assert!(doctor.stdout.contains("phone tel:cell, tel:work, tel"), "{}", doctor.stdout);
    let report = books.sync();
    assert_eq!(applied(&report, "justcall", "create"), 0, "{report:#}");
    assert_eq!(books.world.account.contact_count(), 1);
    let (_, card) = books.find("+14155550161");
    assert!(card.contains("FN:+14155550161") && card.contains("N:;;;;"), "{card}");
    books.run(&["verify"]).ends(0);
    assert_eq!(writes(&books.run(&["plan", "--json"]).ends(0).json()), Vec::<String>::new());
    assert_eq!(books.dav.card("fax.vcf").unwrap().matches("TEL").count(), 1);
}

/// The state belongs to one address book: that there is another one by now is no reason to ask which.
#[test]
fn a_second_address_book_changes_nothing_for_a_state_that_has_its_own() {
    let Some(books) = Books::new(Kind::Radicale) else { return };
    configure(&books.world, &books.proxy.url(), AT_ONCE);
    books.put("ann", &["Ann", "Bell", "+14155550201", "", ""], "");
    books.sync();
    let second = "<d:mkcol xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:set><d:prop><d:resourcetype>\
                  <d:collection/><c:addressbook/></d:resourcetype><d:displayname>Other</d:displayname></d:prop></d:set></d:mkcol>";
    let made = books.dav.request("MKCOL", &format!("/{USER}/other/"), &[], second);
    assert_eq!(made.status, 201);
    books.sync();
    let doctor = books.run(&["doctor"]).ends(0);
    assert!(doctor.stdout.contains("`Team`"), "{}", doctor.stdout);
    // Without a state, somebody has to say which.
    books.world.reconfigure("[match]", "[state]\npath = \"fresh.db\"\n\n[match]");
    let doctor = books.run(&["doctor"]).ends(2);
    assert!(doctor.stdout.contains("several address books"), "{}", doctor.stdout);
}

#[test]
fn a_certificate_that_nobody_knows_is_told() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let tls = Arc::new(tls);
    let server = Server::wrapped(
        move |stream| {
            let connection = rustls::ServerConnection::new(Arc::clone(&tls)).map_err(std::io::Error::other)?;
            Ok(Box::new(rustls::StreamOwned::new(connection, stream)))
        },
        |request| {
            let book = "<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:sync-token>1</d:sync-token>";
            let body = format!(
                "<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:response><d:href>{}</d:href>\
                 <d:propstat><d:prop>{book}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>\
                 </d:multistatus>",
                request.path
            );
            Reply::Whole(Answer::new(207, body))
        },
    );
    let world = World::with(Settings::unlimited(), "");
    let url = format!("https://localhost:{}/b/", server.address().port());
    configure(&world, &url, "");
    run(&world, &["sync"]).fails(2, &["certificate", "ca_file"]);
    world.write("ca.pem", made.cert.pem());
    world.reconfigure("[crm.carddav]", "[crm.carddav]\nca_file = \"ca.pem\"");
    run(&world, &["sync"]).ends(0);
    world.write("ca.pem", "no certificate");
    run(&world, &["sync"]).fails(2, &["ca_file"]);
}

#[test]
fn init_and_doctor_know_address_books() {
    let Some(books) = Books::new(Kind::Radicale) else { return };
    let url = books.proxy.url();
    books.run(&["init", "--carddav", &url, "--user", USER, "--force"]).ends(0);
    let text = books.world.read("tieline.toml");
    assert!(text.contains("connector = \"carddav\"") && text.contains("phone = \"tel\""), "{text}");
    books.world.reconfigure("https://api.justcall.io", &books.world.base_url());
    books.put("ann", &["Ann", "Bell", "+14155550201", "", ""], "");
    let doctor = books.run(&["doctor"]).ends(0);
    for text in ["address book", "`Team`", "user ann", "1 contact can be read", "reading and writing"] {
        assert!(doctor.stdout.contains(text), "no `{text}` in {}", doctor.stdout);
    }
    books.proxy.forget();
    books.run(&["doctor", "--offline"]).ends(0);
    assert!(books.proxy.seen().is_empty());
    let verbose = books.run(&["sync", "-vv"]).ends(0);
    assert!(!verbose.stderr.contains(KEY), "{verbose:?}");
    books.settled();
    // A token goes without a user.
    books.run(&["init", "--carddav", &url, "--force"]).ends(0);
    books.world.reconfigure("https://api.justcall.io", &books.world.base_url());
    let mut command = books.world.command(&["plan"]);
    command.env("TIELINE_CARDDAV_TOKEN", "no-such-token");
    finish(command).fails(1, &["401"]);
}
