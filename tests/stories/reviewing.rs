//! The review page as a manager uses it, in a real browser: after a nightly run with 50 conflicts they are filtered,
//! decided, undone, decided again and applied, and both sides are settled. Needs Chromium; says so loudly where there is
//! none.

use crate::chromium::Browser;
use crate::support::{Output, World, applied, until, until_some, words};
use sandbox::{Action, Fault, On};
use std::io::{BufRead, BufReader};
use std::process::Child;

/// A review page that is being served; ends with this value.
pub(crate) struct Served {
    process: Child,
    pub(crate) url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    /// Starts it and reads its address.
    pub(crate) fn start(world: &World, args: &[&str]) -> Self {
        let mut process = world.start(&[&["review", "--as", "Imani"], args].concat());
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { process, url }
    }

    /// The path of a page.
    pub(crate) fn page(&self, name: &str) -> String {
        format!("{}{name}", self.url.split("?token").next().unwrap())
    }
}

/// Sixty linked contacts, fifty of which both sides edited: 35 companies, 15 e-mails; and a nightly run.
pub(crate) fn after_a_night() -> World {
    let world = World::linked(60, "");
    for number in 1..=35 {
        world.edit(number, |contact| contact.company = Some(format!("Acme {number} Holding")));
    }
    for number in 36..=50 {
        world.edit(number, |contact| contact.email = Some(format!("phone{number}@example.com")));
    }
    let rows: Vec<String> = world
        .read("crm.csv")
        .lines()
        .map(|row| match row.split(',').next().unwrap().parse::<usize>() {
            Ok(number @ 1..=35) => row.replace(&format!("Acme {number}"), &format!("Acme {number} Partners")),
            Ok(number @ 36..=50) => {
                let cells: Vec<&str> = row.split(',').collect();
                row.replace(cells[4], &format!("desk{number}@example.com"))
            }
            _ => row.to_owned(),
        })
        .collect();
    world.write("crm.csv", format!("{}\n", rows.join("\n")));
    let report = world.sync();
    assert_eq!(words(&report, "conflicts", "id").len(), 50, "{report:#}");
    world
}

/// Chooses for many in the form above the list.
fn choose(scope: &str, choice: &str) -> String {
    format!(
        "document.querySelector('input[name=scope][value={scope}]').checked = true; \
         document.querySelector('#choice').value = '{choice}'; document.querySelector('#bulk button').click();"
    )
}

#[test]
fn fifty_conflicts_are_settled_on_the_page() {
    let world = after_a_night();
    let Some(mut browser) = Browser::start(&world.path("profile")) else { return };
    let served = Served::start(&world, &[]);
    browser.window(1200, 900, "light");
    browser.open(&served.url);
    let at = browser.eval("location.href");
    assert!(!at.as_str().unwrap().contains("token"), "{at}");
    assert_eq!(browser.eval("document.cookie"), "", "scripts cannot read the cookie");
    assert!(browser.text(".tiles").contains("50"), "{}", browser.text("main"));
    for page in
        ["overview", "conflicts", "held", "plan", "apply", "contact?phone=%2B14155550101", "quality", "runs", "name"]
    {
        browser.open(&served.page(page));
        browser.accessible(page);
    }
    // Filter, choose for all that fit, undo, choose again.
    world.untouched(|_| {
        browser.open(&served.page("conflicts"));
        browser.go("document.querySelector('select[name=field]').value = 'email'; document.querySelector('.filter').submit();");
        assert!(browser.text("main").contains("15 conflicts that fit the filter"), "{}", browser.text("main"));
        browser.go(&choose("all", "crm"));
        assert!(browser.text("h1").starts_with("35 conflicts wait"), "{}", browser.text("main"));
        browser.go("document.querySelector('form[action$=undo] button').click();");
        assert!(browser.text("h1").starts_with("50 conflicts wait"), "{}", browser.text("main"));
        browser.open(&served.page("conflicts?field=email"));
        browser.go(&choose("all", "crm"));
        // Some that are ticked, one with a value of its own, the rest.
        browser.open(&served.page("conflicts"));
        browser.eval("Array.from(document.querySelectorAll('input[name=id][type=checkbox]')).slice(0, 5).forEach((tick) => tick.click())");
        assert_eq!(browser.text("#ticked"), "5 of 35 on this page");
        browser.go(&choose("ids", "justcall"));
        browser.go(
            "const card = document.querySelector('.card'); card.querySelector('input[type=text]').value = 'Own & Sons'; \
             card.querySelector('input[type=text]').form.requestSubmit();",
        );
        browser.go(&choose("all", "crm"));
        assert!(browser.text("h1").starts_with("0 conflicts wait for a decision, 50 decided"), "{}", browser.text("main"));
        browser.open(&served.page("conflicts?state=decided"));
        browser.accessible("decided conflicts");
    });
    assert!(world.run(&["conflicts", "decided"]).ends(0).stdout.contains("by Imani"));
    // Look at a fresh plan, confirm it, see what it did.
    world.untouched(|_| {
        browser.open(&served.page("apply"));
        browser.go("document.querySelector('main form button').click();");
        browser.arrive("/apply/p");
    });
    browser.accessible("the plan to confirm");
    assert!(browser.text("main").contains("Not done yet"), "{}", browser.text("main"));
    browser.go("document.querySelector('button.danger').click();");
    browser.arrive("/runs/r");
    browser.accessible("the run");
    assert!(browser.text("h1").starts_with("Applied in full"), "{}", browser.text("main"));
    assert!(browser.text("main").contains("Own & Sons"), "{}", browser.text("main"));
    world.settled();
}

