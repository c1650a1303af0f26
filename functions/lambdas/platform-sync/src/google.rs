//! An asset's Google calendar: what it holds, read since the last time, and what is written there.
//!
//! Invariant: what Google was seen to hold is kept before it is planned on, and the sync token with it; so a run that stops
//! anywhere has missed nothing. A Google that fails fails nothing but itself.

mod clients;
mod told;
mod watch;
mod write;

use std::collections::HashSet;

use booking::sync::{GoogleReading, State};
use calendar::Period;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use google_calendar::{CalendarError, Changes, Listed, SyncToken};
use manifest::{Asset, GoogleCalendar};
use store::{GoogleCopy, Lease, StoreError};

pub(crate) use clients::GoogleClients;

use crate::service::{Moment, Service};
use told::Told;

/// What has ended may still be of interest for so long, and nobody plans further ahead than that.
const BEHIND: TimeDelta = TimeDelta::days(1);
const AHEAD: TimeDelta = TimeDelta::days(550);

/// What asking an asset's Google calendar gave.
pub(crate) struct GoogleRead {
    pub(crate) reading: GoogleReading,
    /// Why it could not be read, as a stable name.
    pub(crate) failure: Option<&'static str>,
}

/// Why a call to Google gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GoogleFailure(pub(crate) &'static str);

impl Service {
    /// Reads an asset's Google calendar; `None` when it has none. Under a lease, what was read is kept.
    pub(crate) async fn google_reading(
        &self,
        asset: &Asset,
        zone: Tz,
        state: &State,
        lease: Option<&Lease>,
        moment: &Moment,
    ) -> Result<Option<GoogleRead>, StoreError> {
        let Some(calendar) = &asset.google_calendar else {
            return Ok(None);
        };
        let copy = self.ledger.google(asset.id.as_str()).await?;
        let left = (moment.until - moment.time()).to_std().unwrap_or_default();
        let listing = self.listed(calendar, &copy, moment.time());
        let listed = match tokio::time::timeout(left, listing).await {
            Ok(Ok(listed)) => listed,
            Ok(Err(GoogleFailure(kind))) => return Ok(Some(failed(asset, kind))),
            Err(_) => return Ok(Some(failed(asset, "deadline"))),
        };
        let now = moment.time();
        let window = Period::new(now - BEHIND, now + AHEAD);
        let ours: HashSet<&str> = state.links.values().map(|link| link.google.id.as_str()).collect();
        let told = match &listed {
            List::Whole(listed) => Told::of_whole(&copy.events, &listed.items, window, zone, &ours),
            List::Since(listed) => Told::of_changes(&copy.events, &listed.items, window, zone, &ours),
        };
        let (List::Whole(listed) | List::Since(listed)) = &listed;
        let cursor = cursor(now.date_naive(), &listed.next);
        let is_news =
            !told.changed.is_empty() || !told.gone.is_empty() || copy.cursor.as_ref() != Some(&cursor);
        if let Some(lease) = lease.filter(|_| is_news) {
            // Who has lost the lease is told so at the first write.
            self.ledger
                .keep_google(lease, &told.changed, &told.gone, Some(&cursor))
                .await?;
        }
        if let Some(lease) = lease {
            self.watch(asset, calendar, lease, moment).await?;
        }
        Ok(Some(GoogleRead {
            reading: GoogleReading::Listed(told.events),
            failure: None,
        }))
    }

    /// What changed since the last time, or everything: on the first run of a day, as the window moves on; when Google no
    /// longer knows when the last time was; and when a series has changed, which is told in parts.
    async fn listed(
        &self,
        calendar: &GoogleCalendar,
        copy: &GoogleCopy,
        now: DateTime<Utc>,
    ) -> Result<List, GoogleFailure> {
        let client = self.google.of(calendar, now).await?;
        let id = calendar.id.as_str();
        if let Some(token) = copy
            .cursor
            .as_deref()
            .and_then(|known| token(now.date_naive(), known))
        {
            match client.list_since(id, &token).await? {
                Changes::Listed(listed) if !listed.items.iter().any(told::recurs) => {
                    return Ok(List::Since(listed));
                }
                Changes::Listed(_) | Changes::Expired => {}
            }
        }
        Ok(List::Whole(client.list(id).await?))
    }
}

enum List {
    Whole(Listed),
    Since(Listed),
}

fn failed(asset: &Asset, kind: &'static str) -> GoogleRead {
    tracing::warn!(asset = asset.id.as_str(), kind, "google calendar not read");
    GoogleRead {
        reading: GoogleReading::Failed,
        failure: Some(kind),
    }
}

/// A sync token is good for the day on which its chain of lists began.
fn cursor(day: NaiveDate, next: &SyncToken) -> String {
    format!("{day} {}", next.as_str())
}

fn token(day: NaiveDate, cursor: &str) -> Option<SyncToken> {
    let (begun, token) = cursor.split_once(' ')?;
    (begun == day.to_string()).then(|| SyncToken::known(token))
}

impl From<CalendarError> for GoogleFailure {
    fn from(error: CalendarError) -> Self {
        Self(error.kind())
    }
}
