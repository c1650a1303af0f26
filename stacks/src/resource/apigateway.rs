//! API Gateway's HTTP APIs.

use contract::Route as ContractRoute;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Resource, Tags, lambda::Function, logs::LogGroup};
use crate::template::{Arn, Handle, Kind, Text, Value};

/// What one access log line holds. Neither path, query string nor headers: a path can hold an unguessable feed
/// name, a query a guest's. The route key says enough.
const ACCESS_LOG_FIELDS: &[(&str, &str)] = &[
    ("error", "$context.error.message"),
    ("integrationError", "$context.integrationErrorMessage"),
    ("integrationStatus", "$context.integrationStatus"),
    ("latencyMs", "$context.responseLatency"),
    ("protocol", "$context.protocol"),
    ("requestId", "$context.requestId"),
    ("responseBytes", "$context.responseLength"),
    ("route", "$context.routeKey"),
    ("sourceIp", "$context.identity.sourceIp"),
    ("status", "$context.status"),
    ("time", "$context.requestTime"),
];

/// `AWS::ApiGatewayV2::Api`: an HTTP API. It is also what its id names.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Api {
    /// The API's name.
    pub name: String,
    /// What it is for.
    pub description: &'static str,
    /// Always an HTTP API.
    pub protocol_type: Protocol,
}

/// What an API speaks.
#[derive(Debug, Clone, Copy, Serialize)]
pub enum Protocol {
    /// HTTP, not WebSocket.
    #[serde(rename = "HTTP")]
    Http,
}

/// `AWS::ApiGatewayV2::Integration`: hands requests to a function and its answers back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Integration<'t> {
    api_id: Value<'t, Api>,
    integration_type: &'static str,
    integration_uri: Value<'t, Arn<Function<'t>>>,
    payload_format_version: &'static str,
    timeout_in_millis: u32,
}

/// `AWS::ApiGatewayV2::Route`: which requests go to which integration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Route<'t> {
    api_id: Value<'t, Api>,
    route_key: String,
    target: Value<'t, Text>,
}

/// `AWS::ApiGatewayV2::Stage`: `$default`, whose URL has no stage in its path, deployed with every change.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Stage<'t> {
    api_id: Value<'t, Api>,
    stage_name: &'static str,
    auto_deploy: bool,
    access_log_settings: AccessLogs<'t>,
    default_route_settings: Json,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccessLogs<'t> {
    destination_arn: Value<'t, Arn<LogGroup>>,
    format: String,
}

/// How many requests the whole API takes before it answers 429.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    /// Requests a second, in the long run.
    pub rate_per_s: u16,
    /// Requests at once.
    pub burst: u16,
}

/// Calls of an API's routes.
#[derive(Debug)]
pub enum Invocations {}

impl Kind for Api {}

impl<'t> Integration<'t> {
    /// The longest that API Gateway waits for an answer, in milliseconds. Its own limit for HTTP APIs.
    pub const MAX_TIMEOUT_MS: u32 = 30_000;

    /// A function behind an API, in payload format 2.0.
    #[must_use]
    pub fn of_function(api: Value<'t, Api>, function: Value<'t, Arn<Function<'t>>>) -> Self {
        Self {
            api_id: api,
            integration_type: "AWS_PROXY",
            integration_uri: function,
            payload_format_version: "2.0",
            timeout_in_millis: Self::MAX_TIMEOUT_MS,
        }
    }
}

impl<'t> Route<'t> {
    /// A route of the contract.
    #[must_use]
    pub fn new(api: Value<'t, Api>, route: &ContractRoute, to: &Handle<'t, Integration<'t>>) -> Self {
        Self {
            api_id: api,
            route_key: format!("{} {}", route.method.as_str(), route.path),
            target: Value::concat([Value::literal("integrations/"), to.reference()]),
        }
    }
}

impl<'t> Stage<'t> {
    /// The default stage with access logs and a limit on requests.
    #[must_use]
    pub fn default_of(api: Value<'t, Api>, logs: Value<'t, Arn<LogGroup>>, throttle: Throttle) -> Self {
        Self {
            api_id: api,
            stage_name: "$default",
            auto_deploy: true,
            access_log_settings: AccessLogs {
                destination_arn: logs,
                format: access_log_format(),
            },
            default_route_settings: json!({
                "DetailedMetricsEnabled": true,
                "ThrottlingBurstLimit": throttle.burst,
                "ThrottlingRateLimit": throttle.rate_per_s,
            }),
        }
    }
}

/// One JSON object on one line.
fn access_log_format() -> String {
    let fields: Vec<String> = ACCESS_LOG_FIELDS
        .iter()
        .map(|(name, variable)| format!(r#""{name}":"{variable}""#))
        .collect();
    format!("{{{}}}", fields.join(","))
}

impl Resource<'_> for Api {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Api";
    const TAGS: Tags = Tags::Map;
}

impl<'t> Resource<'t> for Integration<'t> {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Integration";
    const TAGS: Tags = Tags::None;
}

impl<'t> Resource<'t> for Route<'t> {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Route";
    const TAGS: Tags = Tags::None;
}

impl<'t> Resource<'t> for Stage<'t> {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Stage";
    const TAGS: Tags = Tags::Map;
}

impl<'t> Handle<'t, Api> {
    /// The API's id.
    #[must_use]
    pub fn id(&self) -> Value<'t, Api> {
        self.reference()
    }

    /// The API's URL, without a trailing `/`.
    #[must_use]
    pub fn endpoint(&self) -> Value<'t, Text> {
        self.attribute("ApiEndpoint")
    }

    /// Every call of every route of this API.
    #[must_use]
    pub fn invocations_arn(&self) -> Value<'t, Arn<Invocations>> {
        Value::regional_arn("execute-api", [self.reference::<Text>(), Value::literal("/*/*")])
    }
}
