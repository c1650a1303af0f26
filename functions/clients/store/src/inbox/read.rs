//! What is asked for: threads, messages, counts. What it costs follows the answer, not what is stored.

use ::inbox::{Counts, Message, MessageId, Role, Thread, ThreadId, ThreadState};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Inbox, rows};
use crate::{Events, StoreError};

/// The largest object of a message: its text, escaped, and what stands around it.
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;

/// A message in its thread's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The message's id.
    pub message: MessageId,
    /// Its newest revision.
    pub revision: u32,
    /// The key of its object.
    pub key: String,
    /// Who wrote it.
    pub role: Role,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
    /// Whether a machine wrote it.
    pub is_automatic: bool,
    /// Its place in the thread, which stays when it is edited.
    pub place: String,
}

impl Inbox {
    /// A message by its object's key.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn message_at(&self, key: &str) -> Result<Message, StoreError> {
        let bytes = self.objects.get(key, MAX_MESSAGE_BYTES).await?;
        rows::parse(&bytes)
    }

    /// A message in its newest revision; `None` when there is none of this id.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        match self.remembered(id).await? {
            Some(remembered) => self.message_at(&remembered.key).await.map(Some),
            None => Ok(None),
        }
    }

    /// A thread as it is now.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn thread(&self, id: &ThreadId) -> Result<Option<Thread>, StoreError> {
        let row = self.table.get(&rows::thread_key(id)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    /// At most so many threads of a state, the one in which something was last written first; behind the place that is given
    /// ([`thread_place`]).
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn threads(
        &self,
        state: ThreadState,
        after: Option<&str>,
        most: u16,
    ) -> Result<Vec<Thread>, StoreError> {
        let partition = rows::state_partition(state);
        // An empty text is no sort key.
        let after = after.unwrap_or(" ");
        let rows = self.table.page(&partition, (after, "\u{10ffff}"), most).await?;
        rows.iter().map(rows::body).collect()
    }

    /// At most so many messages of a thread, oldest first; behind the one that is given.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn messages(
        &self,
        thread: &ThreadId,
        after: Option<&Line>,
        most: u16,
    ) -> Result<Vec<Line>, StoreError> {
        let after = after.map_or("message#", |line| line.place.as_str());
        let partition = rows::thread_partition(thread);
        let rows = self
            .table
            .page(&partition, (after, "message#\u{10ffff}"), most)
            .await?;
        rows.iter().map(rows::body).collect()
    }

    /// At most so many messages of a thread that were written at this time or later, oldest first.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn messages_since(
        &self,
        thread: &ThreadId,
        at: DateTime<Utc>,
        most: u16,
    ) -> Result<Vec<Line>, StoreError> {
        let after = format!("message#{}", rows::sortable(at));
        let partition = rows::thread_partition(thread);
        let range = (after.as_str(), "message#\u{10ffff}");
        let rows = self.table.page(&partition, range, most).await?;
        rows.iter().map(rows::body).collect()
    }

    /// An object of this bucket as it is: what came, or an attachment.
    ///
    /// # Errors
    /// See [`StoreError`]; [`StoreError::Corrupt`] when it is larger than that.
    pub async fn object(&self, key: &str, most_bytes: usize) -> Result<Vec<u8>, StoreError> {
        self.objects.get(key, most_bytes).await
    }

    /// How many threads there are in each state.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        Ok(self.counted().await?.0)
    }

    /// How many threads there are in each state, in the table of these events: for who reads no messages.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn counts_beside(events: &Events) -> Result<Counts, StoreError> {
        Ok(rows::counts_of(events.table.get(&rows::counts_key()).await?.as_ref())?.0)
    }
}

impl Line {
    pub(super) fn of(message: &Message, key: &str, place: &str) -> Self {
        Self {
            message: message.id.clone(),
            revision: message.revision,
            key: key.to_owned(),
            role: message.sender.role,
            sent_at: message.sent_at,
            is_automatic: message.is_automatic,
            place: place.to_owned(),
        }
    }
}

/// A thread's place among those of its state, for those that come behind it.
#[must_use]
pub fn thread_place(thread: &Thread) -> String {
    rows::state_sort(thread)
}
