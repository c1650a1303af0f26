//! Errors as the AWS REST-JSON protocol carries them: the type in a header, the message in the body.

use serde_json::json;

use crate::call::Reply;

pub(super) fn refuse(status: u16, kind: &str, message: &str) -> Reply {
    let mut reply = Reply::json(status, json!({ "message": message }));
    reply.headers.push(("x-amzn-errortype", kind.to_owned()));
    reply
}

pub(super) fn bad_request(message: &str) -> Reply {
    refuse(400, "BadRequestException", message)
}

pub(super) fn not_found(message: &str) -> Reply {
    refuse(404, "NotFoundException", message)
}

pub(super) fn rejected(message: &str) -> Reply {
    refuse(400, "MessageRejected", message)
}

pub(super) fn too_fast() -> Reply {
    refuse(429, "TooManyRequestsException", "Maximum sending rate exceeded.")
}

/// What the service says with a status when it is not the call's fault.
pub(super) fn of_status(status: u16, kind: Option<&str>) -> Reply {
    let (known, message) = match status {
        400 => ("BadRequestException", "Bad request."),
        403 => (
            "AccessDeniedException",
            "User is not authorized to perform this action.",
        ),
        404 => ("NotFoundException", "Not found."),
        409 => ("ConcurrentModificationException", "Try again."),
        429 => return too_fast(),
        503 => ("ServiceUnavailableException", "Service is unavailable."),
        500.. => ("InternalServiceErrorException", "Internal service error."),
        _ => ("BadRequestException", "The request was refused."),
    };
    refuse(status, kind.unwrap_or(known), message)
}
