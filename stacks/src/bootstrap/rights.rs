//! What each duty's role may do, besides seeing the stage's stacks and resources.

use contract::content::{LIBRARY_KEY, MANIFEST_KEY, RELEASES_KEY, TEMPLATES_PREFIX, VERIFIERS_KEY};

use crate::{
    StackKind, Stage, artifacts,
    resource::{
        iam::{Actions, Role, Statement},
        s3::Bucket,
    },
    template::{Arn, Handle, Value},
};

use super::{Duty, names};

const CREATE_CHANGE_SET: Actions = Actions::of(&["cloudformation:CreateChangeSet"]);
const DELETE_CHANGE_SET: Actions = Actions::of(&["cloudformation:DeleteChangeSet"]);
const PASS_ROLE: Actions = Actions::of(&["iam:PassRole"]);

/// Executing, and every way out of a stack that is stuck.
const APPLY: Actions = Actions::of(&[
    "cloudformation:CancelUpdateStack",
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:RollbackStack",
    "cloudformation:SetStackPolicy",
    "cloudformation:UpdateTerminationProtection",
]);

/// A stack whose creation failed can only be deleted. The storage stack is an administrator's to delete.
const DELETE_STACK: Actions = Actions::of(&["cloudformation:DeleteStack"]);

const INVOKE: Actions = Actions::of(&["lambda:InvokeFunction"]);
const LIST: Actions = Actions::of(&["s3:ListBucket"]);
const GET: Actions = Actions::of(&["s3:GetObject"]);
const PUT: Actions = Actions::of(&["s3:PutObject"]);
const DELETE: Actions = Actions::of(&["s3:DeleteObject"]);

/// The log group itself is the storage stack's.
const RECORD: Actions = Actions::of(&["logs:CreateLogStream", "logs:PutLogEvents"]);

const KEEP_TOKEN: Actions = Actions::of(&[
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
]);

const ROTATE_TOKEN: Actions = Actions::of(&[
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:UpdateSecretVersionStage",
]);

const SEE_OUTPUTS: Actions = Actions::of(&["cloudformation:DescribeStacks"]);

pub(super) fn statements<'t>(
    duty: Duty,
    stage: Stage,
    artifact_bucket: &Handle<'t, Bucket>,
) -> Vec<Statement<'t>> {
    match duty {
        // What they may do, they share with others.
        Duty::Plan | Duty::Drift => Vec::new(),
        Duty::Deploy => apply(stage, artifact_bucket),
        Duty::RotateToken => rotate(stage, artifact_bucket),
    }
}

/// Everything up to a change set and its plan, and nothing that carries one out.
pub(super) fn prepare<'t>(
    stage: Stage,
    execution: &Value<'t, Arn<Role<'t>>>,
    artifact_bucket: &Handle<'t, Bucket>,
) -> Vec<Statement<'t>> {
    let allow = Statement::allow_all_of;
    let below = |prefix: &str| artifact_bucket.name().objects_arn(&format!("{prefix}*"));
    vec![
        // Without the condition a change set could run with the rights of whoever executes it.
        allow("CreateChangeSets", &[CREATE_CHANGE_SET])
            .on(&names::stacks(stage))
            .when_equal("cloudformation:RoleArn", &[execution.text()]),
        allow("DeleteChangeSets", &[DELETE_CHANGE_SET]).on(&names::stacks(stage)),
        allow("PassExecutionRole", &[PASS_ROLE]).on(execution).when_equal(
            "iam:PassedToService",
            &[Value::literal("cloudformation.amazonaws.com")],
        ),
        allow("ListArtifacts", &[LIST]).on(&artifact_bucket.arn()),
        allow("ReadArtifacts", &[GET])
            .on(&below(artifacts::FUNCTIONS_PREFIX))
            .on(&below(&artifacts::plans_prefix(stage)))
            .on(&below(&artifacts::releases_prefix(stage))),
        allow("WritePlans", &[PUT]).on(&below(&artifacts::plans_prefix(stage))),
    ]
}

fn apply<'t>(stage: Stage, artifact_bucket: &Handle<'t, Bucket>) -> Vec<Statement<'t>> {
    let allow = Statement::allow_all_of;
    let below = |prefix: &str| artifact_bucket.name().objects_arn(&format!("{prefix}*"));
    let runtime = format!("stack/{}/*", stage.stack_name(StackKind::Runtime));
    vec![
        allow("Apply", &[APPLY]).on(&names::stacks(stage)),
        allow("DeleteFailedRuntime", &[DELETE_STACK]).on(&names::regional("cloudformation", runtime)),
        allow("WriteArtifacts", &[PUT])
            .on(&below(artifacts::FUNCTIONS_PREFIX))
            .on(&below(&artifacts::releases_prefix(stage))),
        // Stages share the functions' archives: what another stage's releases name must stay.
        allow("ReadReleases", &[GET]).on(&below(artifacts::RELEASES_PREFIX)),
        allow("CleanUp", &[DELETE]).on(&below(artifacts::FUNCTIONS_PREFIX)),
        // A lock is never deleted: one that is given back says so.
        allow("Lock", &[GET, PUT]).on(&below(&artifacts::locks_prefix(stage))),
        allow("WriteContent", &[GET, PUT])
            .on(&names::buckets(stage, &format!("/{MANIFEST_KEY}")))
            .on(&names::buckets(stage, &format!("/{TEMPLATES_PREFIX}*")))
            .on(&names::buckets(stage, &format!("/{LIBRARY_KEY}")))
            .on(&names::buckets(stage, &format!("/{RELEASES_KEY}")))
            .on(&names::buckets(stage, &format!("/{VERIFIERS_KEY}"))),
        allow("KeepToken", &[KEEP_TOKEN]).on(&names::secrets(&stage.dashboard_token_secret())),
        allow("Smoke", &[INVOKE]).on(&names::functions(stage)),
        allow("RecordReleases", &[RECORD]).on(&names::deployment_logs(stage)),
    ]
}

fn rotate<'t>(stage: Stage, artifact_bucket: &Handle<'t, Bucket>) -> Vec<Statement<'t>> {
    let allow = Statement::allow_all_of;
    let locks = artifact_bucket
        .name()
        .objects_arn(&format!("{}*", artifacts::locks_prefix(stage)));
    vec![
        allow("SeeOutputs", &[SEE_OUTPUTS]).on(&names::stacks(stage)),
        allow("RotateToken", &[KEEP_TOKEN, ROTATE_TOKEN])
            .on(&names::secrets(&stage.dashboard_token_secret())),
        allow("WriteVerifiers", &[GET, PUT]).on(&names::buckets(stage, &format!("/{VERIFIERS_KEY}"))),
        allow("Lock", &[GET, PUT]).on(&locks),
    ]
}
