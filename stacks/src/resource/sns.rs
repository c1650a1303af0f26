//! SNS.

use serde::Serialize;

use super::{Resource, Tags, iam::PolicyDocument, sqs::Queue};
use crate::template::{Arn, Handle, Value};

/// `AWS::SNS::Topic`. It is not encrypted at rest: SES could publish to it only with a key of our own, and SNS keeps
/// nothing that it has handed on.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Topic {}

/// `AWS::SNS::TopicPolicy` of one topic.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TopicPolicy<'t> {
    topics: [Value<'t, Arn<Topic>>; 1],
    policy_document: PolicyDocument<'t>,
}

/// `AWS::SNS::Subscription` of a queue.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Subscription<'t> {
    topic_arn: Value<'t, Arn<Topic>>,
    protocol: &'static str,
    endpoint: Value<'t, Arn<Queue<'t>>>,
    raw_message_delivery: bool,
}

impl<'t> TopicPolicy<'t> {
    /// The topic's policy.
    #[must_use]
    pub fn of(topic: &Handle<'t, Topic>, policy_document: PolicyDocument<'t>) -> Self {
        Self {
            topics: [topic.arn()],
            policy_document,
        }
    }
}

impl<'t> Subscription<'t> {
    /// Puts what is published into the queue, in SNS's envelope: its `TopicArn` says where a message came from.
    #[must_use]
    pub fn in_envelopes(topic: &Handle<'t, Topic>, queue: &Handle<'t, Queue<'t>>) -> Self {
        Self {
            topic_arn: topic.arn(),
            protocol: "sqs",
            endpoint: queue.arn(),
            raw_message_delivery: false,
        }
    }
}

impl Resource<'_> for Topic {
    const TYPE: &'static str = "AWS::SNS::Topic";
    const TAGS: Tags = Tags::List;
}

impl<'t> Resource<'t> for TopicPolicy<'t> {
    const TYPE: &'static str = "AWS::SNS::TopicPolicy";
    const TAGS: Tags = Tags::None;
}

impl<'t> Resource<'t> for Subscription<'t> {
    const TYPE: &'static str = "AWS::SNS::Subscription";
    const TAGS: Tags = Tags::None;
}

impl<'t> Handle<'t, Topic> {
    /// The topic's ARN.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<Topic>> {
        self.reference()
    }
}
