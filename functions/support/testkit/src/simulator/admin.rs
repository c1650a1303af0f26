//! The simulator's own paths, all under `/_`.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;

use super::answer::{self, Answer, JSON};
use super::calls;
use super::fault::Laid;
use super::partner::Partner;

/// The largest body that is taken: a document to publish.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

pub(super) async fn answer(partner: &Partner, request: Request<Incoming>) -> Answer {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    match (method, path.as_str()) {
        (Method::GET, "/_health") => answer::full(StatusCode::OK, JSON, r#"{"status":"ok"}"#),
        (Method::GET, "/_requests") => json(&partner.requests()),
        (Method::GET, "/_faults") => json(&partner.faults()),
        (Method::DELETE, "/_faults") => {
            partner.clear_all();
            answer::empty(StatusCode::NO_CONTENT)
        }
        (_, path) if path.starts_with("/_google/") => calls::administer(partner.google(), request).await,
        (_, path) if path.starts_with("/_messaging/") => {
            calls::administer(partner.messaging(), request).await
        }
        (_, path) if path.starts_with("/_ses/") => calls::administer(partner.ses(), request).await,
        (_, path) if path.starts_with("/_twilio/") => calls::administer(partner.twilio(), request).await,
        (method, path) => match (under(path, "/_faults"), under(path, "/_documents")) {
            (Some(target), _) => fault(partner, &method, target, request).await,
            (None, Some(target)) => document(partner, &method, target, request).await,
            (None, None) => answer::empty(StatusCode::NOT_FOUND),
        },
    }
}

async fn fault(partner: &Partner, method: &Method, target: &str, request: Request<Incoming>) -> Answer {
    match *method {
        Method::DELETE => partner.clear(target),
        Method::PUT => {
            let Some(body) = body(request).await else {
                return answer::empty(StatusCode::PAYLOAD_TOO_LARGE);
            };
            let laid = serde_json::from_slice::<Laid>(&body).map_err(|error| error.to_string());
            let done = laid.and_then(|laid| partner.lay(target, laid).map_err(|error| error.to_string()));
            if let Err(error) = done {
                return answer::full(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", error);
            }
        }
        _ => return answer::empty(StatusCode::METHOD_NOT_ALLOWED),
    }
    answer::empty(StatusCode::NO_CONTENT)
}

async fn document(partner: &Partner, method: &Method, target: &str, request: Request<Incoming>) -> Answer {
    match *method {
        Method::DELETE => partner.withdraw(target),
        Method::PUT => match body(request).await {
            Some(body) => partner.publish(target, body),
            None => return answer::empty(StatusCode::PAYLOAD_TOO_LARGE),
        },
        _ => return answer::empty(StatusCode::METHOD_NOT_ALLOWED),
    }
    answer::empty(StatusCode::NO_CONTENT)
}

/// The path that an admin path speaks of, with its leading `/`.
fn under<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|rest| rest.starts_with('/'))
}

async fn body(request: Request<Incoming>) -> Option<Bytes> {
    let limited = Limited::new(request.into_body(), MAX_BODY_BYTES);
    Some(limited.collect().await.ok()?.to_bytes())
}

fn json(value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => answer::full(StatusCode::OK, JSON, body),
        Err(_) => answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
    }
}