#[test]
fn held_deletions_are_approved_or_refused_on_the_page_s16() {
    let guards = "[guards]\ndeletes = { floor = 2, percent = 1 }\n[deletes]\nsightings = 1\nmin_hours = 0\n";
    let world = World::linked(60, guards);
    world.drop_rows(10..=15);
    world.edit(3, |contact| contact.company = Some("Not yet".to_owned()));
    world.run(&["plan"]).ends(0);
    let Some(mut browser) = Browser::start(&world.path("profile")) else { return };
    let served = Served::start(&world, &[]);
    browser.window(390, 800, "dark");
    browser.open(&served.url);
    world.untouched(|_| {
        browser.open(&served.page("held"));
        browser.accessible("held deletions");
        // Two are kept, at most four may go.
        browser.eval("Array.from(document.querySelectorAll('input[name=id]')).slice(0, 2).forEach((tick) => tick.click())");
        browser.go("document.querySelector('form[action$=keep] button').click();");
        browser.go("document.querySelector('input[name=count]').value = 4; document.querySelector('form[action$=approve] button').click();");
        assert!(browser.text("main").contains("deletes: at most 4"), "{}", browser.text("main"));
        browser.accessible("held, decided");
        // And an update is left out of the plan.
        browser.open(&served.page("plan"));
        browser.eval("document.querySelector('tbody input[name=id]').click()");
        browser.go("document.querySelector('form[action$=exclude] button').click();");
        assert!(browser.text("main").contains("1 action left out"), "{}", browser.text("main"));
        browser.accessible("the plan without an action");
        browser.open(&served.page("apply"));
        browser.go("document.querySelector('main form button').click();");
        browser.arrive("/apply/p");
    });
    browser.go("document.querySelector('button.danger').click();");
    browser.arrive("/runs/r");
    assert!(browser.text("h1").contains("4 deleted in JustCall"), "{}", browser.text("main"));
    assert_eq!(world.account.contact_count(), 56);
    assert!(world.read("crm.csv").contains("Acme 3\n"), "the update was left out");
}

