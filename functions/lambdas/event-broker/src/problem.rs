//! What goes wrong, as RFC 9457 problem details.

use contract::Method;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::source::Source;
use crate::wire::Conflict;

/// A problem to answer with.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Details>);

/// A problem, as `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Details {
    /// Stable: `urn:landfall:problem:` and a slug.
    #[serde(rename = "type")]
    #[schema(example = "urn:landfall:problem:conflict")]
    kind: String,
    /// The same words for every problem of this type.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is special about this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Every field that is wrong, for `invalid-fields`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldFault>,
    /// What the new event overlaps, for `conflict`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<Conflict>,
    /// The listings whose feed could not be read whole, for `feeds-unchecked` and `conflict`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unchecked: Vec<Source>,
    /// For the log: never sent.
    #[serde(skip)]
    cause: Option<String>,
    #[serde(skip)]
    headers: Vec<(&'static str, String)>,
}

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldFault {
    /// The field's name, in the query or the body.
    pub(crate) field: String,
    /// What it must be.
    pub(crate) message: String,
}

impl Problem {
    fn new(status: u16, slug: &str, title: &'static str) -> Self {
        Self(Box::new(Details {
            kind: format!("urn:landfall:problem:{slug}"),
            title,
            status,
            detail: None,
            errors: Vec::new(),
            conflicts: Vec::new(),
            unchecked: Vec::new(),
            cause: None,
            headers: Vec::new(),
        }))
    }

    /// 401. One body for a missing, malformed, unknown and expired token: it tells a guesser nothing.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "a live bearer token is needed")
            .with_header("www-authenticate", "Bearer")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "not-found", "no such route")
    }

    pub(crate) fn wrong_method(allowed: &[Method]) -> Self {
        let names: Vec<_> = allowed.iter().map(|method| method.as_str()).collect();
        Self::new(405, "method-not-allowed", "the route does not take this method")
            .with_header("allow", &names.join(", "))
    }

    pub(crate) fn malformed_call(detail: &str) -> Self {
        Self::new(
            400,
            "malformed-call",
            "the invocation is neither an HTTP request nor an action",
        )
        .with_detail(detail)
    }

    pub(crate) fn malformed_json(line: usize, column: usize) -> Self {
        Self::new(400, "malformed-json", "the body is not a JSON object")
            .with_detail(&format!("reading stopped at line {line}, column {column}"))
    }

    pub(crate) fn too_large(limit_bytes: usize) -> Self {
        Self::new(413, "body-too-large", "the body is too large")
            .with_detail(&format!("at most {limit_bytes} bytes are read"))
    }

    pub(crate) fn invalid_fields(errors: Vec<FieldFault>) -> Self {
        let mut problem = Self::new(422, "invalid-fields", "some fields are wrong");
        problem.0.errors = errors;
        problem
    }

    pub(crate) fn key_reused() -> Self {
        Self::new(
            422,
            "idempotency-key-reused",
            "the Idempotency-Key belongs to another request",
        )
    }

    /// 409: what the event overlaps, and which feeds were not there to be asked.
    pub(crate) fn conflict(conflicts: Vec<Conflict>, unchecked: Vec<Source>) -> Self {
        let mut problem = Self::new(409, "conflict", "the event overlaps what is already there");
        problem.0.conflicts = conflicts;
        problem.0.unchecked = unchecked;
        problem
    }

    /// 503: without these feeds nobody can say whether the event conflicts.
    pub(crate) fn feeds_unchecked(unchecked: Vec<Source>) -> Self {
        let mut problem = Self::new(
            503,
            "feeds-unchecked",
            "not every feed of the asset could be read",
        )
        .with_detail("try again, or send \"accept_unchecked\": true to add the event all the same")
        .with_header("retry-after", "60");
        problem.0.unchecked = unchecked;
        problem
    }

    /// 404: what was named does not exist.
    pub(crate) fn unknown(detail: &str) -> Self {
        Self::new(404, "unknown", "what was named does not exist").with_detail(detail)
    }

    /// 409: it cannot be done, and trying again does not help.
    pub(crate) fn refused(detail: &str) -> Self {
        Self::new(409, "refused", "it cannot be done").with_detail(detail)
    }

    /// 409: a synchronisation holds the asset, so that nothing was decided.
    pub(crate) fn sync_busy() -> Self {
        Self::new(409, "sync-busy", "the asset is being synchronised").with_header("retry-after", "5")
    }

    /// 403: a browser asks with a session, and not for the dashboard.
    pub(crate) fn cross_site() -> Self {
        Self::new(403, "cross-site", "only the dashboard's own page may ask so")
    }

    /// 404. One answer for every address that is no feed's.
    pub(crate) fn no_feed() -> Self {
        Self::new(404, "no-feed", "there is no feed at this address")
    }

    /// 503: too many others change the same asset's events at this moment.
    pub(crate) fn busy() -> Self {
        Self::new(503, "busy", "the asset's events are being changed").with_header("retry-after", "1")
    }

    /// 503: what the answer rests on is not there. The answer says no more; the log does.
    pub(crate) fn unavailable(cause: String) -> Self {
        let mut problem =
            Self::new(503, "unavailable", "the service cannot answer now").with_header("retry-after", "5");
        problem.0.cause = Some(cause);
        problem
    }

    /// 500: a defect of ours.
    pub(crate) fn internal(cause: String) -> Self {
        let mut problem = Self::new(500, "internal", "the service failed");
        problem.0.cause = Some(cause);
        problem
    }

    fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.0.headers.push((name, value.to_owned()));
        self
    }

    fn with_detail(mut self, detail: &str) -> Self {
        self.0.detail = Some(detail.to_owned());
        self
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error.to_string())
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        let details = *problem.0;
        let mut answer = Self::json(details.status, &details);
        answer.content_type = "application/problem+json";
        answer.headers = details.headers;
        answer.cause = details.cause;
        answer
    }
}
