//! Whoever carries messages.

use std::fmt;
use std::sync::Arc;

use campaign::{Delivery, Sent};
use chrono::{TimeDelta, Utc};
use futures_util::future::BoxFuture;
use mailer::{Mail, Mailer};
use messaging::Platforms;
use sms::{Sms, Texter};

use crate::Post;

/// A message that is ready to go.
#[derive(Debug, Clone)]
pub enum Outgoing {
    /// By e-mail.
    Mail(Box<Mail>),
    /// By SMS.
    Sms(Sms),
    /// In a guest's thread at a platform.
    Post(Box<Post>),
}

/// Hands messages over, each once.
#[derive(Clone)]
pub enum Carrier {
    /// To SES, and to Twilio if the manifest names an account.
    Live {
        /// SES.
        mailer: Mailer,
        /// Twilio.
        texter: Option<Arc<Texter>>,
        /// The platforms.
        platforms: Arc<Platforms>,
    },
    /// To whatever a simulation makes of it.
    Simulated(Arc<dyn Fn(Delivery, Outgoing) -> BoxFuture<'static, Sent> + Send + Sync>),
}

impl Carrier {
    /// Hands a message over, and says what is known of it afterwards.
    pub async fn send(&self, delivery: &Delivery, message: Outgoing) -> Sent {
        match (self, message) {
            (Self::Simulated(send), message) => send(delivery.clone(), message).await,
            (Self::Live { mailer, .. }, Outgoing::Mail(mail)) => mailer.send(&mail).await,
            (Self::Live { texter, .. }, Outgoing::Sms(sms)) => match texter {
                Some(texter) => texter.send(&sms).await,
                None => Sent::NotSent {
                    why: "no-account",
                    retry_after: None,
                },
            },
            (Self::Live { platforms, .. }, Outgoing::Post(post)) => posted(platforms, &post).await,
        }
    }
}

/// Posts an answer, once. The platform tells of it like of any other message, by which one of which nobody knows is found out.
async fn posted(platforms: &Platforms, post: &Post) -> Sent {
    let now = Utc::now();
    let posted = match platforms.endpoint(&post.api, now).await {
        Ok(endpoint) => {
            platforms
                .reply(&endpoint, &post.api, &post.native, post.text.reveal())
                .await
        }
        Err(failure) => Err(failure),
    };
    let failure = match posted {
        Ok(id) => {
            let message_id = id.unwrap_or_default();
            return Sent::Accepted { message_id };
        }
        Err(failure) => failure,
    };
    if failure.may_have_happened() {
        return Sent::Unknown { why: failure.kind() };
    }
    if failure.is_retryable() {
        let retry_after = failure.retry_after();
        return Sent::NotSent {
            why: failure.kind(),
            retry_after: retry_after.and_then(|wait| TimeDelta::from_std(wait).ok()),
        };
    }
    Sent::Refused {
        why: failure.kind().to_owned(),
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier")
    }
}
