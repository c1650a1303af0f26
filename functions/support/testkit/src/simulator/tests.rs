//! The simulator over plain sockets: no client library smooths over what it sends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Options, Simulator, StartError};

mod faults;

const FEED: &str = "/feeds/getmyboat/getmyboat-pontoon.ics";

/// What came back over the wire until the connection closed.
struct Reply {
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or("none")
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

async fn start() -> Simulator {
    let options = Options {
        today: Some("2026-07-14".parse().unwrap()),
        files: None,
    };
    Simulator::start_with("127.0.0.1:0".parse().unwrap(), options)
        .await
        .unwrap()
}

async fn send(simulator: &Simulator, method: &str, path: &str, headers: &str, body: &str) -> Reply {
    let mut stream = TcpStream::connect(simulator.origin().trim_start_matches("http://"))
        .await
        .unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let split = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    Reply {
        head: String::from_utf8_lossy(&bytes[..split]).into_owned(),
        body: bytes.get(split + 4..).unwrap_or_default().to_vec(),
    }
}

async fn get(simulator: &Simulator, path: &str) -> Reply {
    send(simulator, "GET", path, "", "").await
}

#[tokio::test]
async fn a_feed_comes_once_and_is_then_not_modified() {
    let simulator = start().await;
    let first = get(&simulator, FEED).await;
    assert_eq!(first.status(), "200");
    assert_eq!(first.header("content-type"), Some("text/calendar; charset=utf-8"));
    assert_eq!(
        first.header("last-modified"),
        Some("Tue, 14 Jul 2026 00:00:00 GMT")
    );
    let etag = first.header("etag").unwrap();
    let by_tag = send(
        &simulator,
        "GET",
        FEED,
        &format!("if-none-match: \"x\", {etag}\r\n"),
        "",
    )
    .await;
    assert_eq!((by_tag.status(), by_tag.body.len()), ("304", 0));
    let by_date = send(
        &simulator,
        "GET",
        FEED,
        "if-modified-since: Tue, 14 Jul 2026 00:00:00 GMT\r\n",
        "",
    )
    .await;
    assert_eq!(by_date.status(), "304");
    let older = send(
        &simulator,
        "GET",
        FEED,
        "if-modified-since: Mon, 13 Jul 2026 23:59:59 GMT\r\n",
        "",
    )
    .await;
    assert_eq!(older.status(), "200");
    let tag_first = "if-none-match: \"x\"\r\nif-modified-since: Tue, 14 Jul 2026 00:00:00 GMT\r\n";
    assert_eq!(send(&simulator, "GET", FEED, tag_first, "").await.status(), "200");
}

#[tokio::test]
async fn a_document_is_published_and_withdrawn_over_http() {
    let simulator = start().await;
    let at = format!("/_documents{FEED}");
    assert_eq!(send(&simulator, "PUT", &at, "", "ours").await.status(), "204");
    assert_eq!(get(&simulator, FEED).await.text(), "ours");
    send(&simulator, "DELETE", &at, "", "").await;
    assert!(get(&simulator, FEED).await.text().starts_with("BEGIN:VCALENDAR"));
}

#[tokio::test]
async fn files_are_served_and_nothing_beside_them() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("ics")).unwrap();
    std::fs::write(directory.path().join("ics/a b.ics"), "file").unwrap();
    let options = Options {
        today: None,
        files: Some(directory.path().join("ics")),
    };
    std::fs::write(directory.path().join("secret"), "secret").unwrap();
    let simulator = Simulator::start_with("127.0.0.1:0".parse().unwrap(), options)
        .await
        .unwrap();
    assert_eq!(get(&simulator, "/files/a%20b.ics").await.text(), "file");
    for path in [
        "/files/../secret",
        "/files/%2e%2e/secret",
        "/files/..%2fsecret",
        "/files/",
        "/files/absent",
    ] {
        assert_eq!(get(&simulator, path).await.status(), "404", "{path}");
    }
}

