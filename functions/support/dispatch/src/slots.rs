//! The times at which the messages of one run may go.

use campaign::{Channel, Purpose, Rate};
use chrono::{DateTime, TimeDelta, Utc};
use store::{Deliveries, StoreError};
use tokio::sync::Mutex;

use crate::Time;

/// So long a message waits for its turn with a sender; then it goes back, and the queue brings it again.
const PATIENCE: TimeDelta = TimeDelta::seconds(40);

/// Reserves times for several messages at once, so that each does not cost a write of its own, and hands them out.
#[derive(Debug)]
pub struct Slots {
    /// By purpose: marketing waits longer.
    kept: Mutex<[Kept; 2]>,
    channel: Channel,
    rate: Rate,
}

/// Times begin so long after they are asked for: when the store's answer is here, none of them is over yet.
const LEAD: TimeDelta = TimeDelta::milliseconds(100);
/// A time that was missed by no more may be used. The rate has ten times as much room.
const GRACE: TimeDelta = TimeDelta::milliseconds(20);
/// So often times are reserved that turn out to be over before anybody gives up: the store is too slow for the rate.
const ATTEMPTS: usize = 4;

/// A time at which one message may go.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    at: DateTime<Utc>,
    interval: TimeDelta,
}

#[derive(Debug, Default, Clone)]
struct Kept {
    /// In order, the last first.
    times: Vec<DateTime<Utc>>,
    interval: TimeDelta,
}

impl Slots {
    /// Nothing is reserved yet.
    #[must_use]
    pub fn new(channel: Channel, rate: Rate) -> Self {
        Self {
            kept: Mutex::default(),
            channel,
            rate,
        }
    }

    /// A time at which a message may go, to be waited for; `None` when it would have to wait too long. `wanted` is how many of
    /// the same purpose may still come in this run, itself included.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn next(
        &self,
        deliveries: &Deliveries,
        purpose: Purpose,
        wanted: u32,
        time: &Time,
    ) -> Result<Option<Slot>, StoreError> {
        let mut kept = self.kept.lock().await;
        let kept = &mut kept[usize::from(purpose == Purpose::Marketing)];
        for _ in 0..ATTEMPTS {
            let now = time.now();
            while let Some(at) = kept.times.pop() {
                // One that was missed is lost: to use it now would be to be twice as fast as was agreed.
                if now <= at + (kept.interval / 2).max(GRACE) {
                    return Ok(Some(Slot {
                        at,
                        interval: kept.interval,
                    }));
                }
            }
            let wanted = (self.rate, purpose, wanted.max(1));
            let from = (now + LEAD, PATIENCE);
            let Some(reserved) = deliveries.reserve(self.channel, wanted, from).await? else {
                return Ok(None);
            };
            kept.interval = reserved.interval;
            kept.times = (0..wanted.2).rev().map(|index| reserved.at(index)).collect();
        }
        Ok(None)
    }
}

impl Slot {
    /// Waits for it. Whether it may still be used.
    pub async fn wait(self, time: &Time) -> bool {
        time.until(self.at).await;
        time.now() <= self.at + self.interval.max(TimeDelta::milliseconds(50))
    }
}
