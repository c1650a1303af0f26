//! Lambda's Invoke, for one function: whoever asks for it by any name has its process answer.
//!
//! The API is the documented one: <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>. Requests wait for one
//! another, as a function of one process has one at a time.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::{Ended, Sandbox};

/// A function that can be asked over HTTP. Dropping it ends its process.
#[derive(Debug)]
pub struct Door {
    origin: String,
    serving: JoinHandle<()>,
}

impl Door {
    /// Opens a door to a process. Each invocation may take `lasts`.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn open(function: Sandbox, lasts: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let function = Arc::new(Mutex::new(function));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let function = Arc::clone(&function);
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(&function, request, lasts));
                    let _closed = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Ok(Self { origin, serving })
    }

    /// What `AWS_ENDPOINT_URL_LAMBDA` is to say.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(
    function: &Mutex<Sandbox>,
    request: Request<Incoming>,
    lasts: Duration,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let event: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let ended = function.lock().await.invoke(&event, lasts).await;
    let (error, payload) = match ended {
        Ended::Answered(answer) => (None, answer),
        Ended::Failed(error) => (Some("Unhandled"), error),
        Ended::Killed | Ended::Gone => (Some("Unhandled"), json!({"errorType": "Runtime.ExitError"})),
    };
    let mut response = Response::new(Full::from(payload.to_string()));
    if let Some(Ok(error)) = error.map(str::parse) {
        response.headers_mut().insert("x-amz-function-error", error);
    }
    Ok(response)
}
