//! Cards with several numbers, on real servers: one of them is kept in sync, or each has a contact of its own.

use super::{on_both, person};
use crate::support::{AT_ONCE, applied, writes};
use sandbox::Contact;

const NUMBERS: &str = "first_name = \"n.given\"\nlast_name = \"n.family\"\nemail = \"email\"\ncompany = \"org\"\n";

/// Of the places for numbers, one is kept in sync: where JustCall's stands.
#[test]
fn of_several_numbers_the_one_that_justcall_holds_is_kept_in_sync() {
    on_both(|books| {
        books.configure(&format!("{AT_ONCE}[fields]\n{NUMBERS}phone = [\"tel:cell\", \"tel:work\"]\n"));
        let more = "TEL;TYPE=WORK:(415) 555-0202\r\nitem1.TEL;TYPE=HOME:+14155550203\r\nitem1.X-ABLabel:Hut\r\n";
        books.put("ann", &["Ann", "Bell", "+14155550201", "", ""], more);
        books.world.insert("Ann", "Bell", "+14155550202", "");
        let report = books.sync();
        assert_eq!((applied(&report, "crm", "create"), applied(&report, "justcall", "create")), (0, 0), "{report:#}");
        let has = |texts: &[&str]| {
            let (_, card) = books.find("Hut");
            for text in texts {
                assert!(card.contains(text), "no {text} in {card}");
            }
        };
        has(&["+14155550201", "(415) 555-0202", "+14155550203"]);
        let id = books.world.contact("+14155550202").id;
        books.world.account.edit(id, |contact| contact.phone = "+14155550277".to_owned()).unwrap();
        books.sync();
        has(&["+14155550201", "+14155550277", "+14155550203"]);
        // Taken out of the card: the next in order takes its place.
        let (name, card) = books.find("Hut");
        let lines: Vec<&str> = card.lines().filter(|line| !line.contains("+14155550277")).collect();
        books.dav.put(&name, &format!("{}\r\n", lines.join("\r\n")));
        books.sync();
        assert_eq!(books.world.contact("+14155550201").id, id);
        let plan = books.run(&["plan", "--json"]).ends(0).json();
        assert_eq!(writes(&plan), Vec::<String>::new(), "{plan:#}");
    });
}

/// Each number of a card has a contact in JustCall.
#[test]
fn each_number_of_a_card_has_a_contact_of_its_own() {
    on_both(|books| {
        let phone = "phone = { crm = [\"tel:cell\", \"tel:work\"], numbers = \"each\" }";
        books.configure(&format!("{AT_ONCE}[fields]\n{NUMBERS}{phone}\n"));
        books.put("ann", &["Ann", "Bell", "+14155550201", "", "Acme"], "TEL;TYPE=WORK:+14155550202\r\nX-KEPT:yes\r\n");
        books.put("bo", &["Bo", "Cho", "+14155550203", "", ""], "");
        let names = || {
            let mut all: Vec<String> =
                books.world.account.contacts().iter().map(|one| person(one)[..3].join(" ")).collect();
            all.sort();
            all
        };
        let quiet = || {
            let before = (books.dav.cards(), books.world.counters().mutating_calls);
            books.sync();
            assert_eq!(before, (books.dav.cards(), books.world.counters().mutating_calls));
            books.run(&["verify", "--json"]).ends(0);
        };
        books.sync();
        assert_eq!(names(), ["Ann Bell +14155550201", "Ann Bell +14155550202", "Bo Cho +14155550203"]);
        quiet();
        // Both contacts are edited in one night, each in another field, and one gets another number.
        let edit = |phone: &str, change: &dyn Fn(&mut Contact)| {
            books.world.account.edit(books.world.contact(phone).id, change).unwrap();
        };
        edit("+14155550201", &|one| one.company = Some("Beta".to_owned()));
        edit("+14155550202", &|one| {
            one.email = Some("ann@example.com".to_owned());
            one.phone = "+14155550277".to_owned();
        });
        books.sync();
        let (_, card) = books.find("ann@example.com");
        for text in ["Beta", "+14155550201", "+14155550277"] {
            assert!(card.contains(text), "no {text} in {card}");
        }
        assert!(card.to_uppercase().contains("X-KEPT:YES"), "{card}");
        books.sync();
        quiet();
        // A card that cannot be read for a while takes nobody along, and neither does a number that is taken out another.
        books.edit("+14155550277", "+14155550277", "+14155550203x");
        books.sync();
        assert_eq!(names().len(), 3);
        let (name, card) = books.find("+14155550203x");
        let lines: Vec<&str> = card.lines().filter(|line| !line.contains("203x")).collect();
        books.dav.put(&name, &format!("{}\r\n", lines.join("\r\n")));
        books.sync();
        assert_eq!(names(), ["Ann Bell +14155550201", "Bo Cho +14155550203"]);
        quiet();
        books.dav.remove(&name);
        books.sync();
        assert_eq!(names(), ["Bo Cho +14155550203"]);
    });
}
