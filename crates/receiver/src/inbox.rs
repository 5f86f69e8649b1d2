//! From requests to the disk: events queue up before one thread, which keeps all that wait in one transaction. So one
//! commit serves many senders, and the state has one writer here. Nobody is told "kept" before the commit is done.

use crate::meters::Meters;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{EventRow, Fate, Store};
use tokio::sync::{mpsc, oneshot};

/// Events that may wait; further ones are refused, and come again.
const QUEUE: usize = 20_000;
/// Events of one transaction: short enough that a run beside us need not wait long.
const BATCH: usize = 500;
/// Between two transactions of a full queue, so that a run which waits for the state has its turn.
const BREATH: Duration = Duration::from_millis(5);

/// Why an event is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotKept {
    /// Too many wait already.
    Full,
    /// The state could not be written.
    Failed,
}

struct Letter {
    row: EventRow,
    answer: oneshot::Sender<Result<Fate, NotKept>>,
}

/// What the writer is told.
enum Word {
    Keep(Letter),
    /// Nothing further comes.
    Close,
}

/// Where requests put events.
pub(crate) struct Inbox {
    sender: mpsc::Sender<Word>,
}

impl Inbox {
    /// Starts the thread that writes to the state. It ends when it is told so and all that waited is kept.
    ///
    /// # Errors
    /// Where the system has no thread for it.
    pub(crate) fn open(store: Store, meters: Arc<Meters>) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let work = move || write(store, receiver, &meters);
        let thread = std::thread::Builder::new().name("events".to_owned()).spawn(work)?;
        Ok((Self { sender }, thread))
    }

    /// Keeps an event. When this says what became of it, it is on the disk.
    pub(crate) async fn keep(&self, row: EventRow) -> Result<Fate, NotKept> {
        let (answer, kept) = oneshot::channel();
        self.sender.try_send(Word::Keep(Letter { row, answer })).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotKept::Full,
            mpsc::error::TrySendError::Closed(_) => NotKept::Failed,
        })?;
        kept.await.unwrap_or(Err(NotKept::Failed))
    }

    /// Takes nothing further; what waits is kept.
    pub(crate) async fn close(&self) {
        // Closed already where nobody listens.
        let _ = self.sender.send(Word::Close).await;
    }

    /// Whether somebody writes.
    pub(crate) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Events that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }
}

fn write(mut store: Store, mut receiver: mpsc::Receiver<Word>, meters: &Meters) {
    while let Some(word) = receiver.blocking_recv() {
        let mut next = Some(word);
        let mut letters = Vec::new();
        while let Some(word) = next.take() {
            match word {
                Word::Keep(letter) => letters.push(letter),
                // What is in the queue still comes out of it.
                Word::Close => receiver.close(),
            }
            if letters.len() < BATCH {
                next = receiver.try_recv().ok();
            }
        }
        if letters.is_empty() {
            continue;
        }
        keep(&mut store, letters, meters);
        if !receiver.is_empty() {
            std::thread::sleep(BREATH);
        }
    }
}

/// Somebody who restores a backup puts another file in the state's place: that one it must be.
fn in_place(store: &mut Store) -> store::Result<()> {
    if !store.is_in_place() {
        *store = Store::open_existing(store.path())?;
    }
    Ok(())
}

/// One transaction, and then the answers.
fn keep(store: &mut Store, letters: Vec<Letter>, meters: &Meters) {
    let (rows, answers): (Vec<_>, Vec<_>) = letters.into_iter().map(|letter| (letter.row, letter.answer)).unzip();
    let began = Instant::now();
    let kept = in_place(store).and_then(|()| store.put_events(&rows));
    meters.committed(rows.len(), began.elapsed(), kept.is_ok());
    let fates: Vec<Result<Fate, NotKept>> = match kept {
        Ok(fates) => fates.into_iter().map(Ok).collect(),
        Err(error) => {
            tracing::warn!("{} events were not kept: {error}", rows.len());
            vec![Err(NotKept::Failed); rows.len()]
        }
    };
    for (answer, fate) in answers.into_iter().zip(fates) {
        // Whoever has gone away asks again.
        let _ = answer.send(fate);
    }
}
