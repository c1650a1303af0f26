//! Inbox-responder: what becomes of what guests write.

use std::collections::BTreeMap;

use contract::{
    content::{LIBRARY_KEY, MANIFEST_KEY},
    env,
    inbox::KEPT_PREFIX,
};

use super::{Function, Inbox, Source, Surroundings, Variables};
use crate::{
    resource::{
        iam::{Action as Iam, Statement},
        lambda,
    },
    template::{Arn, Value},
};

pub(super) fn declaration() -> Function {
    Function {
        package: contract::inbox::RESPONDER,
        description: "Answers guests by the manifest's rules, and says what waits for the operator",
        actions: &[],
        memory_mb: 256,
        timeout_s: 60,
        // An answer that nobody gets is on the list again before anybody has waited long.
        schedule: Some(("rate(5 minutes)", r#"{"action":"look"}"#)),
        source: Some(Source {
            inbox: Inbox::Messages,
            at_once: 2,
        }),
        alarms: &[],
        environment,
        statements,
    }
}

/// Its name, for who asks it.
pub(super) fn name(around: &Surroundings<'_>) -> String {
    declaration().function_name(around.stage)
}

/// The right to call the function, for who does.
pub(super) fn call<'t>(around: &Surroundings<'t>) -> Statement<'t> {
    let arn: Value<'t, Arn<lambda::Function<'t>>> =
        Value::regional_arn("lambda", [Value::literal(format!("function:{}", name(around)))]);
    Statement::allow("AskForThreads", &[Iam::LambdaInvokeFunction]).on(&arn)
}

fn environment<'t>(around: &Surroundings<'t>) -> Variables<'t> {
    BTreeMap::from([
        (env::STAGE, Value::literal(around.stage.as_str())),
        (env::EVENTS_TABLE, around.events_table.text()),
        (env::CONTENT_BUCKET, around.content_bucket.text()),
        (env::INBOUND_BUCKET, around.inbound_bucket.text()),
        (env::SEND_QUEUE, around.send_queue.url().text()),
    ])
}

/// It sends nothing by itself and reads no secret: it says what is to be sent.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let table = around.events_table.table_arn();
    vec![
        Statement::allow("ReadThreads", &[Iam::DynamoDbGetItem, Iam::DynamoDbQuery]).on(&table),
        // A transaction needs the actions of its parts; there is no action for the transaction itself.
        Statement::allow("WriteThreads", &[Iam::DynamoDbDeleteItem, Iam::DynamoDbPutItem]).on(&table),
        Statement::allow("ReadManifest", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(MANIFEST_KEY))
            .on(&around.content_bucket.objects_arn(LIBRARY_KEY)),
        Statement::allow("ReadMessages", &[Iam::S3GetObject])
            .on(&around.inbound_bucket.objects_arn(&format!("{KEPT_PREFIX}*"))),
        Statement::allow("QueueDeliveries", &[Iam::SqsSendMessage]).on(&around.send_queue.arn()),
    ]
}
