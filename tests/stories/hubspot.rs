//! A HubSpot account on the other side: from nothing to in sync, nights of edits on both sides, everything that can go wrong
//! on the way, and bad input. Two sandboxes, one binary.

use crate::support::{AT_ONCE, Output, World, applied, contact, finish, phone, words, writes};
use sandbox::hubspot::{self, Action, Fault, HubSpot, Object, ObjectKind, On, Policy, Property, Refusal, RequestKind};
use sandbox::{NewContact, Settings};
use serde_json::Value;
use tokio::runtime::Runtime;

pub(crate) const TOKEN: &str = "pat-na1-story-4f1d09c2";
/// Requests of a run before it reads anybody: the account, its usage, its properties.
const IDENTIFY: u64 = 3;

pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) hub: HubSpot,
    _running: hubspot::Running,
    // Last: the server runs on it.
    _runtime: Runtime,
}

impl Desk {
    pub(crate) fn new(config: &str) -> Self {
        Self::with(hubspot::Settings::unlimited(), config)
    }

    pub(crate) fn with(settings: hubspot::Settings, config: &str) -> Self {
        let world = World::with(Settings::unlimited(), "");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let hub = HubSpot::new(hubspot::Settings { token: TOKEN.to_owned(), ..settings });
        let running = runtime.block_on(hub.start(0)).unwrap();
        let own = if config.contains("[crm.hubspot]") { "" } else { "[crm.hubspot]\n" };
        let text = format!(
            "[justcall]\nbase_url = \"{}\"\nrequests_per_minute = 600000\n[crm]\nconnector = \"hubspot\"\n{own}{config}",
            world.base_url()
        );
        let text = text.replace("[crm.hubspot]\n", &format!("[crm.hubspot]\nbase_url = \"{}\"\n", running.base_url()));
        world.write("tieline.toml", text);
        Self { world, hub, _running: running, _runtime: runtime }
    }

    /// Contacts 1 to `count` on both sides, linked; nothing counted so far.
    pub(crate) fn linked(count: usize, config: &str) -> Self {
        let desk = Self::new(config);
        desk.world.account.insert_all((1..=count).map(contact));
        let report = desk.sync();
        assert_eq!(applied(&report, "crm", "create"), count as u64, "{report:#}");
        desk.sync();
        desk.reset();
        desk
    }

    pub(crate) fn reset(&self) {
        self.hub.reset_counters();
        self.world.account.reset_counters();
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let mut command = self.world.command(args);
        command.env("TIELINE_HUBSPOT_TOKEN", TOKEN);
        let output = finish(command);
        for shown in [&output.stdout, &output.stderr] {
            assert!(!shown.contains(TOKEN), "the token was shown: {shown}");
        }
        output
    }

    #[track_caller]
    pub(crate) fn sync(&self) -> Value {
        self.run(&["sync", "--json"]).ends(0).json()
    }

    #[track_caller]
    pub(crate) fn plan(&self) -> Value {
        self.run(&["plan", "--json"]).ends(0).json()
    }

    pub(crate) fn requests(&self, kind: RequestKind) -> u64 {
        self.hub.counters().requests_of(kind)
    }

    /// The only contact of the account with this number, in whatever form.
    #[track_caller]
    pub(crate) fn person(&self, phone: &str) -> Object {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let own = |person: &Object| digits(person.get("phone")) == digits(phone);
        let mut found: Vec<Object> = self.hub.contacts().into_iter().filter(own).collect();
        assert_eq!(found.len(), 1, "{phone}: {found:?}");
        found.remove(0)
    }

    pub(crate) fn edit(&self, phone: &str, property: &str, value: &str) {
        let id = self.person(phone).id;
        self.hub.edit_as_user(id, [(property, value)]).unwrap();
    }

    /// Equal on every mapped field, nothing doubled, nothing lost; then a run that writes nothing.
    #[track_caller]
    fn settled(&self) {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let mut ours: Vec<[String; 5]> = self
            .world
            .account
            .contacts()
            .into_iter()
            .map(|one| {
                let text = |text: Option<String>| text.unwrap_or_default();
                [
                    digits(&one.phone),
                    text(one.first_name),
                    text(one.last_name),
                    text(one.email).to_lowercase(),
                    text(one.company),
                ]
            })
            .collect();
        let mut theirs: Vec<[String; 5]> = self
            .hub
            .contacts()
            .iter()
            .map(|one| {
                let text = |name: &str| one.get(name).to_owned();
                [digits(one.get("phone")), text("firstname"), text("lastname"), text("email"), text("company")]
            })
            .collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs);
        let before = (self.hub.counters().written(), self.world.counters().mutating_calls);
        let report = self.sync();
        let after = (self.hub.counters().written(), self.world.counters().mutating_calls);
        assert_eq!(before, after, "a quiet run wrote: {report:#}");
        self.run(&["verify", "--json"]).ends(0);
    }
}

