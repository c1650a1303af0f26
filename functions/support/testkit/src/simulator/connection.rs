//! Connections: accepted, bounded, and cut when a fault says so.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::partner::Partner;

/// More connections than this wait until one is done.
const MAX_CONNECTIONS: usize = 256;
const MAX_HEAD_BYTES: usize = 64 * 1024;
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait when the system has no more descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts for ever. Dropping the future drops the connections, too.
pub(super) async fn accept(listener: TcpListener, partner: Arc<Partner>) -> Infallible {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let partner = Arc::clone(&partner);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let partner = Arc::clone(&partner);
                async move { partner.answer(request).await }
            });
            let mut connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .max_buf_size(MAX_HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            // An error here is a client that went away, or a connection that a fault cuts: nobody to tell.
            if let Err(error) = (&mut connection).await
                && is_reset(&error)
            {
                // Without time to linger, the system resets the connection when it is dropped.
                let _lingers = connection.into_parts().io.inner().set_zero_linger();
            }
        });
    }
}

fn is_reset(error: &hyper::Error) -> bool {
    let source = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    error.is_user() && source.is_some_and(|source| source.kind() == io::ErrorKind::ConnectionReset)
}
