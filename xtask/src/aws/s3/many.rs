//! Many objects at once: listed, deleted, a bucket emptied.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::S3;
use crate::aws::explain;

/// An object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was last written.
    pub modified: DateTime<Utc>,
}

impl Object {
    /// `None` for a row that lacks its key or time, which S3 always gives.
    fn of(row: aws_sdk_s3::types::Object) -> Option<Self> {
        let at = row.last_modified?;
        Some(Self {
            key: row.key?,
            bytes: row
                .size
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or_default(),
            modified: DateTime::from_timestamp(at.secs(), at.subsec_nanos())?,
        })
    }
}

impl S3 {
    /// The objects whose keys begin so, by key. None where there is no bucket.
    pub(crate) async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Object>> {
        let request = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
        let mut pages = request.into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error)
                    if error
                        .as_service_error()
                        .is_some_and(|said| said.is_no_such_bucket()) =>
                {
                    break;
                }
                Err(error) => {
                    return Err(explain(error))
                        .with_context(|| format!("cannot list s3://{bucket}/{prefix}"));
                }
            };
            found.extend(
                page.contents
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(Object::of),
            );
        }
        found.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    /// Deletes an object. In a versioned bucket its last version can be brought back.
    pub(crate) async fn delete(&self, bucket: &str, key: &str) -> Result<()> {
        let request = self.client.delete_object().bucket(bucket).key(key);
        let answer = request.send().await.map_err(explain);
        answer.with_context(|| format!("cannot delete s3://{bucket}/{key}"))?;
        Ok(())
    }

    /// Deletes every version of every object of a bucket, so that its stack can delete it.
    pub(crate) async fn empty(&self, bucket: &str) -> Result<usize> {
        let mut deleted = 0;
        loop {
            // Each page is deleted before the next is asked for, so that the first page is always the next one.
            let page = self
                .client
                .list_object_versions()
                .bucket(bucket)
                .send()
                .await
                .map_err(explain);
            let page = page.with_context(|| format!("cannot list the versions in {bucket}"))?;
            let versions = page
                .versions
                .unwrap_or_default()
                .into_iter()
                .map(|object| (object.key, object.version_id));
            let markers = page
                .delete_markers
                .unwrap_or_default()
                .into_iter()
                .map(|marker| (marker.key, marker.version_id));
            let found: Vec<_> = versions.chain(markers).collect();
            if found.is_empty() {
                return Ok(deleted);
            }
            for (key, version) in found {
                let Some(key) = key else { continue };
                self.client
                    .delete_object()
                    .bucket(bucket)
                    .key(key)
                    .set_version_id(version)
                    .send()
                    .await
                    .map_err(explain)?;
                deleted += 1;
            }
        }
    }
}
