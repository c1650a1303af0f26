//! Who is signed in: a row for each session, under the digest of its id, so that whoever reads the table cannot take one over.

use aws_config::SdkConfig;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::table::{Key, Outcome, Part, Table, When, count, number, string, text};
use crate::wire::EXPIRES_AT;
use crate::{Events, StoreError};

const KID: &str = "kid";
const WHAT: &str = "a session";

/// Sessions of the dashboard.
#[derive(Debug)]
pub struct Sessions {
    table: Table,
}

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The public name of the token that opened it: it ends with that token.
    pub kid: String,
    /// When it ends by itself.
    pub ends_at: DateTime<Utc>,
}

impl Sessions {
    /// In the events table.
    #[must_use]
    pub fn in_table(config: &SdkConfig, name: String) -> Self {
        Self {
            table: Table::in_dynamodb(config, name),
        }
    }

    /// In the same table as these events.
    #[must_use]
    pub fn beside(events: &Events) -> Self {
        Self {
            table: events.table.clone(),
        }
    }

    /// Keeps a session under its id, which must be unguessable.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open(&self, id: &str, session: &Session) -> Result<(), StoreError> {
        let mut row = key(id).row();
        row.extend([
            text(KID, &session.kid),
            count(EXPIRES_AT, &session.ends_at.timestamp()),
        ]);
        match self.table.transact(vec![Part::Put(row, When::Always)]).await? {
            Outcome::Done => Ok(()),
            Outcome::Refused => Err(StoreError::Unavailable { what: WHAT }),
        }
    }

    /// The session of this id, unless it has ended.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn find(&self, id: &str, now: DateTime<Utc>) -> Result<Option<Session>, StoreError> {
        let Some(row) = self.table.get(&key(id)).await? else {
            return Ok(None);
        };
        let corrupt = StoreError::Corrupt { what: WHAT };
        let ends_at = number::<i64>(&row, EXPIRES_AT).and_then(|at| DateTime::from_timestamp(at, 0));
        let session = Session {
            kid: string(&row, KID).ok_or(corrupt)?.to_owned(),
            ends_at: ends_at.ok_or(corrupt)?,
        };
        // DynamoDB deletes what has expired days later.
        Ok((session.ends_at > now).then_some(session))
    }

    /// Ends a session now. Its row stays until DynamoDB deletes what has expired, which it does not where the time is more than
    /// five years ago: the function that answers may not delete.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn end(&self, id: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let session = Session {
            kid: String::new(),
            ends_at: now,
        };
        self.open(id, &session).await
    }
}

fn key(id: &str) -> Key {
    let digest = Sha256::digest(id.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Key::new(format!("session#{digest}"), "session")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_is_found_by_its_id_alone_until_it_ends() {
        let sessions = Sessions::beside(&Events::in_memory());
        let at = |seconds: i64| DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        let session = Session {
            kid: "k".to_owned(),
            ends_at: at(60),
        };
        sessions.open("one", &session).await.unwrap();
        assert_eq!(sessions.find("one", at(59)).await, Ok(Some(session.clone())));
        assert_eq!(sessions.find("one", at(60)).await, Ok(None));
        assert_eq!(sessions.find("two", at(0)).await, Ok(None));
        sessions.end("one", at(1)).await.unwrap();
        assert_eq!(sessions.find("one", at(1)).await, Ok(None));
        let row = sessions.table.get(&key("one")).await.unwrap().unwrap();
        assert_eq!(number::<i64>(&row, EXPIRES_AT), Some(at(1).timestamp()));
    }
}
