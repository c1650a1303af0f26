//! Secrets Manager.

use serde::Serialize;

use super::{Resource, Tags};
use crate::template::{Arn, Handle, Value};

/// `AWS::SecretsManager::Secret` without a value: a template must never hold one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Secret {
    /// The secret's name.
    pub name: String,
    /// What it is for.
    pub description: &'static str,
}

impl Resource<'_> for Secret {
    const TYPE: &'static str = "AWS::SecretsManager::Secret";
    const TAGS: Tags = Tags::List;
}

impl<'t> Handle<'t, Secret> {
    /// The secret's ARN, with the six characters that Secrets Manager adds to the name.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<Secret>> {
        self.attribute("Id")
    }
}

impl<'t> Value<'t, Arn<Secret>> {
    /// The ARN of every secret whose name begins so, in the stack's region and account.
    #[must_use]
    pub fn secrets_below(prefix: &str) -> Self {
        Value::regional_arn("secretsmanager", [Value::literal(format!("secret:{prefix}*"))])
    }
}
