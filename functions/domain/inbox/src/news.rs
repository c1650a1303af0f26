//! Whether a message is new: the one decision on which "once" rests.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// So many revisions of a message are remembered to tell a repetition from an edit.
const REMEMBERED: usize = 50;

/// What is known of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its newest revision.
    pub revision: u32,
    /// Since when that is what it says.
    pub since: DateTime<Utc>,
    /// What its revisions said, as digests, oldest first.
    pub fingerprints: Vec<String>,
}

/// What a message is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It is to be stored as this revision: 1 when nothing is known of it.
    Is(u32),
    /// This revision of it is stored.
    Known(u32),
    /// It is what the message said before an edit that is stored. Pages come late, or twice.
    Superseded,
}

impl Known {
    /// What a message of this fingerprint, which says it since then, is to us.
    #[must_use]
    pub fn judge(known: Option<&Self>, fingerprint: &str, since: DateTime<Utc>) -> News {
        let Some(known) = known else {
            return News::Is(1);
        };
        if known
            .fingerprints
            .last()
            .is_some_and(|newest| newest == fingerprint)
        {
            return News::Known(known.revision);
        }
        if known.fingerprints.iter().any(|seen| seen == fingerprint) || since < known.since {
            return News::Superseded;
        }
        News::Is(known.revision.saturating_add(1))
    }

    /// What is known once this revision is stored.
    #[must_use]
    pub fn after(known: Option<Self>, revision: u32, fingerprint: String, since: DateTime<Utc>) -> Self {
        let mut fingerprints = known.map(|known| known.fingerprints).unwrap_or_default();
        fingerprints.push(fingerprint);
        if fingerprints.len() > REMEMBERED {
            fingerprints.remove(0);
        }
        Self {
            revision,
            since,
            fingerprints,
        }
    }
}
