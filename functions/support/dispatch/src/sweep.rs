//! One batch, looked over: what was left behind goes on, and what there is of each state is counted.

use std::collections::BTreeMap;

use campaign::{Delivery, DeliveryId, Event, Sweep, sweep};
use chrono::{DateTime, TimeDelta, Utc};
use store::{Change, Deliveries, SHARDS, StoreError, With};

use crate::{Queue, QueueSilent, Time};

/// So many deliveries are held in memory at once.
const PAGE: u16 = 200;

/// What looking over a batch gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many were put into the queue.
    pub queued: u64,
    /// Whose sender vanished while it was sending.
    pub unknown: u64,
    /// Whose time was over.
    pub expired: u64,
    /// How many there are of each state.
    pub counts: BTreeMap<String, u64>,
    /// Of those that nobody got, how many by state and reason.
    pub not_sent: BTreeMap<String, u64>,
    /// Whether something is still to be done.
    pub is_open: bool,
    /// When somebody must look at one of its deliveries again; none while none is open.
    pub look_at: Option<DateTime<Utc>>,
    /// Whether it was looked over to its end.
    pub is_whole: bool,
}

/// Why a batch was not looked over to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue does not answer.
    #[error(transparent)]
    Queue(#[from] QueueSilent),
}

/// Looks over a batch, page by page, and puts into the queue what belongs there as it goes: nothing is held of a large batch,
/// and what ends us leaves at most a page that is not looked at again before its time. `may_queue` says how long the queue
/// will take for what is in it; `None` while the campaign is paused.
///
/// # Errors
/// See [`Stopped`].
pub async fn sweep_batch(
    (deliveries, queue): (&Deliveries, &Queue),
    batch: &str,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    clock: &Time,
    may_queue: Option<TimeDelta>,
) -> Result<Swept, Stopped> {
    let mut swept = Swept {
        is_whole: true,
        ..Swept::default()
    };
    for shard in 0..SHARDS {
        let mut after = None;
        loop {
            if clock.now() >= until {
                swept.is_whole = false;
                return Ok(swept);
            }
            let page = deliveries.page(batch, shard, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            let mut moved = Vec::new();
            let seen = see_to_page((deliveries, page), now, may_queue, (&mut swept, &mut moved)).await;
            // Also when something went wrong: what was moved is not looked at again for a while.
            swept.queued += queue.put(&moved).await?;
            seen?;
        }
    }
    Ok(swept)
}

async fn see_to_page(
    (deliveries, page): (&Deliveries, Vec<Delivery>),
    now: DateTime<Utc>,
    may_queue: Option<TimeDelta>,
    (swept, moved): (&mut Swept, &mut Vec<DeliveryId>),
) -> Result<(), StoreError> {
    for delivery in page {
        let delivery = see_to(deliveries, delivery, now, may_queue, (swept, moved)).await?;
        swept.count(&delivery);
    }
    Ok(())
}

/// Does what is to be done with one delivery, and gives it as it is afterwards. `moved` gets what is to be put into the
/// queue, and is not looked at again before its time.
async fn see_to(
    deliveries: &Deliveries,
    delivery: Delivery,
    now: DateTime<Utc>,
    may_queue: Option<TimeDelta>,
    (swept, moved): (&mut Swept, &mut Vec<DeliveryId>),
) -> Result<Delivery, StoreError> {
    let (after, lines) = match sweep(&delivery, now, may_queue.unwrap_or_default()) {
        None => return Ok(delivery),
        Some(Sweep::Queue { .. }) if may_queue.is_none() => return Ok(delivery),
        Some(Sweep::Queue { look_at }) => (delivery.queued(look_at), Vec::new()),
        Some(Sweep::Happened(event)) => match delivery.after(&[event], now) {
            Ok(happened) => happened,
            Err(_) => return Ok(delivery),
        },
    };
    let change = deliveries
        .change(&delivery, (&after, &lines), With::Nothing)
        .await;
    // Without an answer it may be written. To be in the queue once too often does no harm.
    if lines.is_empty() && matches!(change, Ok(Change::Done) | Err(StoreError::Unavailable { .. })) {
        moved.push(after.id.clone());
    }
    // Whoever was faster is right: it is looked at again in the next round.
    if change? != Change::Done {
        swept.is_open = true;
        return Ok(delivery);
    }
    match after.standing() {
        campaign::Standing::Unknown => swept.unknown += 1,
        campaign::Standing::Expired => swept.expired += 1,
        _ => {}
    }
    Ok(after)
}

impl Swept {
    fn count(&mut self, delivery: &Delivery) {
        let standing = delivery.standing();
        *self.counts.entry(standing.name().to_owned()).or_default() += 1;
        self.is_open |= standing.is_open();
        self.look_at = self.look_at.into_iter().chain(delivery.look_at).min();
        if !standing.was_sent() && !standing.is_open() {
            let why = delivery.state.why().unwrap_or_default();
            let name = if why.is_empty() {
                standing.name().to_owned()
            } else {
                format!("{} {why}", standing.name())
            };
            *self.not_sent.entry(name).or_default() += 1;
        }
    }
}

/// What the operator wants sent again.
///
/// # Errors
/// See [`StoreError`].
pub async fn replan(
    deliveries: &Deliveries,
    delivery: &Delivery,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let event = Event::Replanned {
        why: "operator".to_owned(),
        expires_at,
    };
    let Ok((after, lines)) = delivery.after(&[event], now) else {
        return Ok(false);
    };
    let change = deliveries
        .change(delivery, (&after, &lines), With::Nothing)
        .await?;
    Ok(change == Change::Done)
}
