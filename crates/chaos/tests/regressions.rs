//! Stories that broke something once, and stories that show what a guard is for: all of them must hold.
#![allow(clippy::unwrap_used)]

use chaos::{Story, Style, default_settings, play};

#[test]
fn kept_stories_hold() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/regressions");
    let (mut told, mut wrong) = (0, Vec::new());
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let story = Story::from_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let played = play(&story, &default_settings(), Style::default());
        if let Some(broken) = played.checks.broken {
            eprintln!("{}: {broken}\n{}\n", path.display(), played.told.join("\n"));
            wrong.push(path);
        }
        told += 1;
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(told >= 5, "only {told} stories are kept");
}
