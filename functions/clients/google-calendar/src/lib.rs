//! Google Calendar (API v3): the events of one calendar, read whole or since the last time, and written so that a retry
//! neither doubles nor loses anything.
//!
//! Invariant: a write says what it expects. An event is inserted under an id that its link determines, so that the same
//! insert twice is one event; a change or a deletion names the version that it was decided on (`If-Match`), and a version
//! that has moved on is an outcome ([`Patched::Changed`]), never an overwrite. Only what differs is sent, so what people
//! add on Google's side stays.
//!
//! A sync token comes with the last page only: whoever stores it has seen every event before it. Push notifications carry
//! no data ([`Notification`]): they are a reason to ask.
//!
//! Private keys, tokens and what events say are in no error and no `Debug` output. Nothing is logged here: failures are
//! logged once, where they are handled.

mod backoff;
mod channel;
mod client;
mod credential;
mod draft;
mod endpoint;
mod error;
mod exchange;
mod fields;
mod id;
mod item;
mod list;
mod recurrence;
mod tls;
mod token;
mod when;
mod wire;
mod write;

pub use backoff::Limits;
pub use channel::{Channel, Notification, NotificationState, WatchRequest};
pub use client::{GoogleCalendar, SetupError};
pub use credential::InvalidCredential;
pub use draft::{Draft, Unmappable};
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error::CalendarError;
pub use id::{Etag, EventId, InvalidEventId};
pub use item::{Item, Stored};
pub use list::{Changes, Listed, SyncToken};
pub use write::{Deleted, Inserted, Patched};

#[cfg(test)]
mod tests;
