//! Names of the stacks' outputs.

/// Storage: name of the table of the operator's own events.
pub const EVENTS_TABLE_NAME: &str = "EventsTableName";
/// Storage: name of the bucket of manifest, templates and token verifiers.
pub const CONTENT_BUCKET_NAME: &str = "ContentBucketName";
/// Storage: ARN of the secret that holds the dashboard token.
pub const DASHBOARD_TOKEN_SECRET_ARN: &str = "DashboardTokenSecretArn";
/// Runtime: the API's address, without a trailing `/`.
pub const API_URL: &str = "ApiUrl";
/// Runtime: the API's id in API Gateway.
pub const API_ID: &str = "ApiId";
/// Bootstrap: name of the bucket of functions, plans and releases.
pub const ARTIFACT_BUCKET_NAME: &str = "ArtifactBucketName";
