//! Every hostile URL at once, with somebody at the other end who counts: a refusal that comes after a connection is none.

use std::net::Ipv6Addr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpListener;

use super::hostile::HOSTS;
use super::*;

/// Listens on every address of this machine, of either family, and counts who connects.
struct Counter {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Counter {
    async fn start() -> Self {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, connections }
    }

    /// The hostile hosts and names of this machine at the counter's port, by both schemes.
    fn urls(&self) -> Vec<String> {
        let names = "localhost LOCALHOST %6cocalhost localhost. rebound.example.com";
        let hosts = HOSTS.split_whitespace().chain(names.split_whitespace());
        hosts
            .flat_map(|host| ["https", "http"].map(|scheme| format!("{scheme}://{host}:{}/a.ics", self.port)))
            .collect()
    }

    /// Connections are taken up by another task, so it gets a moment.
    async fn count(&self) -> usize {
        tokio::time::sleep(Duration::from_millis(200)).await;
        self.connections.load(Ordering::SeqCst)
    }
}

/// A fetcher whose names all answer with this machine at first and with something else at each further question.
fn rebinding(origins: &[String]) -> Fetcher {
    let answers = ["127.0.0.1", "::1", "10.0.0.1", "127.0.0.1"].map(|text| vec![text.parse().unwrap()]);
    let allowed_origins = origins.iter().map(|origin| origin.parse().unwrap()).collect();
    let policy = Policy {
        allowed_origins,
        ..Policy::default()
    };
    Fetcher::with_names(policy, Names::Scripted(Arc::new(Mutex::new(answers.into())))).unwrap()
}

#[track_caller]
fn refused(fetched: &Result<Fetched, FetchError>, url: &str) {
    let kind = fetched.as_ref().unwrap_err().kind();
    assert!(kind == "blocked-address" || kind == "not-https", "{url}: {kind}");
}

#[tokio::test]
async fn no_hostile_url_connects_to_anything_directly_or_by_a_redirect() {
    let (counter, simulator) = (Counter::start().await, start().await);
    let mut rows = 0;
    for url in counter.urls() {
        refused(&fetch(&rebinding(&[]), &url).await, &url);
        rows += 1;
        // A header holds no other letters; a redirect to them is written as the same address in others.
        if url.is_ascii() {
            let to = url.clone();
            simulator
                .lay("/feed.ics", Fault::Redirect { to }.always())
                .unwrap();
            let from = simulator.url("/feed.ics");
            refused(&fetch(&rebinding(&[simulator.origin()]), &from).await, &url);
            rows += 1;
        }
    }
    assert_eq!((rows, counter.count().await), (260, 0));
}

#[tokio::test]
async fn the_counter_would_see_a_connection_of_either_family() {
    let counter = Counter::start().await;
    for host in ["127.0.0.1", "[::1]"] {
        let origin = format!("http://{host}:{}", counter.port);
        assert!(fetch(&fetcher(&[&origin]), &origin).await.is_err());
    }
    // A connection that says nothing may be tried again.
    assert!(counter.count().await >= 2);
}
