//! What is deployed as a function: one declaration each, from which its routes, environment and rights all come.

mod campaign_scheduler;
mod campaign_sender;
mod event_broker;
mod inbox_responder;
mod inbox_scraper;
mod mail_feedback;
mod platform_sync;
mod source;
mod webhooks;

use std::collections::BTreeMap;

use contract::{ROUTES, Route, route::Action};

use crate::{
    SynthError,
    resource::{
        dynamodb::TableName, iam::Statement, s3::BucketName, ses::ConfigurationSetName, sns::Topic,
        sqs::Queue,
    },
    stage::Stage,
    template::{Arn, Handle, Text, Value, logical_id::pascal_case},
};

pub(crate) use source::{Inbox, Source, taker};

/// Every function that is deployed.
#[must_use]
pub fn functions() -> Vec<Function> {
    vec![
        event_broker::declaration(),
        platform_sync::declaration(),
        webhooks::declaration(),
        campaign_scheduler::declaration(),
        campaign_sender::declaration(),
        mail_feedback::declaration(),
        inbox_scraper::declaration(),
        inbox_responder::declaration(),
    ]
}

/// One function's declaration.
#[derive(Debug, Clone)]
pub struct Function {
    package: &'static str,
    description: &'static str,
    actions: &'static [Action],
    memory_mb: u16,
    timeout_s: u16,
    /// When it is called by itself, as an expression of EventBridge Scheduler, and with which JSON.
    schedule: Option<(&'static str, &'static str)>,
    /// Which queue it is called with messages of.
    source: Option<Source>,
    /// Which of [`contract::metric`] it tells, that raise an alarm, and what it means. A function with a schedule tells
    /// them in each run, so that silence is an alarm too; another one tells them when there is something to tell.
    alarms: &'static [(&'static str, &'static str)],
    environment: for<'t> fn(&Surroundings<'t>) -> Variables<'t>,
    statements: for<'t> fn(&Surroundings<'t>) -> Vec<Statement<'t>>,
}

/// What a declaration may refer to.
#[derive(Debug)]
pub(crate) struct Surroundings<'t> {
    pub(crate) stage: Stage,
    pub(crate) api_url: Value<'t, Text>,
    pub(crate) events_table: Value<'t, TableName>,
    pub(crate) content_bucket: Value<'t, BucketName>,
    pub(crate) send_queue: Handle<'t, Queue<'t>>,
    pub(crate) feedback_queue: Handle<'t, Queue<'t>>,
    pub(crate) feedback_topic: Value<'t, Arn<Topic>>,
    pub(crate) messages_queue: Handle<'t, Queue<'t>>,
    pub(crate) inbound_bucket: Value<'t, BucketName>,
    pub(crate) inbound_mail_queue: Value<'t, Arn<Queue<'t>>>,
    pub(crate) configuration_set: Value<'t, ConfigurationSetName>,
    /// In the local stage only.
    pub(crate) allowed_origins: Option<Value<'t, Text>>,
}

/// Names from [`contract::env`], and values.
pub(crate) type Variables<'t> = BTreeMap<&'static str, Value<'t, Text>>;

impl Function {
    /// The package, which is also the folder, the binary and the function's name in its stage.
    #[must_use]
    pub fn package(&self) -> &'static str {
        self.package
    }

    /// The function's logical id: `event-broker` is `EventBroker`.
    #[must_use]
    pub fn logical_id(&self) -> String {
        pascal_case(self.package)
    }

    /// The runtime stack's parameter that holds the key of the function's archive.
    #[must_use]
    pub fn artifact_parameter(&self) -> String {
        self.logical_id() + "ArtifactKey"
    }

    /// The function's name in a stage: `landfall-local-event-broker`.
    #[must_use]
    pub fn function_name(&self, stage: Stage) -> String {
        format!("landfall-{stage}-{}", self.package)
    }

    /// The log group to which the function writes in a stage.
    #[must_use]
    pub fn log_group_name(&self, stage: Stage) -> String {
        format!("/aws/lambda/{}", self.function_name(stage))
    }

    /// The contract's routes whose actions this function answers.
    pub fn routes(&self) -> impl Iterator<Item = &'static Route> {
        ROUTES.iter().filter(|route| self.actions.contains(&route.action))
    }

    pub(crate) fn description(&self) -> &'static str {
        self.description
    }

    pub(crate) fn memory_mb(&self) -> u16 {
        self.memory_mb
    }

    pub(crate) fn timeout_s(&self) -> u16 {
        self.timeout_s
    }

    pub(crate) fn schedule(&self) -> Option<(&'static str, &'static str)> {
        self.schedule
    }

    pub(crate) fn source(&self) -> Option<Source> {
        self.source
    }

    pub(crate) fn alarms(&self) -> &'static [(&'static str, &'static str)] {
        self.alarms
    }

    pub(crate) fn environment<'t>(&self, surroundings: &Surroundings<'t>) -> Variables<'t> {
        (self.environment)(surroundings)
    }

    pub(crate) fn statements<'t>(&self, surroundings: &Surroundings<'t>) -> Vec<Statement<'t>> {
        (self.statements)(surroundings)
    }
}

/// Holds that each route has exactly one function behind it.
///
/// # Errors
/// [`SynthError::RouteWithoutOneFunction`] names the first that has not.
pub(crate) fn check_routes(functions: &[Function]) -> Result<(), SynthError> {
    for route in ROUTES {
        let answers = |function: &&Function| function.actions.contains(&route.action);
        let count = functions.iter().filter(answers).count();
        if count != 1 {
            return Err(SynthError::RouteWithoutOneFunction {
                route: format!("{} {}", route.method.as_str(), route.path),
                count,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_from_the_package() {
        let functions = functions();
        let broker = &functions[0];
        assert_eq!(broker.package(), "event-broker");
        assert_eq!(broker.logical_id(), "EventBroker");
        assert_eq!(broker.artifact_parameter(), "EventBrokerArtifactKey");
        assert_eq!(broker.function_name(Stage::Local), "landfall-local-event-broker");
    }

    #[test]
    fn a_route_that_nobody_or_two_answer_is_refused() {
        let count = |functions: &[Function]| match check_routes(functions) {
            Err(SynthError::RouteWithoutOneFunction { count, .. }) => Some(count),
            _ => None,
        };
        let all = functions();
        assert_eq!(count(&[]), Some(0));
        assert_eq!(count(&all), None);
        assert_eq!(
            count(&[all.clone(), vec![webhooks::declaration()]].concat()),
            Some(2)
        );
        let without_webhooks: Vec<Function> = all
            .into_iter()
            .filter(|function| function.package() != "webhooks")
            .collect();
        assert_eq!(count(&without_webhooks), Some(0));
    }
}
