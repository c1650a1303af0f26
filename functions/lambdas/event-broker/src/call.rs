//! A Lambda event -> what is asked, and by whom.
//!
//! An event with a `requestContext` is an HTTP request and needs a bearer token for all that is not public. Anything
//! else is a direct invocation, which IAM has authorised (`lambda:InvokeFunction`). API Gateway puts what a client
//! sends inside its own envelope, so that no client can make an HTTP request look like a direct invocation.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contract::route::Action;
use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::input::fault;
use crate::problem::Problem;
use crate::routing::{Routed, route};

/// The largest body that is read, in bytes: an event has a title and a handful of short fields.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest `Idempotency-Key`, in bytes.
const MAX_KEY_BYTES: usize = 255;

/// One invocation.
#[derive(Debug)]
pub(crate) enum Call {
    Http(Box<HttpCall>),
    Direct {
        action: Action,
        input: Map<String, Value>,
    },
}

/// An HTTP request on one of the contract's routes, with its body unread: whether the caller may ask comes first.
pub(crate) struct HttpCall {
    pub(crate) route: contract::Route,
    /// What stands in the path where the route has a name in braces.
    named: Vec<(&'static str, String)>,
    request: ApiGatewayV2httpRequest,
}

/// The request holds a bearer token and guests' names, so only the route is shown.
impl std::fmt::Debug for HttpCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("HttpCall").field(&self.route).finish()
    }
}

/// Whether an event came over HTTP, which decides how its answer is dressed.
pub(crate) fn is_http(event: &Value) -> bool {
    event.get("requestContext").is_some()
}

impl Call {
    /// What is asked for.
    pub(crate) fn action(&self) -> Action {
        match self {
            Self::Http(call) => call.route.action,
            Self::Direct { action, .. } => *action,
        }
    }

    /// # Errors
    /// The problem to answer with, when nothing of ours is asked for.
    pub(crate) fn read(event: Value) -> Result<Self, Problem> {
        if is_http(&event) {
            return HttpCall::read(event).map(|call| Self::Http(Box::new(call)));
        }
        let Value::Object(mut input) = event else {
            return Err(Problem::malformed_call("an object was expected"));
        };
        let Some(Value::String(name)) = input.remove("action") else {
            return Err(Problem::malformed_call("`action` was expected"));
        };
        match Action::OF_BROKER.iter().find(|action| action.name() == name) {
            Some(action) => Ok(Self::Direct {
                action: *action,
                input,
            }),
            None => Err(Problem::malformed_call("no such action")),
        }
    }
}

impl HttpCall {
    fn read(event: Value) -> Result<Self, Problem> {
        let request: ApiGatewayV2httpRequest = serde_json::from_value(event)
            .map_err(|_| Problem::malformed_call("the request is not of payload format 2.0"))?;
        let path = request.raw_path.as_deref().unwrap_or_default();
        match route(request.request_context.http.method.as_str(), path) {
            Routed::To(route, named) => Ok(Self {
                route,
                named,
                request,
            }),
            Routed::WrongMethod { allowed } => Err(Problem::wrong_method(&allowed)),
            Routed::Unknown => Err(Problem::not_found()),
        }
    }

    /// What the caller presents as its bearer token; empty when there is none.
    pub(crate) fn presented(&self) -> &str {
        let header = self.header("authorization").unwrap_or_default();
        match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => "",
        }
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.header("idempotency-key")
    }

    /// The query's pairs, or the body's JSON object.
    ///
    /// # Errors
    /// The problem to answer with.
    fn input(&self) -> Result<Map<String, Value>, Problem> {
        let mut input = match self.route.method {
            contract::Method::Get => self.query(),
            contract::Method::Post => self.body(),
        }?;
        for (name, value) in &self.named {
            if input.insert((*name).to_owned(), value.as_str().into()).is_some() {
                return Err(Problem::invalid_fields(vec![fault(name, "is given in the path")]));
            }
        }
        Ok(input)
    }

    fn query(&self) -> Result<Map<String, Value>, Problem> {
        let text = self.request.raw_query_string.as_deref().unwrap_or_default();
        let mut input = Map::new();
        let mut repeated = Vec::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            // `?to=` is how forms send a field that was left empty.
            if value.is_empty() {
                continue;
            }
            if input
                .insert(name.clone().into_owned(), Value::String(value.into_owned()))
                .is_some()
            {
                repeated.push(fault(&name, "is given more than once"));
            }
        }
        if repeated.is_empty() {
            Ok(input)
        } else {
            Err(Problem::invalid_fields(repeated))
        }
    }

    fn body(&self) -> Result<Map<String, Value>, Problem> {
        let text = self.request.body.as_deref().unwrap_or_default();
        if text.len() > MAX_BODY_BYTES {
            return Err(Problem::too_large(MAX_BODY_BYTES));
        }
        // These say all that they need without a body.
        if text.is_empty() && matches!(self.route.action, Action::SyncPlatforms | Action::UndoConflict) {
            return Ok(Map::new());
        }
        let bytes = if self.request.is_base64_encoded {
            BASE64_STANDARD
                .decode(text)
                .map_err(|_| Problem::malformed_json(1, 1))?
        } else {
            text.as_bytes().to_vec()
        };
        serde_json::from_slice(&bytes).map_err(|error| Problem::malformed_json(error.line(), error.column()))
    }

    fn header(&self, name: &str) -> Option<&str> {
        // A value that is not plain text is kept as one that nothing accepts, not taken as absent.
        self.request
            .headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    }
}

/// What is asked for, however it came.
pub(crate) struct Ask {
    pub(crate) input: Map<String, Value>,
    /// The `Idempotency-Key` header, or `idempotency_key` of a direct invocation.
    pub(crate) key: Option<String>,
    /// The `If-None-Match` header.
    pub(crate) if_none_match: Option<String>,
}

impl Ask {
    /// What an HTTP request asks for: here its body is read.
    ///
    /// # Errors
    /// The problem to answer with.
    pub(crate) fn http(call: &HttpCall) -> Result<Self, Problem> {
        Ok(Self {
            input: call.input()?,
            key: call.idempotency_key().map(checked_key).transpose()?,
            if_none_match: call.header("if-none-match").map(str::to_owned),
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
        })
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

/// Dresses an answer: API Gateway's response for HTTP, `{"status", "body"}` for a direct invocation.
pub(crate) fn dress(answer: Answer, is_http: bool) -> Value {
    if !is_http {
        return serde_json::json!({ "status": answer.status, "body": answer.body });
    }
    let mut headers = Map::new();
    headers.insert("content-type".to_owned(), answer.content_type.into());
    headers.insert("cache-control".to_owned(), "no-store".into());
    headers.insert("x-content-type-options".to_owned(), "nosniff".into());
    for (name, value) in answer.headers {
        headers.insert(name.to_owned(), value.into());
    }
    let body = match answer.body {
        Value::String(text) if answer.content_type.starts_with("text/") => text,
        json => json.to_string(),
    };
    serde_json::json!({
        "statusCode": answer.status,
        "headers": headers,
        "body": body,
        "isBase64Encoded": false,
    })
}
