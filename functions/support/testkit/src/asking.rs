//! One request over a real connection, for the tests of the played APIs.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::header::HeaderMap;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use crate::Simulator;

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answered {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn start() -> Simulator {
    Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

/// Fails when the connection ends without an answer.
pub(crate) async fn ask(
    simulator: &Simulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Answered, hyper::Error> {
    let address = simulator.origin().trim_start_matches("http://").to_owned();
    let stream = TcpStream::connect(&address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let response = sender.send_request(request).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Answered {
        status: head.status.as_u16(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

/// Something that hears: every request's headers and body, in the order of arrival.
pub(crate) struct Ear {
    pub(crate) origin: String,
    heard: tokio::sync::mpsc::UnboundedReceiver<(String, HeaderMap, String)>,
}

impl Ear {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (tell, heard) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let tell = tell.clone();
                let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
                    let tell = tell.clone();
                    async move {
                        let (head, body) = request.into_parts();
                        let body = body.collect().await?.to_bytes();
                        let body = String::from_utf8(body.to_vec()).unwrap();
                        let _closed = tell.send((head.uri.to_string(), head.headers, body));
                        Ok::<_, hyper::Error>(Response::new(Full::new(Bytes::from("<Response/>"))))
                    }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        Self { origin, heard }
    }

    /// The next request: its path, its headers and its body.
    pub(crate) async fn hear(&mut self) -> (String, HeaderMap, String) {
        let heard = tokio::time::timeout(std::time::Duration::from_secs(10), self.heard.recv()).await;
        heard.unwrap().unwrap()
    }

    pub(crate) fn is_silent(&mut self) -> bool {
        self.heard.try_recv().is_err()
    }
}
