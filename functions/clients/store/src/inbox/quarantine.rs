//! What could not be read, kept as it came.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Inbox, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, When};

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
        let key = Key::new(rows::PARTITION, format!("quarantine#{digest}"));
        let row = rows::with_body(&key, &aside)?;
        let done = self
            .table
            .transact(vec![Part::Put(row, When::Lacks("body"))])
            .await?;
        Ok(done == Outcome::Done)
    }

    /// What was put aside, newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        let rows = self.table.beginning(rows::PARTITION, "quarantine#").await?;
        let all: Result<Vec<Quarantined>, StoreError> = rows.iter().map(rows::body).collect();
        let mut all = all?;
        all.sort_by(|a, b| b.since.cmp(&a.since).then_with(|| a.key.cmp(&b.key)));
        Ok(all)
    }
}
