//! EventBridge Scheduler.

use serde::Serialize;

use super::{Resource, Tags, iam::Role, lambda::Function};
use crate::template::{Arn, Value};

/// `AWS::Scheduler::Schedule` that calls a function, in the default group.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Schedule<'t> {
    name: String,
    description: String,
    schedule_expression: &'static str,
    flexible_time_window: FlexibleTimeWindow,
    state: &'static str,
    target: Target<'t>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FlexibleTimeWindow {
    mode: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Target<'t> {
    arn: Value<'t, Arn<Function<'t>>>,
    role_arn: Value<'t, Arn<Role<'t>>>,
    input: &'static str,
    retry_policy: RetryPolicy,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RetryPolicy {
    maximum_event_age_in_seconds: u32,
    maximum_retry_attempts: u32,
}

impl<'t> Schedule<'t> {
    /// Calls the function by this expression, such as `rate(15 minutes)`, with this JSON. What fails is not repeated:
    /// the next call comes by itself, and finds everything that this one would have done.
    #[must_use]
    pub fn of_function(
        name: &str,
        (expression, input): (&'static str, &'static str),
        function: Value<'t, Arn<Function<'t>>>,
        role: Value<'t, Arn<Role<'t>>>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            description: format!("Calls {name} again and again"),
            schedule_expression: expression,
            flexible_time_window: FlexibleTimeWindow { mode: "OFF" },
            state: "ENABLED",
            target: Target {
                arn: function,
                role_arn: role,
                input,
                retry_policy: RetryPolicy {
                    maximum_event_age_in_seconds: 60,
                    maximum_retry_attempts: 0,
                },
            },
        }
    }
}

impl<'t> Resource<'t> for Schedule<'t> {
    const TYPE: &'static str = "AWS::Scheduler::Schedule";
    const TAGS: Tags = Tags::None;
}
