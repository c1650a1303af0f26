//! Whether a port on 127.0.0.1 can be had.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

/// A process that was killed is told as ended when its first thread is; its port is free when its last one is.
const GRACE: Duration = Duration::from_secs(5);

/// Whether the port is free, or becomes it soon.
pub(super) async fn is_free(port: u16) -> bool {
    is_free_within(port, GRACE).await
}

async fn is_free_within(port: u16, grace: Duration) -> bool {
    let asked = Instant::now();
    loop {
        // To bind is the question itself: an answer to a connection may come from the asking socket.
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return true;
        }
        if asked.elapsed() >= grace {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_is_taken_until_its_listener_ends() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(!is_free_within(port, Duration::from_millis(50)).await);
        let waiting = tokio::spawn(is_free_within(port, Duration::from_secs(60)));
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(listener);
        assert!(waiting.await.unwrap());
    }
}
