//! The deployment log: one event a release in CloudWatch Logs.

use serde::Serialize;

use super::record::{Author, Kind, Outcome, Record, ReleasedArtifact};
use super::revision::Revision;
use crate::environment::Environment;
use crate::screen;

/// The version of the event's form.
const VERSION: u32 = 1;

/// What the log says of a release: the record without its templates and parameters.
#[derive(Debug, Serialize)]
struct Event<'a> {
    event: &'static str,
    version: u32,
    release: &'a str,
    stage: &'a str,
    #[serde(flatten)]
    kind: &'a Kind,
    outcome: Outcome,
    message: &'a str,
    git: Option<&'a Revision>,
    by: &'a Author,
    stacks: Vec<&'a str>,
    artifacts: &'a [ReleasedArtifact],
}

/// Writes the release to the stage's deployment log. A failure is told, and is no reason to fail: the record is kept
/// in the ledger.
pub(crate) async fn announce(environment: &Environment, record: &Record) {
    let group = environment.stage.deployment_log_group();
    let text = event(record);
    let logs = environment.aws.logs();
    if let Err(error) = logs.put_event(&group, record.id.as_str(), record.at, &text).await {
        screen::step(&format!("the release is not in the deployment log: {error:#}"));
    }
}

pub(super) fn event(record: &Record) -> String {
    let draft = &record.draft;
    let event = Event {
        event: "release",
        version: VERSION,
        release: record.id.as_str(),
        stage: &draft.stage,
        kind: &draft.kind,
        outcome: draft.outcome,
        message: &draft.message,
        git: draft.git.as_ref(),
        by: &draft.by,
        stacks: draft.stacks.iter().map(|stack| stack.name.as_str()).collect(),
        artifacts: &draft.artifacts,
    };
    // It holds text and numbers only, which JSON can always hold.
    serde_json::to_string(&event).unwrap_or_default()
}
