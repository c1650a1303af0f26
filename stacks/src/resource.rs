//! The resource types in use, each with the properties that we set and the references that it really gives.

pub mod apigateway;
pub mod cloudwatch;
pub mod dynamodb;
pub mod iam;
pub mod lambda;
pub mod logs;
pub mod s3;
pub mod scheduler;
pub mod secretsmanager;
pub mod ses;
pub mod sns;
pub mod sqs;

use serde::Serialize;

/// The properties of a resource within the template of lifetime `'t`.
pub trait Resource<'t>: Serialize {
    /// The resource type, such as `AWS::S3::Bucket`.
    const TYPE: &'static str;
    /// How the type takes tags.
    const TAGS: Tags;
}

/// How a resource type takes tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// It has none.
    None,
    /// A list of keys and values.
    List,
    /// An object.
    Map,
}
