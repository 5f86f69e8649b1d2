//! One call from anywhere into the state: from the log, a callback, a webhook or the answer to a request.
//!
//! Any order and any number of times: the state keeps each call once, at its latest stage. It checks no signature.

use engine::normalizer::{Normalizer, PhoneReading};
use model::Call;
use store::{CallRow, CallSource, CallsTaken, Store};

/// A call with the number that it belongs to, read like every phone.
pub fn row(normalizer: &Normalizer, call: Call) -> CallRow {
    let number = call.customer().and_then(|text| match normalizer.read_phone(text) {
        PhoneReading::Key(key) | PhoneReading::WeakKey(key) => Some(key.number()),
        PhoneReading::Unusable(..) => None,
    });
    CallRow { call, number }
}

/// Takes in what a callback or a webhook says of a call. When this returns, it is on the disk.
pub fn take_event(store: &mut Store, normalizer: &Normalizer, call: Call) -> store::Result<CallsTaken> {
    store.put_calls(&[row(normalizer, call)], CallSource::Event)
}
