//! When a batch is read: as soon as the execution can go no further without it, and not before.
//!
//! A loader that waits a fixed time splits batches when the machine is busy and wastes that time when it is not. Here
//! the batches of a request are held until its execution sleeps, and then run within the same task: what a hundred rows
//! ask for is one batch, however slow the machine.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use async_graphql::Response;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute};
use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::task::AtomicWaker;

/// Where the loaders of one request leave their batches.
#[derive(Default)]
pub(super) struct Gate {
    held: Mutex<Vec<BoxFuture<'static, ()>>>,
    /// Executions under way that will fetch what is held.
    executions: AtomicUsize,
}

impl Gate {
    /// Keeps a batch until the execution sleeps; runs it at once when nothing is being executed, as while a
    /// subscription's stream is set up.
    pub(super) fn hold(&self, batch: BoxFuture<'static, ()>) {
        if self.executions.load(Ordering::Acquire) == 0 {
            drop(tokio::spawn(batch));
        } else {
            self.held.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        }
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        mem::take(&mut *self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tells whether anything asked for another turn since the flag was lowered.
#[derive(Default)]
struct Relay {
    woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.task.wake();
    }
}

/// An execution together with the batches it waits for.
struct Batching<F> {
    execution: F,
    gate: Arc<Gate>,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
    relay: Arc<Relay>,
}

impl<F> Batching<F> {
    fn new(execution: F, gate: Arc<Gate>) -> Self {
        gate.executions.fetch_add(1, Ordering::AcqRel);
        Self { execution, gate, running: FuturesUnordered::new(), relay: Arc::default() }
    }
}

impl<F: Future + Unpin> Future for Batching<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        this.relay.task.register(cx.waker());
        let waker = Waker::from(Arc::clone(&this.relay));
        let mut inner = Context::from_waker(&waker);
        loop {
            while let Poll::Ready(Some(())) = this.running.poll_next_unpin(&mut inner) {}
            this.relay.woken.store(false, Ordering::Release);
            if let Poll::Ready(output) = Pin::new(&mut this.execution).poll(&mut inner) {
                return Poll::Ready(output);
            }
            if this.relay.woken.load(Ordering::Acquire) {
                // It can go on by itself: its batches are not complete yet.
                return Poll::Pending;
            }
            let held = this.gate.take();
            if held.is_empty() {
                return Poll::Pending;
            }
            this.running.extend(held);
        }
    }
}

impl<F> Drop for Batching<F> {
    fn drop(&mut self) {
        self.gate.executions.fetch_sub(1, Ordering::AcqRel);
        // A loader waits for a batch it has handed over, even for one whose askers gave up: the next event of a
        // subscription asks the same loader again.
        let mut rest = mem::take(&mut self.running);
        rest.extend(self.gate.take());
        if !rest.is_empty() && tokio::runtime::Handle::try_current().is_ok() {
            drop(tokio::spawn(rest.collect::<()>()));
        }
    }
}

/// The schema extension that runs the batches of each execution.
pub(super) struct RunBatches;

impl ExtensionFactory for RunBatches {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for RunBatches {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let execution = Box::pin(next.run(ctx, operation_name));
        match ctx.data_opt::<Arc<Gate>>() {
            Some(gate) => Batching::new(execution, Arc::clone(gate)).await,
            None => execution.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use async_graphql::dataloader::{DataLoader, Loader};
    use futures_util::future::{join_all, try_join_all};

    use super::*;

    /// Remembers how large its batches were.
    struct Doubling(Arc<Mutex<Vec<usize>>>);

    impl Loader<u32> for Doubling {
        type Value = u32;
        type Error = String;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, String> {
            self.0.lock().unwrap().push(keys.len());
            tokio::task::yield_now().await;
            Ok(keys.iter().map(|key| (*key, key * 2)).collect())
        }
    }

    fn loader(gate: &Arc<Gate>) -> (DataLoader<Doubling>, Arc<Mutex<Vec<usize>>>) {
        let sizes = Arc::default();
        let gate = Arc::clone(gate);
        let loader = DataLoader::new(Doubling(Arc::clone(&sizes)), move |batch| gate.hold(batch));
        (loader.delay(std::time::Duration::ZERO), sizes)
    }

    /// Gives way as a crowded set of futures does.
    async fn give_way() {
        let mut gave = false;
        std::future::poll_fn(|cx| {
            if mem::replace(&mut gave, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_many_ask_for_is_one_batch_a_level_however_often_they_yield() {
        let gate = Arc::new(Gate::default());
        let (loader, sizes) = loader(&gate);
        let rows = (0..200).map(|row| {
            let loader = &loader;
            Box::pin(async move {
                for _ in 0..row % 7 {
                    give_way().await;
                }
                let first = loader.load_one(row).await?.unwrap_or_default();
                loader.load_one(first + 1_000).await
            })
        });
        let loaded = Batching::new(Box::pin(try_join_all(rows)), gate).await.unwrap();
        assert_eq!(loaded[199], Some((199 * 2 + 1_000) * 2));
        assert_eq!(*sizes.lock().unwrap(), [200, 200]);
    }

    #[tokio::test]
    async fn a_loader_whose_askers_gave_up_answers_the_next_ones() {
        let gate = Arc::new(Gate::default());
        let (loader, _) = loader(&gate);
        let impatient = Box::pin(async {
            let asked = join_all([loader.load_one(1), loader.load_one(2)]);
            let none = std::time::Duration::ZERO;
            tokio::time::timeout(none, asked).await.is_err()
        });
        Batching::new(impatient, Arc::clone(&gate)).await;
        let patient = Box::pin(loader.load_one(3));
        let answer =
            tokio::time::timeout(std::time::Duration::from_secs(20), Batching::new(patient, gate)).await;
        assert_eq!(answer.unwrap().unwrap(), Some(6));
    }

    #[tokio::test]
    async fn outside_an_execution_batches_run_at_once() {
        let gate = Arc::new(Gate::default());
        let (loader, _) = loader(&gate);
        assert_eq!(loader.load_one(4).await.unwrap(), Some(8));
    }
}
