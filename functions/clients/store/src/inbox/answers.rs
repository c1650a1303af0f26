//! What was decided about messages, and what an hour has seen of it.
//!
//! ```text
//! pk                        sk                                          other attributes
//! inbox-message#<message>   decision#<revision>                         body
//! inbox-thread#<thread>     said#<delivery>                             body
//! inbox-thread#<thread>     decision#<newest first>#<message or said>   body
//! inbox                     hour#<hour>                                 version body expires_at
//! inbox                     answer#<delivery>                           body
//! ```
//!
//! Invariant: a decision, its line in the thread, what the thread waits for after it, and the hour's count are written in one
//! transaction, on the versions that the decision was made on. There is one decision for each revision of a message.

use ::inbox::answer::{Act, Decision};
use ::inbox::{MessageId, Thread, ThreadId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Inbox, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, When, count, number};
use crate::wire::{EXPIRES_AT, VERSION, unchanged_since};

const BODY: &str = "body";
const CORRUPT: StoreError = StoreError::Corrupt { what: super::WHAT };
/// An hour's count is of no use after it.
const HOUR_KEPT: TimeDelta = TimeDelta::days(2);

/// How many messages were answered by rules in one hour, over all threads, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hour {
    /// So many.
    pub answered: u32,
    name: String,
    begins: DateTime<Utc>,
    version: Option<u64>,
}

/// An answer to a guest of which it is not known yet how it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAnswer {
    /// The delivery that carries it.
    pub delivery: String,
    /// The thread.
    pub thread: ThreadId,
    /// When it was decided.
    pub at: DateTime<Utc>,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// It is stored.
    Done,
    /// Something has changed since: look again, and decide anew.
    Raced,
}

impl Inbox {
    /// What was decided about this revision of a message, if it was.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn decision(&self, message: &MessageId, revision: u32) -> Result<Option<Decision>, StoreError> {
        let row = self.table.get(&of_message(message, revision)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    /// What was decided about a message, by revision.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn decisions_about(&self, message: &MessageId) -> Result<Vec<Decision>, StoreError> {
        let partition = rows::remembered_key(message).pk;
        let rows = self.table.beginning(&partition, "decision#").await?;
        rows.iter().map(rows::body).collect()
    }

    /// What the operator said by this delivery, if they did.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn said(&self, thread: &ThreadId, delivery: &str) -> Result<Option<Decision>, StoreError> {
        let row = self.table.get(&of_operator(thread, delivery)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    /// At most so many decisions of a thread, newest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn decisions(&self, thread: &ThreadId, most: u16) -> Result<Vec<Decision>, StoreError> {
        let partition = rows::thread_partition(thread);
        let range = ("decision#", "decision#\u{10ffff}");
        let rows = self.table.page(&partition, range, most).await?;
        rows.iter().map(rows::body).collect()
    }

    /// What this hour has seen.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn hour(&self, now: DateTime<Utc>) -> Result<Hour, StoreError> {
        let name = now.format("%Y-%m-%dT%H").to_string();
        let row = self.table.get(&hour_key(&name)).await?;
        let (answered, version) = match &row {
            None => (0, None),
            Some(row) => (rows::body(row)?, Some(number(row, VERSION).ok_or(CORRUPT)?)),
        };
        Ok(Hour {
            answered,
            name,
            begins: now,
            version,
        })
    }

    /// Stores a decision about a thread as it was seen. `hour` is counted when a rule sends something.
    ///
    /// # Errors
    /// See [`StoreError`]. After [`StoreError::Unavailable`] it may have been stored: look for it.
    pub async fn decide(
        &self,
        seen: &Thread,
        decision: &Decision,
        hour: Option<&Hour>,
    ) -> Result<Decided, StoreError> {
        let key = match (&decision.message, decision.deliveries.first()) {
            (Some(message), _) => of_message(message, decision.revision),
            (None, Some(delivery)) => of_operator(&seen.id, delivery),
            (None, None) => return Err(CORRUPT),
        };
        let name = format!("{}#{}", key.pk, key.sk);
        let line = format!("decision#{}#{name}", rows::newest_first(decision.at));
        let line = Key::new(rows::thread_partition(&seen.id), line);
        let mut parts = vec![
            Part::Put(rows::with_body(&key, decision)?, When::Lacks(BODY)),
            Part::Put(rows::with_body(&line, decision)?, When::Always),
        ];
        parts.extend(
            self.thread_parts(Some(seen), seen.clone().after(decision))
                .await?,
        );
        if let (Act::Reply | Act::Operator, Some(delivery)) = (decision.act, decision.deliveries.first()) {
            let open = OpenAnswer {
                delivery: delivery.clone(),
                thread: seen.id.clone(),
                at: decision.at,
            };
            let row = rows::with_body(&answer_key(delivery), &open)?;
            parts.push(Part::Put(row, When::Always));
        }
        if let Some(hour) = hour.filter(|_| decision.act.is_sent_by_rule()) {
            parts.push(hour.counted()?);
        }
        Ok(match self.table.transact(parts).await? {
            Outcome::Done => Decided::Done,
            Outcome::Refused => Decided::Raced,
        })
    }
}

impl Inbox {
    /// At most so many answers of which it is not known how they end, behind the one that is given. None: there are no more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open_answers(
        &self,
        after: Option<&OpenAnswer>,
        most: u16,
    ) -> Result<Vec<OpenAnswer>, StoreError> {
        let after = after.map_or_else(|| "answer#".to_owned(), |open| answer_key(&open.delivery).sk);
        let range = (after.as_str(), "answer#\u{10ffff}");
        let rows = self.table.page(rows::PARTITION, range, most).await?;
        rows.iter().map(rows::body).collect()
    }

    /// Remembers that it is known how an answer ended.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn answer_ended(&self, delivery: &str) -> Result<(), StoreError> {
        let part = Part::Delete(answer_key(delivery), When::Always);
        match self.table.transact(vec![part]).await? {
            Outcome::Done => Ok(()),
            Outcome::Refused => Err(StoreError::Unavailable { what: super::WHAT }),
        }
    }
}

impl Hour {
    fn counted(&self) -> Result<Part, StoreError> {
        let mut row = rows::with_body(&hour_key(&self.name), &self.answered.saturating_add(1))?;
        row.extend([
            count(VERSION, &(self.version.unwrap_or_default() + 1)),
            count(EXPIRES_AT, &(self.begins + HOUR_KEPT).timestamp()),
        ]);
        let when = unchanged_since(self.version);
        Ok(Part::Put(row, when))
    }
}

fn of_message(message: &MessageId, revision: u32) -> Key {
    Key::new(
        rows::remembered_key(message).pk,
        format!("decision#{revision:08}"),
    )
}

fn of_operator(thread: &ThreadId, delivery: &str) -> Key {
    Key::new(rows::thread_partition(thread), format!("said#{delivery}"))
}

fn answer_key(delivery: &str) -> Key {
    Key::new(rows::PARTITION, format!("answer#{delivery}"))
}

fn hour_key(name: &str) -> Key {
    Key::new(rows::PARTITION, format!("hour#{name}"))
}
