//! Where the lock lies.

use std::fmt;

use anyhow::{Context, Result};
use stacks::{Stage, artifacts};

use super::Taken;
use super::record::Record;
use crate::aws::s3::S3;
use crate::environment::Environment;

/// The one object that is the stage's lock.
#[derive(Debug, Clone)]
pub(super) struct Place {
    s3: S3,
    bucket: String,
    stage: Stage,
}

/// What lies there.
pub(super) enum Found {
    /// Nobody ever locked the stage.
    Nothing,
    /// A lock, held or not, in this version.
    Lock { record: Record, etag: String },
    /// Something else, which may be a lock of a later Landfall.
    Unreadable { etag: String },
}

impl Place {
    pub(super) fn of(environment: &Environment) -> Self {
        let bucket = environment.artifact_bucket();
        Self::new(environment.aws.s3(), bucket, environment.stage)
    }

    pub(super) fn new(s3: S3, bucket: String, stage: Stage) -> Self {
        Self { s3, bucket, stage }
    }

    /// Makes the bucket where no bootstrap stack has.
    pub(super) async fn prepare(&self) -> Result<()> {
        self.s3.ensure_bucket(&self.bucket).await
    }

    pub(super) async fn find(&self) -> Result<Found> {
        let Some((bytes, etag)) = self.s3.get(&self.bucket, &self.key()).await? else {
            return Ok(Found::Nothing);
        };
        Ok(match serde_json::from_slice(&bytes) {
            Ok(record) => Found::Lock { record, etag },
            Err(_) => Found::Unreadable { etag },
        })
    }

    /// Writes over the given version, or where there is none. The new version; `None` when another write was first.
    pub(super) async fn write(&self, record: &Record, over: Option<&str>) -> Result<Option<String>> {
        let body = serde_json::to_vec_pretty(record).context("the lock cannot be written as JSON")?;
        let (bucket, key) = (&self.bucket, self.key());
        self.s3
            .put_version(bucket, &key, body, "application/json", over)
            .await
    }

    pub(super) fn taken(&self, record: Record) -> Taken {
        Taken {
            stage: self.stage,
            id: record.id.clone(),
            record: Some(record),
        }
    }

    pub(super) fn unreadable(&self, etag: &str) -> Taken {
        Taken {
            stage: self.stage,
            id: id_of_unreadable(etag).to_owned(),
            record: None,
        }
    }

    fn key(&self) -> String {
        artifacts::locks_prefix(self.stage) + "lock.json"
    }
}

/// What stands for the id of a lock that cannot be read: its version, so that `unlock` still names what it takes away.
pub(super) fn id_of_unreadable(etag: &str) -> &str {
    etag.trim_matches('"')
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key())
    }
}
