//! Who may assume a role with a token from GitHub Actions: IAM's answer, found offline.
//!
//! Invariant: what cannot be decided here counts against us. An operator or a value that is not understood is
//! taken to let the caller in, so that a `false` can be relied on.

mod document;
mod matching;

use serde_json::Value as Json;

pub(crate) use document::{Grant, grants, items};
use matching::{holds, like};

/// The host of GitHub's token issuer, which is also the prefix of its claims in a policy's conditions.
pub const ISSUER: &str = "token.actions.githubusercontent.com";
/// The audience of a token that is meant for AWS.
pub const AUDIENCE: &str = "sts.amazonaws.com";
/// The call that exchanges a token for a role's credentials.
pub(crate) const ASSUME: &str = "sts:AssumeRoleWithWebIdentity";

/// What a token says: whom it is for, and which job of which repository holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims<'a> {
    /// The claim `aud`.
    pub aud: &'a str,
    /// The claim `sub`, such as `repo:owner/name:environment:production`.
    pub sub: &'a str,
}

/// Whether a role with this trust policy can be assumed by who holds a token of [`ISSUER`] with these claims.
///
/// The policy may come from a template: a value that CloudFormation fills in counts as letting the caller in.
#[must_use]
pub fn trusts(policy: &Json, claims: &Claims<'_>) -> bool {
    let mut trusted = false;
    for grant in grants(policy) {
        if !grant.covers(ASSUME) || !grant.is_for_web_identities() {
            continue;
        }
        if grant.allows {
            trusted |= holds(grant.condition, claims, true);
        } else if holds(grant.condition, claims, false) {
            return false;
        }
    }
    trusted
}

#[cfg(test)]
mod tests;