#[test]
fn from_nothing_to_in_sync_in_full_batches() {
    let desk = Desk::new("");
    desk.hub.insert_people(250, 7);
    desk.world.account.insert_all((1..=230).map(contact));
    let plan = desk.plan();
    let creates = plan["summary"]["crm"]["create"].as_u64().unwrap();
    assert!(creates >= 230, "{}", plan["summary"]);
    let forecast = plan["cost"]["crm"]["requests"].as_u64().unwrap();
    assert_eq!(plan["quotas"]["crm"]["limit"], 250_000);
    desk.reset();
    let report = desk.sync();
    let made = applied(&report, "crm", "create");
    assert!(made >= 230, "{report:#}");
    let batches = desk.requests(RequestKind::BatchCreate) + desk.requests(RequestKind::BatchUpdate);
    assert_eq!(batches, forecast, "{:?}", desk.hub.counters());
    // The first of a hundred goes alone; else no batch is less than full.
    assert!(batches <= made.div_ceil(100) + applied(&report, "crm", "update").div_ceil(100) + 1);
    assert_eq!(desk.requests(RequestKind::List), 3);
    desk.settled();
}

/// What was made a moment ago is in no search yet: nobody is taken for gone, nobody is alarmed.
#[test]
fn the_second_sync_right_after_the_first_is_calm() {
    for there in [0, 3] {
        let settings = hubspot::Settings { index_lag_ms: 600_000, ..hubspot::Settings::unlimited() };
        let desk = Desk::with(settings, "");
        desk.hub.insert_people(there, 7);
        desk.world.account.insert_all((1..=150).map(contact));
        desk.sync();
        for _ in 0..3 {
            let written = desk.hub.counters().written();
            let report = desk.sync();
            assert_eq!(words(&report, "alarms", "detail"), Vec::<String>::new(), "{there}");
            assert_eq!((&report["outcome"], desk.hub.counters().written()), (&"clean".into(), written), "{report:#}");
        }
    }
}

#[test]
fn a_night_reads_what_changed_and_nobody_else() {
    let desk = Desk::linked(230, AT_ONCE);
    desk.edit(&phone(3), "company", "Acme Three");
    desk.world.edit(5, |one| one.company = Some("Acme Five".to_owned()));
    let report = desk.sync();
    assert_eq!((applied(&report, "justcall", "update"), applied(&report, "crm", "update")), (1, 1), "{report:#}");
    assert_eq!(desk.requests(RequestKind::List), 1, "the list of the archived alone: {:?}", desk.hub.counters());
    // Whoever is written is read himself: the index of searches lags.
    let fewest = IDENTIFY + 1 /* archived */ + desk.requests(RequestKind::Search) + 1 /* read */ + 1 /* update */;
    assert_eq!(desk.hub.counters().total_requests(), fewest, "{:?}", desk.hub.counters());
    desk.settled();
}

