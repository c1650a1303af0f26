//! What CloudFormation may do on behalf of whoever executes a change set.
//!
//! It cannot delete a table, a bucket, a secret or the log of the releases, and it cannot read a secret: a plan that
//! would destroy data fails in AWS too. It makes roles within the boundary only, and never takes a boundary away.

use crate::{
    Stage, artifacts,
    resource::{
        iam::{Actions, ManagedPolicy, Statement},
        s3::Bucket,
    },
    template::{Arn, Handle, Value},
};

use super::names;

const GATEWAY: Actions = Actions::of(&[
    "apigateway:DELETE",
    "apigateway:PATCH",
    "apigateway:POST",
    "apigateway:PUT",
]);

const ALARMS: Actions = Actions::of(&[
    "cloudwatch:DeleteAlarms",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource",
    "cloudwatch:UntagResource",
]);

const TABLES: Actions = Actions::of(&[
    "dynamodb:CreateTable",
    "dynamodb:TagResource",
    "dynamodb:UntagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateContributorInsights",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
]);

const FUNCTIONS: Actions = Actions::of(&[
    "lambda:AddPermission",
    "lambda:CreateFunction",
    "lambda:DeleteFunction",
    "lambda:DeleteFunctionConcurrency",
    "lambda:PublishVersion",
    "lambda:PutFunctionConcurrency",
    "lambda:PutFunctionRecursionConfig",
    "lambda:PutRuntimeManagementConfig",
    "lambda:RemovePermission",
    "lambda:TagResource",
    "lambda:UntagResource",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
]);

/// These are granted by the function that is called, and for making one by nothing else.
const SOURCES: Actions = Actions::of(&[
    "lambda:CreateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:UpdateEventSourceMapping",
]);

const TAGS_OF_SOURCES: Actions = Actions::of(&["lambda:TagResource", "lambda:UntagResource"]);

const SCHEDULES: Actions = Actions::of(&[
    "scheduler:CreateSchedule",
    "scheduler:DeleteSchedule",
    "scheduler:UpdateSchedule",
]);

const QUEUES: Actions = Actions::of(&[
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueUrl",
    "sqs:SetQueueAttributes",
    "sqs:TagQueue",
    "sqs:UntagQueue",
]);

const TOPICS: Actions = Actions::of(&[
    "sns:CreateTopic",
    "sns:DeleteTopic",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
    "sns:TagResource",
    "sns:UntagResource",
]);

/// A subscription has no ARN that IAM knows: it grants these on everything only.
const SUBSCRIPTIONS: Actions = Actions::of(&["sns:SetSubscriptionAttributes", "sns:Unsubscribe"]);

const CONFIGURATION_SETS: Actions = Actions::of(&[
    "ses:CreateConfigurationSet",
    "ses:CreateConfigurationSetEventDestination",
    "ses:DeleteConfigurationSet",
    "ses:DeleteConfigurationSetEventDestination",
    "ses:PutConfigurationSetArchivingOptions",
    "ses:PutConfigurationSetDeliveryOptions",
    "ses:PutConfigurationSetReputationOptions",
    "ses:PutConfigurationSetSendingOptions",
    "ses:PutConfigurationSetSuppressionOptions",
    "ses:PutConfigurationSetTrackingOptions",
    "ses:PutConfigurationSetVdmOptions",
    "ses:TagResource",
    "ses:UntagResource",
    "ses:UpdateConfigurationSetEventDestination",
]);

const LOG_GROUPS: Actions = Actions::of(&[
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:DeleteRetentionPolicy",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
]);

/// The log of the releases outlives its stack.
const DEPLOYMENT_LOGS: Actions = Actions::of(&[
    "logs:CreateLogGroup",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
    "logs:UntagResource",
]);

/// How API Gateway is given a log group. IAM grants these on everything only.
const LOG_DELIVERIES: Actions = Actions::of(&[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]);

