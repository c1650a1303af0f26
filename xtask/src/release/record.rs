//! What a release record says.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Revision;

/// The version of the record's form. A reader refuses a later one: it may mean what it does not know.
pub(super) const VERSION: u32 = 1;

/// A release, as it is kept for good. Holds no secret: a template refers to secrets by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The form of this record: [`VERSION`].
    pub version: u32,
    /// Its name: sorts by time.
    pub id: Id,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// The rest.
    #[serde(flatten)]
    pub draft: Draft,
}

/// What is known of a release before it has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// The stage's name.
    pub stage: String,
    /// What made it.
    #[serde(flatten)]
    pub kind: Kind,
    /// The checkout that it was made from. `None` outside git, and for a rollback: the release that it went to says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Revision>,
    /// Who made it.
    pub by: Author,
    /// The stacks as they were applied, in that order.
    pub stacks: Vec<ReleasedStack>,
    /// The functions' code.
    pub artifacts: Vec<ReleasedArtifact>,
    /// How it went.
    pub outcome: Outcome,
    /// The outcome in a sentence, for a reader.
    pub message: String,
}

/// A release's name: its instant in UTC to the millisecond, and seven digits of its commit or content. Sorts by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Id(String);

/// What made a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A checkout was deployed.
    Deploy,
    /// An earlier release was applied again.
    Rollback {
        /// Which.
        to: Id,
    },
}

/// Who made a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Author {
    /// The caller's ARN. Of a role only the role: a session's name may be a person's.
    pub arn: String,
    /// The run of GitHub Actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

/// A stack as a release applied it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleasedStack {
    /// The stack's name.
    pub name: String,
    /// `storage` or `runtime`.
    pub kind: String,
    /// The template's text.
    pub template: String,
    /// Parameter values, artifact keys among them.
    pub parameters: BTreeMap<String, String>,
}

/// A function's code, as a release deployed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReleasedArtifact {
    /// The function's package.
    pub package: String,
    /// The object's key in the artifact bucket.
    pub key: String,
    /// SHA-256 of the zip, in hexadecimal digits.
    pub sha256: String,
    /// The zip's size.
    pub bytes: u64,
}

/// How a release went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It passed the smoke test.
    Healthy,
    /// It failed the smoke test, and stayed.
    SmokeFailed,
    /// It failed the smoke test, and the release before it was applied again.
    RolledBack,
}

impl Record {
    /// Names a draft. Its digits are the commit's, or of the content where there is no commit.
    pub(super) fn named(draft: Draft, at: DateTime<Utc>) -> Self {
        let commit = draft.git.as_ref().map(|git| git.sha.clone());
        let digits = commit.unwrap_or_else(|| content_digits(&draft));
        Self::with_digits(draft, at, &digits)
    }

    /// Names a draft by its content: for when another release of the same commit in the same second has the name.
    pub(super) fn named_by_content(draft: Draft, at: DateTime<Utc>) -> Self {
        let digits = content_digits(&draft);
        Self::with_digits(draft, at, &digits)
    }

    fn with_digits(draft: Draft, at: DateTime<Utc>, digits: &str) -> Self {
        let digits: String = digits.chars().take(7).collect();
        Self {
            version: VERSION,
            id: Id(format!("{}-{digits}", at.format("%Y%m%dT%H%M%S%3fZ"))),
            at,
            draft,
        }
    }
}

impl Author {
    /// The author by the ARN of the credentials and the run that they are used in.
    pub(super) fn new(arn: &str, run: Option<String>) -> Self {
        Self {
            arn: without_session(arn).to_owned(),
            run,
        }
    }
}

impl Id {
    /// The name of the record under a key, and of nothing else.
    pub(super) fn of_key(key: &str, prefix: &str) -> Option<Self> {
        let name = key.strip_prefix(prefix)?.strip_suffix(".json")?;
        (!name.is_empty() && !name.contains('/')).then(|| Self(name.to_owned()))
    }

    /// The name as it is shown and typed.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deploy => f.write_str("deploy"),
            Self::Rollback { to } => write!(f, "rollback to {to}"),
        }
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.run.as_deref().unwrap_or(&self.arn))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Healthy => "healthy",
            Self::SmokeFailed => "smoke failed",
            Self::RolledBack => "rolled back",
        })
    }
}

/// `arn:aws:sts::<account>:assumed-role/<role>/<session>` without the session; any other ARN as it is.
fn without_session(arn: &str) -> &str {
    match arn.split_once(":assumed-role/") {
        Some((_, tail)) => match tail.rsplit_once('/') {
            Some((_, session)) => &arn[..arn.len() - session.len() - 1],
            None => arn,
        },
        None => arn,
    }
}

fn content_digits(draft: &Draft) -> String {
    // A draft has no map with keys that are not text, so that writing it cannot fail.
    let bytes = serde_json::to_vec(draft).unwrap_or_default();
    Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
