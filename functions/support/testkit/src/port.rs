//! Ports for servers that a test starts.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::SystemTime;

/// Below where systems take the ports of outgoing connections from, so that none of them comes in between.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port on 127.0.0.1 that nobody listens on now, and another one with every call.
///
/// # Errors
/// When every port is taken.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Programs that run side by side begin at different places.
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let start = (u64::from(std::process::id()) * 131 + now.as_secs()) % u64::from(COUNT);
    let start = u16::try_from(start).unwrap_or_default();
    let mut tried = (0..COUNT).map(|_| {
        let next = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        FIRST + (start + next) % COUNT
    });
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    tried
        .find(is_free)
        .ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_gives_another_port_that_can_be_had() {
        let ports: Vec<u16> = (0..20).map(|_| free_port().unwrap()).collect();
        let held: Vec<TcpListener> = ports
            .iter()
            .map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).unwrap())
            .collect();
        assert_eq!(held.len(), 20);
        assert!(!ports.contains(&free_port().unwrap()));
    }
}