#[test]
fn two_nights_of_edits_on_both_sides() {
    let desk = Desk::linked(40, AT_ONCE);
    // The first night: edits here and there, a conflict, deletes, a new number, new people.
    desk.edit(&phone(1), "firstname", "Kimberly");
    desk.world.edit(2, |one| one.last_name = Some("Renamed".to_owned()));
    desk.edit(&phone(3), "company", "Theirs");
    desk.world.edit(3, |one| one.company = Some("Ours".to_owned()));
    desk.hub.archive(desk.person(&phone(4)).id);
    let five = desk.world.numbered(5).id;
    desk.world.account.delete(five).unwrap();
    desk.edit(&phone(6), "phone", "(415) 555-0906");
    desk.world.edit(7, |one| one.phone = "+14155550907".to_owned());
    desk.hub.reformat_phones(desk.person(&phone(8)).id);
    desk.hub.insert([("firstname", "New"), ("lastname", "Here"), ("phone", "+1 415-555-0950")]);
    desk.world.insert("Nova", "There", "+14155550951", "");
    let report = desk.sync();
    assert_eq!(words(&report, "conflicts", "field"), ["company"], "{report:#}");
    assert_eq!(applied(&report, "justcall", "delete") + applied(&report, "crm", "delete"), 2, "{report:#}");
    assert_eq!(desk.hub.contact_count(), 40);
    let conflict = report["conflicts"][0]["id"].as_str().unwrap().to_owned();
    desk.run(&["conflicts", "resolve", &conflict, "--take", "crm"]).ends(0);
    // The second night: a merge, a restored contact, an edit of what was edited.
    let (nine, ten) = (desk.person(&phone(9)).id, desk.person(&phone(10)).id);
    let merged = desk.hub.merge(nine, ten).unwrap();
    desk.edit(&phone(1), "firstname", "Kim");
    desk.world.edit(11, |one| one.email = Some("eleven@example.org".to_owned()));
    let report = desk.sync();
    assert_eq!(desk.person(&phone(3)).get("company"), "Theirs");
    assert_eq!(desk.world.contact(&phone(3)).company.as_deref(), Some("Theirs"));
    assert_eq!(desk.world.contact(&phone(1)).first_name.as_deref(), Some("Kim"));
    assert_eq!(desk.person(&phone(11)).get("email"), "eleven@example.org");
    // Two contacts of JustCall had one each; nobody is deleted for the merge, and a person is told.
    assert_eq!(desk.world.account.contacts().len(), 40, "{report:#}");
    let told = words(&report, "alarms", "detail").join("\n");
    assert!(told.contains(&format!("into {}", merged.id)), "{report:#}");
    // The person deletes the one that is left over.
    let ten = desk.world.numbered(10).id;
    desk.world.account.delete(ten).unwrap();
    desk.sync();
    desk.sync();
    desk.settled();
    assert_eq!(desk.hub.contact_count(), 39);
}

#[test]
fn each_kind_travels_in_batches_of_its_own() {
    let desk = Desk::linked(130, AT_ONCE);
    for number in 1..=60 {
        desk.world.edit(number, |one| one.company = Some(format!("Acme & Co. {number}")));
    }
    desk.world.account.insert_all((131..=180).map(contact));
    for number in 61..=64 {
        let id = desk.world.numbered(number).id;
        desk.world.account.delete(id).unwrap();
    }
    let forecast = desk.plan()["cost"]["crm"]["requests"].as_u64().unwrap();
    desk.reset();
    let report = desk.sync();
    assert_eq!(report["applied"]["crm"], serde_json::json!({ "create": 50, "update": 60, "delete": 4 }));
    let kinds = [RequestKind::BatchCreate, RequestKind::BatchUpdate, RequestKind::BatchArchive];
    assert_eq!(kinds.map(|kind| desk.requests(kind)), [1, 1, 1], "{:?}", desk.hub.counters());
    assert_eq!(forecast, 3);
    desk.settled();
}

/// Takes minutes: `cargo test --release -p tieline --test stories hubspot -- --ignored --nocapture`.
#[test]
#[ignore = "100,000 contacts at the documented pace"]
fn a_hundred_thousand_contacts_cost_what_was_forecast() {
    let settings = hubspot::Settings { index_lag_ms: 5_000, ..hubspot::Settings::default() };
    let desk = Desk::with(settings, "[guards]\ncreates = { floor = 200000 }\n");
    desk.world.account.insert_all((0..100_000).map(|number| NewContact {
        email: Some(format!("p{number}@example.com")),
        company: Some(format!("Acme {}", number / 9)),
        ..NewContact::named("Kim", &format!("Person {number}"), &format!("+1415{}", 2_000_000 + number))
    }));
    let plan = desk.plan();
    let (cost, quota) = (&plan["cost"]["crm"], &plan["quotas"]["crm"]);
    let (requests, seconds) = (cost["requests"].as_u64().unwrap(), cost["seconds"].as_f64().unwrap());
    assert!(requests < quota["left"].as_u64().unwrap());
    desk.reset();
    let report = desk.sync();
    let log = desk.hub.log();
    let sent: Vec<_> = log.iter().filter(|entry| entry.kind == RequestKind::BatchCreate).collect();
    let at = |entry: &hubspot::LogEntry| entry.at.as_millisecond() as f64 / 1_000.0;
    let took = at(sent.last().unwrap()) - at(sent[0]);
    println!(
        "forecast {requests} requests, {seconds:.0} s; sent {}, {took:.0} s; {}",
        sent.len(),
        report["applied"]["crm"]
    );
    assert_eq!(desk.hub.counters().limited.values().sum::<u64>(), 0, "never turned away");
    assert!((sent.len() as f64 / requests as f64 - 1.0).abs() < 0.05);
    assert!((took / seconds - 1.0).abs() < 0.05, "{took} s and not {seconds}");
}

