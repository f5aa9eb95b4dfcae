//! Served lists on their way to the store: collected off the request path, written in batches, flushed at shutdown.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinHandle;

use super::shown::Shown;
use crate::bus::{Bus, Message, Topic};
use crate::domain::recommendation::{ServedRecommendation, ShownProduct};
use crate::storage::{Result, Storage};

/// Lists that wait at most; beyond it they are dropped and counted, for a slow store must not slow requests.
const QUEUE: usize = 10_000;
/// Lists written at once at most.
const BATCH: usize = 250;
/// How long the first list of a batch waits for others.
const GATHER: Duration = Duration::from_millis(200);
/// How often a batch that the store refused is tried again.
const RETRIES: u32 = 3;

/// Takes in served lists.
#[derive(Debug)]
pub(super) struct ServedLog {
    sender: mpsc::Sender<Entry>,
    dropped: Arc<AtomicU64>,
}

enum Entry {
    Served(Box<ServedRecommendation>),
    Flush(tokio::sync::oneshot::Sender<()>),
    End,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Served(_) => "Served",
            Self::Flush(_) => "Flush",
            Self::End => "End",
        })
    }
}

impl ServedLog {
    /// Starts the writer; it ends, everything written, once the log is closed or dropped. `bus` hears of each batch.
    pub(super) fn start(store: Arc<dyn Storage>, bus: Arc<dyn Bus>) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let dropped = Arc::new(AtomicU64::new(0));
        let writer = tokio::spawn(write_batches(store, bus, receiver, Arc::clone(&dropped)));
        (Self { sender, dropped }, writer)
    }

    /// Takes in a list without waiting.
    pub(super) fn put(&self, served: ServedRecommendation) {
        if let Err(TrySendError::Full(_)) = self.sender.try_send(Entry::Served(Box::new(served))) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything put so far is written or given up.
    pub(super) async fn flush(&self) {
        let (done, written) = tokio::sync::oneshot::channel();
        if self.sender.send(Entry::Flush(done)).await.is_ok() {
            // An error means that the writer is gone, and with it everything that could be waited for.
            drop(written.await);
        }
    }

    /// Ends the writer after what was put so far; what comes later is lost.
    pub(super) async fn close(&self) {
        // An error means that it has ended already.
        drop(self.sender.send(Entry::End).await);
    }

    /// Lists that were not logged because the store was too slow or refused them.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

async fn write_batches(
    store: Arc<dyn Storage>,
    bus: Arc<dyn Bus>,
    mut receiver: mpsc::Receiver<Entry>,
    dropped: Arc<AtomicU64>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut shown = Shown::default();
    let mut waiting = Vec::new();
    let mut open = true;
    while open {
        let Some(first) = receiver.recv().await else { return };
        let deadline = tokio::time::Instant::now() + GATHER;
        let mut next = Some(first);
        while let Some(entry) = next.take() {
            match entry {
                Entry::Served(served) => batch.push(*served),
                Entry::Flush(done) => {
                    waiting.push(done);
                    break;
                }
                Entry::End => {
                    open = false;
                    break;
                }
            }
            if batch.len() < BATCH {
                next = tokio::time::timeout_at(deadline, receiver.recv()).await.ok().flatten();
            }
        }
        let news = shown.news(&batch);
        if let Err(error) = write(store.as_ref(), &batch, &news).await {
            shown.forget();
            dropped.fetch_add(batch.len() as u64, Ordering::Relaxed);
            tracing::warn!(lists = batch.len(), %error, "served lists could not be logged");
        } else if !batch.is_empty() {
            bus.publish(Message::about(Topic::Measures));
        }
        batch.clear();
        for done in waiting.drain(..) {
            // Whoever waited may have gone.
            let _ = done.send(());
        }
    }
}

async fn write(store: &dyn Storage, batch: &[ServedRecommendation], shown: &[ShownProduct]) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut attempt = 0;
    loop {
        match try_write(store, batch, shown).await {
            Ok(()) => return Ok(()),
            Err(error) if attempt >= RETRIES => return Err(error),
            Err(_) => attempt += 1,
        }
        tokio::time::sleep(GATHER * 2u32.pow(attempt)).await;
    }
}

async fn try_write(
    store: &dyn Storage,
    batch: &[ServedRecommendation],
    shown: &[ShownProduct],
) -> Result<()> {
    let mut unit = store.begin().await?;
    unit.record_recommendations(batch).await?;
    unit.record_shown(shown).await?;
    unit.save().await
}
