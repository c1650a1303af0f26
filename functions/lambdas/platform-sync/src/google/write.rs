//! One change to a Google calendar, carried out as it was decided on, or not at all.

use booking::sync::{Face, GoogleEvent, GoogleWrite};
use calendar::{Event, EventEnd, EventTime, Status};
use chrono_tz::Tz;
use google_calendar::{CalendarError, Deleted, Draft, Etag, EventId, Inserted, Item, Patched, Stored};
use manifest::{GoogleCalendar, Manifest};
use store::{Lease, Put};

use super::GoogleFailure;
use super::told::{deleted_event, event};
use crate::service::{Moment, Service};

/// What became of a change, with what Google holds now; `None`: nothing.
enum Made {
    /// As it was decided.
    Done(Option<GoogleEvent>),
    /// Somebody else was there. Nothing was written: decide anew, on this.
    Changed(Option<GoogleEvent>),
}

/// A calendar, ready to be changed.
struct Place<'a> {
    client: &'a google_calendar::GoogleCalendar,
    id: &'a str,
    zone: Tz,
}

impl Service {
    /// Carries a change out, and keeps what Google holds afterwards.
    ///
    /// # Errors
    /// Why it could not be carried out, as a fragment. It may have been: the next run finds out.
    pub(crate) async fn write_to_google(
        &self,
        manifest: &Manifest,
        write: &GoogleWrite,
        lease: &Lease,
        moment: &Moment,
    ) -> Result<Put, String> {
        let left = (moment.until - moment.time()).to_std().unwrap_or_default();
        let made = match tokio::time::timeout(left, self.made(manifest, write, moment)).await {
            Ok(Ok(made)) => made,
            Ok(Err(GoogleFailure(kind))) => return Err(format!("google calendar: {kind}")),
            Err(_) => return Err("google calendar: deadline".to_owned()),
        };
        let (now, put) = match made {
            Made::Done(now) => (now, Put::Done),
            Made::Changed(now) => (now, Put::Raced),
        };
        let (changed, gone) = match now {
            Some(event) => (vec![event], Vec::new()),
            None => (Vec::new(), vec![id_of(write).to_owned()]),
        };
        let kept = self.ledger.keep_google(lease, &changed, &gone, None).await;
        match kept.map_err(|error| error.to_string())? {
            Put::Lost => Ok(Put::Lost),
            _ => Ok(put),
        }
    }

    async fn made(
        &self,
        manifest: &Manifest,
        write: &GoogleWrite,
        moment: &Moment,
    ) -> Result<Made, GoogleFailure> {
        let (GoogleWrite::Insert { asset, .. }
        | GoogleWrite::Patch { asset, .. }
        | GoogleWrite::Delete { asset, .. }) = write;
        let (site, asset) = manifest.asset(asset).ok_or(GoogleFailure("no-calendar"))?;
        let calendar: &GoogleCalendar = asset
            .google_calendar
            .as_ref()
            .ok_or(GoogleFailure("no-calendar"))?;
        let client = self.google.of(calendar, moment.time()).await?;
        let place = Place {
            client: &client,
            id: calendar.id.as_str(),
            zone: site.time_zone,
        };
        match write {
            GoogleWrite::Insert { link, id, face, .. } => place.insert(id, link, face).await,
            GoogleWrite::Patch {
                link, id, etag, face, ..
            } => place.patch(id, etag, link, face).await,
            GoogleWrite::Delete { id, etag, .. } => place.delete(id, etag).await,
        }
    }
}

impl Place<'_> {
    async fn insert(&self, id: &str, link: &str, face: &Face) -> Result<Made, GoogleFailure> {
        let inserted = self
            .client
            .insert(self.id, &EventId::known(id), &self.draft(face, link)?)
            .await?;
        Ok(match inserted {
            Inserted::Created(stored) | Inserted::Existing(stored) => Made::Done(self.event(&stored)),
            Inserted::Taken(stored) => Made::Changed(self.event(&stored)),
            Inserted::Deleted => Made::Changed(Some(deleted_event(id, None))),
        })
    }

    async fn patch(&self, id: &str, etag: &str, link: &str, face: &Face) -> Result<Made, GoogleFailure> {
        let stored = match self.get(id).await? {
            Now::There(stored) if stored.etag.as_str() == etag => stored,
            other => return Ok(Made::Changed(self.seen(id, &other))),
        };
        // What people have added there stays.
        let draft = self.draft_of(stored.event.clone(), face, link)?;
        match self.client.patch(self.id, &stored, &draft).await? {
            Patched::Done(stored) => Ok(Made::Done(self.event(&stored))),
            Patched::Unchanged => Ok(Made::Done(self.event(&stored))),
            Patched::Changed => Ok(Made::Changed(self.seen(id, &self.get(id).await?))),
        }
    }

    async fn delete(&self, id: &str, etag: &str) -> Result<Made, GoogleFailure> {
        let deleted = self
            .client
            .delete(self.id, &EventId::known(id), &Etag::known(etag))
            .await?;
        match deleted {
            Deleted::Done | Deleted::Already => Ok(Made::Done(Some(deleted_event(id, None)))),
            Deleted::Changed => Ok(Made::Changed(self.seen(id, &self.get(id).await?))),
        }
    }

    async fn get(&self, id: &str) -> Result<Now, GoogleFailure> {
        match self.client.get(self.id, &EventId::known(id)).await {
            Ok(Item::Event(stored)) => Ok(Now::There(stored)),
            Ok(Item::Deleted { .. } | Item::CancelledRecurrence { .. }) => Ok(Now::Deleted),
            Ok(Item::Unreadable { .. }) => Err(GoogleFailure("unreadable")),
            Err(CalendarError::NotFound | CalendarError::Gone) => Ok(Now::Deleted),
            Err(error) => Err(error.into()),
        }
    }

    fn seen(&self, id: &str, now: &Now) -> Option<GoogleEvent> {
        match now {
            Now::There(stored) => self.event(stored),
            Now::Deleted => Some(deleted_event(id, None)),
        }
    }

    fn event(&self, stored: &Stored) -> Option<GoogleEvent> {
        event(stored, self.zone)
    }

    fn draft(&self, face: &Face, link: &str) -> Result<Draft, GoogleFailure> {
        self.draft_of(Event::new("", EventTime::Utc(face.period.start)), face, link)
    }

    fn draft_of(&self, mut event: Event, face: &Face, link: &str) -> Result<Draft, GoogleFailure> {
        event.start = EventTime::Utc(face.period.start);
        event.end = EventEnd::At(EventTime::Utc(face.period.end));
        event.summary.clone_from(&face.title);
        event.status = if face.is_tentative {
            Status::Tentative
        } else {
            Status::Confirmed
        };
        Draft::new(&event, link, self.zone).map_err(|_| GoogleFailure("unmappable"))
    }
}

enum Now {
    There(Box<Stored>),
    Deleted,
}

fn id_of(write: &GoogleWrite) -> &str {
    let (GoogleWrite::Insert { id, .. } | GoogleWrite::Patch { id, .. } | GoogleWrite::Delete { id, .. }) =
        write;
    id
}
