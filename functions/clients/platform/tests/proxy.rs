//! No proxy of the environment comes between the guard and the host: it would resolve the name again, unguarded.

use std::process::Command;

use platform::{FeedUrl, Fetched, Fetcher, Limits, Policy};
use testkit::Simulator;

const VARIABLES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
const MARK: &str = "LANDFALL_TEST_BEHIND_PROXY";

#[tokio::test]
async fn a_proxy_of_the_environment_is_ignored() {
    if std::env::var_os(MARK).is_none() {
        // The environment belongs to the whole process, so the test runs once more in one of its own.
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.env(MARK, "1").env_remove("no_proxy").env_remove("NO_PROXY");
        again.envs(VARIABLES.map(|name| (name, "http://127.0.0.1:9")));
        let done = again.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        return;
    }
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    simulator.publish("/feed.ics", "direct");
    let fetcher = Fetcher::new(Policy {
        allowed_origins: vec![simulator.origin().parse().unwrap()],
        limits: Limits::default(),
    });
    let feed = FeedUrl::parse(&simulator.url("/feed.ics")).unwrap();
    let fetched = fetcher.unwrap().fetch(&feed, None).await;
    assert!(
        matches!(&fetched, Ok(Fetched::Body { bytes, .. }) if bytes == b"direct"),
        "{fetched:?}"
    );
}
