//! Platform-sync: feeds and calendars brought together, by the clock and on demand.

use std::collections::BTreeMap;

use contract::{content::MANIFEST_KEY, env, metric};

use super::{Function, Surroundings, Variables};
use crate::{
    resource::{
        iam::{Action as Iam, Statement},
        lambda,
        secretsmanager::Secret,
    },
    template::{Arn, Value},
};

pub(super) fn declaration() -> Function {
    Function {
        package: contract::sync::FUNCTION,
        description: "Brings platforms and calendar together, so that nothing is booked twice",
        actions: &[],
        memory_mb: 512,
        // Feeds may be slow, and there may be many; the next run is 15 minutes away.
        timeout_s: 240,
        schedule: Some(("rate(15 minutes)", r#"{"action":"sync"}"#)),
        source: None,
        alarms: &[
            (
                metric::STALE_FEEDS,
                "a feed was not read for too long, or nothing runs: `cargo xtask sync plan` tells which",
            ),
            (
                metric::QUARANTINED_FEEDS,
                "a feed has lost bookings and is not believed: `cargo xtask sync plan` tells which",
            ),
            (
                metric::STOPPED_ASSETS,
                "a synchronisation did not do all that it planned: read the function's log",
            ),
        ],
        environment,
        statements,
    }
}

/// The function's name, for who calls it.
pub(super) fn name(around: &Surroundings<'_>) -> String {
    declaration().function_name(around.stage)
}

/// The right to call the function, for who does.
pub(super) fn call<'t>(around: &Surroundings<'t>) -> Statement<'t> {
    let arn: Value<'t, Arn<lambda::Function<'t>>> =
        Value::regional_arn("lambda", [Value::literal(format!("function:{}", name(around)))]);
    Statement::allow("AskForSync", &[Iam::LambdaInvokeFunction]).on(&arn)
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
        (env::API_URL, around.api_url.clone()),
    ]);
    if let Some(origins) = &around.allowed_origins {
        variables.insert(env::ALLOWED_ORIGINS, origins.clone());
    }
    variables
}

/// It cannot read the token's verifiers: nobody calls it with a token.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let partner_secrets: Value<'t, Arn<Secret>> =
        Value::secrets_below(&around.stage.partner_secrets_prefix());
    let table = around.events_table.table_arn();
    vec![
        Statement::allow("ReadLedger", &[Iam::DynamoDbGetItem, Iam::DynamoDbQuery]).on(&table),
        // A transaction needs the actions of its parts; there is no action for the transaction itself.
        Statement::allow(
            "WriteLedger",
            &[
                Iam::DynamoDbConditionCheckItem,
                Iam::DynamoDbDeleteItem,
                Iam::DynamoDbPutItem,
                Iam::DynamoDbUpdateItem,
            ],
        )
        .on(&table),
        Statement::allow("ReadManifest", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(MANIFEST_KEY)),
        Statement::allow("ReadPartnerSecrets", &[Iam::SecretsManagerGetSecretValue]).on(&partner_secrets),
    ]
}
