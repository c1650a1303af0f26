//! A Lambda event -> what is asked, and by whom.
//!
//! An event with a `requestContext` is an HTTP request and needs a bearer token for all that is not public. Anything
//! else is a direct invocation, which IAM has authorised (`lambda:InvokeFunction`). API Gateway puts what a client
//! sends inside its own envelope, so that no client can make an HTTP request look like a direct invocation.

mod ask;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contract::route::Action;
use serde_json::{Map, Value};

use crate::action::sign_in as session;
use crate::answer::Answer;
use crate::input::fault;
use crate::problem::Problem;
use crate::routing::{Routed, route};
pub(crate) use ask::Ask;

/// The largest body that is read, in bytes: an event has a title and a handful of short fields.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

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

    /// Whether it presents anything by a header.
    pub(crate) fn has_credentials(&self) -> bool {
        self.header("authorization").is_some()
    }

    /// The session's id, where the browser sends its cookie. API Gateway hands cookies over by themselves. A name without the
    /// prefix is one that another page of the domain can set, so that it counts in the local stage only.
    pub(crate) fn session(&self, is_local: bool) -> Option<&str> {
        let expected = if is_local {
            session::LOCAL_COOKIE
        } else {
            session::COOKIE
        };
        let apart = self.request.cookies.iter().flatten().map(String::as_str);
        let header = self.header("cookie").unwrap_or_default().split(';');
        apart.chain(header).find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == expected).then_some(value)
        })
    }

    /// Whether a page of this very origin makes the browser ask, as far as the browser tells (Fetch Metadata, and RFC 6454 for
    /// those that do not send it).
    pub(crate) fn is_of_own_page(&self) -> bool {
        if let Some(site) = self.header("sec-fetch-site") {
            return site == "same-origin";
        }
        let (origin, host) = (self.header("origin"), self.header("host"));
        let authority = origin.and_then(|origin| origin.split_once("://"));
        authority.is_some_and(|(_, authority)| Some(authority) == host)
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
        // A mail client sends `List-Unsubscribe=One-Click` (RFC 8058), a browser an empty form: the path says it all.
        if self.route.action == Action::Unsubscribe {
            return Ok(Map::new());
        }
        // These say all that they need without a body.
        if text.is_empty() && is_complete_by_path(self.route.action) {
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

/// Whether the path may say all that there is to say.
const fn is_complete_by_path(action: Action) -> bool {
    matches!(
        action,
        Action::SyncPlatforms
            | Action::UndoConflict
            | Action::ConfirmBooking
            | Action::HoldBooking
            | Action::EndSession
            | Action::ResumeCampaign
            | Action::AcceptListing
            | Action::CloseThread
    )
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
