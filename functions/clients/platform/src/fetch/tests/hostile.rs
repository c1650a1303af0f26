//! Who means harm: addresses that are not public, in every notation, and bodies without end.

use super::*;

#[track_caller]
fn check(fetched: &Result<Fetched, FetchError>, url: &str, kind: &str) {
    let error = fetched.as_ref().unwrap_err();
    assert_eq!(error.kind(), kind, "{url}: {error:?}");
    assert!(!error.is_retryable(), "{url}");
}

/// Hosts that are an address which is not public once the URL is read.
pub(super) const HOSTS: &str = "
    127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0x7f.0.0.0x1 127.0.0.1.
    %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 0 0.0.0.0 00 10.0.0.1 10.1 167772161 169.254.169.254 2852039166
    0xa9fea9fe 0xA9.0xFE.0xA9.0xFE 0251.0376.0251.0376 169.254.43518 169.16689662 172.16.0.1 192.168.1.1
    3232235777 100.64.0.1 100.100.100.200 192.0.0.192 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 4294967295
    [::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::127.0.0.1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:a9fe:a9fe]
    [::FFFF:169.254.169.254] [0:0:0:0:0:ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] [64:ff9b::169.254.169.254]
    [64:ff9b:1::a9fe:a9fe] [2002:a9fe:a9fe::] [2002:7f00:1::1] [2001:0:a9fe:a9fe::1] [fe80::1] [fec0::1] [fc00::1]
    [fd00:ec2::254] [ff02::1] [2001:db8::1] [100::1] [5f00::1]";

#[tokio::test]
async fn no_notation_of_a_private_address_gets_through() {
    let fetcher = fetcher(&[]);
    assert!(HOSTS.split_whitespace().count() >= 60);
    for host in HOSTS.split_whitespace() {
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://{host}/latest/meta-data/");
            check(&fetch(&fetcher, &url).await, &url, "blocked-address");
        }
    }
}

#[tokio::test]
async fn a_redirect_to_a_private_address_does_not_get_through_either() {
    let simulator = start().await;
    for host in HOSTS.split_whitespace().filter(|host| host.is_ascii()) {
        let to = format!("https://{host}/");
        simulator
            .lay("/feed.ics", Fault::Redirect { to }.always())
            .unwrap();
        check(&get(&simulator, "/feed.ics").await, host, "blocked-address");
    }
    let path = "/hostile/redirect-private";
    check(&get(&simulator, path).await, path, "blocked-address");
}

#[tokio::test]
async fn an_origin_beside_the_allowed_one_is_not_reached() {
    let (allowed, other) = (start().await, start().await);
    let to = other.url(FEED);
    allowed.lay("/feed.ics", Fault::Redirect { to }.always()).unwrap();
    check(
        &get(&allowed, "/feed.ics").await,
        "another port",
        "blocked-address",
    );
    assert_eq!(other.requests(), []);
}

#[tokio::test]
async fn plain_http_is_refused_also_after_a_redirect() {
    let url = "http://example.com/feed.ics";
    check(&fetch(&fetcher(&[]), url).await, url, "not-https");
    let simulator = start().await;
    let to = url.to_owned();
    simulator
        .lay("/feed.ics", Fault::Redirect { to }.always())
        .unwrap();
    check(&get(&simulator, "/feed.ics").await, url, "not-https");
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let simulator = start().await;
    let path = "/hostile/redirect-loop";
    check(&get(&simulator, path).await, path, "too-many-redirects");
    assert_eq!(simulator.requests().len(), 6);
}

#[tokio::test]
async fn a_gzip_bomb_and_an_endless_body_end_at_the_limit() {
    let simulator = start().await;
    let limit_bytes = Limits::default().max_body_bytes;
    for path in ["/hostile/gzip-bomb.ics", "/hostile/endless.ics"] {
        assert_eq!(
            get(&simulator, path).await,
            Err(FetchError::TooLarge { limit_bytes }),
            "{path}"
        );
    }
}

/// Fetches under another limit on the bytes that are sent.
async fn get_within(simulator: &Simulator, path: &str, max_sent_bytes: usize) -> Result<Fetched, FetchError> {
    let limits = Limits {
        max_sent_bytes,
        ..Limits::default()
    };
    let policy = Policy {
        allowed_origins: vec![simulator.origin().parse().unwrap()],
        limits,
    };
    fetch(&Fetcher::new(policy).unwrap(), &simulator.url(path)).await
}

#[tokio::test]
async fn a_body_announced_too_large_is_not_read() {
    let simulator = start().await;
    simulator.publish("/feed.ics", "x".repeat(2_000));
    // Half of it is sent, which would fit: what is refused is the announcement.
    simulator.lay("/feed.ics", Fault::Truncate.always()).unwrap();
    let announced = get_within(&simulator, "/feed.ics", 1_999).await;
    assert_eq!(announced, Err(FetchError::TooLarge { limit_bytes: 1_999 }));
    assert_eq!(
        get_within(&simulator, "/feed.ics", 2_000).await,
        Err(FetchError::Incomplete)
    );
}

#[tokio::test]
async fn a_compressed_body_is_bounded_as_sent_too() {
    let simulator = start().await;
    let fetched = get_within(&simulator, "/hostile/gzip-bomb.ics", 10_000).await;
    assert_eq!(fetched, Err(FetchError::TooLarge { limit_bytes: 10_000 }));
}

#[tokio::test]
async fn a_body_that_trickles_times_out() {
    let simulator = start().await;
    let begun = Instant::now();
    let slow = get(&simulator, "/hostile/slow.ics").await;
    assert_eq!(slow, Err(FetchError::TimedOut { limit_ms: 3_000 }));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_body_is_passed_on_as_it_is_however_odd() {
    let simulator = start().await;
    for (name, part) in [
        ("nested-begins.ics", b"BEGIN:VEVENT\r\nBEGIN:VEVENT".as_slice()),
        ("invalid-utf8.ics", b"\xff\xfe\xc3("),
        ("html.ics", b"<html>"),
    ] {
        let (bytes, _) = body(get(&simulator, &format!("/hostile/{name}")).await);
        assert!(bytes.windows(part.len()).any(|window| window == part), "{name}");
    }
}
