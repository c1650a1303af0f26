//! The permissions boundary: the most that a function's role may do, whatever a template grants it.
//!
//! A function that needs a new action is refused it by AWS until an administrator has applied this stack again.

use crate::{
    Stage,
    resource::{
        iam::{Action, Statement},
        ses::Identity,
    },
    template::{Arn, Value},
};

use super::names;

pub(super) fn statements<'t>(stage: Stage) -> Vec<Statement<'t>> {
    vec![
        Statement::allow(
            "WriteLogs",
            &[Action::LogsCreateLogStream, Action::LogsPutLogEvents],
        )
        .on(&names::function_logs(stage)),
        Statement::allow(
            "UseTables",
            &[
                Action::DynamoDbConditionCheckItem,
                Action::DynamoDbDeleteItem,
                Action::DynamoDbGetItem,
                Action::DynamoDbPutItem,
                Action::DynamoDbQuery,
                Action::DynamoDbUpdateItem,
            ],
        )
        .on(&names::tables(stage)),
        Statement::allow("ReadContent", &[Action::S3GetObject]).on(&names::buckets(stage, "/*")),
        Statement::allow("KeepMessages", &[Action::S3PutObject]).on(&names::buckets(
            stage,
            &format!("/{}*", contract::inbox::KEPT_PREFIX),
        )),
        Statement::allow("CallFunctions", &[Action::LambdaInvokeFunction]).on(&names::functions(stage)),
        // The dashboard token is neither below this prefix nor of this name.
        Statement::allow("ReadSecrets", &[Action::SecretsManagerGetSecretValue])
            .on(&names::secrets(&stage.partner_secrets_prefix()))
            .on(&names::secrets(&stage.unsubscribe_key_secret())),
        Statement::allow(
            "UseQueues",
            &[
                Action::SqsChangeMessageVisibility,
                Action::SqsDeleteMessage,
                Action::SqsGetQueueAttributes,
                Action::SqsReceiveMessage,
                Action::SqsSendMessage,
            ],
        )
        .on(&names::queues(stage)),
        // Stages of one account share its identities: what a mail is sent by tells them apart.
        Statement::allow("SendMails", &[Action::SesSendEmail])
            .on(&Value::<Arn<Identity>>::identities_of_account())
            .on(&names::configuration_set(stage)),
        Statement::allow(
            "SeeMailAccount",
            &[
                Action::SesDeleteSuppressedDestination,
                Action::SesGetAccount,
                Action::SesListSuppressedDestinations,
            ],
        )
        .on_everything(),
    ]
}
