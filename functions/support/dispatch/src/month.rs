//! A month's batch: messages about bookings and answers to guests are planned one by one, and stored by the month.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use store::{Batch, Deliveries, Stage, StoreError};

/// After its month a batch is looked at for so long: whatever was planned in it is over by then.
const AFTER_THE_MONTH: TimeDelta = TimeDelta::days(35);
/// So many others may write the row between our look and our write before we give up.
const ATTEMPTS: usize = 16;

/// The name of this month's batch.
#[must_use]
pub fn name(now: DateTime<Utc>) -> String {
    now.format("%Y%m").to_string()
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
        let before = known.unwrap_or_else(|| Batch::new(campaign, month, (now, end_of(month, now))));
        let mut batch = before.clone();
        batch.stage = Stage::Planned;
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

/// When nothing of a month's batch can be open any more.
fn end_of(month: &str, now: DateTime<Utc>) -> DateTime<Utc> {
    let first = NaiveDate::parse_from_str(&format!("{month}01"), "%Y%m%d").ok();
    let next = first.and_then(|first| {
        let (year, month) = if first.month() == 12 {
            (first.year() + 1, 1)
        } else {
            (first.year(), first.month() + 1)
        };
        NaiveDate::from_ymd_opt(year, month, 1)
    });
    let next = next.map_or(now, |next| next.and_time(chrono::NaiveTime::MIN).and_utc());
    next + AFTER_THE_MONTH
}
