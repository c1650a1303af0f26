//! From a plan to what is stored, one write after the other.

use std::collections::BTreeSet;

use booking::sync::{GoogleWrite, SyncPlan, Write};
use chrono::TimeDelta;
use manifest::Manifest;
use store::{Lease, Loaded, Put};

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
        manifest: &Manifest,
        plan: &SyncPlan,
        lease: &mut Lease,
        loaded: &mut Loaded,
        moment: &Moment,
        done: &mut usize,
    ) -> Carried {
        // The lines whose copy in Google could not be made, and why the first of them could not.
        let (mut unmade, mut why) = (BTreeSet::new(), None);
        for planned in &plan.writes {
            let put = match &planned.write {
                // That its copy is made is not true then: the next run tries again.
                Write::PutLink(link) if unmade.contains(link.id.as_str()) => continue,
                Write::Google(write) => {
                    let put = self.google_write(manifest, write, lease, moment).await;
                    if let Err(reason) = put {
                        unmade.insert(line_of(write));
                        why.get_or_insert(reason);
                        continue;
                    }
                    put
                }
                write => self.write(write, lease, loaded, moment).await,
            };
            match put {
                Ok(Put::Done) => *done += usize::from(planned.write.is_visible()),
                Ok(Put::Raced) => return Carried::Raced,
                Ok(Put::Lost) => return Carried::Stopped("another run has taken over".to_owned()),
                Err(reason) => return Carried::Stopped(reason),
            }
        }
        why.map_or(Carried::Done, Carried::Stopped)
    }

    async fn google_write(
        &self,
        manifest: &Manifest,
        write: &GoogleWrite,
        lease: &mut Lease,
        moment: &Moment,
    ) -> Result<Put, String> {
        if !self.is_ready(lease, moment).await? {
            return Ok(Put::Lost);
        }
        self.write_to_google(manifest, write, lease, moment).await
    }

    /// One write, if there is still time for it.
    pub(crate) async fn write(
        &self,
        write: &Write,
        lease: &mut Lease,
        loaded: &mut Loaded,
        moment: &Moment,
    ) -> Result<Put, String> {
        if !self.is_ready(lease, moment).await? {
            return Ok(Put::Lost);
        }
        let put = self.ledger.put(lease, loaded, write, moment.time()).await;
        put.map_err(|error| error.to_string())
    }

    /// Whether a write may begin: there is time, and the lease is ours for long enough.
    async fn is_ready(&self, lease: &mut Lease, moment: &Moment) -> Result<bool, String> {
        let now = moment.time();
        if moment.is_over() {
            return Err("its time was over".to_owned());
        }
        if lease.until - now >= RENEW {
            return Ok(true);
        }
        let renewed = self.ledger.renew(lease, now, LEASE).await;
        renewed.map_err(|error| error.to_string())
    }
}

fn line_of(write: &GoogleWrite) -> &str {
    let (GoogleWrite::Insert { link, .. }
    | GoogleWrite::Patch { link, .. }
    | GoogleWrite::Delete { link, .. }) = write;
    link
}
