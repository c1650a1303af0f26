//! The queue of new messages.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use contract::inbox::Arrived;

/// Puts new messages where the responder takes them from.
pub(crate) enum Queue {
    Sqs {
        client: Client,
        url: String,
    },
    /// Remembers what was put there, as a queue does that drops what it has seen.
    #[cfg(test)]
    Played(std::sync::Arc<crate::handler::tests::Played>),
}

/// The queue did not take it, or did not say so. The next run puts it there again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue of messages did not answer")]
pub(crate) struct QueueSilent;

impl Queue {
    pub(crate) fn at(aws: &SdkConfig, url: String) -> Self {
        let client = Client::new(aws);
        Self::Sqs { client, url }
    }

    /// Puts a message into the queue. Within five minutes SQS takes the same revision once, however often it is put.
    ///
    /// # Errors
    /// [`QueueSilent`]
    pub(crate) async fn put(&self, arrived: &Arrived) -> Result<(), QueueSilent> {
        match self {
            Self::Sqs { client, url } => {
                let body = serde_json::to_string(arrived).map_err(|_| QueueSilent)?;
                let request = client
                    .send_message()
                    .queue_url(url)
                    .message_body(body)
                    .message_group_id(&arrived.thread)
                    .message_deduplication_id(arrived.dedup());
                request.send().await.map(drop).map_err(|_| QueueSilent)
            }
            #[cfg(test)]
            Self::Played(played) => played.put(arrived).await,
        }
    }
}
