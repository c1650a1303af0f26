//! The runtime stack: API, functions, logs and alarms. It holds no data and can be made anew from a release.

use crate::{
    Function, StageSettings, Stateful, SynthError,
    function::{self, Surroundings},
    functions, outputs, parameters,
    resource::{
        apigateway::{Api, Integration, Protocol, Route, Stage as ApiStage, Throttle},
        cloudwatch::{Alarm, Counter, Topic},
        iam::{Action, ManagedPolicy, Role, Statement},
        lambda::{self, Code, Environment, FunctionName, Logging, Permission, Runtime},
        logs::LogGroup,
        s3::BucketName,
        scheduler::Schedule,
    },
    template::{Arn, Draft, Handle, Parameter, Template, Value, When, logical_id::pascal_case},
};

const DESCRIPTION: &str =
    "Landfall runtime: the HTTP API, its functions, their logs and alarms. Holds no data.";

/// Per API, not per caller: it bounds what a leaked token or a loop can cost.
const THROTTLE: Throttle = Throttle {
    rate_per_s: 50,
    burst: 100,
};

/// Logs end by themselves, and a log group that was left behind would keep its name from a new stack.
const LOGS: Stateful = Stateful::Disposable;

/// What S3 takes as the name of a bucket.
const BUCKET_NAME_PATTERN: &str = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";

type Boundary<'t> = When<'t, Value<'t, Arn<ManagedPolicy<'t>>>>;
type AlarmTopics<'t> = When<'t, Vec<Value<'t, Arn<Topic>>>>;

pub(crate) fn template(settings: &StageSettings) -> Result<Template, SynthError> {
    let functions = functions();
    function::check_routes(&functions)?;
    Template::build("runtime", DESCRIPTION, settings.stage, |draft| {
        let artifacts = artifact_bucket(draft)?;
        let api = api(draft, settings)?;
        let around = surroundings(draft, settings, &api)?;
        let topics = alarm_topics(draft)?;
        let boundary = boundary(draft)?;
        for function in &functions {
            let parts = Parts {
                settings,
                function,
                around: &around,
                boundary: &boundary,
            };
            let deployed = parts.add_function(draft, artifacts.clone())?;
            parts.add_routes(draft, &api, &deployed)?;
            parts.add_schedule(draft, &deployed)?;
            parts.add_alarms(draft, &deployed.name(), &topics)?;
        }
        api_alarm(draft, settings, &api, topics)?;
        draft.output(outputs::API_URL, "Address of the API", &api.endpoint())?;
        draft.output(outputs::API_ID, "Id of the API in API Gateway", &api.id())
    })
}

fn artifact_bucket<'t>(draft: &mut Draft<'t>) -> Result<Value<'t, BucketName>, SynthError> {
    let parameter = Parameter {
        description: "Bucket from which Lambda takes the functions' code",
        default: None,
        allowed_pattern: BUCKET_NAME_PATTERN,
    };
    draft.parameter(parameters::ARTIFACT_BUCKET, &parameter)
}

fn surroundings<'t>(
    draft: &mut Draft<'t>,
    settings: &StageSettings,
    api: &Handle<'t, Api>,
) -> Result<Surroundings<'t>, SynthError> {
    let table = Parameter {
        description: "The storage stack's output of this name",
        default: None,
        allowed_pattern: "[a-zA-Z0-9_.-]{3,255}",
    };
    let bucket = Parameter {
        allowed_pattern: BUCKET_NAME_PATTERN,
        ..table
    };
    let origins = settings.allowed_origins.join(",");
    let allowed_origins = Parameter {
        description: "Exact origins that feeds may be fetched from although they are private, separated by commas",
        default: Some(&origins),
        allowed_pattern: "[^*\\s]*",
    };
    let allowed_origins = if settings.allowed_origins.is_empty() {
        None
    } else {
        Some(draft.parameter(parameters::ALLOWED_ORIGINS, &allowed_origins)?)
    };
    Ok(Surroundings {
        stage: settings.stage,
        api_url: api.endpoint(),
        events_table: draft.parameter(parameters::EVENTS_TABLE_NAME, &table)?,
        content_bucket: draft.parameter(parameters::CONTENT_BUCKET_NAME, &bucket)?,
        allowed_origins,
    })
}

fn alarm_topics<'t>(draft: &mut Draft<'t>) -> Result<AlarmTopics<'t>, SynthError> {
    let parameter = Parameter {
        description: "SNS topic that is told of alarms. Empty: alarms only change their state",
        default: Some(""),
        allowed_pattern: "(arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+)?",
    };
    let topic: Value<'t, Arn<Topic>> = draft.parameter(parameters::ALARM_TOPIC_ARN, &parameter)?;
    Ok(When {
        condition: draft.condition_is_set("HasAlarmTopic", &topic)?,
        then: vec![topic],
    })
}

fn boundary<'t>(draft: &mut Draft<'t>) -> Result<Boundary<'t>, SynthError> {
    let parameter = Parameter {
        description: "The bootstrap stack's boundary of the stage. Empty: none, as in an account without that stack",
        default: Some(""),
        allowed_pattern: "(arn:[a-z-]+:iam::[0-9]{12}:policy/.+)?",
    };
    let boundary = draft.parameter(parameters::PERMISSIONS_BOUNDARY_ARN, &parameter)?;
    Ok(When {
        condition: draft.condition_is_set("HasPermissionsBoundary", &boundary)?,
        then: boundary,
    })
}

fn api<'t>(draft: &mut Draft<'t>, settings: &StageSettings) -> Result<Handle<'t, Api>, SynthError> {
    let stage = settings.stage;
    let api = Api {
        name: format!("landfall-{stage}"),
        description: "Calendar, bookings and token check",
        protocol_type: Protocol::Http,
    };
    let api = draft.add("Api", api)?;
    // Log groups of this prefix need no room in the account's one resource policy for log delivery.
    let logs = LogGroup::new(
        &format!("/aws/vendedlogs/landfall-{stage}-api"),
        settings.log_retention_days,
    );
    let logs = draft.add_stateful("ApiLogs", logs, LOGS)?;
    draft.add("ApiStage", ApiStage::default_of(api.id(), logs.arn(), THROTTLE))?;
    Ok(api)
}

/// What the parts of one function are made from.
struct Parts<'a, 't> {
    settings: &'a StageSettings,
    function: &'a Function,
    around: &'a Surroundings<'t>,
    boundary: &'a Boundary<'t>,
}

impl<'t> Parts<'_, 't> {
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
        let own = self.function.alarms().iter();
        let own = own.map(|(metric, meaning)| (*metric, *meaning, Counter::own(metric, self.settings.stage)));
        for (metric, meaning, counter) in of_aws.into_iter().chain(own) {
            let title = format!("{function_name}-{}", metric.to_ascii_lowercase());
            let description = format!("{function_name}: {meaning}");
            let alarm = Alarm::at_least(1, counter, (title, description), topics.clone());
            draft.add(&format!("{id}{metric}Alarm"), alarm)?;
        }
        Ok(())
    }
}

fn api_alarm<'t>(
    draft: &mut Draft<'t>,
    settings: &StageSettings,
    api: &Handle<'t, Api>,
    topics: AlarmTopics<'t>,
) -> Result<(), SynthError> {
    let title = format!("landfall-{}-api-5xx", settings.stage);
    let description = format!(
        "landfall-{}: the API answered 5xx: read its access log",
        settings.stage
    );
    let counter = Counter::of_api("5xx", &api.id());
    draft.add(
        "ApiServerErrorsAlarm",
        Alarm::at_least(1, counter, (title, description), topics),
    )?;
    Ok(())
}
