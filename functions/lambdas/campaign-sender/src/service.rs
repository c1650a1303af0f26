//! The clients that messages are sent with.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use campaign::{Channel, Rate, UnsubscribeKey};
use chrono::{DateTime, Utc};
use dispatch::{Carrier, Queue, Shelf, Texts, Time};
use lambda_boot::{SecretError, Secrets};
use mailer::Mailer;
use manifest::{Manifest, SmsSender, Stage};
use messaging::Platforms;
use platform::{FeedUrl, InvalidPolicy};
use sms::{Credential, Endpoint, Texter};
use store::{Account, Content, Deliveries, StoreError};

use crate::settings::Settings;

/// What an account may surely send: SES's sandbox and a Twilio number both take one message a second.
const SLOWEST: Rate = Rate {
    per_second: 1.0,
    marketing_share: 0.8,
};

/// The clients.
pub(crate) struct Service {
    pub(crate) content: Content,
    pub(crate) deliveries: Deliveries,
    pub(crate) queue: Queue,
    pub(crate) time: Time,
    partner_secrets: Secrets,
    own_secrets: Secrets,
    mailer: Mailer,
    platforms: Arc<Platforms>,
    settings: Settings,
    shelf: Shelf,
    texter: Mutex<Option<(String, Arc<Texter>)>>,
}

/// Why nothing can be sent. It names no secret's value.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unready {
    /// The store or the content bucket does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key of unsubscribe links cannot be read.
    #[error("the key of unsubscribe links cannot be read: {0}")]
    UnsubscribeKey(SecretError),
}

impl Service {
    /// Opens no connection yet.
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Result<Self, InvalidPolicy> {
        let secrets = Secrets::under_prefix(aws, settings.partner_secrets_prefix.clone());
        let stage = if settings.is_local {
            Stage::Local
        } else {
            Stage::Deployed
        };
        let platforms = Platforms::new(stage, secrets, &settings.allowed_origins)?;
        Ok(Self {
            platforms: Arc::new(platforms),
            content: Content::in_bucket(aws, settings.content_bucket.clone()),
            deliveries: Deliveries::in_table(aws, settings.events_table.clone()),
            queue: Queue::at(aws, settings.send_queue.clone()),
            time: Time::by(Utc::now),
            partner_secrets: Secrets::under_prefix(aws, settings.partner_secrets_prefix.clone()),
            // The name is whole, so it has no prefix.
            own_secrets: Secrets::under_prefix(aws, String::new()),
            mailer: Mailer::new(aws),
            shelf: Shelf::default(),
            texter: Mutex::default(),
            settings,
        })
    }

    /// What messages are made of, as it is now.
    ///
    /// # Errors
    /// See [`Unready`].
    pub(crate) async fn texts(&self, now: DateTime<Utc>) -> Result<Texts, Unready> {
        let sources = self.content.templates(now).await?;
        let secret = self
            .own_secrets
            .value(&self.settings.unsubscribe_secret, now)
            .await;
        let secret = secret.map_err(Unready::UnsubscribeKey)?;
        Ok(Texts {
            library: self.shelf.library(sources),
            unsubscribe: UnsubscribeKey::new(secret.reveal().as_bytes()),
            api_url: self.settings.api_url.clone(),
            configuration_set: self.settings.configuration_set.clone(),
        })
    }

    /// Whoever carries the messages. Without a usable Twilio account SMS wait; mails do not.
    pub(crate) async fn carrier(&self, manifest: &Manifest, now: DateTime<Utc>) -> Carrier {
        let texter = match &manifest.messages.sms {
            None => None,
            Some(sender) => match self.texter(sender, now).await {
                Ok(texter) => Some(texter),
                Err(cause) => {
                    tracing::error!(cause, "no SMS can be sent");
                    None
                }
            },
        };
        Carrier::Live {
            mailer: self.mailer.clone(),
            texter,
            platforms: Arc::clone(&self.platforms),
        }
    }

    async fn texter(&self, sender: &SmsSender, now: DateTime<Utc>) -> Result<Arc<Texter>, String> {
        let secret = self.partner_secrets.value(sender.secret.as_str(), now).await;
        let secret = secret.map_err(|error| error.to_string())?;
        let mut known = self.texter.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, texter)) = &*known
            && of == secret.reveal()
        {
            return Ok(Arc::clone(texter));
        }
        let credential = Credential::parse(secret.reveal()).map_err(|error| error.to_string())?;
        let endpoint = self.endpoint(sender)?;
        let texter = Texter::new(endpoint, credential).map_err(|error| error.to_string())?;
        let texter = Arc::new(texter);
        *known = Some((secret.reveal().to_owned(), Arc::clone(&texter)));
        Ok(texter)
    }

    /// Twilio, or in the local stage the server that the manifest names, if the stage allows its origin.
    fn endpoint(&self, sender: &SmsSender) -> Result<Endpoint, String> {
        let local = sender.local_url.as_ref().filter(|_| self.settings.is_local);
        let endpoint = match local {
            None => Endpoint::twilio(),
            Some(url) => {
                let url = url.reveal();
                let origins = &self.settings.allowed_origins;
                if !FeedUrl::parse(url).is_ok_and(|url| origins.contains(&url.origin())) {
                    return Err("the local URL's origin is not allowed".to_owned());
                }
                Endpoint::at(url)
            }
        };
        endpoint.map_err(|error| error.to_string())
    }

    /// What a channel may send, as whoever plans was last told. Before that it is slow.
    pub(crate) async fn account(&self, channel: Channel) -> Result<Account, StoreError> {
        let known = self.deliveries.account(channel).await?;
        Ok(known.unwrap_or(Account {
            rate: SLOWEST,
            left_today: u64::MAX,
            stopped: None,
            marketing_stopped: None,
            mirrored_at: None,
            mirroring: None,
            at: self.time.now(),
        }))
    }
}

/// A name for one invocation as the owner of what it has in hand: another one even if Lambda repeats its request.
///
/// # Errors
/// When the system has no randomness to give.
pub(crate) fn owner(request: &str) -> Result<String, getrandom::Error> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{request}#{random}"))
}
