//! Policies: their statements, and the actions that these may grant.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::template::{Arn, Text, Value};

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
    principal: Option<Json>,
    action: Vec<&'static str>,
    resource: Vec<Value<'t, Text>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Json>,
}

/// The actions that our roles may be granted. There is no wildcard among them, so none can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the action that `as_str` spells")]
pub enum Action {
    DynamoDbConditionCheckItem,
    DynamoDbDeleteItem,
    DynamoDbGetItem,
    DynamoDbPutItem,
    DynamoDbQuery,
    DynamoDbUpdateItem,
    LambdaInvokeFunction,
    LogsCreateLogStream,
    LogsPutLogEvents,
    S3GetObject,
    S3PutObject,
    SecretsManagerGetSecretValue,
    SesDeleteSuppressedDestination,
    SesGetAccount,
    SesListSuppressedDestinations,
    SesSendEmail,
    SnsPublish,
    SqsChangeMessageVisibility,
    SqsDeleteMessage,
    SqsGetQueueAttributes,
    SqsReceiveMessage,
    SqsSendMessage,
}

/// Actions by their IAM names, for the roles that deploy. A wildcard in a constant does not compile:
///
/// ```compile_fail,E0080
/// # use stacks::resource::iam::Actions;
/// const EVERYTHING: Actions = Actions::of(&["s3:*"]);
/// # assert_eq!(EVERYTHING.names().len(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions(&'static [&'static str]);

impl Actions {
    /// These actions. For constants: whoever calls it at run time gets the panic then.
    #[must_use]
    pub const fn of(names: &'static [&'static str]) -> Self {
        let mut at = 0;
        while at < names.len() {
            assert!(
                is_exact(names[at].as_bytes()),
                "an action is service:Name, without wildcards"
            );
            at += 1;
        }
        Self(names)
    }

    /// The names.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        self.0
    }
}

const fn is_exact(name: &[u8]) -> bool {
    let (mut at, mut colons) = (0, 0);
    while at < name.len() {
        match name[at] {
            b':' => colons += 1,
            b'*' | b'?' => return false,
            _ => {}
        }
        at += 1;
    }
    colons == 1
}

/// The policy language's only current version: a date that is part of its grammar.
pub(super) const POLICY_VERSION: &str = "2012-10-17";

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

    /// Allows the listed actions on nothing yet: add resources with [`Statement::on`].
    #[must_use]
    pub fn allow_all_of(sid: &'static str, actions: &[Actions]) -> Self {
        Self {
            action: actions.iter().flat_map(|list| list.names()).copied().collect(),
            ..Self::allow(sid, &[])
        }
    }

    /// Allows an AWS service the actions on nothing yet: add resources with [`Statement::on`]. For a resource's own
    /// policy.
    #[must_use]
    pub fn allow_service(sid: &'static str, service: &'static str, actions: &[Action]) -> Self {
        Self {
            principal: Some(json!({ "Service": service })),
            ..Self::allow(sid, actions)
        }
    }

    /// Denies everybody everything over plain HTTP. For a resource's own policy.
    #[must_use]
    pub fn deny_without_tls(sid: &'static str, service: &'static str) -> Self {
        Self {
            sid,
            effect: "Deny",
            principal: Some(json!("*")),
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

    /// The same statement, on everything: only for actions that IAM grants in no other way.
    #[must_use]
    pub fn on_everything(mut self) -> Self {
        self.resource.push(Value::literal("*"));
        self
    }

    /// The same statement, only where these texts of the request are equal: a condition's key and its values.
    #[must_use]
    pub fn when_equal(self, key: &'static str, values: &[Value<'t, Text>]) -> Self {
        self.when("StringEquals", key, json!(values))
    }

    /// The same statement, only where the request names what has an ARN of this pattern.
    #[must_use]
    pub fn when_arn_like<R>(self, key: &'static str, pattern: &Value<'t, Arn<R>>) -> Self {
        self.when("ArnLike", key, json!([pattern]))
    }

    /// Adds to what is asked already: all of it must hold.
    fn when(mut self, operator: &'static str, key: &'static str, values: Json) -> Self {
        let condition = self.condition.get_or_insert_with(|| json!({}));
        condition[operator][key] = values;
        self
    }
}

impl Action {
    /// The action as IAM writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DynamoDbConditionCheckItem => "dynamodb:ConditionCheckItem",
            Self::DynamoDbDeleteItem => "dynamodb:DeleteItem",
            Self::DynamoDbGetItem => "dynamodb:GetItem",
            Self::DynamoDbPutItem => "dynamodb:PutItem",
            Self::DynamoDbQuery => "dynamodb:Query",
            Self::DynamoDbUpdateItem => "dynamodb:UpdateItem",
            Self::LambdaInvokeFunction => "lambda:InvokeFunction",
            Self::LogsCreateLogStream => "logs:CreateLogStream",
            Self::LogsPutLogEvents => "logs:PutLogEvents",
            Self::S3GetObject => "s3:GetObject",
            Self::S3PutObject => "s3:PutObject",
            Self::SecretsManagerGetSecretValue => "secretsmanager:GetSecretValue",
            Self::SesDeleteSuppressedDestination => "ses:DeleteSuppressedDestination",
            Self::SesGetAccount => "ses:GetAccount",
            Self::SesListSuppressedDestinations => "ses:ListSuppressedDestinations",
            Self::SesSendEmail => "ses:SendEmail",
            Self::SnsPublish => "sns:Publish",
            Self::SqsChangeMessageVisibility => "sqs:ChangeMessageVisibility",
            Self::SqsDeleteMessage => "sqs:DeleteMessage",
            Self::SqsGetQueueAttributes => "sqs:GetQueueAttributes",
            Self::SqsReceiveMessage => "sqs:ReceiveMessage",
            Self::SqsSendMessage => "sqs:SendMessage",
        }
    }
}
