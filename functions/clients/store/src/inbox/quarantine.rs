//! What could not be read, kept as it came.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Inbox, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, Row, When, count};
use crate::wire::EXPIRES_AT;

/// As long as the bucket keeps the object.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The platform's id in the manifest, where it is known.
    pub platform: Option<String>,
    /// The key of the object that holds it.
    pub key: String,
    /// Why, as a stable name.
    pub why: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl Inbox {
    /// Puts aside what could not be read. Whether it was not there before.
    ///
    /// # Errors
    /// See [`StoreError`]. Then do it again.
    pub async fn quarantine(
        &self,
        platform: Option<&str>,
        (bytes, why): (&[u8], &str),
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let digest = rows::digest(bytes);
        let aside = Quarantined {
            platform: platform.map(str::to_owned),
            key: rows::quarantine_key(platform, &digest),
            why: why.to_owned(),
            since: now,
        };
        self.objects
            .put_new(&aside.key, "application/octet-stream", bytes)
            .await?;
        let known = Key::new(rows::PARTITION, format!("quarantine#{digest}"));
        let parts = vec![
            Part::Put(aside.row(&known)?, When::Lacks("body")),
            Part::Put(aside.row(&aside.place())?, When::Always),
        ];
        Ok(self.table.transact(parts).await? == Outcome::Done)
    }

    /// At most so many of what was put aside, newest first, behind the one that is given. None: there are no more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn quarantined(
        &self,
        after: Option<&Quarantined>,
        most: u16,
    ) -> Result<Vec<Quarantined>, StoreError> {
        let after = after.map_or_else(|| "aside#".to_owned(), |aside| aside.place().sk);
        let range = (after.as_str(), "aside#\u{10ffff}");
        let rows = self.table.page(rows::PARTITION, range, most).await?;
        rows.iter().map(rows::body).collect()
    }
}

impl Quarantined {
    fn place(&self) -> Key {
        let digest = self.key.rsplit('/').next().unwrap_or_default();
        let newest_first = rows::newest_first(self.since);
        Key::new(rows::PARTITION, format!("aside#{newest_first}#{digest}"))
    }

    fn row(&self, key: &Key) -> Result<Row, StoreError> {
        let mut row = rows::with_body(key, self)?;
        row.extend([count(EXPIRES_AT, &(self.since + KEPT).timestamp())]);
        Ok(row)
    }
}
