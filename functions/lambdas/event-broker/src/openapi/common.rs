//! What every operation may answer, whatever it is about: described in one place, so that no new route forgets any of it.

use utoipa::Modify;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

/// The schema of [`Details`](crate::problem::Details).
const PROBLEM: &str = "Problem";

/// Adds the answers that come before and around an operation's own.
pub(crate) struct CommonAnswers;

impl Modify for CommonAnswers {
    fn modify(&self, openapi: &mut OpenApi) {
        for item in openapi.paths.paths.values_mut() {
            let operations = [
                (HttpMethod::Get, item.get.as_mut()),
                (HttpMethod::Post, item.post.as_mut()),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    describe(&method, operation);
                }
            }
        }
    }
}

fn describe(method: &HttpMethod, operation: &mut Operation) {
    add(
        operation,
        "500",
        "`internal`: the service failed, and has noted why.",
    );
    add(
        operation,
        "503",
        "`unavailable`: what the answer rests on is not there now.",
    );
    let security = operation.security.as_deref().unwrap_or_default();
    let needs_token = security.iter().any(|way| *way != SecurityRequirement::default());
    let takes_fields = operation.parameters.as_ref().is_some_and(|all| !all.is_empty());
    if needs_token {
        add(operation, "401", "No live token.");
    }
    if needs_token || takes_fields {
        add(operation, "422", "`invalid-fields`: each one is named.");
    }
    if *method == HttpMethod::Post {
        add(operation, "400", "`malformed-json`: the body is no JSON object.");
        add(operation, "413", "`body-too-large`: at most 64 KiB are read.");
    }
}

/// Unless the operation says itself when it answers so.
fn add(operation: &mut Operation, status: &str, description: &str) {
    let problem = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name(PROBLEM))));
    let answer = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", problem.build())
        .build();
    let answers = &mut operation.responses.responses;
    answers.entry(status.to_owned()).or_insert(RefOr::T(answer));
}
