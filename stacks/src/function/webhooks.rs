//! Webhooks: a platform's own word that something has changed, and Twilio's on what became of an SMS. It can ask for a
//! synchronisation, and send nothing.

use std::collections::BTreeMap;

use contract::{content::MANIFEST_KEY, env, route::Action};

use super::{Function, Surroundings, Variables, platform_sync};
use crate::{
    resource::{
        iam::{Action as Iam, Statement},
        secretsmanager::Secret,
    },
    template::{Arn, Value},
};

pub(super) fn declaration() -> Function {
    Function {
        package: "webhooks",
        description: "Checks what platforms send, and asks platform-sync to look",
        actions: Action::OF_WEBHOOKS,
        memory_mb: 256,
        // A platform waits for some seconds and sends again: an answer that comes later is heard by nobody.
        timeout_s: 15,
        schedule: None,
        source: None,
        alarms: &[],
        environment,
        statements,
    }
}

fn environment<'t>(around: &Surroundings<'t>) -> Variables<'t> {
    BTreeMap::from([
        (env::STAGE, Value::literal(around.stage.as_str())),
        (env::EVENTS_TABLE, around.events_table.text()),
        (env::CONTENT_BUCKET, around.content_bucket.text()),
        (
            env::PARTNER_SECRETS_PREFIX,
            Value::literal(around.stage.partner_secrets_prefix()),
        ),
        // Twilio signs the address to which it sends.
        (env::API_URL, around.api_url.clone()),
        (env::SYNC_FUNCTION, Value::literal(platform_sync::name(around))),
    ])
}

/// It reads and writes single rows: digests of what was received, and what became of an SMS. It cannot list any.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let partner_secrets: Value<'t, Arn<Secret>> =
        Value::secrets_below(&around.stage.partner_secrets_prefix());
    vec![
        Statement::allow("RememberReceived", &[Iam::DynamoDbGetItem, Iam::DynamoDbPutItem])
            .on(&around.events_table.table_arn()),
        Statement::allow("ReadManifest", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(MANIFEST_KEY)),
        Statement::allow("ReadPartnerSecrets", &[Iam::SecretsManagerGetSecretValue]).on(&partner_secrets),
        platform_sync::call(around),
    ]
}
