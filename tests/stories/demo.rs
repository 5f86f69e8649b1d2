//! `tieline demo`: what a newcomer sees first.

use crate::support::{Output, finish, tieline};

fn demo(folder: &std::path::Path, args: &[&str]) -> Output {
    finish(tieline(folder, &[&["demo"], args].concat()))
}

#[test]
fn the_demo_runs_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(folder.path(), &["--dir", "try"]).ends(0);
    let shown = &output.stdout;
    for text in [
        "1. A JustCall account with",
        "2. Apply it",
        "3. Plan again",
        "No change: ",
        "4. People work on both sides",
        "1 conflict",
        "5. Yours to play with",
        "tieline sandbox --port",
    ] {
        assert!(shown.contains(text), "no `{text}` in:\n{shown}");
    }
    // The messy export shows what it is there for.
    for text in ["destroyed", "more than one way", "several"] {
        assert!(shown.contains(text), "no `{text}` in:\n{shown}");
    }
    for name in ["crm.csv", "tieline.toml", "tieline.db", "justcall.json"] {
        assert!(folder.path().join("try").join(name).exists(), "{name}");
    }
    // What it says to type next works.
    for args in [&["conflicts", "list"][..], &["history"], &["status"], &["show"]] {
        let mut all = vec!["--config", "try/tieline.toml"];
        all.extend(args);
        assert!(!finish(tieline(folder.path(), &all)).ends(0).stdout.is_empty(), "{args:?}");
    }
    // Again in the same folder only where it is meant: the text above invites to edit; in somebody else's folder never.
    let edited = std::fs::read_to_string(folder.path().join("try/crm.csv")).unwrap().replacen("Acme", "Mine", 1);
    std::fs::write(folder.path().join("try/crm.csv"), &edited).unwrap();
    demo(folder.path(), &["--dir", "try"]).fails(2, &["an earlier demo", "--fresh"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("try/crm.csv")).unwrap(), edited);
    demo(folder.path(), &["--dir", "try", "--fresh"]).ends(0);
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/crm.csv"), "precious").unwrap();
    demo(folder.path(), &["--dir", "mine", "--fresh"]).fails(2, &["mine is not empty", "--dir"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("mine/crm.csv")).unwrap(), "precious");
}
