//! Objects: artifacts, templates, the manifest and the token verifiers.

mod many;

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, PublicAccessBlockConfiguration,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::explain;
pub(crate) use many::Object;

/// Asks and tells S3.
#[derive(Debug, Clone)]
pub(crate) struct S3 {
    client: Client,
    region: String,
    /// Unless it is the region's own.
    endpoint: Option<String>,
}

impl S3 {
    pub(super) fn new(config: &SdkConfig, region: &str) -> Self {
        // A custom endpoint seldom has a name for each bucket.
        let endpoint = config.endpoint_url().map(str::to_owned);
        let path_style = endpoint.is_some();
        let config = aws_sdk_s3::config::Builder::from(config)
            .force_path_style(path_style)
            .build();
        Self {
            client: Client::from_conf(config),
            region: region.to_owned(),
            endpoint,
        }
    }

    /// Whether the bucket is there, and ours to see.
    pub(crate) async fn has_bucket(&self, bucket: &str) -> bool {
        self.client.head_bucket().bucket(bucket).send().await.is_ok()
    }

    /// The object's address, as CloudFormation takes it for a template.
    pub(crate) fn url(&self, bucket: &str, key: &str) -> String {
        let domain = if self.region.starts_with("cn-") {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        match &self.endpoint {
            Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{}.{domain}/{key}", self.region),
        }
    }

    /// Makes the bucket, closed to the public, unless we have it.
    pub(crate) async fn ensure_bucket(&self, bucket: &str) -> Result<()> {
        if self.has_bucket(bucket).await {
            return Ok(());
        }
        let place = (self.region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        let made = self
            .client
            .create_bucket()
            .bucket(bucket)
            .set_create_bucket_configuration(place)
            .send()
            .await;
        if let Err(error) = made {
            let raced = error
                .as_service_error()
                .is_some_and(|said| said.is_bucket_already_owned_by_you());
            if !raced {
                return Err(explain(error)).with_context(|| format!("cannot create the bucket {bucket}"));
            }
        }
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        self.client
            .put_public_access_block()
            .bucket(bucket)
            .public_access_block_configuration(block)
            .send()
            .await
            .map_err(explain)
            .with_context(|| format!("cannot close the bucket {bucket} to the public"))?;
        Ok(())
    }

    /// Whether the object is there.
    pub(crate) async fn exists(&self, bucket: &str, key: &str) -> Result<bool> {
        match self.client.head_object().bucket(bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|said| said.is_not_found()) => Ok(false),
            Err(error) => Err(explain(error)).with_context(|| format!("cannot look up s3://{bucket}/{key}")),
        }
    }

    /// The object's size in bytes; `None` when there is none.
    pub(crate) async fn size(&self, bucket: &str, key: &str) -> Result<Option<u64>> {
        match self.client.head_object().bucket(bucket).key(key).send().await {
            Ok(found) => Ok(found.content_length.and_then(|bytes| u64::try_from(bytes).ok())),
            Err(error) if error.as_service_error().is_some_and(|said| said.is_not_found()) => Ok(None),
            Err(error) => Err(explain(error)).with_context(|| format!("cannot look up s3://{bucket}/{key}")),
        }
    }

    /// Reads an object with its etag; `None` when there is none.
    pub(crate) async fn get(&self, bucket: &str, key: &str) -> Result<Option<(Vec<u8>, String)>> {
        let answer = match self.client.get_object().bucket(bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|said| said.is_no_such_key()) => {
                return Ok(None);
            }
            Err(error) => {
                return Err(explain(error)).with_context(|| format!("cannot read s3://{bucket}/{key}"));
            }
        };
        let etag = answer.e_tag.clone().unwrap_or_default();
        let body = answer
            .body
            .collect()
            .await
            .with_context(|| format!("s3://{bucket}/{key} broke off"))?;
        Ok(Some((body.to_vec(), etag)))
    }

    /// Writes an object.
    pub(crate) async fn put(&self, bucket: &str, key: &str, body: Vec<u8>, content_type: &str) -> Result<()> {
        self.write(bucket, key, body, content_type, &Condition::None)
            .await?;
        Ok(())
    }

    /// Writes an object only where there is none, or only over the version with the given etag, so that two
    /// writers cannot undo each other. Says whether it did: `false` when somebody else wrote in between.
    pub(crate) async fn put_over(
        &self,
        bucket: &str,
        key: &str,
        body: Vec<u8>,
        content_type: &str,
        over: Option<&str>,
    ) -> Result<bool> {
        let written = self.put_version(bucket, key, body, content_type, over).await?;
        Ok(written.is_some())
    }

    /// As [`Self::put_over`], for who will write over it again: gives the new version's etag.
    pub(crate) async fn put_version(
        &self,
        bucket: &str,
        key: &str,
        body: Vec<u8>,
        content_type: &str,
        over: Option<&str>,
    ) -> Result<Option<String>> {
        let condition = over.map_or(Condition::Absent, |etag| Condition::Etag(etag.to_owned()));
        self.write(bucket, key, body, content_type, &condition).await
    }

    async fn write(
        &self,
        bucket: &str,
        key: &str,
        body: Vec<u8>,
        content_type: &str,
        condition: &Condition,
    ) -> Result<Option<String>> {
        let request = self
            .client
            .put_object()
            .bucket(bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(body));
        let request = match condition {
            Condition::None => request,
            Condition::Absent => request.if_none_match("*"),
            Condition::Etag(etag) => request.if_match(etag),
        };
        match request.send().await {
            Ok(answer) => Ok(Some(answer.e_tag.unwrap_or_default())),
            Err(error) if is_lost(condition, error.raw_response()) => Ok(None),
            Err(error) => Err(explain(error)).with_context(|| format!("cannot write s3://{bucket}/{key}")),
        }
    }
}

enum Condition {
    None,
    Absent,
    Etag(String),
}

/// Whether a condition did not hold: 412, or 409 when another conditional write was under way.
fn is_lost(condition: &Condition, answer: Option<&HttpResponse>) -> bool {
    let status = answer.map(|answer| answer.status().as_u16());
    !matches!(condition, Condition::None) && matches!(status, Some(409 | 412))
}