const BUCKETS: Actions = Actions::of(&[
    "s3:CreateBucket",
    "s3:PutBucketNotification",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:TagResource",
    "s3:UntagResource",
]);

const SECRETS: Actions = Actions::of(&[
    "secretsmanager:CreateSecret",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecret",
]);

/// For the value of a secret that nobody chooses. It belongs to no secret: IAM grants it on everything only.
const RANDOM: Actions = Actions::of(&["secretsmanager:GetRandomPassword"]);

/// What IAM lets us tie to the boundary. There is no right to take a boundary away.
const BOUNDED_ROLES: Actions = Actions::of(&[
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
]);

const ROLES: Actions = Actions::of(&[
    "iam:DeleteRole",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
]);

const PASS_ROLE: Actions = Actions::of(&["iam:PassRole"]);
const READ_ARTIFACTS: Actions = Actions::of(&["s3:GetObject", "s3:GetObjectVersion"]);

pub(super) fn statements<'t>(
    stage: Stage,
    boundary: &Value<'t, Arn<ManagedPolicy<'t>>>,
    artifact_bucket: &Handle<'t, Bucket>,
) -> Vec<Statement<'t>> {
    let allow = Statement::allow_all_of;
    let functions = artifact_bucket
        .name()
        .objects_arn(&format!("{}*", artifacts::FUNCTIONS_PREFIX));
    vec![
        allow("MakeApis", &[GATEWAY])
            .on(&names::gateway("/apis"))
            .on(&names::gateway("/apis/*"))
            .on(&names::gateway("/tags/*")),
        allow("MakeAlarms", &[ALARMS]).on(&names::alarms(stage)),
        allow("MakeTables", &[TABLES]).on(&names::tables(stage)),
        allow("MakeFunctions", &[FUNCTIONS]).on(&names::functions(stage)),
        allow("MakeSources", &[SOURCES])
            .on_everything()
            .when_arn_like("lambda:FunctionArn", &names::functions(stage)),
        allow("TagSources", &[TAGS_OF_SOURCES]).on(&names::sources()),
        allow("MakeQueues", &[QUEUES]).on(&names::queues(stage)),
        allow("MakeTopics", &[TOPICS]).on(&names::topics(stage)),
        allow("ChangeSubscriptions", &[SUBSCRIPTIONS]).on_everything(),
        allow("MakeConfigurationSets", &[CONFIGURATION_SETS]).on(&names::configuration_set(stage)),
        allow("MakeSchedules", &[SCHEDULES]).on(&names::schedules(stage)),
        allow("MakeLogGroups", &[LOG_GROUPS])
            .on(&names::function_logs(stage))
            .on(&names::api_logs(stage)),
        allow("MakeDeploymentLogs", &[DEPLOYMENT_LOGS]).on(&names::deployment_logs(stage)),
        allow("DeliverLogs", &[LOG_DELIVERIES]).on_everything(),
        allow("MakeBuckets", &[BUCKETS]).on(&names::buckets(stage, "")),
        allow("MakeSecrets", &[SECRETS])
            .on(&names::secrets(&stage.dashboard_token_secret()))
            .on(&names::secrets(&stage.unsubscribe_key_secret())),
        allow("MakeUpSecrets", &[RANDOM]).on_everything(),
        allow("MakeBoundedRoles", &[BOUNDED_ROLES])
            .on(&names::roles(stage))
            .when_equal("iam:PermissionsBoundary", &[boundary.text()]),
        allow("ChangeRoles", &[ROLES]).on(&names::roles(stage)),
        allow("PassRolesToFunctions", &[PASS_ROLE])
            .on(&names::roles(stage))
            .when_equal(
                "iam:PassedToService",
                &[
                    Value::literal("lambda.amazonaws.com"),
                    Value::literal("scheduler.amazonaws.com"),
                ],
            ),
        allow("ReadArtifacts", &[READ_ARTIFACTS]).on(&functions),
    ]
}
