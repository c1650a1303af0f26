//! One event: read, inserted, changed, deleted.

use reqwest::Method;
use serde_json::json;
use url::Url;

use crate::client::{Call, GoogleCalendar, Repeat};
use crate::draft::Draft;
use crate::error::CalendarError;
use crate::exchange::Reply;
use crate::id::{Etag, EventId};
use crate::item::{Item, Stored};

/// What became of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is there, by this call.
    Created(Box<Stored>),
    /// It was there already and says the same: an earlier insert whose answer was lost.
    Existing(Box<Stored>),
    /// The id is taken by an event that says something else: an earlier insert that was edited since. Decide anew.
    Taken(Box<Stored>),
    /// The id was that of an event which is deleted. Google does not free it: insert under the next generation, if at all.
    Deleted,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Patched {
    /// It is as wanted.
    Done(Box<Stored>),
    /// It was as wanted before: nothing was sent.
    Unchanged,
    /// Somebody changed or deleted it since it was read (412 or 410). Nothing was written: read it, and decide anew.
    Changed,
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// It is deleted, by this call.
    Done,
    /// It was deleted before.
    Already,
    /// Somebody changed it since it was read (412). It is still there: read it, and decide anew.
    Changed,
}

impl GoogleCalendar {
    /// One event.
    ///
    /// # Errors
    /// [`CalendarError::NotFound`] when there never was one, else what prevented an answer.
    pub async fn get(&self, calendar: &str, id: &EventId) -> Result<Item, CalendarError> {
        let url = self.event_url(calendar, id)?;
        let reply = self.call(&Call::new(Method::GET, url, Repeat::Always)).await?;
        reply.success()?.json().map(Item::of)
    }

    /// Adds an event under an id that its link determines ([`EventId::derive`]), so that a retry cannot add it twice.
    /// Nobody is notified.
    ///
    /// # Errors
    /// [`CalendarError`]. After one that is retryable the event may be there: insert it again.
    pub async fn insert(
        &self,
        calendar: &str,
        id: &EventId,
        draft: &Draft,
    ) -> Result<Inserted, CalendarError> {
        let url = self.endpoint.resource(&["calendars", calendar, "events"])?;
        let mut body = draft.fields.whole();
        if let Some(fields) = body.as_object_mut() {
            fields.insert("id".to_owned(), json!(id.as_str()));
        }
        let call = Call::new(Method::POST, silent(url), Repeat::Always).with_body(&body);
        let answer = self.call(&call).await?;
        if answer.reply.status != 409 {
            return stored(&answer.success()?).map(Inserted::Created);
        }
        match self.get(calendar, id).await {
            Ok(Item::Event(there)) if draft.is_written_in(&there) => Ok(Inserted::Existing(there)),
            Ok(Item::Event(there)) => Ok(Inserted::Taken(there)),
            Ok(Item::Deleted { .. } | Item::CancelledRecurrence { .. }) => Ok(Inserted::Deleted),
            Ok(Item::Unreadable { reason, .. }) => Err(CalendarError::Invalid { reason }),
            // Taken, and by nothing that can be seen yet.
            Err(CalendarError::NotFound) => Err(CalendarError::Conflict),
            Err(error) => Err(error),
        }
    }

    /// Makes an event what the draft says, if it is still the version that was read. Only what differs is sent, so that all
    /// else stays as people made it. Nobody is notified.
    ///
    /// # Errors
    /// [`CalendarError`]. After one that is retryable the change may be done: the next look at the event tells.
    pub async fn patch(
        &self,
        calendar: &str,
        before: &Stored,
        draft: &Draft,
    ) -> Result<Patched, CalendarError> {
        let Some(change) = draft.change_from(before) else {
            return Ok(Patched::Unchanged);
        };
        let url = silent(self.event_url(calendar, &before.id)?);
        let call = Call::new(Method::PATCH, url, Repeat::Always)
            .with_body(&change)
            .only_if(&before.etag)?;
        let answer = self.call(&call).await?;
        match answer.reply.status {
            // Our own change, whose answer was lost, moves the version on as well as anybody's.
            412 if answer.is_repeat => match self.get(calendar, &before.id).await? {
                Item::Event(now) if draft.is_written_in(&now) => Ok(Patched::Done(now)),
                _ => Ok(Patched::Changed),
            },
            410 | 412 => Ok(Patched::Changed),
            _ => stored(&answer.success()?).map(Patched::Done),
        }
    }

    /// Deletes an event, if it is still the version that was read. Nobody is notified.
    ///
    /// # Errors
    /// [`CalendarError`]. After one that is retryable the event may be gone: delete it again.
    pub async fn delete(
        &self,
        calendar: &str,
        id: &EventId,
        version: &Etag,
    ) -> Result<Deleted, CalendarError> {
        let url = silent(self.event_url(calendar, id)?);
        let call = Call::new(Method::DELETE, url, Repeat::Always).only_if(version)?;
        let answer = self.call(&call).await?;
        match answer.reply.status {
            410 => Ok(Deleted::Already),
            412 if answer.is_repeat => match self.get(calendar, id).await? {
                Item::Deleted { .. } | Item::CancelledRecurrence { .. } => Ok(Deleted::Already),
                Item::Event(_) | Item::Unreadable { .. } => Ok(Deleted::Changed),
            },
            412 => Ok(Deleted::Changed),
            _ => answer.success()?.nothing().map(|()| Deleted::Done),
        }
    }

    fn event_url(&self, calendar: &str, id: &EventId) -> Result<Url, CalendarError> {
        self.endpoint
            .resource(&["calendars", calendar, "events", id.as_str()])
    }
}

/// Guests hear of a booking from us, not from Google.
fn silent(mut url: Url) -> Url {
    url.query_pairs_mut().append_pair("sendUpdates", "none");
    url
}

fn stored(reply: &Reply) -> Result<Box<Stored>, CalendarError> {
    match Item::of(reply.json()?) {
        Item::Event(stored) => Ok(stored),
        Item::Unreadable { reason, .. } => Err(CalendarError::Invalid { reason }),
        Item::Deleted { .. } | Item::CancelledRecurrence { .. } => Err(CalendarError::Gone),
    }
}
