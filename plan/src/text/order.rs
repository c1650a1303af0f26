//! What is done before the changes, and what is known only after some of them.

use crate::{
    facts::{First, LaterReason, Remnant},
    model::{StackFirst, StackLater},
    stateful::is_stateful_type,
};

pub(super) fn first(row: &StackFirst) -> String {
    let stack = &row.stack;
    match &row.first {
        First::DeleteFailedCreation { status, left } if left.is_empty() => {
            format!(
                "- {stack}: its creation failed ({status}): the stack is deleted first, and nothing is left in it"
            )
        }
        First::DeleteFailedCreation { status, left } => {
            let head =
                format!("- {stack}: its creation failed ({status}): what is left of it is deleted first");
            remnants(head, left)
        }
        First::Recover { status, stuck } => {
            let head =
                format!("~ {stack}: its last update stopped halfway ({status}): it is rolled back first");
            remnants(head, stuck)
        }
    }
}

fn remnants(head: String, remnants: &[Remnant]) -> String {
    let mut out = head;
    for Remnant {
        logical_id,
        resource_type,
    } in remnants
    {
        out.push_str(&if is_stateful_type(resource_type) {
            format!("\n    ! {logical_id} ({resource_type}): it may hold data")
        } else {
            format!("\n    {logical_id} ({resource_type})")
        });
    }
    out
}

/// Said once for the whole stack.
pub(super) fn later(row: &StackLater) -> String {
    let waits_for = row.later.waits_for.join(" and ");
    let when = match (row.later.reason, waits_for.is_empty()) {
        (LaterReason::NewStack, true) => "when it is applied, because the stack is new".to_owned(),
        (LaterReason::NewStack, false) => format!("when {waits_for} is there"),
        (LaterReason::Parameters, true) => "when its parameters are known".to_owned(),
        (LaterReason::Parameters, false) => format!("when {waits_for} is done"),
    };
    let mut out = format!(
        "{}: its change set is made {when}; its rows are predicted",
        row.stack
    );
    if !row.later.parameters.is_empty() {
        let parameters = row.later.parameters.join(", ");
        out.push_str(&format!("\n    parameters known only then: {parameters}"));
    }
    out
}
