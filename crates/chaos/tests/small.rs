//! The small world, all of it.

use chaos::{default_settings, small_scope};

#[test]
fn nothing_breaks_in_a_small_world() {
    let found = small_scope(&default_settings());
    eprintln!("{} worlds", found.worlds);
    assert!(found.broken.is_empty(), "{} of {}: {}", found.broken.len(), found.worlds, found.broken.join("\n"));
    assert!(found.worlds > 600, "only {} worlds", found.worlds);
}
