//! The HTTP client underneath.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;

use crate::backoff::Limits;

const USER_AGENT: &str = concat!("landfall/", env!("CARGO_PKG_VERSION"));

/// A client that follows no redirect, since a redirect would take the token elsewhere, and repeats nothing by itself.
pub(crate) fn client(limits: &Limits) -> Result<Client, &'static str> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| "no usable TLS version")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(config)
        .user_agent(USER_AGENT)
        .connect_timeout(Duration::from_millis(limits.connect_timeout_ms))
        .timeout(Duration::from_millis(limits.call_timeout_ms))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .map_err(|_| "the HTTP client cannot be made")
}