#[test]
fn a_merge_with_a_stranger_moves_the_link_and_deletes_nobody() {
    let desk = Desk::linked(12, AT_ONCE);
    let stranger = desk.hub.insert([("firstname", "Kim"), ("email", "second@example.com")]);
    let merged = desk.hub.merge(desk.person(&phone(4)).id, stranger.id).unwrap();
    let report = desk.sync();
    assert_eq!(report["applied"]["justcall"]["delete"], 0, "{report:#}");
    assert_eq!(desk.world.account.contacts().len(), 12);
    desk.world.edit(4, |one| one.company = Some("After the merge".to_owned()));
    desk.sync();
    assert_eq!(desk.hub.contact(merged.id).unwrap().get("company"), "After the merge");
    desk.sync();
    desk.settled();
}

#[test]
fn a_full_listing_plans_what_the_changes_plan() {
    let settings = "[crm.hubspot]\nfull_listing_every = 1\n[deletes]\nsightings = 1\nmin_hours = 0\n";
    let desks = [Desk::linked(30, settings), Desk::linked(30, AT_ONCE)];
    let plans = desks.each_ref().map(|desk| {
        desk.edit(&phone(3), "company", "Acme Three");
        desk.edit(&phone(4), "phone", "+1 415-555-0904");
        desk.hub.archive(desk.person(&phone(5)).id);
        desk.hub.merge(desk.person(&phone(6)).id, desk.person(&phone(7)).id).unwrap();
        desk.hub.insert([("firstname", "New"), ("phone", "+1 415-555-0950")]);
        desk.plan()
    });
    assert_eq!(writes(&plans[0]), writes(&plans[1]));
    assert!(!writes(&plans[0]).is_empty());
    assert!(desks[0].requests(RequestKind::Search) == 0 && desks[1].requests(RequestKind::Search) > 0);
}

/// Answers lost after the write, limits, cut bodies, writes that are acknowledged and dropped.
#[test]
fn whatever_goes_wrong_nobody_is_doubled_or_lost() {
    let fault = |on: On, action: Action| Fault::new(on, action).every(3).times(3);
    let troubles: [(&str, Vec<Fault>); 6] = [
        ("lost", vec![Fault::new(On::Write, Action::CloseAfterEffect).every(2).times(3)]),
        ("cut", vec![fault(On::Any, Action::CutBody)]),
        ("half", vec![fault(On::Any, Action::InvalidJson)]),
        ("limited", vec![fault(On::Any, Action::Refuse(Refusal::limited(Policy::Secondly)))]),
        ("broken", vec![Fault::new(On::Write, Action::RefuseAfterEffect(Refusal::status(500))).times(2)]),
        // Nothing lags: what was acknowledged and is not shown was not kept.
        ("dropped", vec![Fault::new(On::Write, Action::DropWrites { every: 7 }).times(2)]),
    ];
    std::thread::scope(|scope| {
        for (name, faults) in troubles {
            scope.spawn(move || {
                let desk = Desk::new("index_lag_seconds = 0\n[policy]\nconflict = \"crm\"\n");
                desk.world.account.insert_all((1..=120).map(contact));
                desk.hub.insert([("firstname", "Only"), ("lastname", "There"), ("phone", "+1 415-555-0999")]);
                for fault in faults {
                    desk.hub.add_fault(fault);
                }
                for _ in 0..4 {
                    desk.run(&["sync", "--json"]);
                }
                desk.hub.clear_faults();
                for number in 1..=60 {
                    desk.world.edit(number, |one| one.company = Some(format!("{name} {number}")));
                }
                desk.hub.add_fault(Fault::new(On::BatchUpdate, Action::CloseAfterEffect).times(1));
                for _ in 0..3 {
                    desk.run(&["sync", "--json"]);
                }
                desk.hub.clear_faults();
                desk.sync();
                assert_eq!(desk.hub.contact_count(), 121, "{name}");
                desk.settled();
            });
        }
    });
}

