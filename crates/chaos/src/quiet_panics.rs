//! Panics inside a story are findings, not noise: their words are kept instead of printed.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use testkit::Crashed;

thread_local! {
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    static WORDS: RefCell<String> = const { RefCell::new(String::new()) };
}

static HOOK: Once = Once::new();

/// Works; a panic becomes its words and place. A [`Crashed`] that nobody caught is a panic like any other.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if LISTENING.get() {
                WORDS.set(info.to_string());
            } else {
                before(info);
            }
        }));
    });
    let was = LISTENING.replace(true);
    let worked = catch_unwind(AssertUnwindSafe(work));
    LISTENING.set(was);
    worked.map_err(|cause| if cause.is::<Crashed>() { "an uncaught crash".to_owned() } else { WORDS.take() })
}
