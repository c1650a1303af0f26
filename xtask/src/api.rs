//! The deployed API over HTTP, as any client would call it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
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
            client: client_for(url)?,
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

/// Names that end in `.localhost` are this machine (RFC 6761, section 6.3), whatever the system's resolver knows of
/// them: local clouds give each API such a name.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().trim_end_matches('.');
            if name == "localhost" || name.ends_with(".localhost") {
                let here: Addrs = Box::new(std::iter::once(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))));
                return Ok(here);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// An HTTP client for addresses like this one, which this program is told by its user or by a stack.
pub(crate) fn client_for(url: &str) -> Result<reqwest::Client> {
    // Only the first caller installs it; the answer tells whether that was us.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(Duration::from_secs(40));
    let client = client.no_proxy().dns_resolver(Arc::new(Loopback));
    let client = if url.starts_with("http://") {
        // Reading the machine's certificates takes longer than most answers, and here they are for nothing: a
        // redirection to where they count is shown and not followed.
        client
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
    } else {
        client
    };
    client.build().context("cannot make an HTTP client")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_below_localhost_is_this_machine_without_asking_anybody() {
        for name in ["localhost", "abc123.execute-api.localhost"] {
            let found: Vec<SocketAddr> = Loopback.resolve(name.parse().unwrap()).await.unwrap().collect();
            assert_eq!(found, [SocketAddr::from((Ipv4Addr::LOCALHOST, 0))], "{name}");
        }
    }
}
