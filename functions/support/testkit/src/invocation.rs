//! One invocation of a function's own binary, as Lambda makes it: over the runtime API, in a process that can be killed.
//!
//! The API is the documented one: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::mpsc;

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// With this answer.
    Answered(Value),
    /// With this error, which Lambda tells the caller.
    Failed(Value),
    /// By SIGKILL, because what was waited for came first.
    Killed,
    /// The process ended without an answer.
    Gone,
}

/// Starts the binary, gives it one event, and kills it after its answer, or as soon as `stop` is done.
///
/// `environment` is the whole environment, but for what Lambda adds. The invocation may take `lasts`.
///
/// # Errors
/// When the binary cannot be started or no port is free.
pub async fn invoke(
    binary: &Path,
    environment: &[(&str, &str)],
    event: &Value,
    lasts: Duration,
    stop: impl Future<Output = ()>,
) -> io::Result<Ended> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let api = listener.local_addr()?.to_string();
    let (ended, mut endings) = mpsc::channel(1);
    let deadline = SystemTime::now() + lasts;
    let events = Arc::new(Mutex::new(Some((event.to_string(), deadline))));
    let serving = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (events, ended) = (Arc::clone(&events), ended.clone());
            tokio::spawn(async move {
                let service = service_fn(|request| answer(&events, &ended, request));
                let _closed = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    let mut process = Command::new(binary)
        .env_clear()
        .envs(environment.iter().copied())
        .env("AWS_LAMBDA_RUNTIME_API", api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "under-test")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let outcome = tokio::select! {
        Some(ended) = endings.recv() => ended,
        () = stop => Ended::Killed,
        _ = process.wait() => Ended::Gone,
    };
    // SIGKILL: nothing of the process runs on, as when Lambda takes a sandbox away.
    let _ = process.kill().await;
    serving.abort();
    Ok(outcome)
}

async fn answer(
    events: &Mutex<Option<(String, SystemTime)>>,
    ended: &mpsc::Sender<Ended>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if request.method() == Method::GET {
        let event = events.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((event, deadline)) = event else {
            // There is no second event.
            return std::future::pending().await;
        };
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
        return Ok(next);
    }
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    // Nobody listens any more once it has ended otherwise.
    let _ = ended
        .send(if path.ends_with("/response") {
            Ended::Answered(body)
        } else {
            Ended::Failed(body)
        })
        .await;
    Ok(Response::new(Full::default()))
}

/// Another one for each invocation, as Lambda's are.
fn request_id() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    format!(
        "00000000-0000-4000-8000-{:012x}",
        now.unwrap_or_default().as_micros()
    )
}