#[test]
fn one_bad_row_does_not_spoil_its_batch() {
    let desk = Desk::linked(30, "");
    for number in 1..=20 {
        desk.world.edit(number, |one| one.company = Some(format!("Acme & Co. {number}")));
    }
    desk.world.edit(9, |one| one.email = Some("no address".to_owned()));
    let report = desk.run(&["sync", "--json"]).ends(6).json();
    assert_eq!(applied(&report, "crm", "update"), 19, "{report:#}");
    let said = words(&report, "failed", "error").join("");
    assert!(said.contains("no address"), "{report:#}");
}

#[test]
fn clearing_travels_where_it_is_wanted() {
    let desk = Desk::linked(3, "[fields]\nphone = \"phone\"\nlast_name = \"lastname\"\ncompany = { clear = true }\n");
    desk.world.edit(2, |one| one.company = None);
    desk.sync();
    assert_eq!(desk.person(&phone(2)).get("company"), "");
}

#[test]
fn a_wrong_token_or_a_missing_scope_is_told_before_anything_is_read() {
    let desk = Desk::with(hubspot::Settings::unlimited(), "");
    desk.hub.change_settings(|settings| settings.token = "pat-na1-another".to_owned());
    desk.run(&["plan"]).fails(1, &["HubSpot answered 401"]);
    let mut without = desk.world.command(&["plan"]);
    without.env_remove("TIELINE_HUBSPOT_TOKEN");
    finish(without).fails(2, &["TIELINE_HUBSPOT_TOKEN is not set"]);
    desk.hub.change_settings(|settings| {
        settings.token = TOKEN.to_owned();
        settings.scopes.retain(|scope| !scope.contains("contacts"));
    });
    desk.run(&["plan"]).fails(1, &["403", "crm.schemas.contacts.read"]);
    desk.hub.change_settings(|settings| {
        settings.scopes = hubspot::Settings::default().scopes;
        settings.scopes.retain(|scope| !scope.ends_with("write"));
    });
    desk.world.account.insert_all([contact(1)]);
    desk.run(&["sync"]).fails(1, &["403", "crm.objects.contacts.write"]);
    assert_eq!(desk.hub.contact_count(), 0);
    desk.hub.change_settings(|settings| settings.scopes = hubspot::Settings::default().scopes);
    desk.sync();
    desk.settled();
}

#[test]
fn properties_are_checked_before_a_run() {
    let fields = |line: &str| format!("[fields]\nphone = \"phone\"\n{line}\n");
    let desk = Desk::new(&fields("\"custom.tier\" = \"teir\""));
    desk.hub.define(ObjectKind::Contacts, Property::text("tier", "Tier").options(&["gold", "silver"]));
    desk.hub.define(ObjectKind::Contacts, Property::text("score_x", "Score X").read_only());
    desk.run(&["plan"]).fails(2, &["fields.custom.tier", "`teir` does not exist", "did you mean `tier`"]);
    desk.world.reconfigure("\"teir\"", "\"score_x\"");
    desk.run(&["plan"]).fails(2, &["`score_x` cannot be set"]);
    desk.world.reconfigure("= \"score_x\"", "= { crm = \"score_x\", direction = \"to_justcall\" }");
    desk.run(&["plan"]).ends(0);
    desk.world.reconfigure("{ crm = \"score_x\", direction = \"to_justcall\" }", "\"tier\"");
    let id = desk.world.insert("Kim", "Brass", &phone(1), "");
    desk.world.account.edit(id, |one| drop(one.custom_fields.insert("tier".to_owned(), "brass".into()))).unwrap();
    let report = desk.run(&["sync", "--json"]).ends(6).json();
    let said = words(&report, "failed", "error").join("");
    assert!(said.contains("`tier` takes `gold`, `silver`, and not `brass`"), "{report:#}");
}

