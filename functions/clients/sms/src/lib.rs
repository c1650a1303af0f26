//! Twilio: one SMS in one request, and what came of it.
//!
//! Invariant: a request is sent once. Twilio's endpoint for messages is not idempotent, so nothing here tries again; what is
//! not known is told as such ([`Sent::Unknown`]).

mod endpoint;
mod send;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;

pub use campaign::Sent;
pub use campaign::twilio::{Credential, InvalidCredential};
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use send::Sms;

/// So long Twilio may take for its answer. It is shorter than a sender's lease.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Sends SMS for one account.
#[derive(Debug)]
pub struct Texter {
    http: Client,
    endpoint: Endpoint,
    credential: Credential,
}

/// This machine cannot make an HTTP client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client cannot be made")]
pub struct NoClient;

impl Texter {
    /// Opens no connection yet.
    ///
    /// # Errors
    /// [`NoClient`]
    pub fn new(endpoint: Endpoint, credential: Credential) -> Result<Self, NoClient> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| NoClient)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(SEND_TIMEOUT)
            .no_proxy()
            // A connection that was idle may be closed just as it is used, and nobody could say whether the message was taken.
            .pool_max_idle_per_host(0)
            // A redirect would take the credential elsewhere, and a repetition would be another message.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .map_err(|_| NoClient)?;
        Ok(Self {
            http,
            endpoint,
            credential,
        })
    }
}

#[cfg(test)]
mod tests;
