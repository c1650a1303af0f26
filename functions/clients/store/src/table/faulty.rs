//! The table in memory, for simulations: before and after each access, whatever the simulation wants goes wrong.

use std::fmt;
use std::sync::Arc;

use super::memory::Memory;
use super::{Key, Outcome, Part, Row};
use crate::StoreError;

/// What goes wrong with one access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Whoever asked is gone before it is done: its future never goes on.
    CrashBefore,
    /// Whoever asked is gone after it was done: its future never goes on.
    CrashAfter,
    /// It is not done, and nobody says so.
    Unavailable,
    /// It is done, and nobody says so.
    LostAnswer,
    /// It is done so many seconds later: whoever asked was frozen meanwhile.
    Late(u64),
    /// Another transaction was at the same rows. Reads have no such fault.
    Conflict,
}

/// Says what goes wrong with the next access; told whether that is a write.
pub type Faults = Arc<dyn Fn(bool) -> Fault + Send + Sync>;

/// The table.
pub(crate) struct Faulty {
    memory: Arc<Memory>,
    faults: Faults,
}

impl Faulty {
    pub(crate) fn over(memory: Arc<Memory>, faults: Faults) -> Self {
        Self { memory, faults }
    }

    pub(super) async fn get(&self, key: &Key) -> Result<Option<Row>, StoreError> {
        self.read(|memory| Ok(memory.get(key))).await
    }

    pub(super) async fn between(&self, pk: &str, first: &str, last: &str) -> Result<Vec<Row>, StoreError> {
        self.read(|memory| memory.between(pk, first, last)).await
    }

    pub(super) async fn page(
        &self,
        pk: &str,
        range: (&str, &str),
        most: u16,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(|memory| Ok(memory.page(pk, range, most))).await
    }

    pub(super) async fn transact(&self, parts: Vec<Part>) -> Result<Outcome, StoreError> {
        tokio::task::yield_now().await;
        let lost = StoreError::Unavailable { what: "the table" };
        match thaw((self.faults)(true)).await {
            Fault::CrashBefore => std::future::pending().await,
            Fault::Unavailable => Err(lost),
            Fault::Conflict => Ok(Outcome::Refused),
            fault => {
                let outcome = self.memory.transact(parts);
                if fault == Fault::CrashAfter {
                    std::future::pending::<()>().await;
                }
                tokio::task::yield_now().await;
                if fault == Fault::LostAnswer {
                    Err(lost)
                } else {
                    Ok(outcome)
                }
            }
        }
    }

    async fn read<T>(&self, read: impl FnOnce(&Memory) -> Result<T, StoreError>) -> Result<T, StoreError> {
        tokio::task::yield_now().await;
        match thaw((self.faults)(false)).await {
            Fault::None | Fault::Late(_) | Fault::Conflict => read(&self.memory),
            Fault::CrashBefore | Fault::CrashAfter => std::future::pending().await,
            Fault::Unavailable | Fault::LostAnswer => Err(StoreError::Unavailable { what: "the table" }),
        }
    }
}

/// Waits as long as the fault says.
async fn thaw(fault: Fault) -> Fault {
    if let Fault::Late(seconds) = fault {
        tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    }
    fault
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}
