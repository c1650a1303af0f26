//! Secrets Manager.

use serde::Serialize;

use super::{Resource, Tags};
use crate::template::{Arn, Handle, Value};

/// Characters of a generated value. Letters and digits are 62, so that these are 381 bits.
const GENERATED_CHARS: u8 = 64;

/// `AWS::SecretsManager::Secret`. A template must never hold its value: it is put there later, or Secrets Manager
/// makes it up.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Secret {
    name: String,
    description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    generate_secret_string: Option<GenerateSecretString>,
}

/// CloudFormation generates anew when any of this changes, and the value before is lost.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GenerateSecretString {
    exclude_punctuation: bool,
    password_length: u8,
}

impl Secret {
    /// A secret without a value.
    #[must_use]
    pub fn empty(name: String, description: &'static str) -> Self {
        Self {
            name,
            description,
            generate_secret_string: None,
        }
    }

    /// A secret whose value nobody chose: letters and digits.
    #[must_use]
    pub fn generated(name: String, description: &'static str) -> Self {
        Self {
            generate_secret_string: Some(GenerateSecretString {
                exclude_punctuation: true,
                password_length: GENERATED_CHARS,
            }),
            ..Self::empty(name, description)
        }
    }
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
    /// The ARN of the secret of this name, in the stack's region and account. Secrets Manager adds a dash and six
    /// characters, which nobody knows before.
    #[must_use]
    pub fn secret_named(name: &str) -> Self {
        Value::regional_arn(
            "secretsmanager",
            [Value::literal(format!("secret:{name}-??????"))],
        )
    }

    /// The ARN of every secret whose name begins so, in the stack's region and account.
    #[must_use]
    pub fn secrets_below(prefix: &str) -> Self {
        Value::regional_arn("secretsmanager", [Value::literal(format!("secret:{prefix}*"))])
    }
}
