//! CloudWatch Logs.

use serde::Serialize;

use super::{Resource, Tags};
use crate::template::{Arn, Handle, Kind, Text, Value};

/// `AWS::Logs::LogGroup`
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    log_group_name: String,
    retention_in_days: u16,
}

/// A log group's name.
#[derive(Debug)]
pub enum LogGroupName {}

/// The streams of a log group.
#[derive(Debug)]
pub enum LogStreams {}

impl Kind for LogGroupName {}

impl LogGroup {
    /// A group whose events are kept for so many days. CloudWatch Logs takes 1, 3, 5, 7, 14, 30, 60, 90, ...
    #[must_use]
    pub fn new(name: &str, retention_days: u16) -> Self {
        Self {
            log_group_name: name.to_owned(),
            retention_in_days: retention_days,
        }
    }
}

impl Resource<'_> for LogGroup {
    const TYPE: &'static str = "AWS::Logs::LogGroup";
    const TAGS: Tags = Tags::List;
}

impl<'t> Handle<'t, LogGroup> {
    /// The group's name.
    #[must_use]
    pub fn name(&self) -> Value<'t, LogGroupName> {
        self.reference()
    }

    /// The group's ARN. It is not the attribute `Arn`, which ends in `:*` and so names the streams.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<LogGroup>> {
        Value::regional_arn("logs", [Value::literal("log-group:"), self.reference::<Text>()])
    }

    /// The ARN of every stream of the group: what `logs:PutLogEvents` is granted on.
    #[must_use]
    pub fn streams_arn(&self) -> Value<'t, Arn<LogStreams>> {
        self.attribute("Arn")
    }
}