#[tokio::test]
async fn requests_are_remembered_without_our_own() {
    let simulator = start().await;
    assert_eq!(get(&simulator, "/_health").await.text(), r#"{"status":"ok"}"#);
    send(&simulator, "GET", "/absent?a=b", "x-mark: 1\r\n", "").await;
    let requests = simulator.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (requests[0].target.as_str(), requests[0].header("x-mark")),
        ("/absent?a=b", Some("1"))
    );
    assert!(
        get(&simulator, "/_requests")
            .await
            .text()
            .contains(r#""target":"/absent?a=b""#)
    );
}

#[tokio::test]
async fn what_is_not_served_is_refused_by_status() {
    let simulator = start().await;
    for (method, path, status) in [
        ("POST", FEED, "405"),
        ("GET", "/feeds/getmyboat/boatsetter-pontoon.ics", "404"),
        ("GET", "/feeds/getmyboat/getmyboat-pontoon", "404"),
        ("GET", "/hostile/unknown", "404"),
        ("GET", "/_unknown", "404"),
        ("PUT", "/_faultsy/a", "404"),
        ("POST", "/_faults/a", "405"),
    ] {
        assert_eq!(
            send(&simulator, method, path, "", "").await.status(),
            status,
            "{method} {path}"
        );
    }
    let large = "x".repeat(8 * 1024 * 1024 + 1);
    assert_eq!(
        send(&simulator, "PUT", "/_documents/a", "", &large)
            .await
            .status(),
        "413"
    );
}

#[tokio::test]
async fn the_gzip_bomb_is_one_valid_stream_of_a_gibibyte() {
    let simulator = start().await;
    let reply = get(&simulator, "/hostile/gzip-bomb.ics").await;
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    let packed = unchunk(&reply.body);
    assert!(packed.len() < 2 * 1024 * 1024, "{}", packed.len());
    // The decoder compares length and CRC32 with the stream's own at its end.
    let mut decoder = flate2::read::GzDecoder::new(packed.as_slice());
    let length = std::io::copy(&mut decoder, &mut std::io::sink()).unwrap();
    assert_eq!(length, 1024 * 1024 * 1024);
}

#[tokio::test]
async fn hostile_bodies_are_what_they_say() {
    let simulator = start().await;
    let nested = get(&simulator, "/hostile/nested-begins.ics").await.text();
    assert_eq!(nested.matches("BEGIN:VEVENT").count(), 200_000);
    assert!(String::from_utf8(get(&simulator, "/hostile/invalid-utf8.ics").await.body).is_err());
    for (name, part) in [
        ("html.ics", "<html>"),
        ("interval-zero.ics", "INTERVAL=0"),
        ("endless-rule.ics", "RRULE:FREQ=SECONDLY\r\n"),
    ] {
        let reply = get(&simulator, &format!("/hostile/{name}")).await;
        assert!(reply.status() == "200" && reply.text().contains(part), "{name}");
    }
    let private = get(&simulator, "/hostile/redirect-private").await;
    assert_eq!(
        private.header("location"),
        Some("http://169.254.169.254/latest/meta-data/")
    );
}

#[tokio::test]
async fn a_dropped_simulator_closes_its_port() {
    let simulator = start().await;
    let address = simulator.origin().trim_start_matches("http://").to_owned();
    drop(simulator);
    let mut left = 100;
    while TcpStream::connect(&address).await.is_ok() && left > 0 {
        left -= 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(left > 0, "the port is still open");
}

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    let refused = Simulator::start("0.0.0.0:0".parse().unwrap()).await;
    assert!(matches!(refused, Err(StartError::NotLoopback(_))), "{refused:?}");
    let simulator = start().await;
    let taken = simulator.origin().trim_start_matches("http://").parse().unwrap();
    assert!(matches!(
        Simulator::start(taken).await,
        Err(StartError::Listen { .. })
    ));
}

/// Takes a chunked body apart (RFC 9112, section 7.1).
fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest.iter().position(|byte| *byte == b'\r').unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 2 + length + 2..];
    }
}
