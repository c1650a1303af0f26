//! Our own security rules, for what no judge that we know of flags. They read templates as CloudFormation does.
//!
//! Invariant: a rule that cannot tell reports. What is meant to be so is waived in `data/waivers.json`, by logical
//! id and with a reason.

mod oidc;
mod resources;
mod rights;
mod routes;
mod secrets;
mod waivers;

use std::fmt;

use serde_json::Value as Json;

pub use waivers::{Judgement, Waiver, judge_stack, waivers};

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The resource, parameter or output.
    pub logical_id: String,
    /// The rule.
    pub rule: Rule,
    /// What is wrong, as a sentence without its end.
    pub what: String,
}

/// What must not be in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A role trusts GitHub by a pattern, or without asking for a subject.
    WildcardOidcSubject,
    /// A role trusts GitHub without asking whom the token is for.
    MissingOidcAudience,
    /// A secret can be read in the template or in what shows it.
    PlaintextSecret,
    /// A role that is not held to a permissions boundary.
    RoleWithoutBoundary,
    /// `iam:PassRole` on every role, or to every service.
    PassRoleOnEverything,
    /// A policy allows actions by a wildcard.
    WildcardAction,
    /// Something answers the internet without anybody checking who asks.
    PublicRoute,
    /// A bucket that a policy or an ACL could open to the public.
    BucketWithoutPublicAccessBlock,
    /// A log group that keeps its events for ever.
    LogGroupWithoutRetention,
}

impl Rule {
    /// Every rule.
    pub const ALL: &[Self] = &[
        Self::WildcardOidcSubject,
        Self::MissingOidcAudience,
        Self::PlaintextSecret,
        Self::RoleWithoutBoundary,
        Self::PassRoleOnEverything,
        Self::WildcardAction,
        Self::PublicRoute,
        Self::BucketWithoutPublicAccessBlock,
        Self::LogGroupWithoutRetention,
    ];

    /// The rule's name in findings and waivers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WildcardOidcSubject => "wildcard-oidc-subject",
            Self::MissingOidcAudience => "missing-oidc-audience",
            Self::PlaintextSecret => "plaintext-secret",
            Self::RoleWithoutBoundary => "role-without-boundary",
            Self::PassRoleOnEverything => "pass-role-on-everything",
            Self::WildcardAction => "wildcard-action",
            Self::PublicRoute => "public-route",
            Self::BucketWithoutPublicAccessBlock => "bucket-without-public-access-block",
            Self::LogGroupWithoutRetention => "log-group-without-retention",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.logical_id, self.rule.name(), self.what)
    }
}

/// What is wrong with a template, sorted by logical id. Waivers are not applied: see [`judge_stack`].
#[must_use]
pub fn judge(template: &Json) -> Vec<Finding> {
    let mut findings = Vec::new();
    secrets::check(template, &mut findings);
    for resource in resources(template) {
        oidc::check(&resource, &mut findings);
        rights::check(&resource, &mut findings);
        routes::check(&resource, template, &mut findings);
        resources::check(&resource, &mut findings);
    }
    findings.sort();
    findings.dedup();
    findings
}

/// One resource of a template.
#[derive(Debug, Clone, Copy)]
struct Resource<'a> {
    id: &'a str,
    kind: &'a str,
    properties: &'a Json,
}

impl Resource<'_> {
    fn finding(&self, rule: Rule, what: impl Into<String>) -> Finding {
        Finding {
            logical_id: self.id.to_owned(),
            rule,
            what: what.into(),
        }
    }
}

fn resources(template: &Json) -> impl Iterator<Item = Resource<'_>> {
    let all = template["Resources"].as_object().into_iter().flatten();
    all.map(|(id, resource)| Resource {
        id,
        kind: resource["Type"].as_str().unwrap_or_default(),
        properties: &resource["Properties"],
    })
}
