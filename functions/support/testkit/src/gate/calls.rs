//! What goes through gates: numbered, named, counted, and stopped at one of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::{oneshot, watch};

/// At which call, counted from 0, and on which side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The call is made and does not arrive.
    Before(usize),
    /// The call arrives and is carried out; its answer does not come back.
    After(usize),
}

/// The calls of one program through all of its gates, in their order.
#[derive(Debug)]
pub struct Calls {
    stop: Option<Stop>,
    names: Mutex<Vec<String>>,
    rows: AtomicUsize,
    /// What each call said, if that is kept.
    bodies: Option<Mutex<BTreeMap<usize, Bytes>>>,
    progress: watch::Sender<Progress>,
}

/// Whether the program is stopped, and how many of its calls the servers have and have not answered.
#[derive(Debug, Default, Clone, Copy)]
struct Progress {
    stopped: bool,
    under_way: usize,
}

/// A call that a server has. Dropped when it is answered.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<Calls>);

/// A server that hangs is not waited for any longer than this.
const SETTLES: Duration = Duration::from_secs(10);

impl Calls {
    /// Lets every call pass, or all that come before one.
    #[must_use]
    pub fn new(stop: Option<Stop>) -> Arc<Self> {
        Self::keeping(stop, None)
    }

    /// The same, and keeps what each call says.
    #[must_use]
    pub fn recorded(stop: Option<Stop>) -> Arc<Self> {
        Self::keeping(stop, Some(Mutex::default()))
    }

    fn keeping(stop: Option<Stop>, bodies: Option<Mutex<BTreeMap<usize, Bytes>>>) -> Arc<Self> {
        Arc::new(Self {
            stop,
            names: Mutex::default(),
            rows: AtomicUsize::new(0),
            bodies,
            progress: watch::Sender::default(),
        })
    }

    /// The `body` of each row that a call, by its number, puts into a partition whose name begins like this. Only of
    /// calls that are [recorded](Self::recorded).
    #[must_use]
    pub fn bodies_put(&self, call: usize, partition: &str) -> Vec<String> {
        let Some(bodies) = &self.bodies else {
            return Vec::new();
        };
        let said = bodies.lock().unwrap_or_else(PoisonError::into_inner);
        let said: Value = said
            .get(&call)
            .and_then(|said| serde_json::from_slice(said).ok())
            .unwrap_or_default();
        let items = said["TransactItems"].as_array().map_or(&[][..], Vec::as_slice);
        let rows = items.iter().map(|item| &item["Put"]["Item"]);
        let fitting = rows.filter(|row| {
            row["pk"]["S"]
                .as_str()
                .is_some_and(|pk| pk.starts_with(partition))
        });
        let bodies = fitting.filter_map(|row| row["body"]["S"].as_str());
        bodies.map(str::to_owned).collect()
    }

    /// What was called: for AWS the operation's name, otherwise method and path.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.locked().clone()
    }

    /// How many rows DynamoDB was asked to write, in transactions and alone.
    #[must_use]
    pub fn rows_written(&self) -> usize {
        self.rows.load(Ordering::Relaxed)
    }

    /// Waits until the call at which to stop is reached. It never returns where there is none.
    pub async fn stopped(&self) {
        let mut progress = self.progress.subscribe();
        // The sender lives as long as `self`.
        let _ = progress.wait_for(|progress| progress.stopped).await;
    }

    /// Waits until the servers have answered what they got of a program that is no more: they carry it out without it.
    pub(crate) async fn settled(&self) {
        let mut progress = self.progress.subscribe();
        let settled = progress.wait_for(|progress| progress.under_way == 0);
        let _ = tokio::time::timeout(SETTLES, settled).await;
    }

    /// Waits until the program has left a call whose end of the connection this is. Of one that is stopped nobody knows that
    /// it left: its calls go on.
    pub(super) async fn left(&self, here: oneshot::Receiver<()>) {
        let _ = here.await;
        if self.progress.borrow().stopped {
            std::future::pending::<()>().await;
        }
    }

    /// Counts a call as the server's from here on. A program that is stopped makes none: it waits forever.
    pub(super) async fn set_out(self: &Arc<Self>) -> UnderWay {
        let sets_out = self.progress.send_if_modified(|progress| {
            progress.under_way += usize::from(!progress.stopped);
            !progress.stopped
        });
        if !sets_out {
            std::future::pending::<()>().await;
        }
        UnderWay(Arc::clone(self))
    }

    pub(super) fn keep(&self, call: usize, said: &Bytes) {
        if let Some(bodies) = &self.bodies {
            let mut bodies = bodies.lock().unwrap_or_else(PoisonError::into_inner);
            bodies.insert(call, said.clone());
        }
    }

    pub(super) fn enter(&self, name: String) -> usize {
        let mut names = self.locked();
        names.push(name);
        names.len() - 1
    }

    pub(super) fn write(&self, rows: usize) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Goes on, or never.
    pub(super) async fn pass(&self, here: Stop) {
        if self.stop == Some(here) {
            self.progress.send_modify(|progress| progress.stopped = true);
            std::future::pending::<()>().await;
        }
    }

    fn locked(&self) -> MutexGuard<'_, Vec<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.progress.send_modify(|progress| progress.under_way -= 1);
    }
}
