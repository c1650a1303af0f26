//! Objects in memory, for simulations: with each access, whatever the simulation wants goes wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use super::WHAT;
use crate::{Fault, Faults, StoreError};

#[derive(Clone)]
pub(in crate::inbox) struct Faulty {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    faults: Faults,
}

impl Faulty {
    pub(super) fn over(objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>, faults: Faults) -> Self {
        Self { objects, faults }
    }

    pub(super) async fn put_new(&self, key: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        tokio::task::yield_now().await;
        match (self.faults)(true) {
            Fault::CrashBefore => std::future::pending().await,
            Fault::Unavailable | Fault::Conflict => Err(StoreError::Unavailable { what: WHAT }),
            fault => {
                if let Fault::Late(seconds) = fault {
                    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
                }
                let is_new = super::put(&self.objects, key, bytes);
                if fault == Fault::CrashAfter {
                    std::future::pending::<()>().await;
                }
                if fault == Fault::LostAnswer {
                    return Err(StoreError::Unavailable { what: WHAT });
                }
                Ok(is_new)
            }
        }
    }

    pub(super) async fn get(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        tokio::task::yield_now().await;
        match (self.faults)(false) {
            Fault::CrashBefore | Fault::CrashAfter => std::future::pending().await,
            Fault::Unavailable | Fault::LostAnswer => Err(StoreError::Unavailable { what: WHAT }),
            Fault::None | Fault::Late(_) | Fault::Conflict => super::get(&self.objects, key),
        }
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}
