//! What every use case works with: the broker's clients, and the moment of the invocation.

use std::time::Duration;

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use lambda_boot::Secrets;
use platform::{Fetcher, InvalidPolicy, Limits, Policy};
use store::{Content, Deliveries, Events, Ledger, Sessions};

use crate::feeds::{self, Feeds};
use crate::function::Function;
use crate::settings::Settings;

/// What is kept of an invocation's time for answering after the feeds.
const TIME_TO_ANSWER: Duration = Duration::from_secs(4);
/// What is kept of it for saying that a synchronisation still runs.
const TIME_TO_TELL: Duration = Duration::from_secs(2);

/// The clients that the use cases work with.
pub(crate) struct Broker {
    pub(crate) content: Content,
    pub(crate) events: Events,
    pub(crate) feeds: Feeds,
    pub(crate) ledger: Ledger,
    pub(crate) synchroniser: Function,
    pub(crate) responder: Function,
    pub(crate) deliveries: Deliveries,
    pub(crate) sessions: Sessions,
    /// Whether the stage is reached without TLS.
    pub(crate) is_local: bool,
    /// Where the key of unsubscribe links is, and its name there.
    pub(crate) unsubscribe_key: (Secrets, String),
}

impl Broker {
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Result<Self, InvalidPolicy> {
        let policy = Policy {
            allowed_origins: settings.allowed_origins,
            limits: Limits::default(),
        };
        let secrets = Secrets::under_prefix(aws, settings.partner_secrets_prefix);
        Ok(Self {
            ledger: Ledger::in_table(aws, settings.events_table.clone()),
            synchroniser: Function::new(aws, contract::sync::FUNCTION, settings.sync_function),
            responder: Function::new(aws, contract::inbox::RESPONDER, settings.replies_function),
            content: Content::in_bucket(aws, settings.content_bucket),
            deliveries: Deliveries::in_table(aws, settings.events_table.clone()),
            sessions: Sessions::in_table(aws, settings.events_table.clone()),
            is_local: settings.stage == manifest::Stage::Local,
            // The name is whole, so it has no prefix.
            unsubscribe_key: (
                Secrets::under_prefix(aws, String::new()),
                settings.unsubscribe_secret,
            ),
            events: Events::in_table(aws, settings.events_table),
            feeds: Feeds::new(settings.stage, Fetcher::new(policy)?, secrets),
        })
    }
}

/// What one invocation knows that no other does.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) now: DateTime<Utc>,
    /// How long reading feeds may take.
    pub(crate) feeds_time: Duration,
    /// How long a synchronisation may be waited for.
    pub(crate) sync_time: Duration,
    /// An id for what this invocation creates.
    pub(crate) fresh_id: String,
}

impl Moment {
    /// The present, for an invocation that ends at `deadline_ms` (Unix milliseconds).
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub(crate) fn now(deadline_ms: u64) -> Result<Self, getrandom::Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let digits: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let now = Utc::now();
        Ok(Self {
            now,
            feeds_time: feeds_time(now, deadline_ms),
            sync_time: time_left(now, deadline_ms).saturating_sub(TIME_TO_TELL),
            fresh_id: format!("evt_{digits}"),
        })
    }
}

fn feeds_time(now: DateTime<Utc>, deadline_ms: u64) -> Duration {
    let left = time_left(now, deadline_ms);
    left.saturating_sub(TIME_TO_ANSWER).min(feeds::READ_TIME)
}

fn time_left(now: DateTime<Utc>, deadline_ms: u64) -> Duration {
    let deadline = i64::try_from(deadline_ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    let left = deadline.map_or(TimeDelta::MAX, |deadline| deadline - now);
    left.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feeds_get_what_the_invocation_leaves_after_answering() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let deadline = |seconds: u64| 1_800_000_000_000 + seconds * 1000;
        for (seconds, expected) in [(29, 20), (15, 11), (4, 0), (0, 0)] {
            assert_eq!(
                feeds_time(now, deadline(seconds)),
                Duration::from_secs(expected),
                "{seconds}"
            );
        }
        assert_eq!(feeds_time(now, 0), Duration::ZERO);
        assert_eq!(feeds_time(now, u64::MAX), Duration::from_secs(20));
    }
}
