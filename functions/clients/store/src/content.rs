//! The content bucket's objects that every request needs, kept in memory for a few seconds.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use chrono::{DateTime, TimeDelta, Utc};
use contract::content::{LIBRARY_KEY, MANIFEST_KEY, RELEASES_KEY, VERIFIERS_KEY};
use contract::releases::Releases;
use manifest::Manifest;
use token::VerifierTable;

use crate::StoreError;

/// The revocation bound: a revoked token is refused by every function at most this long after the table changed.
pub const VERIFIERS_TTL: TimeDelta = token::REVOCATION_BOUND;
/// A changed manifest is in use at most this long after its upload.
pub const MANIFEST_TTL: TimeDelta = TimeDelta::seconds(5);
/// A release is shown at most this long after it was told of.
pub const RELEASES_TTL: TimeDelta = TimeDelta::seconds(30);
/// The largest object that is read, in bytes. The manifest's own limit is lower.
const MAX_OBJECT_BYTES: i64 = 2 * 1024 * 1024;

/// Reads manifest and token verifiers.
#[derive(Debug)]
pub struct Content {
    source: Source,
    manifest: Slot<Manifest>,
    verifiers: Slot<VerifierTable>,
    templates: Slot<BTreeMap<String, String>>,
    releases: Slot<Releases>,
}

#[derive(Debug)]
enum Source {
    S3 { client: Client, bucket: String },
    Memory(Mutex<HashMap<&'static str, Vec<u8>>>),
}

/// What is remembered of one object.
type Slot<T> = Mutex<Option<Known<T>>>;

#[derive(Debug)]
struct Known<T> {
    checked_at: DateTime<Utc>,
    etag: Option<String>,
    value: Arc<T>,
}

/// What the source says of an object, compared with what we know.
enum Object {
    Unchanged,
    Is { bytes: Vec<u8>, etag: Option<String> },
}

impl Content {
    /// The content bucket. Opens no connection yet.
    #[must_use]
    pub fn in_bucket(config: &SdkConfig, bucket: String) -> Self {
        // A custom endpoint seldom resolves `bucket.host`; AWS itself takes both styles.
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(config.endpoint_url().is_some());
        let client = Client::from_conf(s3.build());
        Self::of(Source::S3 { client, bucket })
    }

    /// Objects that are held in memory: for tests. Nothing is there until [`Content::put`].
    #[must_use]
    pub fn in_memory() -> Self {
        Self::of(Source::Memory(Mutex::default()))
    }

    fn of(source: Source) -> Self {
        Self {
            source,
            manifest: Slot::default(),
            verifiers: Slot::default(),
            templates: Slot::default(),
            releases: Slot::default(),
        }
    }

    /// Replaces an object that is held in memory; `None` removes it. A bucket is left alone: functions only read it.
    pub fn put(&self, key: &'static str, bytes: Option<Vec<u8>>) {
        if let Source::Memory(objects) = &self.source {
            let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
            match bytes {
                Some(bytes) => objects.insert(key, bytes),
                None => objects.remove(key),
            };
        }
    }

    /// The manifest, at most [`MANIFEST_TTL`] old at `now`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn manifest(&self, now: DateTime<Utc>) -> Result<Arc<Manifest>, StoreError> {
        let what = "the manifest";
        let parse = |bytes: &[u8]| Manifest::parse(bytes).map_err(|_| StoreError::Corrupt { what });
        self.read(&self.manifest, MANIFEST_KEY, what, MANIFEST_TTL, now, parse)
            .await
    }

    /// The token verifiers, at most [`VERIFIERS_TTL`] old at `now`. Older ones are never given out, also when they
    /// cannot be read again: a table that cannot be read lets nobody in.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn verifiers(&self, now: DateTime<Utc>) -> Result<Arc<VerifierTable>, StoreError> {
        let what = "the verifier table";
        let parse = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(|_| StoreError::Corrupt { what });
        self.read(&self.verifiers, VERIFIERS_KEY, what, VERIFIERS_TTL, now, parse)
            .await
    }

    /// All templates by their paths, at most [`MANIFEST_TTL`] old at `now`: one whole upload's. The same allocation as long
    /// as they are unchanged.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn templates(&self, now: DateTime<Utc>) -> Result<Arc<BTreeMap<String, String>>, StoreError> {
        let what = "the templates";
        let parse = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(|_| StoreError::Corrupt { what });
        self.read(&self.templates, LIBRARY_KEY, what, MANIFEST_TTL, now, parse)
            .await
    }

    /// The newest releases, at most [`RELEASES_TTL`] old at `now`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn releases(&self, now: DateTime<Utc>) -> Result<Arc<Releases>, StoreError> {
        let what = "the newest releases";
        let parse = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(|_| StoreError::Corrupt { what });
        self.read(&self.releases, RELEASES_KEY, what, RELEASES_TTL, now, parse)
            .await
    }

    async fn read<T>(
        &self,
        slot: &Slot<T>,
        key: &'static str,
        what: &'static str,
        ttl: TimeDelta,
        now: DateTime<Utc>,
        parse: impl FnOnce(&[u8]) -> Result<T, StoreError>,
    ) -> Result<Arc<T>, StoreError> {
        let (etag, known) = match &*slot.lock().unwrap_or_else(PoisonError::into_inner) {
            // A clock that went backwards makes the value stale, not immortal.
            Some(known) if (TimeDelta::zero()..ttl).contains(&(now - known.checked_at)) => {
                return Ok(Arc::clone(&known.value));
            }
            Some(known) => (known.etag.clone(), Some(Arc::clone(&known.value))),
            None => (None, None),
        };
        let (value, etag) = match (self.source.get(key, what, etag.as_deref()).await?, known) {
            (Object::Unchanged, Some(value)) => (value, etag),
            (Object::Unchanged, None) => return Err(StoreError::Corrupt { what }),
            (Object::Is { bytes, etag }, _) => (Arc::new(parse(&bytes)?), etag),
        };
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Known {
            checked_at: now,
            etag,
            value: Arc::clone(&value),
        });
        Ok(value)
    }
}

impl Source {
    async fn get(&self, key: &str, what: &'static str, known: Option<&str>) -> Result<Object, StoreError> {
        match self {
            Self::Memory(objects) => {
                let objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
                let bytes = objects.get(key).cloned().ok_or(StoreError::Missing { what })?;
                Ok(Object::Is { bytes, etag: None })
            }
            Self::S3 { client, bucket } => {
                let request = client.get_object().bucket(bucket).key(key);
                let answer = match request.set_if_none_match(known.map(str::to_owned)).send().await {
                    Ok(answer) => answer,
                    Err(error)
                        if error
                            .raw_response()
                            .is_some_and(|raw| raw.status().as_u16() == 304) =>
                    {
                        return Ok(Object::Unchanged);
                    }
                    Err(error) => return Err(StoreError::of(what, &error)),
                };
                if answer
                    .content_length()
                    .is_none_or(|length| length > MAX_OBJECT_BYTES)
                {
                    return Err(StoreError::Corrupt { what });
                }
                let etag = answer.e_tag().map(str::to_owned);
                let body = answer.body.collect().await;
                let bytes = body.map_err(|_| StoreError::Unavailable { what })?.to_vec();
                Ok(Object::Is { bytes, etag })
            }
        }
    }
}

#[cfg(test)]
mod tests;
