//! Calls that the simulator makes itself: to this machine and nowhere else.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::net::TcpStream;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// Whoever does not answer within this has not heard.
const TIMEOUT: Duration = Duration::from_secs(15);
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Where a call goes. The partners want https; here it is plain http on a loopback address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    address: SocketAddr,
    path: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Target {
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let address: SocketAddr = host.replace("localhost:", "127.0.0.1:").parse().ok()?;
        let slash = if path.starts_with('/') { "" } else { "/" };
        address.ip().is_loopback().then(|| Self {
            address,
            path: format!("{slash}{path}"),
        })
    }

    /// Posts once. `None` when nobody is there, or nobody answers.
    pub(crate) async fn post(
        &self,
        headers: &[(&'static str, String)],
        body: impl Into<Bytes>,
    ) -> Option<Heard> {
        tokio::time::timeout(TIMEOUT, self.exchange(headers, body.into()))
            .await
            .ok()?
    }

    async fn exchange(&self, headers: &[(&'static str, String)], body: Bytes) -> Option<Heard> {
        let stream = TcpStream::connect(self.address).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let mut request = Request::post(&self.path)
            .header("host", self.address.to_string())
            .header("content-length", body.len().to_string());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(body)).ok()?;
        let talk = async move {
            let response = sender.send_request(request).await.ok()?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES);
            let body = body.collect().await.ok()?.to_bytes();
            Some(Heard { status, body })
        };
        // The connection runs for as long as the talk does, and ends with it when the timeout strikes.
        tokio::pin!(talk, connection);
        tokio::select! {
            heard = &mut talk => heard,
            _ended = &mut connection => talk.await,
        }
    }
}

/// The fields as a form.
pub(crate) fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let encode = |text: &'a str| utf8_percent_encode(text, RESERVED);
    let pairs = fields.into_iter();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}
