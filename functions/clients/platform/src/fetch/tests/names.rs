//! Names whose addresses are not what they seem.

use std::net::IpAddr;
use std::sync::Mutex;

use reqwest::dns::Resolve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

type Script = Arc<Mutex<Vec<Vec<IpAddr>>>>;

fn scripted(answers: &[&[&str]]) -> (Names, Script) {
    let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
    let script: Script = Arc::new(Mutex::new(answers.iter().map(parse).collect()));
    (Names::Scripted(Arc::clone(&script)), script)
}

#[tokio::test]
async fn one_look_up_serves_the_check_and_the_connection() {
    let (names, script) = scripted(&[&["10.0.0.1"], &["10.0.0.1"]]);
    let fetcher = Fetcher::with_names(Policy::default(), names).unwrap();
    let fetched = fetch(&fetcher, "https://feeds.example.com/a.ics").await;
    assert_eq!(fetched, Err(FetchError::BlockedAddress { reason: "private" }));
    assert_eq!(script.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_public_addresses_of_a_name_are_connected_to() {
    let mixed: &[&str] = &[
        "169.254.169.254",
        "2600::1",
        "::ffff:8.8.8.8",
        "1.1.1.1",
        "64:ff9b::1.1.1.1",
    ];
    let (names, _) = scripted(&[mixed, &["127.0.0.1"]]);
    let resolver = GuardedResolver { names };
    let found = resolver
        .resolve("feeds.example.com".parse().unwrap())
        .await
        .ok()
        .unwrap();
    let found: Vec<_> = found.map(|address| address.ip().to_string()).collect();
    assert_eq!(found, ["2600::1", "1.1.1.1"]);
    let rebound = resolver.resolve("feeds.example.com".parse().unwrap()).await;
    assert_eq!(
        rebound.err().unwrap().to_string(),
        "the address is not public (loopback)"
    );
}

#[tokio::test]
async fn a_name_without_an_address_does_not_resolve() {
    let (names, _) = scripted(&[&[]]);
    let fetcher = Fetcher::with_names(Policy::default(), names).unwrap();
    for answer in ["empty", "failed"] {
        let fetched = fetch(&fetcher, "https://feeds.example.com/a.ics").await;
        assert_eq!(fetched, Err(FetchError::Unresolved), "{answer}");
    }
}

#[tokio::test]
async fn the_systems_own_names_are_judged_by_their_addresses() {
    for host in ["localhost", "LOCALHOST", "%6cocalhost"] {
        let fetched = fetch(&fetcher(&[]), &format!("https://{host}:1/")).await;
        assert_eq!(
            fetched,
            Err(FetchError::BlockedAddress { reason: "loopback" }),
            "{host}"
        );
    }
}

#[tokio::test]
async fn every_fetch_connects_anew() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let fetcher = fetcher(&[&origin]);
    let serving = tokio::spawn(async move {
        let mut open = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .await
                .unwrap();
            open.push(stream);
        }
        // Both are left open: a client that kept the first would ask again where nobody answers.
        open.len()
    });
    for _ in 0..2 {
        assert_eq!(body(fetch(&fetcher, &origin).await).0, b"ok");
    }
    assert_eq!(serving.await.unwrap(), 2);
}
