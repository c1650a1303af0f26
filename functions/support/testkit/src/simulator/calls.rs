//! Calls with a method and a body: HTTP to a partner's API and back, with its faults.

use std::future::pending;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, RETRY_AFTER};
use hyper::{Request, StatusCode};
use percent_encoding::percent_decode_str;

use super::answer::{self, Answer, Document, HTML, JSON};
use super::fault::Fault;
use super::partner::PAGE;
use crate::call::{Api, Call, Outcome, Reply, pairs};

/// The largest body that is taken, in bytes: a mail with what is attached to it.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Answers a call under `/<name>/`. An error cuts the connection without a word.
pub(super) async fn answer(
    api: &impl Api,
    request: Request<Incoming>,
    fault: Option<Fault>,
) -> io::Result<Answer> {
    let Some(call) = read(request).await else {
        return Ok(answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    match fault {
        // The faults of feeds have no meaning here.
        None | Some(Fault::EmptyCalendar | Fault::StaleEtag | Fault::Replay { .. }) => {}
        Some(Fault::Latency { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
        Some(Fault::Drop) => return Err(io::ErrorKind::ConnectionAborted.into()),
        Some(Fault::DropAfter) => {
            api.answer(&call).await;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Some(Fault::UsageLimit { reason }) => return Ok(http(api.refuse(403, Some(&reason)))),
        Some(Fault::Status {
            status,
            retry_after_seconds,
        }) => {
            let mut answer = http(api.refuse(status, None));
            if let Some(seconds) = retry_after_seconds {
                answer::set(&mut answer, RETRY_AFTER, &seconds.to_string());
            }
            return Ok(answer);
        }
        Some(Fault::Redirect { to }) => return Ok(answer::redirect(&to)),
        Some(Fault::Html) => return Ok(answer::full(StatusCode::OK, HTML, PAGE)),
        Some(Fault::Truncate) => {
            let reply = spoken(api.answer(&call).await).await?;
            let document = Document {
                bytes: body(&reply),
                content_type: JSON,
                last_modified: SystemTime::UNIX_EPOCH,
            };
            return Ok(document.truncated());
        }
    }
    Ok(http(spoken(api.answer(&call).await).await?))
}

/// Does what the simulator's holder asks for under `/_<name>/`.
pub(super) async fn administer(api: &impl Api, request: Request<Incoming>) -> Answer {
    match read(request).await {
        Some(call) => http(api.administer(&call).await),
        None => answer::empty(StatusCode::PAYLOAD_TOO_LARGE),
    }
}

/// The reply, if there is one to send: the kind of the error is how the connection ends.
async fn spoken(outcome: Outcome) -> io::Result<Reply> {
    match outcome {
        Outcome::Reply(reply) => Ok(reply),
        Outcome::Closed => Err(io::ErrorKind::ConnectionAborted.into()),
        Outcome::Reset => Err(io::ErrorKind::ConnectionReset.into()),
        Outcome::Silence => pending().await,
    }
}

/// The call, with its path below the partner's name.
async fn read(request: Request<Incoming>) -> Option<Call> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().get(1..).unwrap_or_default();
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    let query = head.uri.query().unwrap_or_default();
    Some(Call {
        method: head.method.to_string(),
        path: path.split('/').map(decode).collect(),
        query: pairs(query),
        query_text: query.to_owned(),
        headers: head.headers,
        body: Limited::new(body, MAX_BODY_BYTES)
            .collect()
            .await
            .ok()?
            .to_bytes(),
    })
}

fn http(reply: Reply) -> Answer {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = match reply.body {
        Some(_) => answer::full(status, JSON, body(&reply)),
        None => answer::empty(status),
    };
    for (name, value) in reply.headers {
        answer::set(&mut answer, HeaderName::from_static(name), &value);
    }
    answer
}

fn body(reply: &Reply) -> Bytes {
    let text = reply.body.as_ref().map(ToString::to_string);
    text.unwrap_or_default().into()
}
