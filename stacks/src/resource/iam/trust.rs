//! Who may assume a role.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::policy::POLICY_VERSION;
use crate::{
    resource::{Resource, Tags},
    template::{Arn, Handle, Value},
    trust::{ASSUME, AUDIENCE, ISSUER},
};

/// Who may assume a role.
#[derive(Debug, Clone)]
pub enum Trust<'t> {
    /// An AWS service, by its principal.
    Service(&'static str),
    /// An AWS service, for what lies in this account: nobody else's resource can make the service use the role.
    ServiceOfAccount(&'static str),
    /// Jobs of GitHub Actions, by the exact subjects of their tokens. There is no way to say a pattern.
    GitHub {
        /// The provider in this account.
        provider: Value<'t, Arn<OidcProvider>>,
        /// The subjects.
        subjects: Vec<String>,
    },
}

/// `AWS::IAM::OIDCProvider` of GitHub Actions. An account has room for one per issuer. IAM knows the issuer's
/// certificate authority, so there is no thumbprint to keep.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OidcProvider {
    url: String,
    client_id_list: [&'static str; 1],
}

impl OidcProvider {
    /// GitHub's issuer, for tokens that are meant for AWS.
    #[must_use]
    pub fn of_github() -> Self {
        Self {
            url: format!("https://{ISSUER}"),
            client_id_list: [AUDIENCE],
        }
    }
}

impl Trust<'_> {
    pub(super) fn to_policy(&self) -> Json {
        let statement = match self {
            Self::Service(principal) => json!({
                "Effect": "Allow",
                "Principal": { "Service": principal },
                "Action": "sts:AssumeRole",
            }),
            Self::ServiceOfAccount(principal) => json!({
                "Effect": "Allow",
                "Principal": { "Service": principal },
                "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "aws:SourceAccount": Value::account() } },
            }),
            Self::GitHub { provider, subjects } => json!({
                "Effect": "Allow",
                "Principal": { "Federated": provider },
                "Action": ASSUME,
                "Condition": { "StringEquals": {
                    (format!("{ISSUER}:aud")): AUDIENCE,
                    (format!("{ISSUER}:sub")): subjects,
                } },
            }),
        };
        json!({ "Version": POLICY_VERSION, "Statement": [statement] })
    }
}

impl Resource<'_> for OidcProvider {
    const TYPE: &'static str = "AWS::IAM::OIDCProvider";
    const TAGS: Tags = Tags::List;
}

impl<'t> Handle<'t, OidcProvider> {
    /// The provider's ARN.
    #[must_use]
    pub fn arn(&self) -> Value<'t, Arn<OidcProvider>> {
        self.attribute("Arn")
    }
}

impl Value<'_, Arn<OidcProvider>> {
    /// The provider that an account has from elsewhere: its ARN follows from the issuer.
    #[must_use]
    pub fn github_provider_of_account() -> Self {
        Value::global_arn("iam", [Value::literal(format!("oidc-provider/{ISSUER}"))])
    }
}
