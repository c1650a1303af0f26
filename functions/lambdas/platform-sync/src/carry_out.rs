//! From a plan to what is stored, one write after the other.

use booking::sync::{SyncPlan, Write};
use chrono::TimeDelta;
use store::{Lease, Loaded, Put, StoreError};

use crate::service::{Moment, Service};

/// How long a lease lasts without being renewed. Each write of a run takes milliseconds.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(60);
/// A lease that ends sooner than this is renewed before the next write.
const RENEW: TimeDelta = TimeDelta::seconds(30);

/// How carrying out ended.
pub(crate) enum Carried {
    /// Everything is done.
    Done,
    /// An own event has changed since the facts were read: plan again.
    Raced,
    /// The next run goes on from here.
    Stopped(String),
}

impl Service {
    /// Writes what the plan says, in its order. `done` counts what somebody sees.
    pub(crate) async fn carry_out(
        &self,
        plan: &SyncPlan,
        lease: &mut Lease,
        loaded: &mut Loaded,
        moment: &Moment,
        done: &mut usize,
    ) -> Carried {
        for planned in &plan.writes {
            match self.write(&planned.write, lease, loaded, moment).await {
                Ok(Put::Done) => *done += usize::from(planned.write.is_visible()),
                Ok(Put::Raced) => return Carried::Raced,
                Ok(Put::Lost) => return Carried::Stopped("another run has taken over".to_owned()),
                Err(reason) => return Carried::Stopped(reason),
            }
        }
        Carried::Done
    }

    /// One write, if there is still time for it.
    pub(crate) async fn write(
        &self,
        write: &Write,
        lease: &mut Lease,
        loaded: &mut Loaded,
        moment: &Moment,
    ) -> Result<Put, String> {
        if moment.is_over() {
            return Err("its time was over".to_owned());
        }
        let told = |error: StoreError| error.to_string();
        let now = moment.time();
        if lease.until - now < RENEW && !self.ledger.renew(lease, now, LEASE).await.map_err(told)? {
            return Ok(Put::Lost);
        }
        self.ledger.put(lease, loaded, write, now).await.map_err(told)
    }
}
