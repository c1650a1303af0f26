//! Calls with a method and a body: HTTP to Google's room and back, with its faults.

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
use crate::google::{Call, Google, Reply, pairs};

/// The largest body that is taken, in bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Answers a call under `/google/`. An error cuts the connection without a word.
pub(super) async fn answer(
    google: &Google,
    request: Request<Incoming>,
    fault: Option<Fault>,
) -> io::Result<Answer> {
    let Some(call) = read(request, "/google/").await else {
        return Ok(answer::empty(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let cut = || Err(io::ErrorKind::ConnectionAborted.into());
    match fault {
        // The faults of feeds have no meaning here.
        None | Some(Fault::EmptyCalendar | Fault::StaleEtag | Fault::Replay { .. }) => {}
        Some(Fault::Latency { milliseconds }) => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        }
        Some(Fault::Drop) => return cut(),
        Some(Fault::DropAfter) => {
            google.answer(&call);
            return cut();
        }
        Some(Fault::UsageLimit { reason }) => return Ok(http(Reply::fault(403, Some(&reason)))),
        Some(Fault::Status {
            status,
            retry_after_seconds,
        }) => {
            let mut answer = http(Reply::fault(status, None));
            if let Some(seconds) = retry_after_seconds {
                answer::set(&mut answer, RETRY_AFTER, &seconds.to_string());
            }
            return Ok(answer);
        }
        Some(Fault::Redirect { to }) => return Ok(answer::redirect(&to)),
        Some(Fault::Html) => return Ok(answer::full(StatusCode::OK, HTML, PAGE)),
        Some(Fault::Truncate) => {
            let document = Document {
                bytes: body(&google.answer(&call)),
                content_type: JSON,
                last_modified: SystemTime::UNIX_EPOCH,
            };
            return Ok(document.truncated());
        }
    }
    Ok(http(google.answer(&call)))
}

/// Does what the simulator's holder asks for under `/_google/`.
pub(super) async fn administer(google: &Google, request: Request<Incoming>) -> Answer {
    match read(request, "/_google/").await {
        Some(call) => http(google.administer(&call)),
        None => answer::empty(StatusCode::PAYLOAD_TOO_LARGE),
    }
}

async fn read(request: Request<Incoming>, prefix: &str) -> Option<Call> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().strip_prefix(prefix).unwrap_or_default();
    let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    Some(Call {
        method: head.method.to_string(),
        path: path.split('/').map(decode).collect(),
        query: pairs(head.uri.query().unwrap_or_default()),
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
