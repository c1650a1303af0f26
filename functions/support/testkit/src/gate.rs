//! A door in front of an HTTP server through which every call of a program under test goes: calls are counted and named,
//! and at one of them the program can be stopped.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use calls::{Calls, Stop};

mod calls;
#[cfg(test)]
mod tests;

/// A gate. Dropping it closes it.
#[derive(Debug)]
pub struct Gate {
    origin: String,
    accepting: JoinHandle<()>,
}

impl Gate {
    /// A gate on a free loopback port before the server at `origin` (`http://127.0.0.1:<port>`).
    ///
    /// # Errors
    /// When no port is free, or the origin is another one.
    pub async fn before(origin: &str, calls: Arc<Calls>) -> io::Result<Self> {
        let authority = origin
            .strip_prefix("http://127.0.0.1:")
            .map(|port| format!("127.0.0.1:{port}"));
        let authority: Arc<str> = authority.ok_or(io::ErrorKind::InvalidInput)?.into();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let own = format!("http://{}", listener.local_addr()?);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (authority, calls) = (Arc::clone(&authority), Arc::clone(&calls));
                tokio::spawn(async move {
                    let service =
                        service_fn(|request| forward(Arc::clone(&authority), Arc::clone(&calls), request));
                    // An error here is a client that was stopped, or a server that closed: nobody to tell.
                    let _ended = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self {
            origin: own,
            accepting,
        })
    }

    /// Where the program under test finds it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn forward(
    authority: Arc<str>,
    calls: Arc<Calls>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let name = name(&request);
    let call = calls.enter(name.clone());
    // The whole request comes first: what is stopped before its call has at least made it.
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    calls.write(rows(&name, &body));
    calls.keep(call, &body);
    calls.pass(Stop::Before(call)).await;
    let under_way = calls.set_out().await;
    // This end closes when the program does; what a server has got it carries out nevertheless.
    let (_here, here) = oneshot::channel();
    let program = Arc::clone(&calls);
    let carried = tokio::spawn(async move {
        let _under_way = under_way;
        tokio::select! {
            answer = carry(&authority, Request::from_parts(head, Full::new(body))) => answer,
            () = program.left(here) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    });
    let answer = carried.await.map_err(io::Error::other)??;
    calls.pass(Stop::After(call)).await;
    Ok(answer)
}

async fn carry(authority: &str, mut request: Request<Full<Bytes>>) -> io::Result<Response<Full<Bytes>>> {
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    if !request.headers().contains_key(HOST) {
        let host = authority.parse().map_err(io::Error::other)?;
        request.headers_mut().insert(HOST, host);
    }
    let answer = sender.send_request(request).await.map_err(io::Error::other)?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(head, Full::new(body)))
}

/// How many rows a call of DynamoDB writes.
fn rows(name: &str, body: &[u8]) -> usize {
    match name {
        "PutItem" | "UpdateItem" | "DeleteItem" => 1,
        "TransactWriteItems" => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            let items = body["TransactItems"].as_array().map_or(&[][..], Vec::as_slice);
            items
                .iter()
                .filter(|item| item.get("ConditionCheck").is_none())
                .count()
        }
        _ => 0,
    }
}

fn name(request: &Request<Incoming>) -> String {
    let target = request.headers().get("x-amz-target");
    match target.and_then(|target| target.to_str().ok()) {
        Some(target) => target.rsplit('.').next().unwrap_or(target).to_owned(),
        None => format!("{} {}", request.method(), request.uri().path()),
    }
}