#[test]
fn a_quota_that_is_spent_stops_the_run_with_the_time_of_the_next_day() {
    let desk = Desk::new("[crm.hubspot]\nconcurrency = 1\n");
    desk.world.account.insert_all((1..=450).map(contact));
    // Identify, list, and three of five batches.
    desk.hub.leave_today(IDENTIFY + 1 + 3);
    let plan = desk.plan();
    let alarms = words(&plan, "alarms", "kind");
    assert!(alarms.contains(&"quota".to_owned()), "{alarms:?}");
    desk.hub.leave_today(IDENTIFY + 1 + 3);
    let stopped = desk.run(&["sync"]).fails(1, &["daily quota", "new ones come at"]);
    assert!(stopped.stderr.contains("new ones come at 20"), "{}", stopped.stderr);
    let made = desk.hub.contact_count();
    assert!(made > 100 && made < 450, "{made}");
    // Nothing more goes out while the day lasts.
    desk.run(&["sync"]).fails(1, &["daily quota"]);
    assert_eq!(desk.hub.contact_count(), made);
    desk.hub.leave_today(10_000);
    let report = desk.sync();
    assert_eq!(applied(&report, "crm", "create") + made as u64, 450, "{report:#}");
    desk.settled();
    let status = desk.run(&["status"]).ends(0);
    assert!(status.stdout.contains("requests of HubSpot's day"), "{}", status.stdout);
}

#[test]
fn init_and_doctor_know_it() {
    let desk = Desk::new("");
    let url = desk.world.read("tieline.toml");
    let url = url.lines().find(|line| line.starts_with("base_url") && !line.contains(&desk.world.base_url())).unwrap();
    desk.hub.insert_people(3, 1);
    desk.run(&["init", "--hubspot", "--force"]).ends(0);
    let justcall = format!("base_url = \"{}\"", desk.world.base_url());
    desk.world.reconfigure("base_url = \"https://api.justcall.io\"", &justcall);
    desk.world.reconfigure("[crm.hubspot]\n", &format!("[crm.hubspot]\n{url}\n"));
    let seen = desk.run(&["doctor"]).ends(0);
    for text in ["HubSpot account 8675309", "3 contacts can be read", "/contacts/8675309/record/0-1/{id}"] {
        assert!(seen.stdout.contains(text), "no `{text}` in {}", seen.stdout);
    }
    desk.reset();
    desk.run(&["doctor", "--offline"]).ends(0);
    assert_eq!(desk.hub.counters().total_requests(), 0);
}

/// What a run would stop for is known before it: scopes of the token, values of the scope.
#[test]
fn the_doctor_finds_what_a_run_would_stop_for() {
    for scope in ["crm.objects.contacts.write", "crm.schemas.contacts.read"] {
        let mut settings = hubspot::Settings::unlimited();
        settings.scopes.remove(scope);
        let desk = Desk::with(settings, "");
        let doctor = desk.run(&["doctor"]).ends(2);
        assert!(doctor.stdout.contains("FAIL  scopes") && doctor.stdout.contains(scope), "{}", doctor.stdout);
    }
    let scope = "[scope]\ncrm = { lifecyclestage = [\"custmer\"] }\n";
    let desk = Desk::new(scope);
    for command in ["doctor", "plan"] {
        let output = desk.run(&[command]).ends(2);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains("no value `custmer`") && said.contains("`customer`?"), "{said}");
    }
}

#[test]
fn of_two_numbers_the_one_that_justcall_holds_is_kept_in_sync() {
    let desk = Desk::new("[fields]\nfirst_name = \"firstname\"\nphone = [\"mobilephone\", \"phone\"]\n");
    let ann = [("firstname", "Ann"), ("mobilephone", "+1 415-555-0101"), ("phone", "+1 415-555-0102")];
    let ann = desk.hub.insert(ann).id;
    desk.world.account.insert(NewContact::named("Ann", "", "+14155550102"));
    let id = desk.world.contact("+14155550102").id;
    let first = desk.sync();
    assert_eq!(applied(&first, "crm", "create") + applied(&first, "justcall", "create"), 0, "{first:#}");
    let shown = |name: &str| desk.hub.contact(ann).unwrap().get(name).to_owned();
    // JustCall's new number goes to where its old one stood; the other one stays.
    desk.world.account.edit(id, |contact| contact.phone = "+14155550177".to_owned()).unwrap();
    desk.sync();
    assert_eq!((shown("mobilephone"), shown("phone")), ("+1 415-555-0101".to_owned(), "+14155550177".to_owned()));
    // It is gone from the CRM: the next in order takes its place.
    desk.hub.edit_as_user(ann, [("phone", "")]).unwrap();
    desk.sync();
    assert_eq!(desk.world.contact("+14155550101").id, id);
    assert_eq!((shown("mobilephone"), shown("phone")), ("+1 415-555-0101".to_owned(), String::new()));
    let quiet = desk.plan();
    assert_eq!(writes(&quiet), Vec::<String>::new(), "{quiet:#}");
    for (fields, text) in [
        ("phone = [\"mobilephone\", \"mobilphone\"]", "`mobilphone` does not exist"),
        ("phone = [\"mobilephone\", \"email\"]\nemail = \"email\"", "`email` is mapped twice"),
    ] {
        let refused = Desk::new(&format!("[fields]\n{fields}\n")).run(&["plan"]).ends(2);
        assert!(refused.stderr.contains(text), "{}", refused.stderr);
    }
}

