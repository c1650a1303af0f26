//! What a request is answered with, before it is dressed for HTTP or for a direct invocation.

use serde::Serialize;
use serde_json::Value;

/// Status, headers and a JSON body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    /// Names in lower case.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
    /// Why the service failed, for the log.
    pub(crate) cause: Option<String>,
}

impl Answer {
    /// A JSON answer. A value that does not serialise would be a defect of ours, and is answered as one.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        let (status, body) = match serde_json::to_value(body) {
            Ok(body) => (status, body),
            Err(_) => (500, Value::Null),
        };
        Self {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            body,
            cause: None,
        }
    }

    /// A text of this media type, which must begin with `text/`.
    pub(crate) fn text(status: u16, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body: Value::String(body),
            cause: None,
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
