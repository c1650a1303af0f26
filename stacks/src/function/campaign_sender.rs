//! Campaign-sender: takes a delivery from the queue, and sends it.

use std::collections::BTreeMap;

use contract::{
    content::{LIBRARY_KEY, MANIFEST_KEY},
    env,
};

use super::{Function, Inbox, Source, Surroundings, Variables};
use crate::{
    resource::{
        iam::{Action as Iam, Statement},
        secretsmanager::Secret,
        ses::Identity,
    },
    template::{Arn, Value},
};

pub(super) fn declaration() -> Function {
    Function {
        package: contract::campaign::SENDER,
        description: "Sends what campaign-scheduler has planned, by mail or SMS",
        actions: &[],
        memory_mb: 256,
        // A batch of ten, each of which may wait for its turn and for a slow partner.
        timeout_s: 120,
        schedule: None,
        // SES's rate is shared by all that run: more at once would only wait for each other.
        source: Some(Source {
            inbox: Inbox::Send,
            at_once: 4,
        }),
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
        (env::SEND_QUEUE, around.send_queue.url().text()),
        (
            env::PARTNER_SECRETS_PREFIX,
            Value::literal(around.stage.partner_secrets_prefix()),
        ),
        (env::API_URL, around.api_url.clone()),
        (env::CONFIGURATION_SET, around.configuration_set.text()),
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

/// It sends by our configuration set only, so that nothing is sent of which nobody hears what became of it. It deletes
/// nothing: a pause or a suppression is the operator's to end.
fn statements<'t>(around: &Surroundings<'t>) -> Vec<Statement<'t>> {
    let partner_secrets: Value<'t, Arn<Secret>> =
        Value::secrets_below(&around.stage.partner_secrets_prefix());
    let identities: Value<'t, Arn<Identity>> = Value::identities_of_account();
    let table = around.events_table.table_arn();
    vec![
        Statement::allow("ReadDeliveries", &[Iam::DynamoDbGetItem, Iam::DynamoDbQuery]).on(&table),
        // A transaction needs the actions of its parts; there is no action for the transaction itself.
        Statement::allow(
            "WriteDeliveries",
            &[Iam::DynamoDbConditionCheckItem, Iam::DynamoDbPutItem],
        )
        .on(&table),
        Statement::allow("ReadContent", &[Iam::S3GetObject])
            .on(&around.content_bucket.objects_arn(MANIFEST_KEY))
            .on(&around.content_bucket.objects_arn(LIBRARY_KEY)),
        Statement::allow("ReadPartnerSecrets", &[Iam::SecretsManagerGetSecretValue]).on(&partner_secrets),
        read_unsubscribe_key(around),
        Statement::allow("SendMails", &[Iam::SesSendEmail])
            .on(&identities)
            .on(&around.configuration_set.configuration_set_arn()),
    ]
}

/// The right to read the key of unsubscribe links, for who makes or checks them.
pub(super) fn read_unsubscribe_key<'t>(around: &Surroundings<'t>) -> Statement<'t> {
    let key: Value<'t, Arn<Secret>> = Value::secret_named(&around.stage.unsubscribe_key_secret());
    Statement::allow("ReadUnsubscribeKey", &[Iam::SecretsManagerGetSecretValue]).on(&key)
}
