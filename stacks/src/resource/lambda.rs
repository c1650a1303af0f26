//! Lambda.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Resource, Tags, apigateway::Invocations, iam::Role, logs::LogGroupName, s3::BucketName, sqs::Queue,
};
use crate::{
    Architecture,
    template::{Arn, Handle, Kind, Text, Value},
};

/// `AWS::Lambda::Function` that runs a binary named `bootstrap`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Function<'t> {
    /// The function's name.
    pub function_name: String,
    /// What it does.
    pub description: &'static str,
    /// Always the Amazon Linux that our binaries are linked for.
    pub runtime: Runtime,
    /// The file in the archive that is run.
    pub handler: &'static str,
    /// What the binary is compiled for: Lambda takes exactly one.
    pub architectures: [Architecture; 1],
    /// Where the archive is.
    pub code: Code<'t>,
    /// Memory in MB, which also sets the share of a processor.
    pub memory_size: u16,
    /// Seconds after which an invocation is ended.
    pub timeout: u16,
    /// Whose rights the function has.
    pub role: Value<'t, Arn<Role<'t>>>,
    /// Its environment.
    pub environment: Environment<'t>,
    /// Where its output goes.
    pub logging_config: Logging<'t>,
}

/// A Lambda runtime.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Runtime {
    /// A binary of our own on Amazon Linux 2023.
    #[serde(rename = "provided.al2023")]
    ProvidedAl2023,
}

/// An object in S3.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Code<'t> {
    /// The bucket.
    pub s3_bucket: Value<'t, BucketName>,
    /// The key.
    pub s3_key: Value<'t, Text>,
}

/// A function's environment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Environment<'t> {
    /// Names, which come from [`contract::env`], and values.
    pub variables: BTreeMap<&'static str, Value<'t, Text>>,
}

/// Where a function's output goes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Logging<'t> {
    log_format: &'static str,
    log_group: Value<'t, LogGroupName>,
}

/// `AWS::Lambda::Permission`: lets API Gateway call a function.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Permission<'t> {
    function_name: Value<'t, Arn<Function<'t>>>,
    action: &'static str,
    principal: &'static str,
    source_arn: Value<'t, Arn<Invocations>>,
}

/// `AWS::Lambda::EventSourceMapping`: calls a function with a queue's messages.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventSourceMapping<'t> {
    event_source_arn: Value<'t, Arn<Queue<'t>>>,
    function_name: Value<'t, Arn<Function<'t>>>,
    batch_size: u8,
    function_response_types: [&'static str; 1],
    scaling_config: ScalingConfig,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ScalingConfig {
    maximum_concurrency: u16,
}

/// A function's name.
#[derive(Debug)]
pub enum FunctionName {}

impl Kind for FunctionName {}

impl<'t> Logging<'t> {
    /// One JSON object a line, to this group.
    #[must_use]
    pub fn json_to(log_group: Value<'t, LogGroupName>) -> Self {
        Self {
            log_format: "JSON",
            log_group,
        }
    }
}

impl<'t> Permission<'t> {
    /// Lets these calls of one API, and of no other, reach the function.
    #[must_use]
    pub fn for_api(function: Value<'t, Arn<Function<'t>>>, calls: Value<'t, Arn<Invocations>>) -> Self {
        Self {
            function_name: function,
            action: "lambda:InvokeFunction",
            principal: "apigateway.amazonaws.com",
            source_arn: calls,
        }
    }
}

impl<'t> EventSourceMapping<'t> {
    /// Calls the function with messages as soon as there are some, at most so many times at once; Lambda takes no less
    /// than 2. The function answers which messages it could not do, and only these come again. No batching window is named: none
    /// is what Lambda takes then, and of a FIFO queue it takes no other.
    #[must_use]
    pub fn of_queue(
        queue: Value<'t, Arn<Queue<'t>>>,
        function: Value<'t, Arn<Function<'t>>>,
        (at_once, batch): (u16, u8),
    ) -> Self {
        Self {
            event_source_arn: queue,
            function_name: function,
            batch_size: batch,
            function_response_types: ["ReportBatchItemFailures"],
            scaling_config: ScalingConfig {
                maximum_concurrency: at_once,
            },
        }
    }
}

impl<'t> Resource<'t> for EventSourceMapping<'t> {
    const TYPE: &'static str = "AWS::Lambda::EventSourceMapping";
    const TAGS: Tags = Tags::List;
}

impl<'t> Resource<'t> for Function<'t> {
    const TYPE: &'static str = "AWS::Lambda::Function";
    const TAGS: Tags = Tags::List;
}

impl<'t> Resource<'t> for Permission<'t> {
    const TYPE: &'static str = "AWS::Lambda::Permission";
    const TAGS: Tags = Tags::None;
}

impl<'t> Handle<'t, Function<'t>> {
    /// The function's name.
    #[must_use]
    pub fn name(&self) -> Value<'t, FunctionName> {
        self.reference()
    }

    /// The function's ARN, without a version.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<Function<'t>>> {
        self.attribute("Arn")
    }
}
