//! The event broker: the API's calendar, bookings and token check.

use std::collections::BTreeMap;

use contract::{
    content::{MANIFEST_KEY, RELEASES_KEY, VERIFIERS_KEY},
    env,
    route::Action,
};

use super::{Function, Surroundings, Variables, campaign_sender, inbox_responder, platform_sync};
use crate::{
    resource::{
        iam::{Action as Iam, Statement},
        secretsmanager::Secret,
    },
    template::{Arn, Value},
};

pub(super) fn declaration() -> Function {
    Function {
        package: "event-broker",
        description: "Answers the API: the operator's events, the platforms' bookings, the token check",
        actions: Action::OF_BROKER,
        memory_mb: 256,
        // One second below the longest that API Gateway waits: the caller gets our answer and not its 503.
        timeout_s: 29,
        schedule: None,
        source: None,
        alarms: &[],
        environment,
        statements,
    }
}

fn environment<'t>(around: &Surroundings<'t>) -> Variables<'t> {
    let mut variables = BTreeMap::from([
        (env::STAGE, Value::literal(around.stage.as_str())),
        (env::EVENTS_TABLE, around.events_table.text()),
        (env::CONTENT_BUCKET, around.content_bucket.text()),
        (
            env::PARTNER_SECRETS_PREFIX,
            Value::literal(around.stage.partner_secrets_prefix()),
        ),
        (env::SYNC_FUNCTION, Value::literal(platform_sync::name(around))),
        (
            env::REPLIES_FUNCTION,
            Value::literal(inbox_responder::name(around)),
        ),
        (
            env::UNSUBSCRIBE_SECRET,
            Value::literal(around.stage.unsubscribe_key_secret()),
        ),
    ]);
    if let Some(origins) = &around.allowed_origins {
        variables.insert(env::ALLOWED_ORIGINS, origins.clone());
    }
    variables
}

/// The broker cannot list the bucket, so that S3 answers 403 and not 404 for a missing object; it cannot delete
/// an event, and it cannot read the dashboard token: it knows digests only.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let partner_secrets: Value<'t, Arn<Secret>> =
        Value::secrets_below(&around.stage.partner_secrets_prefix());
    let table = around.events_table.table_arn();
    vec![
        Statement::allow("ReadEvents", &[Iam::DynamoDbGetItem, Iam::DynamoDbQuery]).on(&table),
        // A transaction needs the actions of its parts; there is no action for the transaction itself.
        Statement::allow("WriteEvents", &[Iam::DynamoDbPutItem, Iam::DynamoDbUpdateItem]).on(&table),
        Statement::allow("ReadManifest", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(MANIFEST_KEY)),
        Statement::allow("ReadVerifiers", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(VERIFIERS_KEY)),
        Statement::allow("ReadReleases", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(RELEASES_KEY)),
        Statement::allow("ReadPartnerSecrets", &[Iam::SecretsManagerGetSecretValue]).on(&partner_secrets),
        campaign_sender::read_unsubscribe_key(around),
        platform_sync::call(around),
        inbox_responder::call(around),
    ]
}
