//! Names that the rights of one role give to what another stack or role makes.

use crate::{
    Stage,
    template::{Arn, Value},
};

/// What is only named here: made by another stack, or by nobody yet.
#[derive(Debug)]
pub(super) enum Named {}

/// The name of the stage's permissions boundary, below [`super::PATH`].
#[must_use]
pub fn boundary_name(stage: Stage) -> String {
    format!("{stage}-boundary")
}

/// The name of the role that CloudFormation takes on for a stage, below [`super::PATH`].
#[must_use]
pub fn execution_role_name(stage: Stage) -> String {
    format!("{stage}-cfn-exec")
}

/// What every name of a stage begins with, and no other stage's: also CloudFormation's own, which begin with the
/// stack's name.
pub(super) fn prefix(stage: Stage) -> String {
    format!("landfall-{stage}-")
}

/// `arn:...:<service>:<region>:<account>:<tail>`
pub(super) fn regional<'t>(service: &str, tail: impl Into<String>) -> Value<'t, Arn<Named>> {
    Value::regional_arn(service, [Value::literal(tail)])
}

/// The stage's stacks.
pub(super) fn stacks<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("cloudformation", format!("stack/{}*/*", prefix(stage)))
}

/// The stage's functions.
pub(super) fn functions<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("lambda", format!("function:{}*", prefix(stage)))
}

/// The roles of the stage's functions. The roles of the bootstrap stack have a path, so that this matches none of them.
pub(super) fn roles<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    Value::global_arn("iam", [Value::literal(format!("role/{}*", prefix(stage)))])
}

/// The stage's tables.
pub(super) fn tables<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("dynamodb", format!("table/{}*", prefix(stage)))
}

/// The stage's schedules, which lie in the default group.
pub(super) fn schedules<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("scheduler", format!("schedule/default/{}*", prefix(stage)))
}

/// The stage's queues.
pub(super) fn queues<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("sqs", format!("{}*", prefix(stage)))
}

/// The stage's topics.
pub(super) fn topics<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("sns", format!("{}*", prefix(stage)))
}

/// The stage's SES configuration set.
pub(super) fn configuration_set<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("ses", format!("configuration-set/{}", stage.configuration_set()))
}

/// What calls functions with messages. Lambda chooses the ids, so that stages cannot be told apart here.
pub(super) fn sources<'t>() -> Value<'t, Arn<Named>> {
    regional("lambda", "event-source-mapping:*")
}

/// The stage's alarms.
pub(super) fn alarms<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    regional("cloudwatch", format!("alarm:{}*", prefix(stage)))
}

/// Secrets of the stage whose names begin so.
pub(super) fn secrets<'t>(begin: &str) -> Value<'t, Arn<Named>> {
    regional("secretsmanager", format!("secret:{begin}*"))
}

/// Log groups whose names begin so, and their streams.
pub(super) fn log_groups<'t>(begin: &str) -> Value<'t, Arn<Named>> {
    regional("logs", format!("log-group:{begin}*"))
}

/// The logs of the stage's functions.
pub(super) fn function_logs<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    log_groups(&format!("/aws/lambda/{}", prefix(stage)))
}

/// The stage's buckets, or objects in them: `""` or `/<keys>`.
pub(super) fn buckets<'t>(stage: Stage, keys: &str) -> Value<'t, Arn<Named>> {
    Value::concat([
        Value::literal("arn:"),
        Value::partition(),
        Value::literal(format!(":s3:::{}*{keys}", prefix(stage))),
    ])
    .named_as()
}

/// A part of API Gateway's paths. Ids of APIs are not ours to choose, so that stages cannot be told apart here.
pub(super) fn gateway<'t>(path: &str) -> Value<'t, Arn<Named>> {
    Value::concat([
        Value::literal("arn:"),
        Value::partition(),
        Value::literal(":apigateway:"),
        Value::region(),
        Value::literal(format!("::{path}")),
    ])
    .named_as()
}

/// The access logs of the stage's APIs.
pub(super) fn api_logs<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    log_groups(&format!("/aws/vendedlogs/{}", prefix(stage)))
}

/// The log of the stage's releases.
pub(super) fn deployment_logs<'t>(stage: Stage) -> Value<'t, Arn<Named>> {
    log_groups(&stage.deployment_log_group())
}

/// The ARN of a role below [`super::PATH`], in the region's partition.
#[must_use]
pub fn role_arn(region: &str, account: &str, name: &str) -> String {
    format!(
        "arn:{}:iam::{account}:role{}{name}",
        partition(region),
        super::PATH
    )
}

/// The ARN of a policy below [`super::PATH`], in the region's partition.
#[must_use]
pub fn policy_arn(region: &str, account: &str, name: &str) -> String {
    format!(
        "arn:{}:iam::{account}:policy{}{name}",
        partition(region),
        super::PATH
    )
}

/// The partition to which a region belongs.
fn partition(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("us") if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