/// Each number of a contact has a contact in JustCall: batches, the feed of changes and merges know of it.
#[test]
fn each_number_of_a_contact_has_a_contact_of_its_own() {
    let fields = "phone = { crm = [\"mobilephone\", \"phone\"], numbers = \"each\" }";
    let desk = Desk::new(&format!("{AT_ONCE}[fields]\nfirst_name = \"firstname\"\ncompany = \"company\"\n{fields}\n"));
    let insert = |name: &str, mobile: &str, phone: &str| {
        desk.hub.insert([("firstname", name), ("mobilephone", mobile), ("phone", phone)]).id
    };
    let ann = insert("Ann", "+1 415-555-0101", "+1 415-555-0102");
    let bob = insert("Bob", "+1 415-555-0103", "+1 415-555-0104");
    insert("Zed", "", "+1 415-555-0109");
    let people = || {
        let contacts = desk.world.account.contacts().into_iter();
        let mut all: Vec<String> =
            contacts.map(|one| format!("{} {}", one.first_name.unwrap_or_default(), &one.phone[9..])).collect();
        all.sort();
        all
    };
    let quiet = || {
        let before = (desk.hub.counters().written(), desk.world.counters().mutating_calls);
        desk.sync();
        assert_eq!(before, (desk.hub.counters().written(), desk.world.counters().mutating_calls));
    };
    desk.sync();
    assert_eq!(people(), ["Ann 101", "Ann 102", "Bob 103", "Bob 104", "Zed 109"]);
    quiet();
    // Edits of both contacts of one person in one night are one write, and the numbers go where they belong.
    let edit = |phone: &str, change: &dyn Fn(&mut sandbox::Contact)| {
        desk.world.account.edit(desk.world.contact(phone).id, change).unwrap();
    };
    edit("+14155550101", &|one| one.company = Some("Acme".to_owned()));
    edit("+14155550102", &|one| one.company = Some("Acme".to_owned()));
    edit("+14155550102", &|one| one.phone = "+14155550177".to_owned());
    desk.reset();
    desk.sync();
    assert_eq!(desk.requests(RequestKind::BatchUpdate), 1);
    let shown = |id: u64, name: &str| desk.hub.contact(id).unwrap().get(name).to_owned();
    assert_eq!(
        ["company", "mobilephone", "phone"].map(|name| shown(ann, name)),
        ["Acme", "+1 415-555-0101", "+14155550177"].map(str::to_owned)
    );
    quiet();
    // A number that moves from one property to the other is the same contact's.
    let known = desk.world.contact("+14155550103").id;
    desk.hub.edit_as_user(bob, [("mobilephone", ""), ("phone", "+14155550103")]).unwrap();
    desk.sync();
    assert_eq!(people(), ["Ann 101", "Ann 177", "Bob 103", "Zed 109"]);
    assert_eq!(desk.world.contact("+14155550103").id, known);
    quiet();
    // Two contacts become one: nobody is deleted for it, and whose number is left is linked to the new one.
    let merged = desk.hub.merge(ann, bob).unwrap().id;
    let report = desk.sync();
    assert_eq!(applied(&report, "justcall", "delete"), 0, "{report:#}");
    assert_eq!(people().len(), 4);
    edit("+14155550101", &|one| one.company = Some("Merged".to_owned()));
    desk.sync();
    assert_eq!(shown(merged, "company"), "Merged");
    // Gone in HubSpot: all of them go.
    desk.hub.archive(merged).unwrap();
    desk.sync();
    desk.sync();
    assert_eq!(people(), ["Zed 109"], "also who went into it");
}
