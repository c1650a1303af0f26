//! Objects that are written once, in a bucket or in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;

use crate::StoreError;

const WHAT: &str = "the inbound bucket";

#[derive(Debug, Clone)]
pub(super) enum Objects {
    S3 {
        client: Client,
        bucket: String,
    },
    Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>),
    #[cfg(feature = "faults")]
    Faulty(faulty::Faulty),
}

impl Objects {
    pub(super) fn in_bucket(config: &SdkConfig, bucket: String) -> Self {
        // A custom endpoint seldom resolves `bucket.host`; AWS itself takes both styles.
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(config.endpoint_url().is_some());
        let client = Client::from_conf(s3.build());
        Self::S3 { client, bucket }
    }

    pub(super) fn in_memory() -> Self {
        Self::Memory(Arc::default())
    }

    #[cfg(feature = "faults")]
    pub(super) fn through(&self, faults: crate::Faults) -> Self {
        match self {
            Self::Memory(objects) => Self::Faulty(faulty::Faulty::over(Arc::clone(objects), faults)),
            other => other.clone(),
        }
    }

    /// Writes an object unless there is one. Whether there was none.
    pub(super) async fn put_new(
        &self,
        key: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        match self {
            Self::S3 { client, bucket } => {
                let request = client.put_object().bucket(bucket).key(key).if_none_match("*");
                let request = request.content_type(media_type).body(bytes.to_vec().into());
                match request.send().await {
                    Ok(_) => Ok(true),
                    Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
                    // Another writer is at it: what it writes is there in a moment, or it is not.
                    Err(error) => Err(StoreError::of(WHAT, &error)),
                }
            }
            Self::Memory(objects) => Ok(put(objects, key, bytes)),
            #[cfg(feature = "faults")]
            Self::Faulty(objects) => objects.put_new(key, bytes).await,
        }
    }

    pub(super) async fn get(&self, key: &str, most_bytes: usize) -> Result<Vec<u8>, StoreError> {
        let bytes = match self {
            Self::S3 { client, bucket } => {
                let answer = client.get_object().bucket(bucket).key(key).send().await;
                let answer = answer.map_err(|error| StoreError::of(WHAT, &error))?;
                let length = answer.content_length().unwrap_or(i64::MAX);
                if usize::try_from(length).unwrap_or(usize::MAX) > most_bytes {
                    return Err(StoreError::Corrupt { what: WHAT });
                }
                let body = answer.body.collect().await;
                body.map_err(|_| StoreError::Unavailable { what: WHAT })?.to_vec()
            }
            Self::Memory(objects) => get(objects, key)?,
            #[cfg(feature = "faults")]
            Self::Faulty(objects) => objects.get(key).await?,
        };
        if bytes.len() > most_bytes {
            return Err(StoreError::Corrupt { what: WHAT });
        }
        Ok(bytes)
    }
}

fn put(objects: &Mutex<BTreeMap<String, Vec<u8>>>, key: &str, bytes: &[u8]) -> bool {
    let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
    let is_new = !objects.contains_key(key);
    if is_new {
        objects.insert(key.to_owned(), bytes.to_vec());
    }
    is_new
}

fn get(objects: &Mutex<BTreeMap<String, Vec<u8>>>, key: &str) -> Result<Vec<u8>, StoreError> {
    let objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
    objects
        .get(key)
        .cloned()
        .ok_or(StoreError::Missing { what: WHAT })
}

#[cfg(feature = "faults")]
mod faulty;
