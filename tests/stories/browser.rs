//! The page of a plan in a real browser: it opens, filters, takes answers, and what it lets a person download is what
//! `conflicts import` reads. Needs Chromium; says so loudly where there is none.

use crate::chromium::Browser;
use crate::support::{World, applied, words};
use serde_json::Value;

/// Drives the page as a person would and leaves what it saw in the document.
const HAND: &str = r##"
(async () => {
  const seen = {};
  const all = (what) => Array.from(document.querySelectorAll(what));
  const fire = (node, what) => node.dispatchEvent(new Event(what, { bubbles: true }));
  const told = () => document.getElementById("told").textContent;
  seen.hacked = window.hacked === true;
  seen.scripts = all("script").length;
  seen.images = all("img").length;
  seen.cards = all(".card").length;
  // Each control has a name, each id stands once, headings do not skip a level.
  seen.unnamed = all("input, select, button").filter((node) =>
    !(node.labels && node.labels.length) && !node.getAttribute("aria-label") && !node.textContent.trim()).length;
  const ids = all("[id]").map((node) => node.id);
  seen.doubled = ids.length - new Set(ids).size;
  let last = 0;
  seen.skipped = all("h1, h2, h3, h4").filter((node) => {
    const level = Number(node.tagName[1]), jump = level > last + 1;
    last = level;
    return jump;
  }).length;
  const find = document.getElementById("find");
  find.value = "Personab";
  fire(find, "input");
  seen.filtered = told();
  document.getElementById("bulk").value = "crm";
  document.getElementById("apply").click();
  find.value = "";
  fire(find, "input");
  seen.one = told();
  document.getElementById("bulk").value = "justcall";
  document.getElementById("apply").click();
  seen.all = told();
  document.getElementById("undo").click();
  seen.undone = told();
  const own = all(".own")[1];
  own.value = "Mine, \"quoted\"";
  fire(own, "change");
  let blob = null;
  URL.createObjectURL = (made) => { blob = made; return "#"; };
  document.getElementById("download").click();
  seen.csv = await blob.text();
  return seen;
})()
"##;

/// What the browser saw; none where there is no browser.
fn drive(world: &World) -> Option<Value> {
    let mut browser = Browser::start(&world.path("profile"))?;
    let page = format!("file://{}", world.path("plan.html").display());
    for (width, scheme) in [(1200, "light"), (390, "dark")] {
        browser.window(width, 900, scheme);
        browser.open(&page);
        browser.accessible("the page of a plan");
    }
    browser.open(&page);
    // The page's own policy keeps anything else from running in it.
    browser.eval("{ const other = document.createElement('script'); other.textContent = 'window.hacked = true'; document.body.append(other); other.remove(); } 0");
    Some(browser.eval(HAND))
}

#[test]
fn conflicts_are_answered_on_the_page_and_settled() {
    let world = World::linked(3, "");
    let nasty = ["<script>window.hacked=true</script>", "\"><img src=x onerror=\"window.hacked=true\">"];
    for (number, text) in (1..=2).zip(nasty) {
        world.edit(number, |contact| contact.company = Some(text.to_owned()));
        world.edit_crm(&format!("Acme {number}"), &format!("File {number}"));
    }
    assert_eq!(words(&world.plan(), "conflicts", "kind").len(), 2);
    world.run(&["show", "-o", "plan.html"]).ends(0);
    let page = world.read("plan.html");
    assert!(!page.contains("<script>window") && !page.contains("<img"), "{page}");
    assert!(!page.contains("http:") && !page.contains("https:"), "nothing is fetched");
    let Some(seen) = drive(&world) else { return };
    for (what, count) in [("scripts", 1), ("images", 0), ("cards", 2), ("unnamed", 0), ("doubled", 0), ("skipped", 0)] {
        assert_eq!(seen[what], count, "{what}: {seen:#}");
    }
    assert_eq!(seen["hacked"], false);
    for (what, text) in [
        ("filtered", "0 of 2 decided, 1 found"),
        ("one", "1 of 2 decided, 2 found"),
        ("all", "2 of 2 decided, 2 found"),
        ("undone", "1 of 2 decided, 2 found"),
    ] {
        assert!(seen[what].as_str().unwrap().starts_with(text), "{what}: {seen:#}");
    }
    world.write("decisions.csv", seen["csv"].as_str().unwrap());
    world.run(&["conflicts", "import", "decisions.csv"]).ends(0);
    let report = world.sync();
    assert_eq!((applied(&report, "justcall", "update"), words(&report, "conflicts", "id").len()), (2, 0), "{report:#}");
    let companies: Vec<_> = (1..=2).map(|number| world.numbered(number).company.unwrap()).collect();
    assert!(companies.contains(&"Mine, \"quoted\"".to_owned()), "{companies:?}");
    world.settled();
}
