//! The permissions boundary: the most that a function's role may do, whatever a template grants it.
//!
//! A function that needs a new action is refused it by AWS until an administrator has applied this stack again.

use crate::{
    Stage,
    resource::iam::{Action, Statement},
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
        Statement::allow("CallFunctions", &[Action::LambdaInvokeFunction]).on(&names::functions(stage)),
        // The dashboard token is not below this prefix.
        Statement::allow("ReadPartnerSecrets", &[Action::SecretsManagerGetSecretValue])
            .on(&names::secrets(&stage.partner_secrets_prefix())),
    ]
}
