//! Inbox-scraper: what guests write, from the platforms' APIs and by mail.

use std::collections::BTreeMap;

use contract::{
    content::MANIFEST_KEY,
    env,
    inbox::{KEPT_PREFIX, MAIL_PREFIX},
    metric,
};

use super::{Function, Inbox, Source, Surroundings, Variables};
use crate::{
    resource::{
        iam::{Action as Iam, Statement},
        secretsmanager::Secret,
    },
    template::{Arn, Value},
};

pub(super) fn declaration() -> Function {
    Function {
        package: contract::inbox::SCRAPER,
        description: "Reads what guests write at the platforms, keeps it, and tells of it once",
        actions: &[],
        // A mail of 40 MB is held with what is attached to it.
        memory_mb: 512,
        // Platforms may be slow; the next poll is 3 minutes away.
        timeout_s: 150,
        schedule: Some(("rate(3 minutes)", r#"{"action":"poll"}"#)),
        source: Some(Source {
            inbox: Inbox::InboundMail,
            at_once: 2,
        }),
        alarms: &[
            (
                metric::QUARANTINED_MESSAGES,
                "a message could not be read and was put aside: ask the function for `{\"action\":\"quarantined\"}`",
            ),
            (
                metric::UNREACHED_INBOXES,
                "a platform's messages could not be asked for, or nothing runs: read the function's log",
            ),
        ],
        environment,
        statements,
    }
}

fn environment<'t>(around: &Surroundings<'t>) -> Variables<'t> {
    let mut variables = BTreeMap::from([
        (env::STAGE, Value::literal(around.stage.as_str())),
        (env::EVENTS_TABLE, around.events_table.text()),
        (env::CONTENT_BUCKET, around.content_bucket.text()),
        (env::INBOUND_BUCKET, around.inbound_bucket.text()),
        (env::MESSAGES_QUEUE, around.messages_queue.url().text()),
        (
            env::PARTNER_SECRETS_PREFIX,
            Value::literal(around.stage.partner_secrets_prefix()),
        ),
    ]);
    if let Some(origins) = &around.allowed_origins {
        variables.insert(env::ALLOWED_ORIGINS, origins.clone());
    }
    variables
}

/// It writes no object twice, deletes none, and takes no message out of the queue that it fills.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let partner_secrets: Value<'t, Arn<Secret>> =
        Value::secrets_below(&around.stage.partner_secrets_prefix());
    let table = around.events_table.table_arn();
    let kept = around.inbound_bucket.objects_arn(&format!("{KEPT_PREFIX}*"));
    let mails = around.inbound_bucket.objects_arn(&format!("{MAIL_PREFIX}*"));
    vec![
        Statement::allow("ReadThreads", &[Iam::DynamoDbGetItem, Iam::DynamoDbQuery]).on(&table),
        // A transaction needs the actions of its parts; there is no action for the transaction itself.
        Statement::allow("WriteThreads", &[Iam::DynamoDbDeleteItem, Iam::DynamoDbPutItem]).on(&table),
        Statement::allow("ReadManifest", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(MANIFEST_KEY)),
        Statement::allow("ReadMessages", &[Iam::S3GetObject])
            .on(&kept)
            .on(&mails),
        Statement::allow("KeepMessages", &[Iam::S3PutObject]).on(&kept),
        Statement::allow("TellOfMessages", &[Iam::SqsSendMessage]).on(&around.messages_queue.arn()),
        Statement::allow("ReadPartnerSecrets", &[Iam::SecretsManagerGetSecretValue]).on(&partner_secrets),
    ]
}
