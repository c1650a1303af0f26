//! Messages and their threads: objects in the inbound bucket, and rows that find them.
//!
//! ```text
//! inbox/<platform>/<thread>/<message>/<revision>.json   a message, written once
//! inbox/original/<platform>/<message>/<digest>          what came, byte for byte, and attachments
//! inbox/quarantine/<platform>/<digest>                  what could not be read
//!
//! pk                        sk                              other attributes
//! inbox-message#<message>   message                         version body
//! inbox-thread#<thread>     thread                          version body
//! inbox-thread#<thread>     message#<sent at>#<message>     body
//! inbox-threads#<state>     <newest first>#<thread>         body
//! inbox                     counts                          version body
//! inbox                     open#<message>#<revision>       body
//! inbox                     quarantine#<digest>             body expires_at
//! inbox                     aside#<newest first>#<digest>   body expires_at
//! inbox                     answer#<delivery>               body
//! ```
//!
//! Invariant: a message's object is written before its rows, and its rows in one transaction, with the row that says that it
//! is still to be published and confirmed. Whoever ends in between is finished by whoever comes next; the object that is
//! there is the truth.

mod answers;
mod objects;
mod open;
mod quarantine;
mod read;
mod rows;
#[cfg(test)]
mod tests;

use ::inbox::{Counts, Known, Message, News, Thread};
use aws_config::SdkConfig;
use booking::report::Inquiry;

pub use answers::{Decided, Hour, OpenAnswer};
pub use open::Open;
pub use quarantine::Quarantined;
pub use read::{Line, thread_place};

use crate::table::{Outcome, Part, Table};
use crate::{Events, StoreError, ledger};
use objects::Objects;
use rows::Remembered;

/// So often another transaction may be at the same rows before we give up.
const ATTEMPTS: usize = 12;
const WHAT: &str = "a message";

/// Messages, threads, and what is to be done with them.
#[derive(Debug, Clone)]
pub struct Inbox {
    table: Table,
    objects: Objects,
}

impl Inbox {
    /// In this table and this bucket. Opens no connection yet.
    #[must_use]
    pub fn in_aws(config: &SdkConfig, table: String, bucket: String) -> Self {
        Self {
            table: Table::in_dynamodb(config, table),
            objects: Objects::in_bucket(config, bucket),
        }
    }

    /// Beside these events, its objects in this bucket.
    #[must_use]
    pub fn beside(events: &Events, config: &SdkConfig, bucket: String) -> Self {
        Self {
            table: events.table.clone(),
            objects: Objects::in_bucket(config, bucket),
        }
    }

