//! Mail-feedback: hears from SES what became of mails.

use std::collections::BTreeMap;

use contract::{env, metric};

use super::{Function, Inbox, Source, Surroundings, Variables};
use crate::{
    resource::iam::{Action as Iam, Statement},
    template::Value,
};

pub(super) fn declaration() -> Function {
    Function {
        package: contract::campaign::FEEDBACK,
        description: "Hears what became of mails, and writes to nobody again who does not want it",
        actions: &[],
        memory_mb: 256,
        timeout_s: 60,
        schedule: None,
        source: Some(Source {
            inbox: Inbox::Feedback,
            at_once: 2,
        }),
        alarms: &[(
            metric::UNREADABLE_FEEDBACK,
            "feedback on mails cannot be believed or read: read the function's log",
        )],
        environment,
        statements,
    }
}

fn environment<'t>(around: &Surroundings<'t>) -> Variables<'t> {
    BTreeMap::from([
        (env::STAGE, Value::literal(around.stage.as_str())),
        (env::EVENTS_TABLE, around.events_table.text()),
        (env::FEEDBACK_TOPIC, around.feedback_topic.text()),
    ])
}

/// It reads and writes single rows; it cannot list any, and it reads no manifest and no secret.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    vec![
        Statement::allow("RememberFeedback", &[Iam::DynamoDbGetItem, Iam::DynamoDbPutItem])
            .on(&around.events_table.table_arn()),
    ]
}
