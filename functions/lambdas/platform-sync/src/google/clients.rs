//! Clients by calendar, kept while the function is warm: each has an access token that is good for an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use google_calendar::{Endpoint, Limits, SetupError};
use lambda_boot::{Secret, SecretError, Secrets};
use manifest::{GoogleCalendar, Stage};

use super::GoogleFailure;

/// A run has a lease of a minute and other calendars to see to: what Google does not answer in this time is asked again
/// in the next run.
const LIMITS: Limits = Limits {
    connect_timeout_ms: 3_000,
    call_timeout_ms: 8_000,
    attempts: 3,
    first_wait_ms: 500,
    longest_wait_ms: 5_000,
    max_body_bytes: 16 * 1024 * 1024,
    max_pages: 400,
};

/// Makes clients.
pub(crate) struct GoogleClients {
    stage: Stage,
    secrets: Secrets,
    known: Mutex<HashMap<String, Known>>,
}

struct Known {
    secret: Secret,
    address: Option<String>,
    client: Arc<google_calendar::GoogleCalendar>,
}

impl GoogleClients {
    pub(crate) fn new(stage: Stage, secrets: Secrets) -> Self {
        Self {
            stage,
            secrets,
            known: Mutex::default(),
        }
    }

    pub(super) const fn stage(&self) -> Stage {
        self.stage
    }

    /// The client of a calendar, with the credential that its secret holds now.
    pub(super) async fn of(
        &self,
        calendar: &GoogleCalendar,
        now: DateTime<Utc>,
    ) -> Result<Arc<google_calendar::GoogleCalendar>, GoogleFailure> {
        let secret = self.secrets.value(calendar.secret.as_str(), now).await?;
        let address = calendar.local_url.as_ref().filter(|_| self.stage == Stage::Local);
        let address = address.map(|url| url.reveal().to_owned());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(calendar.id.as_str())
            && known.secret == secret
            && known.address == address
        {
            return Ok(Arc::clone(&known.client));
        }
        let endpoint = match &address {
            Some(address) => Endpoint::at(address).map_err(|_| GoogleFailure("invalid-url"))?,
            None => Endpoint::google(),
        };
        let client = google_calendar::GoogleCalendar::new(endpoint, secret.reveal(), LIMITS);
        let client = Arc::new(client.map_err(|error| match error {
            SetupError::Credential(_) => GoogleFailure("invalid-credential"),
            SetupError::Http(_) => GoogleFailure("internal"),
        })?);
        let made = Known {
            secret,
            address,
            client: Arc::clone(&client),
        };
        known.insert(calendar.id.to_string(), made);
        Ok(client)
    }
}

impl From<SecretError> for GoogleFailure {
    fn from(error: SecretError) -> Self {
        Self(match error {
            SecretError::NotSet => "secret-not-set",
            SecretError::Denied => "secret-denied",
            SecretError::Unavailable => "secret-unavailable",
        })
    }
}
