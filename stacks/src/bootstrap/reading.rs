//! What planning, deploying, CloudFormation and the search for drift all need: to see the stage's stacks and resources.
//!
//! Which actions a resource type needs is in the registry schemas (`handlers.read`). Left out on purpose:
//! `secretsmanager:GetSecretValue`, for which CloudFormation asks to compare a secret's value; ours have none in
//! the template.

use crate::{
    Stage,
    resource::iam::{Actions, Statement},
};

use super::names;

const SEE_STACKS: Actions = Actions::of(&[
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeEvents",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResource",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:GetStackPolicy",
    "cloudformation:GetTemplate",
    "cloudformation:GetTemplateSummary",
    "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources",
]);

const DETECT_DRIFT: Actions = Actions::of(&[
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DetectStackDrift",
    "cloudformation:DetectStackResourceDrift",
]);

/// IAM grants this on everything only: it takes the id of a detection, which belongs to no stack.
const FOLLOW_DRIFT: Actions = Actions::of(&["cloudformation:DescribeStackDriftDetectionStatus"]);

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

const SOURCES: Actions = Actions::of(&["lambda:GetEventSourceMapping"]);
const TAGS_OF_SOURCES: Actions = Actions::of(&["lambda:ListTags"]);

const QUEUES: Actions = Actions::of(&["sqs:GetQueueAttributes", "sqs:ListQueueTags"]);

const TOPICS: Actions = Actions::of(&[
    "sns:GetDataProtectionPolicy",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:ListTagsForResource",
]);

const CONFIGURATION_SETS: Actions = Actions::of(&[
    "ses:GetConfigurationSet",
    "ses:GetConfigurationSetEventDestinations",
    "ses:ListTagsForResource",
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
    "ses:DescribeConfigurationSet",
    "sns:GetSubscriptionAttributes",
]);

pub(super) fn statements<'t>(stage: Stage) -> Vec<Statement<'t>> {
    let see = Statement::allow_all_of;
    vec![
        see("SeeStacks", &[SEE_STACKS, DETECT_DRIFT]).on(&names::stacks(stage)),
        see("SeeFunctions", &[FUNCTIONS]).on(&names::functions(stage)),
        see("SeeSources", &[SOURCES])
            .on(&names::sources())
            .when_arn_like("lambda:FunctionArn", &names::functions(stage)),
        see("SeeTagsOfSources", &[TAGS_OF_SOURCES]).on(&names::sources()),
        see("SeeQueues", &[QUEUES]).on(&names::queues(stage)),
        see("SeeTopics", &[TOPICS]).on(&names::topics(stage)),
        see("SeeConfigurationSets", &[CONFIGURATION_SETS]).on(&names::configuration_set(stage)),
        see("SeeSchedules", &[SCHEDULES]).on(&names::schedules(stage)),
        see("SeeRoles", &[ROLES]).on(&names::roles(stage)),
        see("SeeTables", &[TABLES]).on(&names::tables(stage)),
        see("SeeBuckets", &[BUCKETS]).on(&names::buckets(stage, "")),
        see("SeeLogGroups", &[LOG_GROUPS])
            .on(&names::function_logs(stage))
            .on(&names::api_logs(stage))
            .on(&names::deployment_logs(stage)),
        see("SeeSecrets", &[SECRETS])
            .on(&names::secrets(&stage.dashboard_token_secret()))
            .on(&names::secrets(&stage.unsubscribe_key_secret())),
        see("SeeAlarmTags", &[ALARM_TAGS]).on(&names::alarms(stage)),
        see("SeeApis", &[GATEWAY])
            .on(&names::gateway("/apis"))
            .on(&names::gateway("/apis/*"))
            .on(&names::gateway("/tags/*")),
        see("SeeLists", &[LISTS, FOLLOW_DRIFT]).on_everything(),
    ]
}
