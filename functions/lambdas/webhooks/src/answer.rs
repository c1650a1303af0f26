//! What a platform is told.

use serde_json::{Value, json};

/// An answer, and for the log why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    kind: Kind,
    /// Never sent. It names no header, body or secret.
    pub(crate) cause: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Accepted,
    /// Twilio's own language, in which nothing is said: no answer is sent to whoever wrote.
    Silence,
    Problem {
        slug: &'static str,
        title: &'static str,
    },
}

impl Answer {
    /// 202: it is seen to. The same for a message that was seen to before and for one that wants nothing.
    pub(crate) fn accepted() -> Self {
        Self {
            status: 202,
            kind: Kind::Accepted,
            cause: None,
        }
    }

    /// 200, and nothing that Twilio should do.
    pub(crate) fn silence() -> Self {
        Self {
            status: 200,
            kind: Kind::Silence,
            cause: None,
        }
    }

    /// The status 401, with one body for an unknown platform and for a signature that is missing, wrong or old: it
    /// tells a guesser nothing.
    pub(crate) fn unauthorized(cause: &str) -> Self {
        Self::problem(401, "unauthorized", "a valid signature is needed", cause)
    }

    pub(crate) fn malformed() -> Self {
        Self::problem(400, "malformed-call", "the request is not a webhook", "malformed")
    }

    pub(crate) fn too_large() -> Self {
        Self::problem(413, "body-too-large", "the body is too large", "too large")
    }

    /// 503: the platform shall send it again.
    pub(crate) fn unavailable(cause: &str) -> Self {
        Self::problem(503, "unavailable", "the service cannot answer now", cause)
    }

    fn problem(status: u16, slug: &'static str, title: &'static str, cause: &str) -> Self {
        Self {
            status,
            kind: Kind::Problem { slug, title },
            cause: Some(cause.to_owned()),
        }
    }

    /// API Gateway's response.
    pub(crate) fn dress(&self) -> Value {
        let (content_type, body) = match self.kind {
            Kind::Accepted => ("application/json", json!({ "status": "accepted" }).to_string()),
            Kind::Silence => ("text/xml", "<Response/>".to_owned()),
            Kind::Problem { slug, title } => {
                let kind = format!("urn:landfall:problem:{slug}");
                let problem = json!({ "type": kind, "title": title, "status": self.status });
                ("application/problem+json", problem.to_string())
            }
        };
        let mut headers = json!({
            "content-type": content_type,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        });
        if self.status == 503 {
            headers["retry-after"] = json!("60");
        }
        json!({
            "statusCode": self.status,
            "headers": headers,
            "body": body,
            "isBase64Encoded": false,
        })
    }
}
