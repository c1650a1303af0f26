//! `GET /auth/check`: whether the token is live, and until when.

use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::auth::Caller;
use crate::problem::Details;
use crate::wire;

/// Who the service takes the caller for.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthCheck {
    /// `token` over HTTP, `invocation` for a direct invocation.
    caller: &'static str,
    /// The token's public name.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    /// When the token stops being accepted, if another has superseded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ends_at: Option<String>,
}

#[utoipa::path(
    get,
    path = "/auth/check",
    operation_id = "auth-check",
    summary = "Whether the token is live",
    responses(
        (status = 200, description = "It is. `Sunset` tells when a superseded token ends.", body = AuthCheck),
        (status = 401, description = "It is not, for whatever reason.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "Nobody can tell now.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) fn check(caller: &Caller) -> Answer {
    let (name, kid, end) = match caller {
        Caller::Holder { kid, not_after } => ("token", Some(kid.clone()), *not_after),
        Caller::Invoker | Caller::Anyone => ("invocation", None, None),
    };
    let check = AuthCheck {
        caller: name,
        kid,
        ends_at: end.map(wire::utc),
    };
    Answer::json(200, &check)
}
