//! The AWS SDK's clients, and nothing of the SDK beyond this room: callers see plain values.

pub(crate) mod cloudformation;
pub(crate) mod gateway;
pub(crate) mod lambda;
pub(crate) mod logs;
#[cfg(test)]
mod recorded;
pub(crate) mod s3;
pub(crate) mod secrets;

use anyhow::{Context, Result, anyhow};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient};
use aws_smithy_runtime_api::shared::IntoShared as _;

/// The emulator's region: it does not matter which, only that every client agrees.
const LOCAL_REGION: &str = "us-east-1";

/// Clients of one account and region.
pub(crate) struct Aws {
    config: SdkConfig,
}

impl Aws {
    /// The emulator, as its root.
    pub(crate) fn at_endpoint(endpoint: &str) -> Self {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_for(endpoint))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .endpoint_url(endpoint)
            .region(Region::from_static(LOCAL_REGION))
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                Credentials::new("test", "test", None, None, "local cloud"),
            ))
            .build();
        Self { config }
    }

    /// The standard chain: environment, profiles, web identity, instance roles, `AWS_ENDPOINT_URL`.
    pub(crate) async fn from_environment() -> Self {
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .load()
            .await;
        Self { config }
    }

    /// The region in force.
    pub(crate) fn region(&self) -> &str {
        self.config.region().map_or(LOCAL_REGION, Region::as_ref)
    }

    /// The account that the credentials belong to.
    pub(crate) async fn account(&self) -> Result<String> {
        let account = self.identity().await?.account;
        account.context("the identity has no account")
    }

    /// The ARN of whoever the credentials belong to.
    pub(crate) async fn caller(&self) -> Result<String> {
        self.identity().await?.arn.context("the identity has no ARN")
    }

    async fn identity(&self) -> Result<aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput> {
        let sts = aws_sdk_sts::Client::new(&self.config);
        sts.get_caller_identity().send().await.map_err(explain)
    }

    /// CloudFormation.
    pub(crate) fn cloudformation(&self) -> cloudformation::CloudFormation {
        cloudformation::CloudFormation::new(&self.config)
    }

    /// S3.
    pub(crate) fn s3(&self) -> s3::S3 {
        s3::S3::new(&self.config, self.region())
    }

    /// Lambda.
    pub(crate) fn lambda(&self) -> lambda::Lambda {
        lambda::Lambda::new(&self.config)
    }

    /// API Gateway's HTTP APIs.
    pub(crate) fn gateway(&self) -> gateway::Gateway {
        gateway::Gateway::new(&self.config)
    }

    /// CloudWatch Logs.
    pub(crate) fn logs(&self) -> logs::Logs {
        logs::Logs::new(&self.config)
    }

    /// Secrets Manager.
    pub(crate) fn secrets(&self) -> secrets::Secrets {
        secrets::Secrets::new(&self.config)
    }
}

/// One TLS stack for the whole program: rustls with ring.
fn http_client() -> impl HttpClient + 'static {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https()
}

/// Reading the machine's certificates takes longer than a plan of a local stage: whoever needs none reads none.
fn http_client_for(endpoint: &str) -> SharedHttpClient {
    if endpoint.starts_with("http://") {
        return aws_smithy_http_client::Builder::new().build_http().into_shared();
    }
    http_client().into_shared()
}

/// What the service said, without the SDK's nesting: its code and message, or why it could not be asked.
#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn explain<E>(error: aws_sdk_sts::error::SdkError<E>) -> anyhow::Error
where
    E: aws_sdk_sts::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.as_service_error() {
        Some(said) => match (said.code(), said.message()) {
            (Some(code), Some(message)) => anyhow!("{code}: {message}"),
            (Some(code), None) => anyhow!("{code}"),
            _ => anyhow!("{said}"),
        },
        None => anyhow!("{}", aws_sdk_sts::error::DisplayErrorContext(&error)),
    }
}
