//! CloudWatch alarms.

use contract::metric;
use serde::Serialize;

use super::{Resource, Tags, apigateway::Api, lambda::FunctionName, sns::Topic, sqs::QueueName};
use crate::stage::Stage;
use crate::template::{Arn, Kind, Text, Value, When};

/// Seconds of one period of an alarm on what AWS counts.
const PERIOD_S: u16 = 300;
/// Seconds of one period of an alarm on what each run tells: twice as long as it is from one run to the next, where
/// that is longest.
const RUNS_PERIOD_S: u16 = 1800;

/// `AWS::CloudWatch::Alarm` on a counter. No data is no alarm, because a counter that nobody moved has none; but what
/// each run of a schedule tells must be there, so that no data means that nothing runs.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alarm<'t> {
    alarm_name: String,
    alarm_description: String,
    namespace: &'static str,
    metric_name: &'static str,
    dimensions: Vec<Dimension<'t>>,
    statistic: &'static str,
    period: u16,
    evaluation_periods: u8,
    comparison_operator: &'static str,
    threshold: u32,
    treat_missing_data: &'static str,
    alarm_actions: When<'t, Vec<Value<'t, Arn<Topic>>>>,
    #[serde(rename = "OKActions")]
    ok_actions: When<'t, Vec<Value<'t, Arn<Topic>>>>,
}

/// A counter of one resource.
#[derive(Debug, Clone)]
pub struct Counter<'t> {
    namespace: &'static str,
    metric: &'static str,
    dimension: Dimension<'t>,
    statistic: &'static str,
    period: u16,
    missing: &'static str,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension<'t> {
    name: &'static str,
    value: Value<'t, Text>,
}

impl<'t> Counter<'t> {
    /// A counter of a Lambda function: `Errors` or `Throttles`.
    #[must_use]
    pub fn of_function(metric: &'static str, function: &Value<'t, FunctionName>) -> Self {
        Self::new("AWS/Lambda", metric, "FunctionName", function)
    }

    /// A counter of an HTTP API: `4xx` or `5xx`.
    #[must_use]
    pub fn of_api(metric: &'static str, api: &Value<'t, Api>) -> Self {
        Self::new("AWS/ApiGateway", metric, "ApiId", api)
    }

    /// How many messages of a queue wait to be taken. It is no sum: each minute tells how many there are.
    #[must_use]
    pub fn waiting_in(queue: &Value<'t, QueueName>) -> Self {
        Self {
            statistic: "Maximum",
            ..Self::new(
                "AWS/SQS",
                "ApproximateNumberOfMessagesVisible",
                "QueueName",
                queue,
            )
        }
    }

    /// One of [`contract::metric`], in a stage, which each run of a schedule tells.
    #[must_use]
    pub fn told_by_each_run(metric: &'static str, stage: Stage) -> Self {
        Self {
            statistic: "Maximum",
            period: RUNS_PERIOD_S,
            missing: "breaching",
            ..Self::told_when_it_happens(metric, stage)
        }
    }

    /// One of [`contract::metric`], in a stage, which is told when there is something to tell.
    #[must_use]
    pub fn told_when_it_happens(metric: &'static str, stage: Stage) -> Self {
        Self::new(
            metric::NAMESPACE,
            metric,
            metric::STAGE,
            &Value::literal(stage.as_str()),
        )
    }

    fn new<K: Kind>(
        namespace: &'static str,
        metric: &'static str,
        dimension: &'static str,
        value: &Value<'t, K>,
    ) -> Self {
        Self {
            namespace,
            metric,
            dimension: Dimension {
                name: dimension,
                value: value.text(),
            },
            statistic: "Sum",
            period: PERIOD_S,
            missing: "notBreaching",
        }
    }
}

impl<'t> Alarm<'t> {
    /// Alarms when the counter reaches the threshold within its period, and tells the topics then and when it is over.
    #[must_use]
    pub fn at_least(
        threshold: u32,
        counter: Counter<'t>,
        (name, description): (String, String),
        topics: When<'t, Vec<Value<'t, Arn<Topic>>>>,
    ) -> Self {
        Self {
            alarm_name: name,
            alarm_description: description,
            namespace: counter.namespace,
            metric_name: counter.metric,
            dimensions: vec![counter.dimension],
            statistic: counter.statistic,
            period: counter.period,
            evaluation_periods: 1,
            comparison_operator: "GreaterThanOrEqualToThreshold",
            threshold,
            treat_missing_data: counter.missing,
            alarm_actions: topics.clone(),
            ok_actions: topics,
        }
    }
}

impl<'t> Resource<'t> for Alarm<'t> {
    const TYPE: &'static str = "AWS::CloudWatch::Alarm";
    const TAGS: Tags = Tags::List;
}
