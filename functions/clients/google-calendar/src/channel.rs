//! Push channels: Google says that something changed, and nothing else.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::json;
use subtle::ConstantTimeEq;
use url::Url;

use crate::client::{Call, GoogleCalendar, Repeat};
use crate::error::CalendarError;
use crate::wire;

/// What to open. `Debug` hides the token.
#[derive(Clone, PartialEq, Eq)]
pub struct WatchRequest {
    /// A new, unique id; Google allows 64 characters.
    pub id: String,
    /// Where notifications go: https, with a certificate that Google trusts.
    pub address: Url,
    /// A secret that each notification brings back; at most 256 characters.
    pub token: String,
    /// How long it shall live; Google may give less. Channels do not renew themselves.
    pub lifetime: Duration,
}

/// An open channel: what is needed to close it, and when it ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// The id that was asked for.
    pub id: String,
    /// Google's id of what is watched.
    pub resource_id: String,
    /// When it ends, if Google says so.
    pub expires: Option<DateTime<Utc>>,
}

/// One notification, from its headers: it has no body. It may be lost, doubled or late, so it is a reason to list the
/// changes and nothing more.
#[derive(Clone, PartialEq, Eq)]
pub struct Notification {
    /// The channel's id.
    pub channel_id: String,
    /// Google's id of what is watched.
    pub resource_id: String,
    /// What it says.
    pub state: NotificationState,
    /// Its number in the channel; rising, not without gaps.
    pub number: u64,
    token: Option<String>,
}

/// `X-Goog-Resource-State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationState {
    /// The channel is open.
    Sync,
    /// Something changed.
    Exists,
    /// What is watched is gone.
    NotExists,
}

impl GoogleCalendar {
    /// Opens a channel for a calendar's events.
    ///
    /// # Errors
    /// [`CalendarError`]. A call whose answer was lost is not repeated: a channel that nobody knows of would stay open. Ask
    /// again with a new id; the lost one ends by itself.
    pub async fn watch(&self, calendar: &str, request: &WatchRequest) -> Result<Channel, CalendarError> {
        let url = self
            .endpoint
            .resource(&["calendars", calendar, "events", "watch"])?;
        let body = json!({
            "id": request.id,
            "type": "web_hook",
            "address": request.address.as_str(),
            "token": request.token,
            "params": { "ttl": request.lifetime.as_secs().to_string() },
        });
        let call = Call::new(Method::POST, url, Repeat::IfRefused).with_body(&body);
        let opened: wire::Channel = self.call(&call).await?.success()?.json()?;
        let expires = opened.expiration.and_then(|text| text.parse().ok());
        Ok(Channel {
            id: opened.id,
            resource_id: opened.resource_id,
            expires: expires.and_then(DateTime::from_timestamp_millis),
        })
    }

    /// Closes a channel. One that is closed or over is closed.
    ///
    /// # Errors
    /// [`CalendarError`]
    pub async fn stop(&self, channel: &Channel) -> Result<(), CalendarError> {
        let url = self.endpoint.resource(&["channels", "stop"])?;
        let body = json!({ "id": channel.id, "resourceId": channel.resource_id });
        let call = Call::new(Method::POST, url, Repeat::Always).with_body(&body);
        match self.call(&call).await?.success() {
            Ok(reply) => reply.nothing(),
            Err(CalendarError::NotFound | CalendarError::Gone) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Notification {
    /// Reads a notification by looking up its headers, whose names are asked for in lower case. Nothing when it is none.
    #[must_use]
    pub fn read<'h>(header: impl Fn(&str) -> Option<&'h str>) -> Option<Self> {
        let state = match header("x-goog-resource-state")? {
            "sync" => NotificationState::Sync,
            "exists" => NotificationState::Exists,
            "not_exists" => NotificationState::NotExists,
            _ => return None,
        };
        Some(Self {
            channel_id: header("x-goog-channel-id")?.to_owned(),
            resource_id: header("x-goog-resource-id")?.to_owned(),
            state,
            number: header("x-goog-message-number")?.parse().ok()?,
            token: header("x-goog-channel-token").map(str::to_owned),
        })
    }

    /// Whether it brings the channel's secret. Anybody can send headers: without this it is nobody's word. Takes the same
    /// time whatever the difference.
    #[must_use]
    pub fn has_token(&self, expected: &str) -> bool {
        let token = self.token.as_deref().unwrap_or_default();
        !expected.is_empty() && bool::from(token.as_bytes().ct_eq(expected.as_bytes()))
    }
}

impl fmt::Debug for WatchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchRequest")
            .field("id", &self.id)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("channel_id", &self.channel_id)
            .field("state", &self.state)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