    /// An empty one in memory: for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            table: Table::in_memory(),
            objects: Objects::in_memory(),
        }
    }

    /// The same inbox, for somebody to whom things go wrong: for simulations, and only of one in memory.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn through(&self, faults: crate::Faults) -> Self {
        Self {
            table: self.table.through(std::sync::Arc::clone(&faults)),
            objects: self.objects.through(faults),
        }
    }

    /// Puts an object where mails arrive: for simulations, and only of one in memory.
    ///
    /// # Errors
    /// Never, in memory.
    #[cfg(feature = "faults")]
    pub async fn put_object(&self, key: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        self.objects.put_new(key, "message/rfc822", bytes).await
    }

    /// What a message of this fingerprint, which says it since then, is to us.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn judge(
        &self,
        id: &::inbox::MessageId,
        fingerprint: &str,
        since: chrono::DateTime<chrono::Utc>,
    ) -> Result<News, StoreError> {
        let remembered = self.remembered(id).await?;
        let known = remembered.as_ref().map(|remembered| &remembered.known);
        Ok(Known::judge(known, fingerprint, since))
    }

    /// Keeps what came, or a part of it; its key. Doing it again changes nothing.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn keep(
        &self,
        platform: &str,
        id: &::inbox::MessageId,
        (media_type, bytes): (&str, &[u8]),
    ) -> Result<String, StoreError> {
        let key = rows::original_key(platform, id, bytes);
        self.objects.put_new(&key, media_type, bytes).await?;
        Ok(key)
    }

    /// Takes a message in. Its revision is the one that it gets here. `mark` is what the platform calls this edit, to be
    /// told when it is confirmed.
    ///
    /// # Errors
    /// See [`StoreError`]. After any of them, do it again.
    pub async fn take_in(&self, message: &Message, mark: Option<&str>) -> Result<News, StoreError> {
        let fingerprint = message.fingerprint();
        for _ in 0..ATTEMPTS {
            let remembered = self.remembered(&message.id).await?;
            let known = remembered.as_ref().map(|remembered| &remembered.known);
            let revision = match Known::judge(known, &fingerprint, message.since()) {
                News::Is(revision) => revision,
                other => return Ok(other),
            };
            let numbered = Message {
                revision,
                ..message.clone()
            };
            let key = rows::message_key(&numbered);
            let stored = if self
                .objects
                .put_new(&key, rows::JSON, &rows::bytes(&numbered)?)
                .await?
            {
                numbered
            } else {
                // Somebody wrote it and ended before the rows, or is about to write them.
                self.message_at(&key).await?
            };
            let is_ours = stored.fingerprint() == fingerprint;
            let mark = mark.filter(|_| is_ours);
            if self.commit(&stored, (remembered, &key), mark).await? == Outcome::Done && is_ours {
                return Ok(News::Is(revision));
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    /// Writes all rows of a message whose object is there.
    async fn commit(
        &self,
        message: &Message,
        (remembered, key): (Option<Remembered>, &str),
        mark: Option<&str>,
    ) -> Result<Outcome, StoreError> {
        let before = self.thread(&message.thread).await?;
        let after = match (&before, &remembered) {
            (None, _) => Thread::of(message),
            (Some(before), None) => before.clone().with(message),
            (Some(before), Some(_)) => before.clone().with_edit(message),
        };
        let mut parts = rows::message(message, remembered, key)?;
        parts.push(open::row(message, key, mark)?);
        parts.extend(inquiry(&after)?);
        parts.extend(self.thread_parts(before.as_ref(), after).await?);
        self.table.transact(parts).await
    }

    /// Stores what has become of a thread as it was seen. Whether nobody was faster: then `seen` is not what it is any more.
    ///
    /// # Errors
    /// See [`StoreError`]. After [`StoreError::Unavailable`] it may have been stored: load again.
    pub async fn change(&self, seen: &Thread, after: &Thread) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            let parts = self.thread_parts(Some(seen), after.clone()).await?;
            if self.table.transact(parts).await? == Outcome::Done {
                return Ok(true);
            }
            // The counts are everybody's: only another version of the thread is a lost race.
            let found = self.thread(&seen.id).await?;
            if found.is_none_or(|found| found.version != seen.version) {
                return Ok(false);
            }
        }
        Err(StoreError::Unavailable { what: WHAT })
    }

    async fn thread_parts(&self, before: Option<&Thread>, after: Thread) -> Result<Vec<Part>, StoreError> {
        let after = Thread {
            version: before.map_or(0, |before| before.version) + 1,
            ..after
        };
        let mut parts = rows::thread(before, &after)?;
        if before.map(|before| before.state) != Some(after.state) {
            let (counts, version) = self.counted().await?;
            let moved = counts.moved(before.map(|before| before.state), after.state);
            parts.push(rows::counts(moved, version)?);
        }
        Ok(parts)
    }

    async fn remembered(&self, id: &::inbox::MessageId) -> Result<Option<Remembered>, StoreError> {
        let row = self.table.get(&rows::remembered_key(id)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    async fn counted(&self) -> Result<(Counts, Option<u64>), StoreError> {
        rows::counts_of(self.table.get(&rows::counts_key()).await?.as_ref())
    }
}

/// What reports count: that a guest has begun this thread.
fn inquiry(thread: &Thread) -> Result<Option<Part>, StoreError> {
    let inquiry = thread.begun_at.map(|at| Inquiry {
        platform: thread.platform.clone(),
        asset: thread.asset.clone(),
        at,
        has_booking: thread.booking.is_some(),
    });
    inquiry
        .map(|inquiry| ledger::inquiry_part(thread.id.as_str(), &inquiry))
        .transpose()
}
