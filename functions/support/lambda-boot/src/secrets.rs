//! Partner secrets from Secrets Manager, kept in memory for a while.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use chrono::{DateTime, TimeDelta, Utc};

/// How long a value is used before it is read again: a changed feed URL is in use everywhere after this time.
pub const SECRET_TTL: TimeDelta = TimeDelta::minutes(5);

/// Reads the secrets under one prefix.
#[derive(Debug)]
pub struct Secrets {
    source: Source,
    read: Mutex<HashMap<String, (DateTime<Utc>, Secret)>>,
}

#[derive(Debug)]
enum Source {
    Manager { client: Client, prefix: String },
    Fixed(HashMap<String, Secret>),
}

/// A secret's value. `Debug` hides it; only [`Secret::reveal`] gives it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why a secret could not be read. It never holds a value, and not the name either: the caller knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no such secret, or it has no value yet: an operator has to set it.
    #[error("the secret is not set")]
    NotSet,
    /// The role may not read it.
    #[error("access to the secret is denied")]
    Denied,
    /// Secrets Manager did not answer in time, or not well. Worth another try.
    #[error("secrets manager did not answer")]
    Unavailable,
}

impl Secrets {
    /// The secrets `<prefix>NAME`. Opens no connection yet.
    #[must_use]
    pub fn under_prefix(config: &SdkConfig, prefix: String) -> Self {
        let client = Client::new(config);
        Self::of(Source::Manager { client, prefix })
    }

    /// These values and no others: for tests.
    #[must_use]
    pub fn fixed(values: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name, Secret(value)))
            .collect();
        Self::of(Source::Fixed(values))
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            read: Mutex::default(),
        }
    }

    /// The value of the secret `name`, at most [`SECRET_TTL`] old at `now`.
    ///
    /// # Errors
    /// See [`SecretError`]. A failure is not kept: the next call asks again.
    pub async fn value(&self, name: &str, now: DateTime<Utc>) -> Result<Secret, SecretError> {
        if let Some(secret) = self.remembered(name, now) {
            return Ok(secret);
        }
        let secret = match &self.source {
            Source::Manager { client, prefix } => fetch(client, format!("{prefix}{name}")).await?,
            Source::Fixed(values) => values.get(name).cloned().ok_or(SecretError::NotSet)?,
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(name.to_owned(), (now, secret.clone()));
        Ok(secret)
    }

    fn remembered(&self, name: &str, now: DateTime<Utc>) -> Option<Secret> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, secret) = read.get(name)?;
        is_fresh(*at, now).then(|| secret.clone())
    }
}

/// A clock that went backwards makes a value stale, not immortal.
fn is_fresh(read_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (TimeDelta::zero()..SECRET_TTL).contains(&(now - read_at))
}

async fn fetch(client: &Client, id: String) -> Result<Secret, SecretError> {
    let answer = client.get_secret_value().secret_id(id).send().await;
    let value = answer.map_err(|error| judge(&error))?.secret_string;
    value.map(Secret).ok_or(SecretError::NotSet)
}

fn judge(error: &SdkError<GetSecretValueError>) -> SecretError {
    match error.code() {
        Some("ResourceNotFoundException") => SecretError::NotSet,
        Some("AccessDeniedException" | "AccessDenied") => SecretError::Denied,
        _ => SecretError::Unavailable,
    }
}

impl Secret {
    /// The value itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::fixed([("FEED".to_owned(), "https://feeds.example/canary".to_owned())])
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[tokio::test]
    async fn a_value_is_given_and_hidden_in_debug() {
        let secrets = secrets();
        let secret = secrets.value("FEED", at(0)).await.unwrap();
        assert_eq!(secret.reveal(), "https://feeds.example/canary");
        assert!(!format!("{secret:?} {secrets:?}").contains("canary"));
        assert_eq!(secrets.value("OTHER", at(0)).await, Err(SecretError::NotSet));
    }

    #[tokio::test]
    async fn a_value_is_read_again_after_its_time() {
        let mut secrets = secrets();
        secrets.value("FEED", at(0)).await.unwrap();
        secrets.source = Source::Fixed(HashMap::new());
        assert!(secrets.value("FEED", at(299)).await.is_ok());
        assert_eq!(secrets.value("FEED", at(300)).await, Err(SecretError::NotSet));
        assert_eq!(secrets.value("FEED", at(-1)).await, Err(SecretError::NotSet));
    }
}
