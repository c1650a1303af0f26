//! What is asked for, however it came: an HTTP request's fields, or a direct invocation's.

use serde_json::{Map, Value};

use super::HttpCall;
use crate::input::fault;
use crate::problem::Problem;

/// The longest `Idempotency-Key`, in bytes.
const MAX_KEY_BYTES: usize = 255;

/// What is asked for, however it came.
pub(crate) struct Ask {
    pub(crate) input: Map<String, Value>,
    /// The `Idempotency-Key` header, or `idempotency_key` of a direct invocation.
    pub(crate) key: Option<String>,
    /// The `If-None-Match` header.
    pub(crate) if_none_match: Option<String>,
    /// The `Accept` header.
    pub(crate) accept: Option<String>,
    /// The session's id.
    pub(crate) session: Option<String>,
}

impl Ask {
    /// What an HTTP request asks for: here its body is read.
    ///
    /// # Errors
    /// The problem to answer with.
    pub(crate) fn http(call: &HttpCall, is_local: bool) -> Result<Self, Problem> {
        Ok(Self {
            input: call.input()?,
            key: call.idempotency_key().map(checked_key).transpose()?,
            if_none_match: call.header("if-none-match").map(str::to_owned),
            accept: call.header("accept").map(str::to_owned),
            session: call.session(is_local).map(str::to_owned),
        })
    }

    /// What the input of a direct invocation asks for.
    ///
    /// # Errors
    /// The problem to answer with.
    pub(crate) fn direct(mut input: Map<String, Value>) -> Result<Self, Problem> {
        let key = match input.remove("idempotency_key") {
            None | Some(Value::Null) => None,
            Some(value) => Some(checked_key(value.as_str().unwrap_or_default())?),
        };
        Ok(Self {
            input,
            key,
            if_none_match: None,
            accept: None,
            session: None,
        })
    }
}

impl Ask {
    /// Whether the caller names this media type among those that it takes (RFC 9110, section 12.5.1).
    pub(crate) fn accepts(&self, media_type: &str) -> bool {
        let ranges = self.accept.as_deref().unwrap_or_default().split(',');
        let mut names = ranges.filter_map(|range| range.split(';').next());
        names.any(|name| name.trim().eq_ignore_ascii_case(media_type))
    }
}

/// An `Idempotency-Key` as it may be: visible ASCII, so that no proxy changes it on its way.
///
/// # Errors
/// The problem to answer with.
fn checked_key(key: &str) -> Result<String, Problem> {
    let is_fit = (1..=MAX_KEY_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_fit {
        return Ok(key.to_owned());
    }
    let message = format!("must be 1 to {MAX_KEY_BYTES} visible ASCII characters");
    Err(Problem::invalid_fields(vec![fault("idempotency-key", &message)]))
}
