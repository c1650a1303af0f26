//! What the lock's object says, and who can be asked about it.

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::process::Process;

/// The version of the object's form. Readers take any version that has these fields.
const VERSION: u32 = 1;

/// How long a lock holds unless it is renewed.
pub(super) const TTL: TimeDelta = TimeDelta::minutes(2);
/// How much longer others leave it alone: so much may the clocks of two machines differ.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(10);

/// The lock as it lies in the artifact bucket. Never deleted: a released lock says when it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// Random: whoever wrote it knows it as its own, and `unlock` names it.
    pub id: String,
    #[serde(flatten)]
    pub holder: Holder,
    /// From when it is held.
    pub acquired: DateTime<Utc>,
    /// When it ends unless it is renewed.
    pub expires: DateTime<Utc>,
    /// When it was given back, or taken away by `unlock`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<DateTime<Utc>>,
}

/// Who holds a lock, and for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    /// `user@host`, or the address of a run of GitHub Actions.
    pub owner: String,
    /// What runs under the lock: `deploy`.
    pub command: String,
    /// The checkout's git revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_sha: Option<String>,
    /// The process, so that others on its machine can see that it has died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<Process>,
}

impl Record {
    /// A lock that begins now.
    pub(super) fn new(id: String, holder: Holder, now: DateTime<Utc>) -> Self {
        Self {
            version: VERSION,
            id,
            holder,
            acquired: now,
            expires: now + TTL,
            released: None,
        }
    }

    /// The same lock for another [`TTL`] from now.
    pub(super) fn renewed(&self, now: DateTime<Utc>) -> Self {
        Self {
            expires: now + TTL,
            ..self.clone()
        }
    }

    /// The same lock, given back.
    pub(super) fn released(&self, now: DateTime<Utc>) -> Self {
        Self {
            released: Some(now),
            ..self.clone()
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(
            f,
            "{} ({}, since {}, until {} unless renewed; lock {})",
            self.holder.owner,
            self.holder.command,
            instant(self.acquired),
            instant(self.expires),
            self.id
        )
    }
}

impl Holder {
    /// Of a lock that cannot be read.
    pub(super) fn unknown() -> Self {
        Self {
            owner: "somebody".to_owned(),
            command: "something".to_owned(),
            git_sha: None,
            process: None,
        }
    }
}
