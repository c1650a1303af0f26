//! Names of the stacks' outputs.

/// Storage: name of the table of the operator's own events.
pub const EVENTS_TABLE_NAME: &str = "EventsTableName";
/// Storage: name of the bucket of manifest, templates and token verifiers.
pub const CONTENT_BUCKET_NAME: &str = "ContentBucketName";
/// Storage: ARN of the secret that holds the dashboard token.
pub const DASHBOARD_TOKEN_SECRET_ARN: &str = "DashboardTokenSecretArn";
/// Storage: name of the bucket in which mails arrive and messages are kept.
pub const INBOUND_BUCKET_NAME: &str = "InboundBucketName";
/// Storage: ARN of the queue that is told of mails.
pub const INBOUND_MAIL_QUEUE_ARN: &str = "InboundMailQueueArn";
/// Storage: name of the queue of mails that nobody could read.
pub const INBOUND_MAIL_DEAD_LETTERS_NAME: &str = "InboundMailDeadLettersName";
/// Runtime: the API's address, without a trailing `/`.
pub const API_URL: &str = "ApiUrl";
/// Runtime: the API's id in API Gateway.
pub const API_ID: &str = "ApiId";
/// Runtime: ARN of the topic on which SES tells what became of mails. The local stage's partner simulator plays SES.
pub const FEEDBACK_TOPIC_ARN: &str = "FeedbackTopicArn";
/// Bootstrap: name of the bucket of functions, plans and releases.
pub const ARTIFACT_BUCKET_NAME: &str = "ArtifactBucketName";
