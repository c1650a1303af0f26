//! What is stored and not yet published, or not yet confirmed where it came from.

use ::inbox::{Message, MessageId, Native, Source, ThreadId};
use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::{Inbox, rows};
use crate::StoreError;
use crate::table::{Key, Outcome, Part, When};

const IS_OPEN: &str = "is_open";

/// A message of which something is still to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The message's id.
    pub message: MessageId,
    /// Its thread's id.
    pub thread: ThreadId,
    /// Its revision.
    pub revision: u32,
    /// The key of its object.
    pub key: String,
    /// The platform's id in the manifest.
    pub platform: String,
    /// The platform's own names.
    pub native: Native,
    /// What the platform calls this edit.
    pub mark: Option<String>,
    /// Whether the platform has an API that is told that we have it.
    pub is_from_api: bool,
    /// Whether it is published.
    pub published: bool,
}

impl Inbox {
    /// At most so many messages of which something is to be done, behind the one that is given. None: there are no more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open(&self, after: Option<&Open>, most: u16) -> Result<Vec<Open>, StoreError> {
        let after = after.map_or_else(|| "open#".to_owned(), |open| key(&open.message, open.revision).sk);
        let range = (after.as_str(), "open#\u{10ffff}");
        let rows = self.table.page(rows::PARTITION, range, most).await?;
        rows.iter().map(rows::body).collect()
    }

    /// What is to be done of one message in one revision, if anything is.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open_of(&self, message: &MessageId, revision: u32) -> Result<Option<Open>, StoreError> {
        let row = self.table.get(&key(message, revision)).await?;
        row.map(|row| rows::body(&row)).transpose()
    }

    /// Remembers that it is published, unless it is not open any more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn mark_published(&self, open: &Open) -> Result<(), StoreError> {
        let published = Open {
            published: true,
            ..open.clone()
        };
        let mut row = rows::with_body(&key(&open.message, open.revision), &published)?;
        row.insert(IS_OPEN.to_owned(), AttributeValue::Bool(true));
        let when = When::Is(IS_OPEN, AttributeValue::Bool(true));
        self.table.transact(vec![Part::Put(row, when)]).await.map(drop)
    }

    /// Remembers that nothing is to be done any more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn settle(&self, open: &Open) -> Result<(), StoreError> {
        let part = Part::Delete(key(&open.message, open.revision), When::Always);
        match self.table.transact(vec![part]).await? {
            Outcome::Done => Ok(()),
            Outcome::Refused => Err(StoreError::Unavailable { what: super::WHAT }),
        }
    }
}

/// The row of a message that was just stored.
pub(super) fn row(message: &Message, object: &str, mark: Option<&str>) -> Result<Part, StoreError> {
    let open = Open {
        message: message.id.clone(),
        thread: message.thread.clone(),
        revision: message.revision,
        key: object.to_owned(),
        platform: message.platform.clone(),
        native: message.native.clone(),
        mark: mark.map(str::to_owned),
        is_from_api: message.source == Source::Api,
        published: false,
    };
    let mut row = rows::with_body(&key(&message.id, message.revision), &open)?;
    row.insert(IS_OPEN.to_owned(), AttributeValue::Bool(true));
    Ok(Part::Put(row, When::Lacks(IS_OPEN)))
}

fn key(message: &MessageId, revision: u32) -> Key {
    Key::new(rows::PARTITION, format!("open#{message}#{revision:08}"))
}
