//! A month's batch: messages about bookings and answers to guests are planned one by one, and stored by the month.

use chrono::{DateTime, Datelike, Months, NaiveTime, TimeDelta, Utc};
use store::{Batch, Deliveries, Stage, StoreError};

/// After the month in which something was last planned a batch is looked at for so long: all of it is over by then.
const AFTER_THE_MONTH: TimeDelta = TimeDelta::days(35);
/// So many others may write the row between our look and our write before we give up.
const ATTEMPTS: usize = 16;

/// The name of the batch of a moment's month.
#[must_use]
pub fn name(at: DateTime<Utc>) -> String {
    at.format("%Y%m").to_string()
}

/// Makes sure that a campaign's batch of a month is found again, to be looked at then, whoever else writes it at the same time.
///
/// # Errors
/// See [`StoreError`].
pub async fn note(
    deliveries: &Deliveries,
    (campaign, month): (&str, &str),
    now: DateTime<Utc>,
    look_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    for _ in 0..ATTEMPTS {
        let known = deliveries.batch(campaign, month).await?;
        let before = known.unwrap_or_else(|| Batch::new(campaign, month, (now, end_of_month(now))));
        let mut batch = before.clone();
        batch.stage = Stage::Planned;
        // Something may be planned in it later: an answer to a guest who wrote last month.
        batch.until = batch.until.max(end_of_month(now));
        batch.look_at = match (batch.look_at, look_at) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
        if (batch == before && batch.version > 0) || deliveries.put_batch(&mut batch).await? {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable { what: "a batch" })
}

/// When nothing of what is planned in this month can be open any more.
fn end_of_month(now: DateTime<Utc>) -> DateTime<Utc> {
    let first = now.date_naive().with_day(1);
    let next = first.and_then(|first| first.checked_add_months(Months::new(1)));
    let next = next.map_or(now, |next| next.and_time(NaiveTime::MIN).and_utc());
    next + AFTER_THE_MONTH
}
