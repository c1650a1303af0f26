//! The runtime stack: API, functions, queues, logs and alarms. It holds no data and can be made anew from a release.

mod mail;
mod parts;

use crate::{
    StageSettings, Stateful, SynthError,
    function::{self, Surroundings},
    functions, outputs, parameters,
    resource::{
        apigateway::{Api, Protocol, Stage as ApiStage, Throttle},
        cloudwatch::{Alarm, Counter},
        iam::ManagedPolicy,
        logs::LogGroup,
        s3::BucketName,
        sns::Topic,
    },
    template::{Arn, Draft, Handle, Parameter, Template, Value, When},
};

use mail::Mail;
use parts::Parts;

const DESCRIPTION: &str =
    "Landfall runtime: the HTTP API, the functions and their queues, logs and alarms. Holds no data.";

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
        let topics = alarm_topics(draft)?;
        let mail = Mail::add(draft, settings, &functions, &topics)?;
        let around = surroundings(draft, settings, &api, mail)?;
        let boundary = boundary(draft)?;
        for function in &functions {
            let parts = Parts {
                settings,
                function,
                around: &around,
                boundary: &boundary,
            };
            parts.add(draft, &api, artifacts.clone(), &topics)?;
        }
        api_alarm(draft, settings, &api, topics)?;
        draft.output(outputs::API_URL, "Address of the API", &api.endpoint())?;
        draft.output(outputs::API_ID, "Id of the API in API Gateway", &api.id())?;
        draft.output(
            outputs::FEEDBACK_TOPIC_ARN,
            "Topic on which SES tells what became of mails",
            &around.feedback_topic,
        )
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
    mail: Mail<'t>,
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
    let queue = Parameter {
        allowed_pattern: "arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:.+",
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
        inbound_bucket: draft.parameter(parameters::INBOUND_BUCKET_NAME, &bucket)?,
        inbound_mail_queue: draft.parameter(parameters::INBOUND_MAIL_QUEUE_ARN, &queue)?,
        send_queue: mail.send_queue,
        messages_queue: mail.messages_queue,
        feedback_queue: mail.feedback_queue,
        feedback_topic: mail.feedback_topic,
        configuration_set: mail.configuration_set,
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
        description: "Calendar, bookings, webhooks and what recipients of messages do",
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
