//! What planning, deploying, CloudFormation and the search for drift all need: to see the stage's resources.
//!
//! Which actions a resource type needs is in the registry schemas (`handlers.read`). Left out on purpose:
//! `secretsmanager:GetSecretValue`, for which CloudFormation asks to compare a secret's value; ours have none in
//! the template.

use crate::{
    Stage,
    resource::iam::{Actions, Statement},
};

use super::names;

const FUNCTIONS: Actions = Actions::of(&[
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:GetFunctionConfiguration",
    "lambda:GetFunctionRecursionConfig",
    "lambda:GetFunctionScalingConfig",
    "lambda:GetPolicy",
    "lambda:GetRuntimeManagementConfig",
    "lambda:ListTags",
]);

const SCHEDULES: Actions = Actions::of(&["scheduler:GetSchedule"]);

const ROLES: Actions = Actions::of(&[
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
]);

const TABLES: Actions = Actions::of(&[
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeContributorInsights",
    "dynamodb:DescribeKinesisStreamingDestination",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:GetResourcePolicy",
    "dynamodb:ListTagsOfResource",
]);

const BUCKETS: Actions = Actions::of(&[
    "s3:GetAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration",
    "s3:GetBucketAbac",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketMetadataTableConfiguration",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
    "s3:ListTagsForResource",
]);

const LOG_GROUPS: Actions = Actions::of(&["logs:GetDataProtectionPolicy", "logs:ListTagsForResource"]);

const SECRETS: Actions = Actions::of(&["secretsmanager:DescribeSecret"]);

const ALARM_TAGS: Actions = Actions::of(&["cloudwatch:ListTagsForResource"]);

const GATEWAY: Actions = Actions::of(&["apigateway:GET"]);

/// What IAM grants on every name or on none.
const LISTS: Actions = Actions::of(&[
    "cloudwatch:DescribeAlarms",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
]);

pub(super) fn statements<'t>(stage: Stage) -> Vec<Statement<'t>> {
    let see = Statement::allow_all_of;
    vec![
        see("SeeFunctions", &[FUNCTIONS]).on(&names::functions(stage)),
        see("SeeSchedules", &[SCHEDULES]).on(&names::schedules(stage)),
        see("SeeRoles", &[ROLES]).on(&names::roles(stage)),
        see("SeeTables", &[TABLES]).on(&names::tables(stage)),
        see("SeeBuckets", &[BUCKETS]).on(&names::buckets(stage, "")),
        see("SeeLogGroups", &[LOG_GROUPS])
            .on(&names::function_logs(stage))
            .on(&names::api_logs(stage))
            .on(&names::deployment_logs(stage)),
        see("SeeSecrets", &[SECRETS]).on(&names::secrets(&stage.dashboard_token_secret())),
        see("SeeAlarmTags", &[ALARM_TAGS]).on(&names::alarms(stage)),
        see("SeeApis", &[GATEWAY])
            .on(&names::gateway("/apis"))
            .on(&names::gateway("/apis/*"))
            .on(&names::gateway("/tags/*")),
        see("SeeLists", &[LISTS]).on_everything(),
    ]
}
