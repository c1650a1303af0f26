//! `GET /health`: the function runs. It asks nobody else, so that anyone may call it as often as they like.

use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;

/// The function runs, and which release it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`: whoever does not run does not answer.
    status: &'static str,
    /// The release's version.
    version: &'static str,
}

#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    summary = "Whether the service runs",
    responses((status = 200, description = "It runs.", body = Health)),
    security(())
)]
pub(crate) fn report() -> Answer {
    let health = Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    };
    Answer::json(200, &health)
}
