//! Google's replies, with errors in Google's shape.

use serde_json::{Value, json};

pub(super) use crate::call::Reply;

impl Reply {
    pub(super) fn ok(body: Value) -> Self {
        let etag = body.get("etag").and_then(Value::as_str).map(str::to_owned);
        Self {
            status: 200,
            body: Some(body),
            headers: etag.into_iter().map(|etag| ("etag", etag)).collect(),
        }
    }

    /// An error as "Handle API errors" shows them.
    pub(super) fn error(status: u16, domain: &str, reason: &str, message: &str) -> Self {
        Self {
            status,
            body: Some(json!({
                "error": {
                    "errors": [{ "domain": domain, "reason": reason, "message": message }],
                    "code": status,
                    "message": message,
                }
            })),
            headers: Vec::new(),
        }
    }

    pub(super) fn invalid(message: &str) -> Self {
        Self::error(400, "global", "invalid", message)
    }

    pub(super) fn required(field: &str) -> Self {
        Self::error(400, "global", "required", &format!("Missing {field}."))
    }

    pub(super) fn not_found() -> Self {
        Self::error(404, "global", "notFound", "Not Found")
    }

    /// What Google says with a status when it is not the call's fault, or for a usage limit, with its reason.
    pub(super) fn fault(status: u16, reason: Option<&str>) -> Self {
        let (domain, reason, message) = match (status, reason) {
            (401, _) => ("global", "authError", "Invalid Credentials"),
            (403, Some(reason)) => ("usageLimits", reason, "Rate Limit Exceeded"),
            (403, None) => ("calendar", "forbidden", "Forbidden"),
            (404, _) => ("global", "notFound", "Not Found"),
            (410, _) => (
                "calendar",
                "fullSyncRequired",
                "Sync token is no longer valid, a full sync is required.",
            ),
            (429, _) => ("usageLimits", "rateLimitExceeded", "Rate Limit Exceeded"),
            (500.., _) => ("global", "backendError", "Backend Error"),
            _ => ("global", "badRequest", "Bad Request"),
        };
        Self::error(status, domain, reason, message)
    }

    pub(super) fn unauthorized() -> Self {
        let mut reply = Self::fault(401, None);
        reply.headers.push((
            "www-authenticate",
            "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"".to_owned(),
        ));
        reply
    }
}
