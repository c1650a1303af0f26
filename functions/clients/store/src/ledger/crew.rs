//! What crews are to hear, kept until somebody has told them.
//!
//! A notice is stored in the transaction of its slot: neither is there without the other.

use booking::sync::CrewNotice;
use chrono::{DateTime, TimeDelta, Utc};

use super::Ledger;
use super::rows::{body, written};
use crate::StoreError;
use crate::table::{Key, Part, SK, When, count, string};
use crate::wire::EXPIRES_AT;

const PREFIX: &str = "notice#";
const WHAT: &str = "a crew's notice";
/// What nobody has told by then is news no more.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Names one notice of an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoticeId(String);

impl NoticeId {
    /// When the notice came to be, to the millisecond.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        let (millis, _) = self.0.strip_prefix(PREFIX)?.split_once('#')?;
        DateTime::from_timestamp_millis(millis.parse().ok()?)
    }
}

impl Ledger {
    /// What an asset's crew has not been told yet, in the order in which it came to be.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn crew_notices(&self, asset: &str) -> Result<Vec<(NoticeId, CrewNotice)>, StoreError> {
        let rows = self.table.beginning(&partition(asset), PREFIX).await?;
        let read = rows.iter().map(|row| {
            let id = string(row, SK).ok_or(StoreError::Corrupt { what: WHAT })?;
            Ok((NoticeId(id.to_owned()), body(row)?))
        });
        read.collect()
    }

    /// Forgets a notice, once the crew was told. It needs no lease: no run reads it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn forget_crew_notice(&self, asset: &str, id: &NoticeId) -> Result<(), StoreError> {
        let key = Key::new(partition(asset), id.0.as_str());
        self.table.transact(vec![Part::Delete(key, When::Always)]).await?;
        Ok(())
    }
}

pub(super) fn part(notice: &CrewNotice, now: DateTime<Utc>) -> Result<Part, StoreError> {
    let slot = &notice.slot;
    let sort = format!("{PREFIX}{:015}#{}", now.timestamp_millis(), slot.link);
    let mut row = Key::new(partition(&slot.asset), sort).row();
    row.extend([
        written(notice)?,
        count("version", &booking::sync::State::VERSION),
        count(EXPIRES_AT, &(now + KEPT).timestamp()),
    ]);
    Ok(Part::Put(row, When::Always))
}

fn partition(asset: &str) -> String {
    format!("crew#{asset}")
}
