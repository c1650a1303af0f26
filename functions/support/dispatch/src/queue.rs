//! The senders' queue.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use campaign::DeliveryId;
use chrono::TimeDelta;
use contract::campaign::ToSend;
use futures_util::StreamExt;

/// So many messages are on their way at the same time. A request for ten at once would need a right of its own where the
/// local stage runs, which AWS does not know.
const AT_ONCE: usize = 16;

/// What was not done at first is tried again after so long, then after twice as long each time.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(5);
/// But never after longer: as long as the queue waits for a sender that is gone.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(12);
/// SQS hides no message for longer than 12 hours after it was received (`ChangeMessageVisibility`), and part of them is over.
const LONGEST_HIDDEN: TimeDelta = TimeDelta::hours(11);

/// Puts deliveries where senders take them from.
#[derive(Debug)]
pub enum Queue {
    /// In SQS.
    Sqs {
        /// SQS.
        client: Client,
        /// The queue's address.
        url: String,
    },
    /// In memory, where it is only remembered: for tests.
    Memory(std::sync::Mutex<Vec<DeliveryId>>),
}

/// The queue did not take it. The next sweep puts there again what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the queue of deliveries did not answer")]
pub struct QueueSilent;

impl Queue {
    /// The queue at this address. Opens no connection yet.
    #[must_use]
    pub fn at(aws: &SdkConfig, url: String) -> Self {
        let client = Client::new(aws);
        Self::Sqs { client, url }
    }

    /// Puts deliveries into the queue; how many it took.
    ///
    /// # Errors
    /// [`QueueSilent`] when a request fails.
    pub async fn put(&self, deliveries: &[DeliveryId]) -> Result<u64, QueueSilent> {
        let each: Vec<_> = deliveries.iter().map(|delivery| self.put_one(delivery)).collect();
        let each = futures_util::stream::iter(each).buffered(AT_ONCE);
        let put: Vec<Result<(), QueueSilent>> = each.collect().await;
        let put: Result<Vec<()>, QueueSilent> = put.into_iter().collect();
        Ok(put?.len() as u64)
    }

    async fn put_one(&self, delivery: &DeliveryId) -> Result<(), QueueSilent> {
        match self {
            Self::Sqs { client, url } => {
                let body = ToSend {
                    delivery: delivery.to_string(),
                };
                let body = serde_json::to_string(&body).map_err(|_| QueueSilent)?;
                let request = client.send_message().queue_url(url).message_body(body);
                request.send().await.map(drop).map_err(|_| QueueSilent)
            }
            Self::Memory(queue) => {
                queue.lock().map_err(|_| QueueSilent)?.push(delivery.clone());
                Ok(())
            }
        }
    }

    /// Lets the queue bring a message again after `wait`, which otherwise it does when its sender must be gone. Whoever does
    /// not get this through loses nothing but time.
    ///
    /// # Errors
    /// [`QueueSilent`]
    pub async fn bring_again(&self, receipt: &str, wait: TimeDelta) -> Result<(), QueueSilent> {
        match self {
            Self::Sqs { client, url } => {
                let seconds = i32::try_from(wait.num_seconds()).map_err(|_| QueueSilent)?;
                let request = client
                    .change_message_visibility()
                    .queue_url(url)
                    .receipt_handle(receipt)
                    .visibility_timeout(seconds);
                request.send().await.map(drop).map_err(|_| QueueSilent)
            }
            Self::Memory(_) => Ok(()),
        }
    }

    /// How many messages wait, about.
    ///
    /// # Errors
    /// [`QueueSilent`]
    pub async fn depth(&self) -> Result<u64, QueueSilent> {
        match self {
            Self::Sqs { client, url } => {
                let name = QueueAttributeName::ApproximateNumberOfMessages;
                let request = client
                    .get_queue_attributes()
                    .queue_url(url)
                    .attribute_names(name.clone());
                let answer = request.send().await.map_err(|_| QueueSilent)?;
                let attributes = answer.attributes.unwrap_or_default();
                Ok(attributes
                    .get(&name)
                    .and_then(|text| text.parse().ok())
                    .unwrap_or_default())
            }
            Self::Memory(_) => Ok(0),
        }
    }
}

/// How long a message waits that was received so often and could not be seen to: longer each time, and no less than whoever
/// carries it has asked for.
#[must_use]
pub fn wait_before_next(receives: u32, asked: Option<TimeDelta>) -> TimeDelta {
    let doubled = 1 << receives.saturating_sub(1).min(16);
    let own = (FIRST_WAIT * doubled).min(LONGEST_WAIT);
    own.max(asked.unwrap_or_default()).min(LONGEST_HIDDEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(receives: u32, asked: Option<i64>, expected: i64) {
        let wait = wait_before_next(receives, asked.map(TimeDelta::seconds));
        assert_eq!(wait.num_seconds(), expected, "{receives} {asked:?}");
    }

    #[test]
    fn what_could_not_be_seen_to_waits_twice_as_long_each_time_up_to_a_bound() {
        for (receives, seconds) in [
            (0, 5),
            (1, 5),
            (2, 10),
            (7, 320),
            (8, 640),
            (9, 720),
            (u32::MAX, 720),
        ] {
            check(receives, None, seconds);
        }
    }

    #[test]
    fn whoever_carries_it_may_ask_for_longer_but_not_for_less() {
        check(1, Some(60), 60);
        check(8, Some(60), 640);
        check(1, Some(-1), 5);
        check(1, Some(7 * 86_400), 11 * 3_600);
    }
}
