//! S3.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Resource, Tags, iam::PolicyDocument, sqs::Queue};
use crate::template::{Arn, Handle, Kind, Value};

/// Days after which a replaced or deleted version of an object is removed.
const NONCURRENT_DAYS: u16 = 90;
/// Days after which the parts of an upload that never finished are removed.
const ABANDONED_UPLOAD_DAYS: u16 = 7;

/// `AWS::S3::Bucket`: versioned, encrypted, closed to the public. The name is CloudFormation's, because bucket
/// names are global, unless [`Bucket::of_account`] makes one that nobody else has.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Bucket {
    bucket_encryption: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_name: Option<Json>,
    lifecycle_configuration: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_configuration: Option<Json>,
    ownership_controls: Json,
    public_access_block_configuration: Json,
    versioning_configuration: Json,
}

/// `AWS::S3::BucketPolicy`
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketPolicy<'t> {
    /// The bucket.
    pub bucket: Value<'t, BucketName>,
    /// The policy.
    pub policy_document: PolicyDocument<'t>,
}

/// A bucket's name.
#[derive(Debug)]
pub enum BucketName {}

/// Objects of a bucket.
#[derive(Debug)]
pub enum Objects {}

impl Kind for BucketName {}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            bucket_encryption: json!({
                "ServerSideEncryptionConfiguration": [
                    { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }
                ]
            }),
            bucket_name: None,
            lifecycle_configuration: json!({ "Rules": [{
                "Id": "remove-what-was-replaced",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": { "NoncurrentDays": NONCURRENT_DAYS },
                "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": ABANDONED_UPLOAD_DAYS },
            }] }),
            notification_configuration: None,
            ownership_controls: json!({ "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] }),
            public_access_block_configuration: json!({
                "BlockPublicAcls": true,
                "BlockPublicPolicy": true,
                "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true,
            }),
            versioning_configuration: json!({ "Status": "Enabled" }),
        }
    }
}

impl Bucket {
    /// The bucket of the account and region, `<prefix>-<account>-<region>`, whose name can be known without asking.
    #[must_use]
    pub fn of_account(prefix: &str) -> Self {
        let name = Value::concat([
            Value::literal(format!("{prefix}-")),
            Value::account(),
            Value::literal("-"),
            Value::region(),
        ]);
        Self {
            bucket_name: Some(json!(name)),
            ..Self::default()
        }
    }

    /// The same bucket, which tells a queue of each new object whose key begins so. S3 refuses it until it may.
    #[must_use]
    pub fn telling<'t>(mut self, queue: &Handle<'t, Queue<'t>>, prefix: &str) -> Self {
        self.notification_configuration = Some(json!({ "QueueConfigurations": [{
            "Event": "s3:ObjectCreated:*",
            "Filter": { "S3Key": { "Rules": [{ "Name": "prefix", "Value": prefix }] } },
            "Queue": queue.arn(),
        }] }));
        self
    }

    /// The same bucket, in which objects whose keys begin so are removed after so many days.
    #[must_use]
    pub fn expiring(mut self, id: &str, prefix: &str, days: u16) -> Self {
        if let Some(rules) = self.lifecycle_configuration["Rules"].as_array_mut() {
            rules.push(json!({
                "Id": id,
                "Status": "Enabled",
                "Prefix": prefix,
                "ExpirationInDays": days,
            }));
        }
        self
    }
}

impl Resource<'_> for Bucket {
    const TYPE: &'static str = "AWS::S3::Bucket";
    const TAGS: Tags = Tags::List;
}

impl<'t> Resource<'t> for BucketPolicy<'t> {
    const TYPE: &'static str = "AWS::S3::BucketPolicy";
    const TAGS: Tags = Tags::None;
}

impl<'t> Handle<'t, Bucket> {
    /// The bucket's name.
    #[must_use]
    pub fn name(&self) -> Value<'t, BucketName> {
        self.reference()
    }

    /// The bucket's ARN.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<Bucket>> {
        self.attribute("Arn")
    }
}

impl<'t> Value<'t, Arn<Bucket>> {
    /// Every bucket whose name begins so.
    #[must_use]
    pub fn buckets_named(prefix: &str) -> Self {
        Value::concat([
            Value::literal("arn:"),
            Value::partition(),
            Value::literal(format!(":s3:::{prefix}*")),
        ])
        .named_as()
    }
}

impl<'t> Value<'t, BucketName> {
    /// The ARN of the objects whose keys match: `*` stands for any text, also with `/` in it.
    #[must_use]
    pub fn objects_arn(&self, keys: &str) -> Value<'t, Arn<Objects>> {
        Value::concat([
            Value::literal("arn:"),
            Value::partition(),
            Value::literal(":s3:::"),
            self.text(),
            Value::literal(format!("/{keys}")),
        ])
        .named_as()
    }
}
