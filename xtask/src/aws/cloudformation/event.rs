//! One line of a stack's history.

use aws_sdk_cloudformation::types::StackEvent;

/// One line of a stack's history.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// CloudFormation's id.
    pub id: String,
    /// The resource, or the stack's own name.
    pub logical_id: String,
    /// The status word.
    pub status: String,
    /// Why, if it says so.
    pub reason: Option<String>,
    /// Whether the event is the stack's own.
    pub of_stack: bool,
}

impl Event {
    /// What failed and why; `None` for a success, and for what was only cancelled because something else failed.
    pub(crate) fn failure(&self) -> Option<String> {
        let cancelled = self
            .reason
            .as_deref()
            .is_some_and(|reason| reason.contains("cancelled"));
        (self.status.ends_with("_FAILED") && !cancelled).then(|| {
            format!(
                "{} {}: {}",
                self.logical_id,
                self.status,
                self.reason.as_deref().unwrap_or("no reason given")
            )
        })
    }
}

impl From<StackEvent> for Event {
    fn from(event: StackEvent) -> Self {
        Self {
            id: event.event_id.unwrap_or_default(),
            logical_id: event.logical_resource_id.unwrap_or_default(),
            status: event
                .resource_status
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            reason: event.resource_status_reason,
            of_stack: event.resource_type.as_deref() == Some("AWS::CloudFormation::Stack"),
        }
    }
}
