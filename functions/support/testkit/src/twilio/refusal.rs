//! Errors in Twilio's shape.

use serde_json::json;

use crate::call::Reply;

pub(super) fn refuse(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(
        status,
        json!({
            "code": code,
            "message": message,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status,
        }),
    )
}

pub(super) fn bad_request(code: u32, message: &str) -> Reply {
    refuse(400, code, message)
}

pub(super) fn not_found(call: &str) -> Reply {
    refuse(
        404,
        20404,
        &format!("The requested resource /{call} was not found"),
    )
}

pub(super) fn unauthorized() -> Reply {
    let mut reply = refuse(401, 20003, "Authenticate");
    reply
        .headers
        .push(("www-authenticate", "Basic realm=\"Twilio API\"".to_owned()));
    reply
}

pub(super) fn too_fast() -> Reply {
    refuse(429, 20429, "Too Many Requests")
}

/// What Twilio says with a status when it is not the call's fault. The reason is a code of Twilio's, if given.
pub(super) fn of_status(status: u16, code: Option<&str>) -> Reply {
    let (known, message) = match status {
        401 => return unauthorized(),
        404 => (20404, "The requested resource was not found"),
        429 => return too_fast(),
        503 => (20503, "Service Unavailable"),
        500.. => (20500, "Internal Server Error"),
        _ => (20001, "Bad Request"),
    };
    let code = code.and_then(|code| code.parse().ok());
    refuse(status, code.unwrap_or(known), message)
}
