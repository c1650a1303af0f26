//! What the operator's page is told of the newest releases.

use anyhow::Result;
use contract::content::RELEASES_KEY;
use contract::releases::{MOST, Released, Releases};

use super::ledger::{Entry, Ledger};
use super::record::Outcome;
use crate::environment::Environment;
use crate::screen;

/// Lays the newest releases where the broker reads them, unless the same lie there. A failure is told, and is no reason
/// to fail: the records are kept in the ledger, and the next deploy tells of them again.
pub(crate) async fn tell(environment: &Environment) {
    if let Err(error) = lay_down(environment).await {
        screen::step(&format!(
            "the dashboard does not know of the newest release: {error:#}"
        ));
    }
}

async fn lay_down(environment: &Environment) -> Result<()> {
    let outputs = crate::outputs::read(environment).await?;
    let bucket = crate::outputs::get(&outputs, stacks::outputs::CONTENT_BUCKET_NAME)?;
    let entries = Ledger::of(environment).newest(MOST).await?;
    let body = serde_json::to_vec(&told(&entries))?;
    let s3 = environment.aws.s3();
    let stored = s3.get(bucket, RELEASES_KEY).await?;
    if stored.is_some_and(|(bytes, _)| bytes == body) {
        return Ok(());
    }
    s3.put(bucket, RELEASES_KEY, body, "application/json").await
}

/// What is told of these records. One that cannot be read is named.
pub(super) fn told(entries: &[Entry]) -> Releases {
    Releases {
        releases: entries.iter().map(one).collect(),
    }
}

fn one(entry: &Entry) -> Released {
    match entry {
        Entry::Readable(record) => Released {
            id: record.id.to_string(),
            at: Some(record.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            what: record.draft.kind.to_string(),
            commit: record.draft.git.as_ref().map(|git| git.sha.clone()),
            is_dirty: record.draft.git.as_ref().is_some_and(|git| git.dirty),
            by: Some(record.draft.by.to_string()),
            outcome: outcome(record.draft.outcome).to_owned(),
        },
        Entry::Unreadable { id, .. } => Released {
            id: id.to_string(),
            at: None,
            what: String::new(),
            commit: None,
            is_dirty: false,
            by: None,
            outcome: "unreadable".to_owned(),
        },
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Healthy => "healthy",
        Outcome::SmokeFailed => "smoke-failed",
        Outcome::RolledBack => "rolled-back",
    }
}
