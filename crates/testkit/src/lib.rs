//! What tests are made of: a replica in memory that knows every fault we have heard of, a clock that only the test
//! moves, crashes at any step, and the conformance suite that every connector passes.
//!
//! Knows neither the engine nor the store nor the job: it cannot be wrong together with them. Used by tests alone.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod clock;
pub mod conformance;
mod crash;
pub mod dav;
mod people;
mod random;
pub mod replica;
pub mod web;

pub use clock::Clock;
pub use crash::{Crash, Crashed, Point};

pub use people::{People, number};
pub use random::Random;
pub use replica::{Kind, Loss, MemoryReplica, Rewrite, Who};

/// Runs a future on this thread, without input or output.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..1000 {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("the future waits for something: nothing in a test may wait")
}
