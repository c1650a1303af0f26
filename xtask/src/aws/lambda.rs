//! Functions: what code they run, and asking one directly.

use anyhow::{Context, Result, bail};
use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;

use super::explain;

/// Asks Lambda.
pub(crate) struct Lambda {
    client: Client,
}

impl Lambda {
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self {
            client: Client::new(config),
        }
    }

    /// SHA-256 of the function's zip in base64, as Lambda computed it.
    pub(crate) async fn code_sha256(&self, function: &str) -> Result<String> {
        let answer = self
            .client
            .get_function_configuration()
            .function_name(function)
            .send()
            .await
            .map_err(explain)?;
        answer
            .code_sha256
            .context("the function's configuration has no code hash")
    }

    /// Invokes the function and waits for its answer.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        payload: &serde_json::Value,
    ) -> Result<serde_json::Value> {
        let request = self
            .client
            .invoke()
            .function_name(function)
            .payload(Blob::new(payload.to_string()));
        let answer = request.send().await.map_err(explain)?;
        let body = answer.payload.map(Blob::into_inner).unwrap_or_default();
        if let Some(kind) = answer.function_error {
            bail!("the function failed ({kind})");
        }
        serde_json::from_slice(&body).context("the function's answer is not JSON")
    }
}

/// Base64 as Lambda writes a code hash.
pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
