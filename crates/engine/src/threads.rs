//! Two threads where that pays. What they come to must not depend on it: neither sees what the other does.

use std::cell::Cell;

thread_local! {
    /// From so much on (rows, phones, links), a second thread is done earlier than one that does everything.
    static LEAST: Cell<usize> = const { Cell::new(20_000) };
}

/// Whether so much work is worth a second thread.
pub fn worth(size: usize) -> bool {
    size >= LEAST.get()
}

/// Works with another idea of what is worth a second thread: to show that it makes no difference. Holds for this thread,
/// as the switches of `model::mutant` do: whoever needs both keeps to one.
pub fn from<T>(least: usize, work: impl FnOnce() -> T) -> T {
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            LEAST.set(self.0);
        }
    }
    let _restore = Restore(LEAST.replace(least));
    work()
}

/// Does both; on two threads if it is `worth` it.
///
/// # Panics
/// If one of them does.
pub fn both<A: Send, B>(worth: bool, other: impl FnOnce() -> A + Send, own: impl FnOnce() -> B) -> (A, B) {
    if !worth {
        return (other(), own());
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let own = own();
        // What panicked there must not look as if it were done.
        (other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), own)
    })
}
