//! Google Calendar (API v3) and its token endpoint, as far as its documentation describes the calls that we make:
//! [`Google`].
//!
//! It is written from Google's documentation, without our client's code: what both would get wrong alike, an independent
//! client would not (`oracles/google-calendar3`).

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

mod admin;
mod channels;
mod events;
mod list;
mod reply;
mod token;
mod when;
mod world;

pub use token::CLIENT_SECRET_CANARY;

use channels::Push;
use world::World;

use crate::call::{Api, Call, Outcome, Reply};

/// The calendar that is there from the start.
pub const PRIMARY: &str = "primary";
/// The zone of [`PRIMARY`].
const PRIMARY_ZONE: Tz = Tz::America__New_York;

/// The simulator's Google. Everything is kept in memory.
///
/// | path | what |
/// |---|---|
/// | `POST /google/token` | OAuth 2.0: a service account's assertion, or a refresh token |
/// | `GET`, `POST /google/calendar/v3/calendars/<id>/events` | list, insert |
/// | `GET`, `PATCH`, `PUT`, `DELETE .../events/<id>` | one event |
/// | `POST .../events/watch`, `POST /google/calendar/v3/channels/stop` | push channels, to loopback addresses only |
/// | `PUT /_google/calendars/<id>` | adds a calendar: `{"timeZone": "Europe/Berlin"}` |
/// | `GET /_google/calendars/<id>/events` | everything that it holds, deleted events too |
/// | `PUT`, `DELETE /_google/calendars/<id>/events/<id>` | edits as a person would |
/// | `POST /_google/calendars/<id>/expire-sync-tokens` | the next incremental list answers 410 |
/// | `POST /_google/revoke-access-tokens` | the next call answers 401 |
/// | `PUT /_google/page-size` | a number: the most events of a page |
/// | `GET /_google/credential` | a service account's key file that is good here, and nowhere else |
#[derive(Debug)]
pub struct Google {
    world: Mutex<World>,
}

impl Google {
    pub(crate) fn new() -> Self {
        let google = Self {
            world: Mutex::new(World::new()),
        };
        google.add_calendar(PRIMARY, PRIMARY_ZONE);
        google
    }

    /// Adds an empty calendar, in place of one of that name.
    pub fn add_calendar(&self, id: &str, zone: Tz) {
        self.world().add_calendar(id, zone);
    }

    /// Writes an event as a person would in Google's own page: as given, merged into what is there. Nothing is checked, so
    /// that events can be made that our client never writes.
    ///
    /// # Panics
    /// When there is no such calendar.
    pub fn write(&self, calendar: &str, id: &str, fields: Value) {
        let pushes = self.world().write_by_hand(calendar, id, fields);
        assert!(pushes.is_some(), "no calendar {calendar}");
        deliver(pushes.unwrap_or_default());
    }

    /// Deletes an event as a person would.
    ///
    /// # Panics
    /// When there is no such calendar.
    pub fn delete(&self, calendar: &str, id: &str) {
        self.write(calendar, id, json!({ "status": "cancelled" }));
    }

    /// Everything that a calendar holds, in order of the ids, deleted events too.
    #[must_use]
    pub fn events(&self, calendar: &str) -> Vec<Map<String, Value>> {
        self.world().everything(calendar)
    }

    /// Makes every sync token that was given out so far worthless.
    pub fn expire_sync_tokens(&self, calendar: &str) {
        self.world().expire_sync_tokens(calendar);
    }

    /// Makes every access token that was given out so far worthless.
    pub fn revoke_access_tokens(&self) {
        self.world().access_tokens.clear();
    }

    /// The most events of a page, whatever is asked for. At least 1.
    pub fn set_page_size(&self, events: usize) {
        self.world().page_size = events.max(1);
    }

    /// How long access tokens live that are given out from now on, in seconds.
    pub fn set_token_lifetime(&self, seconds: u32) {
        self.world().token_lifetime_s = seconds;
    }

    fn reply(&self, call: &Call) -> Reply {
        let (reply, pushes) = self.world().answer(call);
        deliver(pushes);
        reply
    }

    fn act(&self, call: &Call) -> Reply {
        let (reply, pushes) = admin::answer(&mut self.world(), call);
        deliver(pushes);
        reply
    }

    /// The key file of a service account, as Google would issue it, for a simulator at this origin.
    #[must_use]
    pub fn service_account(origin: &str) -> String {
        token::service_account(origin)
    }

    /// The JSON of a person who agreed, for a simulator at this origin.
    #[must_use]
    pub fn authorized_user(origin: &str) -> String {
        token::authorized_user(origin)
    }

    /// A test that panicked while it held the lock left each map whole.
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Api for Google {
    async fn answer(&self, call: &Call) -> Outcome {
        Outcome::Reply(self.reply(call))
    }

    fn refuse(&self, status: u16, reason: Option<&str>) -> Reply {
        Reply::fault(status, reason)
    }

    async fn administer(&self, call: &Call) -> Reply {
        self.act(call)
    }
}

/// Notifications go out beside the answer, as Google's do. Outside of a runtime nobody could hear them.
fn deliver(pushes: Vec<Push>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        for push in pushes {
            runtime.spawn(push.send());
        }
    }
}

impl Call {
    /// The body as a JSON object.
    pub(crate) fn fields(&self) -> Result<Map<String, Value>, Reply> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Reply::error(400, "global", "parseError", "Parse Error"))
    }
}

#[cfg(test)]
mod tests;
