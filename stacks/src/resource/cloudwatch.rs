//! CloudWatch alarms.

use serde::Serialize;

use super::{Resource, Tags, apigateway::Api, lambda::FunctionName};
use crate::template::{Arn, Kind, Text, Value, When};

/// Seconds of one period of an alarm.
const PERIOD_S: u16 = 300;

/// `AWS::CloudWatch::Alarm` on the sum of a counter over five minutes. No data is no alarm: a counter that nobody
/// moved has none.
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
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension<'t> {
    name: &'static str,
    value: Value<'t, Text>,
}

/// An SNS topic.
#[derive(Debug)]
pub enum Topic {}

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
        }
    }
}

impl<'t> Alarm<'t> {
    /// Alarms when the counter reaches the threshold within five minutes, and tells the topics then and when it
    /// is over.
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
            statistic: "Sum",
            period: PERIOD_S,
            evaluation_periods: 1,
            comparison_operator: "GreaterThanOrEqualToThreshold",
            threshold,
            treat_missing_data: "notBreaching",
            alarm_actions: topics.clone(),
            ok_actions: topics,
        }
    }
}

impl<'t> Resource<'t> for Alarm<'t> {
    const TYPE: &'static str = "AWS::CloudWatch::Alarm";
    const TAGS: Tags = Tags::List;
}
