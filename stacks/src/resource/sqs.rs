//! SQS.

use serde::Serialize;

use super::{Resource, Tags, iam::PolicyDocument};
use crate::template::{Arn, Handle, Kind, Value};

/// The longest that a request waits for a message: a short wait is answered empty, and paid for, again and again.
const LONG_POLL_S: u8 = 20;
const DAY_S: u32 = 24 * 60 * 60;

/// `AWS::SQS::Queue`: encrypted, and named by CloudFormation, because SQS does not give a name out again for a minute.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Queue<'t> {
    #[serde(skip_serializing_if = "Option::is_none")]
    fifo_queue: Option<bool>,
    message_retention_period: u32,
    receive_message_wait_time_seconds: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    redrive_policy: Option<RedrivePolicy<'t>>,
    sqs_managed_sse_enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_timeout: Option<u16>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy<'t> {
    dead_letter_target_arn: Value<'t, Arn<Queue<'t>>>,
    max_receive_count: u16,
}

/// `AWS::SQS::QueuePolicy` of one queue.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueuePolicy<'t> {
    queues: [Value<'t, QueueUrl>; 1],
    policy_document: PolicyDocument<'t>,
}

/// A queue's URL, by which SQS is asked for it.
#[derive(Debug)]
pub enum QueueUrl {}

/// A queue's name, by which CloudWatch knows it.
#[derive(Debug)]
pub enum QueueName {}

impl Kind for QueueUrl {}
impl Kind for QueueName {}

impl<'t> Queue<'t> {
    /// A queue that keeps a message for so many days.
    #[must_use]
    pub fn keeping_days(days: u8) -> Self {
        Self {
            fifo_queue: None,
            message_retention_period: u32::from(days) * DAY_S,
            receive_message_wait_time_seconds: LONG_POLL_S,
            redrive_policy: None,
            sqs_managed_sse_enabled: true,
            visibility_timeout: None,
        }
    }

    /// The same queue, which keeps the order of each group, and takes what it has seen within five minutes no second time.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        self.fifo_queue = Some(true);
        self
    }

    /// The same queue, for a function that may take so many seconds: nobody else sees a message for six times as long,
    /// which is what Lambda asks for, so that a throttled batch is not seen twice.
    #[must_use]
    pub fn for_function_of_s(mut self, timeout_s: u16) -> Self {
        self.visibility_timeout = Some(timeout_s.saturating_mul(6));
        self
    }

    /// The same queue, which lays a message aside that was received so often and is still there.
    #[must_use]
    pub fn giving_up_after(mut self, receives: u16, dead_letters: &Handle<'t, Self>) -> Self {
        self.redrive_policy = Some(RedrivePolicy {
            dead_letter_target_arn: dead_letters.arn(),
            max_receive_count: receives,
        });
        self
    }
}

impl<'t> QueuePolicy<'t> {
    /// The queue's policy.
    #[must_use]
    pub fn of(queue: &Handle<'t, Queue<'t>>, policy_document: PolicyDocument<'t>) -> Self {
        Self {
            queues: [queue.url()],
            policy_document,
        }
    }
}

impl<'t> Resource<'t> for Queue<'t> {
    const TYPE: &'static str = "AWS::SQS::Queue";
    const TAGS: Tags = Tags::List;
}

impl<'t> Resource<'t> for QueuePolicy<'t> {
    const TYPE: &'static str = "AWS::SQS::QueuePolicy";
    const TAGS: Tags = Tags::None;
}

impl<'t> Handle<'t, Queue<'t>> {
    /// The queue's URL.
    #[must_use]
    pub fn url(&self) -> Value<'t, QueueUrl> {
        self.reference()
    }

    /// The queue's ARN.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<Queue<'t>>> {
        self.attribute("Arn")
    }

    /// The queue's name.
    #[must_use]
    pub fn name(&self) -> Value<'t, QueueName> {
        self.attribute("QueueName")
    }
}
