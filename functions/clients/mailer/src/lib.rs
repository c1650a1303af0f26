//! Amazon SES: one mail to one recipient in one request, and what came of it.
//!
//! Invariant: a request is sent once. The SDK would by itself send one mail up to three times when no answer comes; its
//! retries are off here, and what is not known is told as such ([`Sent::Unknown`]). Each mail has a connection of its own:
//! one that was idle may be closed by SES just as it is used, and nobody could say whether the mail was taken.

mod account;
mod outcome;
mod send;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::{Client, Config};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

pub use account::{AccountFacts, MailerError, SuppressedPage};
pub use campaign::Sent;
pub use send::Mail;

/// So long SES may take for its answer. It is shorter than a sender's lease, so that whoever sends knows what came of it
/// while the delivery is still its own.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Sends mails.
#[derive(Debug, Clone)]
pub struct Mailer {
    sending: Arc<Sending>,
    reading: Client,
}

#[derive(Debug)]
struct Sending {
    config: Config,
    /// Made at the first mail: it reads the system's root certificates.
    client: OnceLock<Client>,
}

impl Mailer {
    /// Opens no connection yet.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(SEND_TIMEOUT)
            .operation_timeout(SEND_TIMEOUT)
            .build();
        let once = aws_sdk_sesv2::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .build();
        Self {
            sending: Arc::new(Sending {
                config: once,
                client: OnceLock::new(),
            }),
            reading: Client::new(config),
        }
    }

    fn sending(&self) -> &Client {
        self.sending.client.get_or_init(|| {
            let http = aws_smithy_http_client::Builder::new()
                .pool_max_idle_per_host(0)
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https();
            Client::from_conf(self.sending.config.to_builder().http_client(http).build())
        })
    }
}

#[cfg(test)]
mod tests;
