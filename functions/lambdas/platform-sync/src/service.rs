//! What every use case works with: the function's clients, and the moment of the invocation.

use std::sync::Arc;

use aws_config::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use feed_reader::FeedReader;
use lambda_boot::Secrets;
use platform::{Fetcher, InvalidPolicy, Limits, Policy};
use store::{Content, Ledger};

use crate::google::GoogleClients;
use crate::settings::Settings;

/// Tells the time.
pub(crate) type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What is kept of an invocation's time for giving leases back and answering.
const TIME_TO_ANSWER: TimeDelta = TimeDelta::seconds(5);

/// The clients that the use cases work with.
pub(crate) struct Service {
    pub(crate) content: Content,
    pub(crate) ledger: Ledger,
    pub(crate) feeds: FeedReader,
    pub(crate) google: GoogleClients,
    /// Where the API is, if anybody there hears webhooks.
    pub(crate) api_url: Option<String>,
    /// The stage's name, for what is counted.
    pub(crate) stage: String,
    /// Whose calendar it is: the same in every invocation of a stage.
    pub(crate) tenant: String,
}

impl Service {
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Result<Self, InvalidPolicy> {
        let policy = Policy {
            allowed_origins: settings.allowed_origins,
            limits: Limits::default(),
        };
        let secrets = Secrets::under_prefix(aws, settings.partner_secrets_prefix.clone());
        let credentials = Secrets::under_prefix(aws, settings.partner_secrets_prefix);
        Ok(Self {
            content: Content::in_bucket(aws, settings.content_bucket),
            // The table's name is the stage's own and never changes: a table with data is not replaced.
            api_url: Some(settings.api_url),
            stage: settings.stage_name,
            tenant: settings.events_table.clone(),
            ledger: Ledger::in_table(aws, settings.events_table),
            google: GoogleClients::new(settings.stage, credentials),
            feeds: FeedReader::new(settings.stage, Fetcher::new(policy)?, secrets),
        })
    }
}

/// What one invocation knows that no other does.
#[derive(Clone)]
pub(crate) struct Moment {
    pub(crate) clock: Clock,
    /// No write begins after this.
    pub(crate) until: DateTime<Utc>,
    /// Names this run as the holder of leases.
    pub(crate) run: String,
    /// 32 random bytes in hexadecimal, for an address that nobody can guess.
    pub(crate) secret: String,
}

impl Moment {
    /// The present, for an invocation that ends at `deadline_ms` (Unix milliseconds).
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub(crate) fn now(request: &str, deadline_ms: u64) -> Result<Self, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let deadline = i64::try_from(deadline_ms)
            .ok()
            .and_then(DateTime::from_timestamp_millis);
        let until = deadline.unwrap_or(DateTime::<Utc>::MAX_UTC);
        Ok(Self {
            clock: Arc::new(Utc::now),
            until: until.checked_sub_signed(TIME_TO_ANSWER).unwrap_or(until),
            run: request.to_owned(),
            secret: random.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    pub(crate) fn time(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.time() >= self.until
    }
}
