//! The storage stack: what must survive a release, a rollback and a mistake.

mod inbound;

use crate::{
    StageSettings, SynthError, Transport, outputs,
    resource::{
        dynamodb::Table,
        iam::{PolicyDocument, Statement},
        logs::LogGroup,
        s3::{Bucket, BucketPolicy},
        secretsmanager::Secret,
    },
    template::Template,
};

const DESCRIPTION: &str =
    "Landfall storage: the operator's events, content and messages, and two secrets. Holds data: keep it.";

/// Two years: who changed what is asked for long after.
const DEPLOYMENTS_KEPT_DAYS: u16 = 731;

pub(crate) fn template(settings: &StageSettings) -> Result<Template, SynthError> {
    let stateful = settings.stateful;
    Template::build("storage", DESCRIPTION, settings.stage, |draft| {
        let events = Table::with_string_keys("pk", "sk", "expires_at", stateful);
        let events = draft.add_stateful("EventsTable", events, stateful)?;
        let content = draft.add_stateful("ContentBucket", Bucket::default(), stateful)?;
        if settings.transport == Transport::Tls {
            let policy = BucketPolicy {
                bucket: content.name(),
                policy_document: PolicyDocument::new(vec![
                    Statement::deny_without_tls("TlsOnly", "s3:*")
                        .on(&content.arn())
                        .on(&content.name().objects_arn("*")),
                ]),
            };
            draft.add_stateful("ContentBucketPolicy", policy, stateful)?;
        }
        let token = Secret::empty(
            settings.stage.dashboard_token_secret(),
            "The dashboard token. No function may read it: they know its digest only.",
        );
        let token = draft.add_stateful("DashboardTokenSecret", token, stateful)?;
        // Here and not in the runtime stack: a new key would kill every link that lies in somebody's mails.
        let unsubscribe_key = Secret::generated(
            settings.stage.unsubscribe_key_secret(),
            "Key of the unsubscribe links. With another one, every link that was sent is dead.",
        );
        draft.add_stateful("UnsubscribeKeySecret", unsubscribe_key, stateful)?;
        // Here and not in the runtime stack, which a rollback changes: the log tells of rollbacks too.
        let deployments = LogGroup::new(&settings.stage.deployment_log_group(), DEPLOYMENTS_KEPT_DAYS);
        draft.add_stateful("DeploymentLogs", deployments, stateful)?;
        inbound::add(draft, settings)?;

        draft.output(
            outputs::EVENTS_TABLE_NAME,
            "Table of the operator's own events",
            &events.name(),
        )?;
        draft.output(
            outputs::CONTENT_BUCKET_NAME,
            "Bucket of manifest, templates and token verifiers",
            &content.name(),
        )?;
        draft.output(
            outputs::DASHBOARD_TOKEN_SECRET_ARN,
            "Secret that holds the dashboard token",
            &token.arn(),
        )
    })
}
