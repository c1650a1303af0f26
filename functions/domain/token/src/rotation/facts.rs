//! What the two stores hold, and what can be read from it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::Goal;
use crate::{Token, VerifierTable};

/// What the two stores hold. The table must be read before the labels: then a write over this table cannot rest on
/// labels that are older than it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The version with the label `AWSCURRENT`: what the operator reads.
    pub current: Option<Version>,
    /// The version with the label `AWSPENDING`: what a rotation has begun.
    pub pending: Option<Version>,
    /// The version with the label `AWSPREVIOUS`: what was current before.
    pub previous: Option<Version>,
    /// Ids of all versions, also of those without a label: none of them can be made again.
    pub taken: BTreeSet<String>,
    /// Whose digests are accepted.
    pub table: VerifierTable,
    /// The kid of the token that the asker has seen the API accept for longer than a function may remember an older
    /// table.
    pub proven: Option<String>,
}

/// A version of the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The version's id: the `ClientRequestToken` that made it.
    pub id: String,
    /// The value; `None` if it is not a token.
    pub token: Option<Token>,
}

impl Facts {
    pub(super) fn current_id(&self) -> Option<&str> {
        self.current.as_ref().map(|version| version.id.as_str())
    }

    pub(super) fn current_kid(&self) -> Option<String> {
        self.current.as_ref().and_then(Version::kid)
    }

    pub(super) fn current_is_live(&self, now: DateTime<Utc>) -> bool {
        self.current_kid()
            .is_some_and(|kid| self.table.has_live(&kid, now))
    }

    pub(super) fn labelled(&self) -> impl Iterator<Item = &Version> {
        [&self.current, &self.pending, &self.previous]
            .into_iter()
            .flatten()
    }

    pub(super) fn live(&self, now: DateTime<Utc>) -> usize {
        self.table
            .verifiers
            .iter()
            .filter(|verifier| !verifier.has_ended(now))
            .count()
    }

    /// The kid of a pending version that may become current: a token that was neither revoked nor has ended.
    pub(super) fn usable(&self, pending: &Version, goal: &Goal, now: DateTime<Utc>) -> Option<String> {
        let kid = pending.kid().filter(|kid| !goal.dooms(kid))?;
        let has_ended = self.table.find(&kid).is_some_and(|known| known.has_ended(now));
        (!has_ended).then_some(kid)
    }

    /// A version id that all who know the same versions compute alike, shaped as a UUID.
    pub(super) fn next_version(&self) -> String {
        let current = self.current_id().unwrap_or_default();
        let ids = (0_u32..).map(|attempt| version_id(current, attempt));
        ids.into_iter()
            .find(|id| !self.taken.contains(id))
            .unwrap_or_default()
    }
}

fn version_id(current: &str, attempt: u32) -> String {
    let digest = Sha256::digest(format!("landfall token after {current}, attempt {attempt}"));
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

impl Version {
    /// The public name of the version's token.
    #[must_use]
    pub fn kid(&self) -> Option<String> {
        self.token.as_ref().map(Token::kid)
    }
}
