//! A door in front of an HTTP server through which every call of a program under test goes: calls are counted and named,
//! and at one of them the program can be stopped.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// At which call, counted from 0, and on which side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The call is made and does not arrive.
    Before(usize),
    /// The call arrives and is carried out; its answer does not come back.
    After(usize),
}

/// The calls of one program through all of its gates, in their order.
#[derive(Debug)]
pub struct Calls {
    stop: Option<Stop>,
    names: Mutex<Vec<String>>,
    rows: AtomicUsize,
    /// What each call said, if that is kept.
    bodies: Option<Mutex<BTreeMap<usize, Bytes>>>,
    stopped: watch::Sender<bool>,
}

/// A gate. Dropping it closes it.
#[derive(Debug)]
pub struct Gate {
    origin: String,
    accepting: JoinHandle<()>,
}

impl Calls {
    /// Lets every call pass, or all that come before one.
    #[must_use]
    pub fn new(stop: Option<Stop>) -> Arc<Self> {
        Arc::new(Self {
            stop,
            names: Mutex::default(),
            rows: AtomicUsize::new(0),
            bodies: None,
            stopped: watch::Sender::new(false),
        })
    }

    /// The same, and keeps what each call says.
    #[must_use]
    pub fn recorded(stop: Option<Stop>) -> Arc<Self> {
        Arc::new(Self {
            stop,
            names: Mutex::default(),
            rows: AtomicUsize::new(0),
            bodies: Some(Mutex::default()),
            stopped: watch::Sender::new(false),
        })
    }

    /// The `body` of each row that a call, by its number, puts into a partition whose name begins like this. Only of
    /// calls that are [recorded](Self::recorded).
    #[must_use]
    pub fn bodies_put(&self, call: usize, partition: &str) -> Vec<String> {
        let Some(bodies) = &self.bodies else {
            return Vec::new();
        };
        let said = bodies.lock().unwrap_or_else(PoisonError::into_inner);
        let said: Value = said
            .get(&call)
            .and_then(|said| serde_json::from_slice(said).ok())
            .unwrap_or_default();
        let items = said["TransactItems"].as_array().map_or(&[][..], Vec::as_slice);
        let rows = items.iter().map(|item| &item["Put"]["Item"]);
        let fitting = rows.filter(|row| {
            row["pk"]["S"]
                .as_str()
                .is_some_and(|pk| pk.starts_with(partition))
        });
        let bodies = fitting.filter_map(|row| row["body"]["S"].as_str());
        bodies.map(str::to_owned).collect()
    }

    /// What was called: for AWS the operation's name, otherwise method and path.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.locked().clone()
    }

    /// How many rows DynamoDB was asked to write, in transactions and alone.
    #[must_use]
    pub fn rows_written(&self) -> usize {
        self.rows.load(Ordering::Relaxed)
    }

    /// Waits until the call at which to stop is reached. It never returns where there is none.
    pub async fn stopped(&self) {
        let mut stopped = self.stopped.subscribe();
        // The sender lives as long as `self`.
        let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
    }

    fn keep(&self, call: usize, said: &Bytes) {
        if let Some(bodies) = &self.bodies {
            let mut bodies = bodies.lock().unwrap_or_else(PoisonError::into_inner);
            bodies.insert(call, said.clone());
        }
    }

    fn enter(&self, name: String) -> usize {
        let mut names = self.locked();
        names.push(name);
        names.len() - 1
    }

    /// Goes on, or never.
    async fn pass(&self, here: Stop) {
        if self.stop == Some(here) {
            self.stopped.send_replace(true);
            std::future::pending::<()>().await;
        }
    }

    fn locked(&self) -> MutexGuard<'_, Vec<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
                    let service = service_fn(|request| forward(&authority, &calls, request));
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
    authority: &str,
    calls: &Calls,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let name = name(&request);
    let call = calls.enter(name.clone());
    // The whole request comes first: what is stopped before its call has at least made it.
    let (mut head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    calls.rows.fetch_add(rows(&name, &body), Ordering::Relaxed);
    calls.keep(call, &body);
    calls.pass(Stop::Before(call)).await;
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    if !head.headers.contains_key(HOST) {
        let host = authority.parse().map_err(io::Error::other)?;
        head.headers.insert(HOST, host);
    }
    let answer = sender
        .send_request(Request::from_parts(head, Full::new(body)))
        .await
        .map_err(io::Error::other)?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    connection.abort();
    calls.pass(Stop::After(call)).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Simulator;

    async fn get(origin: &str, path: &str) -> io::Result<u16> {
        let stream = TcpStream::connect(origin.strip_prefix("http://").unwrap()).await?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let request = Request::get(path)
            .header(HOST, "test")
            .body(Full::<Bytes>::default());
        let answer = sender
            .send_request(request.unwrap())
            .await
            .map_err(io::Error::other)?;
        Ok(answer.status().as_u16())
    }

    async fn check(stop: Stop, arrived: &[&str]) {
        let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
        simulator.publish("/one", "1");
        simulator.publish("/two", "2");
        let calls = Calls::new(Some(stop));
        let gate = Gate::before(&simulator.origin(), Arc::clone(&calls))
            .await
            .unwrap();
        assert_eq!(get(gate.origin(), "/one").await.unwrap(), 200);
        let second = get(gate.origin(), "/two");
        tokio::select! {
            answer = second => panic!("{answer:?}"),
            () = calls.stopped() => {}
        }
        assert_eq!(calls.names(), ["GET /one", "GET /two"]);
        let seen = simulator.requests();
        let seen: Vec<&str> = seen.iter().map(|request| request.target.as_str()).collect();
        assert_eq!(seen, arrived);
    }

    #[tokio::test]
    async fn a_call_is_stopped_before_it_arrives() {
        check(Stop::Before(1), &["/one"]).await;
    }

    #[tokio::test]
    async fn a_call_is_stopped_after_it_was_carried_out() {
        check(Stop::After(1), &["/one", "/two"]).await;
    }
}
