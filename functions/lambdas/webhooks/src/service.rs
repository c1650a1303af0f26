//! The clients that a message is received with.

use aws_config::SdkConfig;
use lambda_boot::Secrets;
use store::{Content, Deliveries, Ledger};

use crate::settings::Settings;
use crate::sync::Sync;

/// The clients.
pub(crate) struct Service {
    pub(crate) content: Content,
    pub(crate) secrets: Secrets,
    pub(crate) ledger: Ledger,
    pub(crate) sync: Sync,
    pub(crate) deliveries: Deliveries,
    /// The address that Twilio was given, up to the path.
    pub(crate) api_url: String,
}

impl Service {
    /// Opens no connection yet.
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Self {
        Self {
            content: Content::in_bucket(aws, settings.content_bucket),
            deliveries: Deliveries::in_table(aws, settings.events_table.clone()),
            api_url: settings.api_url.trim_end_matches('/').to_owned(),
            secrets: Secrets::under_prefix(aws, settings.partner_secrets_prefix),
            ledger: Ledger::in_table(aws, settings.events_table),
            sync: Sync::of_function(aws, settings.sync_function),
        }
    }
}
