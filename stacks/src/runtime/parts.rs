//! One function, and what belongs to it: log group, role, routes, schedule, queue and alarms.

use super::{AlarmTopics, Boundary, LOGS};
use crate::{
    Function, StageSettings, SynthError,
    function::Surroundings,
    resource::{
        apigateway::{Api, Integration, Route},
        cloudwatch::{Alarm, Counter},
        iam::{Action, Role, Statement},
        lambda::{self, Code, Environment, EventSourceMapping, FunctionName, Logging, Permission, Runtime},
        logs::LogGroup,
        s3::BucketName,
        scheduler::Schedule,
    },
    template::{Draft, Handle, Parameter, Value, logical_id::pascal_case},
};

/// What the parts of one function are made from.
pub(super) struct Parts<'a, 't> {
    pub(super) settings: &'a StageSettings,
    pub(super) function: &'a Function,
    pub(super) around: &'a Surroundings<'t>,
    pub(super) boundary: &'a Boundary<'t>,
}

impl<'t> Parts<'_, 't> {
    /// The function with everything that belongs to it.
    pub(super) fn add(
        &self,
        draft: &mut Draft<'t>,
        api: &Handle<'t, Api>,
        artifacts: Value<'t, BucketName>,
        topics: &AlarmTopics<'t>,
    ) -> Result<(), SynthError> {
        let function = self.add_function(draft, artifacts)?;
        self.add_routes(draft, api, &function)?;
        self.add_schedule(draft, &function)?;
        self.add_source(draft, &function)?;
        self.add_alarms(draft, &function.name(), topics)
    }

    fn add_function(
        &self,
        draft: &mut Draft<'t>,
        artifacts: Value<'t, BucketName>,
    ) -> Result<Handle<'t, lambda::Function<'t>>, SynthError> {
        let stage = self.settings.stage;
        let id = self.function.logical_id();
        let function_name = self.function.function_name(stage);

        let logs = LogGroup::new(
            &self.function.log_group_name(stage),
            self.settings.log_retention_days,
        );
        let logs = draft.add_stateful(&format!("{id}Logs"), logs, LOGS)?;
        let mut statements = vec![
            Statement::allow(
                "WriteOwnLogs",
                &[Action::LogsCreateLogStream, Action::LogsPutLogEvents],
            )
            .on(&logs.streams_arn()),
        ];
        statements.extend(self.function.source().map(|source| source.statement(self.around)));
        statements.extend(self.function.statements(self.around));
        let role = Role::of_function(&function_name, statements).within(self.boundary.clone());
        let role = draft.add(&format!("{id}Role"), role)?;

        let artifact_key = Parameter {
            description: "Key of the function's archive in the artifact bucket",
            default: None,
            allowed_pattern: "[a-zA-Z0-9._/-]+\\.zip",
        };
        let properties = lambda::Function {
            description: self.function.description(),
            runtime: Runtime::ProvidedAl2023,
            handler: "bootstrap",
            architectures: [self.settings.architecture],
            code: Code {
                s3_bucket: artifacts,
                s3_key: draft.parameter(&self.function.artifact_parameter(), &artifact_key)?,
            },
            memory_size: self.function.memory_mb(),
            timeout: self.function.timeout_s(),
            role: role.arn(),
            environment: Environment {
                variables: self.function.environment(self.around),
            },
            logging_config: Logging::json_to(logs.name()),
            function_name,
        };
        draft.add(&id, properties)
    }

    fn add_routes(
        &self,
        draft: &mut Draft<'t>,
        api: &Handle<'t, Api>,
        function: &Handle<'t, lambda::Function<'t>>,
    ) -> Result<(), SynthError> {
        let id = self.function.logical_id();
        let mut routes = self.function.routes().peekable();
        if routes.peek().is_none() {
            return Ok(());
        }
        let integration = Integration::of_function(api.id(), function.arn());
        let integration = draft.add(&format!("{id}Integration"), integration)?;
        let permission = Permission::for_api(function.arn(), api.invocations_arn());
        draft.add(&format!("{id}Permission"), permission)?;
        for route in routes {
            let method = pascal_case(&route.method.as_str().to_ascii_lowercase());
            let route_id = format!("{method}{}Route", pascal_case(route.path));
            draft.add(&route_id, Route::new(api.id(), route, &integration))?;
        }
        Ok(())
    }

    fn add_schedule(
        &self,
        draft: &mut Draft<'t>,
        function: &Handle<'t, lambda::Function<'t>>,
    ) -> Result<(), SynthError> {
        let Some(calls) = self.function.schedule() else {
            return Ok(());
        };
        let id = self.function.logical_id();
        let name = self.function.function_name(self.settings.stage);
        let role = Role::of_schedule(&name, &function.arn()).within(self.boundary.clone());
        let role = draft.add(&format!("{id}ScheduleRole"), role)?;
        let schedule = Schedule::of_function(&name, calls, function.arn(), role.arn());
        draft.add(&format!("{id}Schedule"), schedule)?;
        Ok(())
    }

    fn add_source(
        &self,
        draft: &mut Draft<'t>,
        function: &Handle<'t, lambda::Function<'t>>,
    ) -> Result<(), SynthError> {
        let Some(source) = self.function.source() else {
            return Ok(());
        };
        let queue = self.around.queue(source.inbox);
        let mapping =
            EventSourceMapping::of_queue(queue, function.arn(), (source.at_once, source.inbox.batch()));
        draft.add(&format!("{}Source", self.function.logical_id()), mapping)?;
        Ok(())
    }

    fn add_alarms(
        &self,
        draft: &mut Draft<'t>,
        name: &Value<'t, FunctionName>,
        topics: &AlarmTopics<'t>,
    ) -> Result<(), SynthError> {
        let id = self.function.logical_id();
        let function_name = self.function.function_name(self.settings.stage);
        let of_aws = [
            (
                "Errors",
                "an invocation ended in an error or a timeout: read the function's log",
            ),
            ("Throttles", "invocations were refused for want of concurrency"),
        ];
        let of_aws = of_aws.map(|(metric, meaning)| (metric, meaning, Counter::of_function(metric, name)));
        let counter = match self.function.schedule() {
            Some(_) => Counter::told_by_each_run,
            None => Counter::told_when_it_happens,
        };
        let own = self.function.alarms().iter();
        let own = own.map(|(metric, meaning)| (*metric, *meaning, counter(metric, self.settings.stage)));
        for (metric, meaning, counter) in of_aws.into_iter().chain(own) {
            let title = format!("{function_name}-{}", metric.to_ascii_lowercase());
            let description = format!("{function_name}: {meaning}");
            let alarm = Alarm::at_least(1, counter, (title, description), topics.clone());
            draft.add(&format!("{id}{metric}Alarm"), alarm)?;
        }
        Ok(())
    }
}
