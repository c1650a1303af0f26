//! The table in memory, for tests of what happens in between: after each access somebody else may go on, and a
//! transaction may be refused because another one was at the same rows, as DynamoDB does.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::memory::Memory;
use super::{Key, Outcome, Part, Row};
use crate::StoreError;

#[derive(Debug, Default)]
pub(crate) struct Stepped {
    memory: Memory,
    conflicts: AtomicUsize,
}

impl Stepped {
    /// What is there now. Nobody comes in between.
    pub(crate) fn peek(&self, key: &Key) -> Option<Row> {
        self.memory.get(key)
    }

    /// From now on so many transactions meet another one.
    pub(crate) fn conflict(&self, times: usize) {
        self.conflicts.store(times, Ordering::Relaxed);
    }

    /// How many transactions are still to meet another one.
    pub(crate) fn conflicts(&self) -> usize {
        self.conflicts.load(Ordering::Relaxed)
    }

    pub(super) async fn get(&self, key: &Key) -> Option<Row> {
        let row = self.memory.get(key);
        tokio::task::yield_now().await;
        row
    }

    pub(super) async fn between(&self, pk: &str, first: &str, last: &str) -> Result<Vec<Row>, StoreError> {
        let rows = self.memory.between(pk, first, last);
        tokio::task::yield_now().await;
        rows
    }

    pub(super) async fn page(&self, pk: &str, range: (&str, &str), most: u16) -> Vec<Row> {
        let rows = self.memory.page(pk, range, most);
        tokio::task::yield_now().await;
        rows
    }

    pub(super) async fn transact(&self, parts: Vec<Part>) -> Outcome {
        let left = self.conflicts();
        let outcome = if left > 0 {
            self.conflict(left - 1);
            Outcome::Refused
        } else {
            self.memory.transact(parts)
        };
        // It is done, and who asked for it may be gone before the answer comes.
        tokio::task::yield_now().await;
        outcome
    }
}
