//! What every use case works with: the function's clients, and the moment of the invocation.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use lambda_boot::Secrets;
use messaging::Platforms;
use platform::InvalidPolicy;
use store::{Content, Inbox};

use crate::api::Api;
use crate::queue::Queue;
use crate::settings::Settings;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What is kept of an invocation's time for the call under way and the answer: an attachment may take 20 s.
const TIME_TO_ANSWER: TimeDelta = TimeDelta::seconds(25);

/// The clients that the use cases work with.
pub(crate) struct Service {
    pub(crate) content: Content,
    pub(crate) inbox: Inbox,
    pub(crate) api: Api,
    pub(crate) queue: Queue,
    /// The bucket in which mails arrive.
    pub(crate) bucket: String,
    /// The stage's name, for what is counted.
    pub(crate) stage: String,
    /// Until when a platform asked not to be called, as far as this process knows.
    pub(crate) patience: Mutex<HashMap<String, DateTime<Utc>>>,
}

impl Service {
    /// Opens no connection yet.
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Result<Self, InvalidPolicy> {
        let secrets = Secrets::under_prefix(aws, settings.partner_secrets_prefix);
        let platforms = Platforms::new(settings.stage, secrets, &settings.allowed_origins)?;
        Ok(Self {
            content: Content::in_bucket(aws, settings.content_bucket),
            inbox: Inbox::in_aws(aws, settings.events_table, settings.inbound_bucket.clone()),
            api: Api::Http(Box::new(platforms)),
            queue: Queue::at(aws, settings.messages_queue),
            bucket: settings.inbound_bucket,
            stage: settings.stage_name,
            patience: Mutex::default(),
        })
    }
}

/// What one invocation knows that no other does.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) clock: Clock,
    /// No message is begun after this.
    pub(crate) until: DateTime<Utc>,
    /// Platforms that did not answer a confirmation in this invocation: they are not asked for another, or one that is slow
    /// would take the time of all.
    pub(crate) silent: Arc<Mutex<HashSet<String>>>,
}

impl Moment {
    /// The present, for an invocation that ends at `deadline_ms` (Unix milliseconds).
    pub(crate) fn until(deadline_ms: u64) -> Self {
        let deadline = i64::try_from(deadline_ms).ok();
        let deadline = deadline.and_then(DateTime::from_timestamp_millis);
        let until = deadline.unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            clock: Arc::new(Utc::now),
            until: until.checked_sub_signed(TIME_TO_ANSWER).unwrap_or(until),
            silent: Arc::default(),
        }
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) fn is_silent(&self, platform: &str) -> bool {
        self.silent.lock().is_ok_and(|silent| silent.contains(platform))
    }

    pub(crate) fn was_silent(&self, platform: &str) {
        if let Ok(mut silent) = self.silent.lock() {
            silent.insert(platform.to_owned());
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.time() >= self.until
    }
}
