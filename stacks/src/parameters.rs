//! Names of the runtime stack's parameters. The storage stack has none.
//!
//! Each function has one more: [`crate::Function::artifact_parameter`].

/// Name of the bucket from which Lambda takes the functions' code.
pub const ARTIFACT_BUCKET: &str = "ArtifactBucket";
/// The storage stack's output [`crate::outputs::EVENTS_TABLE_NAME`].
pub const EVENTS_TABLE_NAME: &str = "EventsTableName";
/// The storage stack's output [`crate::outputs::CONTENT_BUCKET_NAME`].
pub const CONTENT_BUCKET_NAME: &str = "ContentBucketName";
/// The storage stack's output [`crate::outputs::INBOUND_BUCKET_NAME`].
pub const INBOUND_BUCKET_NAME: &str = "InboundBucketName";
/// The storage stack's output [`crate::outputs::INBOUND_MAIL_QUEUE_ARN`].
pub const INBOUND_MAIL_QUEUE_ARN: &str = "InboundMailQueueArn";
/// The storage stack's output [`crate::outputs::INBOUND_MAIL_DEAD_LETTERS_NAME`].
pub const INBOUND_MAIL_DEAD_LETTERS_NAME: &str = "InboundMailDeadLettersName";
/// Local stage only: comma-separated exact origins that the guarded client may reach although they are private.
pub const ALLOWED_ORIGINS: &str = "AllowedOrigins";
/// ARN of the SNS topic that alarms go to. Empty, which is the default: alarms change state and tell nobody.
pub const ALARM_TOPIC_ARN: &str = "AlarmTopicArn";
/// ARN of the bootstrap stack's permissions boundary for the stage. Empty, which is the default: the functions' roles
/// have none, which CloudFormation's role of the bootstrap stack refuses to make.
pub const PERMISSIONS_BOUNDARY_ARN: &str = "PermissionsBoundaryArn";
/// Inbound mail: the address, or the domain, at which notifications are received.
pub const INBOUND_RECIPIENT: &str = "InboundRecipient";
