//! Answers and their bodies.

use std::io;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{
    CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, LOCATION,
};
use hyper::{Response, StatusCode};
use sha2::{Digest, Sha256};

pub(super) type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

pub(super) const CALENDAR: &str = "text/calendar; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const JSON: &str = "application/json";

/// One version of something that is served.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) bytes: Bytes,
    pub(super) content_type: &'static str,
    pub(super) last_modified: SystemTime,
}

impl Document {
    /// A strong entity tag: the body's hash.
    pub(super) fn etag(&self) -> String {
        let digest = Sha256::digest(&self.bytes);
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    }

    /// The whole document, or 304 when the client has it (RFC 9110, section 13.2.2: an entity tag goes before a
    /// date).
    pub(super) fn answer(&self, request: &HeaderMap) -> Answer {
        self.answer_under(request, &self.etag())
    }

    /// The same under a given entity tag.
    pub(super) fn answer_under(&self, request: &HeaderMap, etag: &str) -> Answer {
        let is_known = match (text(request, IF_NONE_MATCH), text(request, IF_MODIFIED_SINCE)) {
            (Some(tags), _) => tags
                .split(',')
                .any(|tag| matches!(tag.trim(), "*") || tag.trim() == etag),
            (None, Some(since)) => {
                httpdate::parse_http_date(since).is_ok_and(|since| self.whole_seconds() <= since)
            }
            (None, None) => false,
        };
        let mut answer = if is_known {
            empty(StatusCode::NOT_MODIFIED)
        } else {
            full(StatusCode::OK, self.content_type, self.bytes.clone())
        };
        set(&mut answer, ETAG, etag);
        set(
            &mut answer,
            LAST_MODIFIED,
            &httpdate::fmt_http_date(self.last_modified),
        );
        answer
    }

    /// Half of the document under the length of the whole: the connection ends in between.
    pub(super) fn truncated(&self) -> Answer {
        let half = self.bytes.slice(..self.bytes.len() / 2);
        let cut = async {
            // The server writes what it has whenever a body is not ready; only then may the connection break.
            tokio::task::yield_now().await;
            Err(io::ErrorKind::ConnectionAborted.into())
        };
        let chunks = stream::iter([Ok(half)]).chain(stream::once(cut));
        let mut answer = streamed(self.content_type, chunks);
        set(&mut answer, CONTENT_LENGTH, &self.bytes.len().max(1).to_string());
        answer
    }

    /// HTTP dates have no fractions.
    fn whole_seconds(&self) -> SystemTime {
        let shown = httpdate::fmt_http_date(self.last_modified);
        httpdate::parse_http_date(&shown).unwrap_or(self.last_modified)
    }
}

pub(super) fn full(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let body = Full::new(body.into())
        .map_err(|never| match never {})
        .boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    set(&mut answer, CONTENT_TYPE, content_type);
    answer
}

pub(super) fn empty(status: StatusCode) -> Answer {
    let body = Full::default().map_err(|never| match never {}).boxed_unsync();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}

pub(super) fn redirect(to: &str) -> Answer {
    let mut answer = empty(StatusCode::FOUND);
    set(&mut answer, LOCATION, to);
    answer
}

pub(super) fn streamed(
    content_type: &'static str,
    chunks: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Answer {
    let frames = chunks.map(|chunk| chunk.map(Frame::data));
    let mut answer = Response::new(StreamBody::new(frames).boxed_unsync());
    set(&mut answer, CONTENT_TYPE, content_type);
    answer
}

/// Sets a header. A value that HTTP cannot carry is left out: faults are checked for it when they are laid.
pub(super) fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
