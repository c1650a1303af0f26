//! Invocations of a function's own binary, as Lambda makes them: over the runtime API, in a process that can be killed.
//!
//! The API is the documented one: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;

use crate::Calls;

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// With this answer.
    Answered(Value),
    /// With this error, which Lambda tells the caller.
    Failed(Value),
    /// By SIGKILL, at the call at which to stop.
    Killed,
    /// The process ended without an answer.
    Gone,
}

/// Starts the binary, gives it one event, and kills it after its answer, or where its `calls` stop. What it had sent until
/// then is carried out when this returns.
///
/// `environment` is the whole environment, but for what Lambda adds. The invocation may take `lasts`.
///
/// # Errors
/// When the binary cannot be started or no port is free.
pub async fn invoke(
    binary: &Path,
    environment: &[(String, String)],
    event: &Value,
    lasts: Duration,
    calls: &Calls,
) -> io::Result<Ended> {
    let mut sandbox = Sandbox::start(binary, environment).await?;
    let ended = tokio::select! {
        ended = sandbox.invoke(event, lasts) => ended,
        () = calls.stopped() => Ended::Killed,
    };
    sandbox.kill().await;
    calls.settled().await;
    Ok(ended)
}

/// A function's process and the runtime API that it asks for work: one event after the other. Dropping it kills the process.
#[derive(Debug)]
pub struct Sandbox {
    process: Child,
    events: mpsc::Sender<Next>,
    endings: mpsc::Receiver<Ended>,
    serving: JoinHandle<()>,
}

/// An event, and when its invocation is to end.
type Next = (String, SystemTime);

/// What the runtime API works with.
#[derive(Clone)]
struct Api {
    events: Arc<Mutex<mpsc::Receiver<Next>>>,
    ended: mpsc::Sender<Ended>,
}

impl Sandbox {
    /// Starts the binary. `environment` is the whole environment, but for what Lambda adds.
    ///
    /// # Errors
    /// When the binary cannot be started or no port is free.
    pub async fn start(binary: &Path, environment: &[(String, String)]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (ended, endings) = mpsc::channel(1);
        let (events, coming) = mpsc::channel(1);
        let api = Api {
            events: Arc::new(Mutex::new(coming)),
            ended,
        };
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let api = api.clone();
                tokio::spawn(async move {
                    let service = service_fn(|request| api.answer(request));
                    let _closed = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        let process = Command::new(binary)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "under-test")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self {
            process,
            events,
            endings,
            serving,
        })
    }

    /// Gives the process an event, and waits for what comes of it. The invocation may take `lasts`, as the process is told.
    pub async fn invoke(&mut self, event: &Value, lasts: Duration) -> Ended {
        let deadline = SystemTime::now() + lasts;
        if self.events.send((event.to_string(), deadline)).await.is_err() {
            return Ended::Gone;
        }
        tokio::select! {
            Some(ended) = self.endings.recv() => ended,
            _ = self.process.wait() => Ended::Gone,
        }
    }

    /// The process's number, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// SIGKILL: nothing of the process runs on, as when Lambda takes a sandbox away.
    pub async fn kill(mut self) {
        let _ = self.process.kill().await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Api {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        if request.method() == Method::GET {
            let Some((event, deadline)) = self.events.lock().await.recv().await else {
                // There is no other event.
                return std::future::pending().await;
            };
            return Ok(next(event, deadline));
        }
        let body = request.into_body().collect().await;
        let body = body.map(|body| body.to_bytes()).unwrap_or_default();
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let ended = if path.ends_with("/response") {
            Ended::Answered(body)
        } else {
            Ended::Failed(body)
        };
        // Nobody listens any more once it has ended otherwise.
        let _ = self.ended.send(ended).await;
        Ok(Response::new(Full::default()))
    }
}

fn next(event: String, deadline: SystemTime) -> Response<Full<Bytes>> {
    let deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let mut next = Response::new(Full::from(event));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", request_id()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:under-test".to_owned(),
        ),
    ] {
        if let Ok(value) = value.parse() {
            next.headers_mut().insert(name, value);
        }
    }
    next
}

/// Another one for each invocation, as Lambda's are.
fn request_id() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!(
        "00000000-0000-4000-8000-{:012x}",
        now.unwrap_or_default().as_micros()
    )
}