#[test]
fn what_is_decided_while_a_run_writes_is_not_lost_s42() {
    let world = World::linked(2, "");
    world.edit(1, |contact| contact.company = Some("From the phone".to_owned()));
    world.edit_crm("Acme 1", "From CRM");
    world.sync();
    let Some(mut browser) = Browser::start(&world.path("profile")) else { return };
    let served = Served::start(&world, &[]);
    browser.window(1200, 900, "light");
    browser.open(&served.url);
    browser.open(&served.page("conflicts"));
    // A run that has made its plan and waits for an answer to its first write.
    world.edit_crm("Acme 2", "Written tonight");
    for on in [On::Bulk, On::Update] {
        world.account.add_fault(Fault::new(on, Action::DelayAnswer { ms: 12_000 }).times(1));
    }
    world.account.reset_counters();
    let run = world.start(&["sync", "--json"]);
    until("the run writes", || world.counters().mutating_calls > 0);
    browser.go("document.querySelector('.choices button[value=crm]').click();");
    let text = browser.text("main");
    assert!(text.contains("A run is under way elsewhere") && text.contains("1 decision stored"), "{text}");
    browser.open(&served.page("elsewhere"));
    let text = browser.text("main");
    assert!(text.contains("0 of 1 write done") && text.contains("`sync` (process "), "{text}");
    browser.accessible("a run elsewhere");
    // Applying has to wait, and says so.
    browser.open(&served.page("apply"));
    browser.go("document.querySelector('main form button').click();");
    until("the page tells why", || browser.text("main").contains("it failed"));
    assert!(browser.text("main").contains("in use by `sync`"), "{}", browser.text("main"));
    browser.accessible("a plan that cannot be made now");
    browser.open(&served.page("elsewhere"));
    until("the page follows the run to its end", || {
        browser.eval("location.pathname").as_str().unwrap().ends_with("/overview")
    });
    let report = Output::of(&run.wait_with_output().unwrap()).ends(0).json();
    assert_eq!(applied(&report, "justcall", "update"), 1, "{report:#}");
    assert_eq!(applied(&world.sync(), "justcall", "update"), 1, "the next run carries the decision out");
    assert_eq!(world.numbered(1).company.as_deref(), Some("From CRM"));
    world.settled();
}

#[test]
fn a_page_that_others_can_reach_needs_a_password() {
    let world = World::linked(1, "");
    world.run(&["review", "--listen", "0.0.0.0"]).fails(2, &["without a password", "--password-file"]);
    world.write("short", "secret\n");
    world.run(&["review", "--listen", "0.0.0.0", "--password-file", "short"]).fails(2, &["fewer than 12 characters"]);
    world.run(&["review", "--password-file", "nowhere"]).fails(2, &["cannot read the password"]);
    world.write("password", "a long password\n");
    let mut process = world.start(&["review", "--listen", "0.0.0.0", "--password-file", "password", "--json"]);
    let mut told = BufReader::new(process.stderr.take().unwrap());
    let mut all = String::new();
    let warning = until_some(|| {
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        all.push_str(&line);
        line.contains("not encrypted").then_some(line)
    });
    assert!(all.contains("others can open password, which holds a password: run `chmod 600 password`"), "{all}");
    let _ = process.kill();
    let _ = process.wait();
    assert!(!warning.contains("a long password"), "{warning}");
}

#[test]
fn a_state_that_is_not_there_is_not_made() {
    let world = World::new();
    world.run(&["review"]).fails(2, &["no state"]);
    assert!(!world.path("tieline.db").exists());
}

/// Pictures for the guide: `TIELINE_PICTURES=docs/images cargo test -p tieline --test stories pictures`.
#[test]
fn pictures() {
    let Some(folder) = std::env::var_os("TIELINE_PICTURES").map(std::path::PathBuf::from) else { return };
    // Relative to the sources, wherever tests run.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let world = after_a_night();
    let mut browser = Browser::start(&world.path("profile")).expect("a browser");
    let served = Served::start(&world, &[]);
    let (wide, narrow) = ((1100, 860), (390, 800));
    browser.window(wide.0, wide.1, "light");
    browser.open(&served.url);
    let shoot = |browser: &mut Browser, size: (u32, u32), scheme: &str, page: &str, name: &str| {
        browser.window(size.0, size.1, scheme);
        if !page.is_empty() {
            browser.open(&served.page(page));
        }
        std::fs::write(folder.join(name), browser.picture()).unwrap();
    };
    shoot(&mut browser, wide, "light", "overview", "review-overview.png");
    shoot(&mut browser, wide, "light", "conflicts", "review-conflicts.png");
    shoot(&mut browser, narrow, "dark", "conflicts?field=email", "review-conflicts-phone.png");
    browser.window(wide.0, wide.1, "light");
    browser.open(&served.page("conflicts"));
    browser.go(&choose("all", "crm"));
    browser.open(&served.page("apply"));
    browser.go("document.querySelector('main form button').click();");
    browser.arrive("/apply/p");
    shoot(&mut browser, wide, "light", "", "review-apply.png");
}
