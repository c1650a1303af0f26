//! One batch, looked over: what was left behind goes on, and what there is of each state is counted.

use std::collections::BTreeMap;

use campaign::{Delivery, DeliveryId, Event, Sweep, sweep};
use chrono::{DateTime, TimeDelta, Utc};
use store::{Change, Deliveries, SHARDS, StoreError, With};

/// So many deliveries are held in memory at once.
const PAGE: u16 = 200;

/// What looking over a batch gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// To be put into the queue: this is written already.
    pub queued: Vec<DeliveryId>,
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

/// Looks over one partition of a batch, page by page, and hands on what is to be queued as it goes: nothing is held of a
/// large batch. `may_queue` says how long the queue will take for what is in it; `None` while the campaign is paused.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep_batch(
    deliveries: &Deliveries,
    batch: &str,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    clock: &crate::Time,
    may_queue: Option<TimeDelta>,
) -> Result<Swept, StoreError> {
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
            for delivery in page {
                let delivery = see_to(deliveries, delivery, now, may_queue, &mut swept).await?;
                swept.count(&delivery);
            }
        }
    }
    Ok(swept)
}

/// Does what is to be done with one delivery, and gives it as it is afterwards.
async fn see_to(
    deliveries: &Deliveries,
    delivery: Delivery,
    now: DateTime<Utc>,
    may_queue: Option<TimeDelta>,
    swept: &mut Swept,
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
    // Whoever was faster is right: it is looked at again in the next round.
    if deliveries
        .change(&delivery, (&after, &lines), With::Nothing)
        .await?
        != Change::Done
    {
        swept.is_open = true;
        return Ok(delivery);
    }
    if lines.is_empty() {
        swept.queued.push(after.id.clone());
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
