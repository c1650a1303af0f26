//! The memory that bodies without end cost, in a process of its own: the peak is the process's.

use std::fs;

use platform::{FeedUrl, FetchError, Fetcher, Limits, Policy};
use testkit::Simulator;

/// The limit on a body, twice while its buffer grows, and some for both ends of the connection.
const MAX_GROWTH_KIB: u64 = 64 * 1024;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_gzip_bomb_and_an_endless_body_cost_little_memory() {
    let peak_kib = || {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let allowed_origins = vec![simulator.origin().parse().unwrap()];
    let fetcher = Fetcher::new(Policy {
        allowed_origins,
        limits: Limits::default(),
    });
    let fetcher = fetcher.unwrap();
    let before_kib = peak_kib();
    for path in ["/hostile/gzip-bomb.ics", "/hostile/endless.ics"] {
        let begun = std::time::Instant::now();
        let feed = FeedUrl::parse(&simulator.url(path)).unwrap();
        let fetched = fetcher.fetch(&feed, None).await;
        assert!(matches!(fetched, Err(FetchError::TooLarge { .. })), "{path}");
        let growth_kib = peak_kib() - before_kib;
        println!("{path}: {:?}, peak + {growth_kib} KiB", begun.elapsed());
        assert!(growth_kib < MAX_GROWTH_KIB, "{path}: {growth_kib} KiB");
    }
}
