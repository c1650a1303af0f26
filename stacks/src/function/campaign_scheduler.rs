//! Campaign-scheduler: plans which messages are due, and puts them into the senders' queue.

use std::collections::BTreeMap;

use contract::{content::MANIFEST_KEY, env, metric};

use super::{Function, Surroundings, Variables};
use crate::{
    resource::iam::{Action as Iam, Statement},
    template::Value,
};

pub(super) fn declaration() -> Function {
    Function {
        package: contract::campaign::FUNCTION,
        description: "Plans which messages are due, and does what the operator says of campaigns",
        actions: &[],
        memory_mb: 256,
        // A tick that has not time enough leaves the rest to the next one; runs that overlap hold each other off.
        timeout_s: 240,
        schedule: Some(("rate(1 minute)", r#"{"action":"tick"}"#)),
        source: None,
        alarms: &[(
            metric::UNKNOWN_DELIVERIES,
            "nobody knows whether messages were sent, or nothing runs: `cargo xtask campaign status` tells which",
        )],
        environment,
        statements,
    }
}

fn environment<'t>(around: &Surroundings<'t>) -> Variables<'t> {
    BTreeMap::from([
        (env::STAGE, Value::literal(around.stage.as_str())),
        (env::EVENTS_TABLE, around.events_table.text()),
        (env::CONTENT_BUCKET, around.content_bucket.text()),
        (env::SEND_QUEUE, around.send_queue.url().text()),
    ])
}

/// It cannot send anything, nor read a partner's secret: it only says what is to be sent.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let table = around.events_table.table_arn();
    vec![
        Statement::allow("ReadDeliveries", &[Iam::DynamoDbGetItem, Iam::DynamoDbQuery]).on(&table),
        // A transaction needs the actions of its parts; there is no action for the transaction itself.
        Statement::allow(
            "WriteDeliveries",
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
        Statement::allow(
            "QueueDeliveries",
            &[Iam::SqsGetQueueAttributes, Iam::SqsSendMessage],
        )
        .on(&around.send_queue.arn()),
        // They are about the account, which has no ARN: IAM grants them on everything only. Whom the operator lets be written
        // to again must not stay on the account's own list.
        Statement::allow(
            "SeeMailAccount",
            &[
                Iam::SesDeleteSuppressedDestination,
                Iam::SesGetAccount,
                Iam::SesListSuppressedDestinations,
            ],
        )
        .on_everything(),
    ]
}
