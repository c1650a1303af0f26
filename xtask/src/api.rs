//! The deployed API over HTTP, as any client would call it.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

/// A deployed API.
pub(crate) struct Api {
    client: reqwest::Client,
    url: String,
}

/// What the API answered.
pub(crate) struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, `Null` when it is not JSON.
    pub body: Value,
}

impl Api {
    /// The API at a stack's `ApiUrl`.
    pub(crate) fn at(url: &str) -> Result<Self> {
        Ok(Self {
            client: client()?,
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// `GET path`, with a bearer token if one is given.
    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer> {
        let mut request = self.client.get(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("GET {path} got no answer"))?;
        let status = answer.status().as_u16();
        let text = answer
            .text()
            .await
            .with_context(|| format!("GET {path} broke off"))?;
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }
}

/// An HTTP client for the addresses that this program is told by its user or by a stack.
pub(crate) fn client() -> Result<reqwest::Client> {
    // Only the first caller installs it; the answer tells whether that was us.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(40));
    client.no_proxy().build().context("cannot make an HTTP client")
}
