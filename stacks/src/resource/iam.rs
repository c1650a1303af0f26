//! IAM: roles and the statements of policies.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Resource, Tags};
use crate::template::{Arn, Handle, Text, Value};

/// `AWS::IAM::Role` that one AWS service assumes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role<'t> {
    description: String,
    assume_role_policy_document: Json,
    policies: Vec<InlinePolicy<'t>>,
}

/// A policy that lives and dies with its role.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct InlinePolicy<'t> {
    policy_name: &'static str,
    policy_document: PolicyDocument<'t>,
}

/// The statements of a policy.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument<'t> {
    version: &'static str,
    statement: Vec<Statement<'t>>,
}

/// One statement, which its Sid names.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement<'t> {
    sid: &'static str,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<&'static str>,
    action: Vec<&'static str>,
    resource: Vec<Value<'t, Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Json>,
}

/// The actions that our roles may be granted. There is no wildcard among them, so none can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the action that `as_str` spells")]
pub enum Action {
    DynamoDbGetItem,
    DynamoDbPutItem,
    DynamoDbQuery,
    DynamoDbUpdateItem,
    LogsCreateLogStream,
    LogsPutLogEvents,
    S3GetObject,
    SecretsManagerGetSecretValue,
}

impl<'t> Role<'t> {
    /// The role of a Lambda function. The statements become one inline policy.
    #[must_use]
    pub fn of_function(function_name: &str, statements: Vec<Statement<'t>>) -> Self {
        Self {
            description: format!("What {function_name} may do, and nothing else"),
            assume_role_policy_document: json!({
                "Version": POLICY_VERSION,
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "lambda.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            }),
            policies: vec![InlinePolicy {
                policy_name: "own",
                policy_document: PolicyDocument::new(statements),
            }],
        }
    }
}

/// The policy language's only current version: a date that is part of its grammar.
const POLICY_VERSION: &str = "2012-10-17";

impl<'t> PolicyDocument<'t> {
    /// A policy of these statements.
    #[must_use]
    pub fn new(statement: Vec<Statement<'t>>) -> Self {
        Self {
            version: POLICY_VERSION,
            statement,
        }
    }
}

impl<'t> Statement<'t> {
    /// Allows the actions on nothing yet: add resources with [`Statement::on`].
    #[must_use]
    pub fn allow(sid: &'static str, actions: &[Action]) -> Self {
        Self {
            sid,
            effect: "Allow",
            principal: None,
            action: actions.iter().copied().map(Action::as_str).collect(),
            resource: Vec::new(),
            condition: None,
        }
    }

    /// Denies everybody everything over plain HTTP. For a resource's own policy.
    #[must_use]
    pub fn deny_without_tls(sid: &'static str, service: &'static str) -> Self {
        Self {
            sid,
            effect: "Deny",
            principal: Some("*"),
            action: vec![service],
            resource: Vec::new(),
            condition: Some(json!({ "Bool": { "aws:SecureTransport": "false" } })),
        }
    }

    /// The same statement, also on this resource.
    #[must_use]
    pub fn on<R>(mut self, arn: &Value<'t, Arn<R>>) -> Self {
        self.resource.push(arn.text());
        self
    }
}

impl Action {
    /// The action as IAM writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DynamoDbGetItem => "dynamodb:GetItem",
            Self::DynamoDbPutItem => "dynamodb:PutItem",
            Self::DynamoDbQuery => "dynamodb:Query",
            Self::DynamoDbUpdateItem => "dynamodb:UpdateItem",
            Self::LogsCreateLogStream => "logs:CreateLogStream",
            Self::LogsPutLogEvents => "logs:PutLogEvents",
            Self::S3GetObject => "s3:GetObject",
            Self::SecretsManagerGetSecretValue => "secretsmanager:GetSecretValue",
        }
    }
}

impl<'t> Resource<'t> for Role<'t> {
    const TYPE: &'static str = "AWS::IAM::Role";
    const TAGS: Tags = Tags::List;
}

impl<'t> Handle<'t, Role<'t>> {
    /// The role's ARN.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<Role<'t>>> {
        self.attribute("Arn")
    }
}
