//! What every use case works with: the function's clients, and the moment of the invocation.

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use dispatch::Time;
use mailer::Mailer;
use store::{Content, Deliveries, Ledger};

use crate::settings::Settings;
use dispatch::Queue;

/// What is kept of an invocation's time for answering.
const TIME_TO_ANSWER: TimeDelta = TimeDelta::seconds(10);

/// The clients.
pub(crate) struct Service {
    pub(crate) content: Content,
    pub(crate) ledger: Ledger,
    pub(crate) deliveries: Deliveries,
    pub(crate) queue: Queue,
    pub(crate) mailer: Option<Mailer>,
    /// The stage's name, for what is counted.
    pub(crate) stage: String,
}

impl Service {
    /// Opens no connection yet.
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Self {
        Self {
            content: Content::in_bucket(aws, settings.content_bucket),
            ledger: Ledger::in_table(aws, settings.events_table.clone()),
            deliveries: Deliveries::in_table(aws, settings.events_table),
            queue: Queue::at(aws, settings.send_queue),
            mailer: Some(Mailer::new(aws)),
            stage: settings.stage,
        }
    }
}

/// What one invocation knows that no other does.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) time: Time,
    /// Nothing new is begun after this.
    pub(crate) until: DateTime<Utc>,
}

impl Moment {
    /// The present, for an invocation that ends at `deadline_ms` (Unix milliseconds).
    pub(crate) fn now(deadline_ms: u64) -> Self {
        let deadline = i64::try_from(deadline_ms)
            .ok()
            .and_then(DateTime::from_timestamp_millis);
        let until = deadline.unwrap_or(DateTime::<Utc>::MAX_UTC);
        Self {
            time: Time::by(Utc::now),
            until: until.checked_sub_signed(TIME_TO_ANSWER).unwrap_or(until),
        }
    }

    pub(crate) fn now_is(&self) -> DateTime<Utc> {
        self.time.now()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.now_is() >= self.until
    }
}
