//! What every use case works with.

use aws_config::SdkConfig;
use dispatch::{Queue, Shelf};
use store::{Content, Deliveries, Inbox, Ledger};

use crate::settings::Settings;

/// The clients that the use cases work with.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) content: Content,
    pub(crate) inbox: Inbox,
    pub(crate) deliveries: Deliveries,
    pub(crate) ledger: Ledger,
    pub(crate) queue: Queue,
    pub(crate) shelf: Shelf,
}

impl Service {
    /// Opens no connection yet.
    pub(crate) fn new(settings: Settings, aws: &SdkConfig) -> Self {
        Self {
            content: Content::in_bucket(aws, settings.content_bucket),
            inbox: Inbox::in_aws(aws, settings.events_table.clone(), settings.inbound_bucket),
            deliveries: Deliveries::in_table(aws, settings.events_table.clone()),
            ledger: Ledger::in_table(aws, settings.events_table),
            queue: Queue::at(aws, settings.send_queue),
            shelf: Shelf::default(),
        }
    }
}
