//! Where reports go: to an SNS topic, or into a queue that a test empties.

use std::time::Duration;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::feedback::Shape;
use crate::outgoing::{FORM, Target, form};

/// How often a topic is tried that does not answer well.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Where reports go, as `PUT /_ses/feedback` takes it. Without a topic they are kept for
/// [`Ses::take_feedback`](super::Ses::take_feedback).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Feedback {
    /// The origin of an SNS that takes `Publish`, on a loopback address.
    pub endpoint: Option<String>,
    /// The topic's ARN; the account in it sends the mails.
    pub topic_arn: Option<String>,
    /// Which kinds of reports are published.
    pub shape: Shape,
    /// The types of reports (`Send`, `Delivery`, `Bounce`, ...) that are published; all of them when absent.
    pub types: Option<Vec<String>>,
}

/// One topic.
#[derive(Debug, Clone)]
pub(super) struct Topic {
    target: Target,
    arn: String,
}

impl Feedback {
    /// The topic, if there is one. `None` when what is there is none.
    pub(super) fn topic(&self) -> Option<Option<Topic>> {
        match (&self.endpoint, &self.topic_arn) {
            (None, None) => Some(None),
            (Some(endpoint), Some(arn)) if arn.split(':').count() == 6 => Some(Some(Topic {
                target: Target::parse(endpoint)?,
                arn: arn.clone(),
            })),
            _ => None,
        }
    }

    pub(super) fn account_id(&self) -> &str {
        let arn = self.topic_arn.as_deref().unwrap_or_default();
        arn.split(':').nth(4).unwrap_or("000000000000")
    }

    pub(super) fn wants(&self, report: &Value) -> bool {
        let kind = report.get("eventType").or_else(|| report.get("notificationType"));
        let kind = kind.and_then(Value::as_str).unwrap_or_default();
        let types = self.types.as_ref();
        types.is_none_or(|types| types.iter().any(|wanted| wanted == kind))
    }
}

impl Topic {
    /// Whether the topic took it.
    pub(super) async fn publish(&self, report: &Value) -> bool {
        for attempt in 1..=ATTEMPTS {
            if self.publish_once(report).await {
                return true;
            }
            if attempt < ATTEMPTS {
                tokio::time::sleep(PAUSE * attempt).await;
            }
        }
        false
    }

    async fn publish_once(&self, report: &Value) -> bool {
        let message = report.to_string();
        let mut fields = vec![
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("TopicArn", self.arn.as_str()),
            ("Message", message.as_str()),
        ];
        if report.get("eventType").is_some() {
            fields.push(("Subject", "Amazon SES Email Event Notification"));
        }
        let region = self.arn.split(':').nth(3).unwrap_or("us-east-1");
        let now = Utc::now();
        let headers = [
            ("content-type", FORM.to_owned()),
            ("x-amz-date", now.format("%Y%m%dT%H%M%SZ").to_string()),
            (
                "authorization",
                format!(
                    "AWS4-HMAC-SHA256 Credential=test/{}/{region}/sns/aws4_request, SignedHeaders=host, Signature=0",
                    now.format("%Y%m%d")
                ),
            ),
        ];
        let heard = self.target.post(&headers, form(fields)).await;
        heard.is_some_and(|heard| heard.status == 200)
    }
}
