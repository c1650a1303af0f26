//! IAM: roles, who may assume them, and what they may do.

mod policy;
mod trust;

use serde::Serialize;
use serde_json::Value as Json;

use super::{Resource, Tags, lambda::Function};
use crate::template::{Arn, Handle, Value, When};

pub use policy::{Action, Actions, PolicyDocument, Statement};
pub use trust::{OidcProvider, Trust};

/// `AWS::IAM::Role`
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role<'t> {
    description: String,
    assume_role_policy_document: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    managed_policy_arns: Vec<Value<'t, Arn<ManagedPolicy<'t>>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<InlinePolicy<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<When<'t, Value<'t, Arn<ManagedPolicy<'t>>>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_name: Option<String>,
}

/// `AWS::IAM::ManagedPolicy` with a name of its own, so that its ARN is known before it is there.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ManagedPolicy<'t> {
    /// The name.
    pub managed_policy_name: String,
    /// What it is for.
    pub description: String,
    /// The path, with `/` at both ends.
    pub path: &'static str,
    /// What it allows.
    pub policy_document: PolicyDocument<'t>,
}

/// A policy that lives and dies with its role.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct InlinePolicy<'t> {
    policy_name: &'static str,
    policy_document: PolicyDocument<'t>,
}

impl<'t> Role<'t> {
    /// A role. The statements become one inline policy, if there are any.
    #[must_use]
    pub fn new(description: String, trust: &Trust<'t>, statements: Vec<Statement<'t>>) -> Self {
        // IAM refuses a policy without statements.
        let policies = if statements.is_empty() {
            Vec::new()
        } else {
            vec![InlinePolicy {
                policy_name: "own",
                policy_document: PolicyDocument::new(statements),
            }]
        };
        Self {
            description,
            assume_role_policy_document: trust.to_policy(),
            policies,
            managed_policy_arns: Vec::new(),
            path: None,
            permissions_boundary: None,
            role_name: None,
        }
    }

    /// The role of a Lambda function.
    #[must_use]
    pub fn of_function(function_name: &str, statements: Vec<Statement<'t>>) -> Self {
        let description = format!("What {function_name} may do, and nothing else");
        Self::new(description, &Trust::Service("lambda.amazonaws.com"), statements)
    }

    /// The role with which the scheduler calls a function, and no other, for schedules of this account only.
    #[must_use]
    pub fn of_schedule(function_name: &str, function: &Value<'t, Arn<Function<'t>>>) -> Self {
        let description = format!("Lets the scheduler call {function_name}");
        let trust = Trust::ServiceOfAccount("scheduler.amazonaws.com");
        let call = Statement::allow("CallFunction", &[Action::LambdaInvokeFunction]).on(function);
        Self::new(description, &trust, vec![call])
    }

    /// The same role under a name of ours, so that its ARN is known before it is there. The path has `/` at both
    /// ends.
    #[must_use]
    pub fn named(mut self, path: &'static str, name: String) -> Self {
        self.path = Some(path);
        self.role_name = Some(name);
        self
    }

    /// The same role, which may also do what the policy allows.
    #[must_use]
    pub fn with(mut self, policy: Value<'t, Arn<ManagedPolicy<'t>>>) -> Self {
        self.managed_policy_arns.push(policy);
        self
    }

    /// The same role, which may do no more than the boundary allows, whatever it is granted.
    #[must_use]
    pub fn within(mut self, boundary: When<'t, Value<'t, Arn<ManagedPolicy<'t>>>>) -> Self {
        self.permissions_boundary = Some(boundary);
        self
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

impl<'t> Resource<'t> for ManagedPolicy<'t> {
    const TYPE: &'static str = "AWS::IAM::ManagedPolicy";
    const TAGS: Tags = Tags::None;
}

impl<'t> Handle<'t, ManagedPolicy<'t>> {
    /// The policy's ARN.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<ManagedPolicy<'t>>> {
        self.reference()
    }
}
