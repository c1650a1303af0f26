//! Real feeds over HTTP: what arrives is what lies on the disk.

use std::path::{Path, PathBuf};

use platform::{FeedUrl, Fetched, Fetcher, Limits, Policy};
use testkit::{Options, Simulator};

#[tokio::test]
async fn every_corpus_feed_arrives_byte_for_byte() {
    let Some(corpus) = testkit::need("every_corpus_feed_arrives_byte_for_byte", "LANDFALL_CORPUS") else {
        return;
    };
    let root = PathBuf::from(corpus).join("ics");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(
        files.len() >= 5,
        "only {} feeds in {}",
        files.len(),
        root.display()
    );
    let options = Options {
        today: None,
        files: Some(root.clone()),
    };
    let simulator = Simulator::start_with("127.0.0.1:0".parse().unwrap(), options)
        .await
        .unwrap();
    let fetcher = Fetcher::new(Policy {
        allowed_origins: vec![simulator.origin().parse().unwrap()],
        limits: Limits::default(),
    });
    let fetcher = fetcher.unwrap();
    for file in files {
        let relative = file.strip_prefix(&root).unwrap().to_str().unwrap();
        // These end a URL's path, or mean something else in it, unless they are escaped.
        let path = relative
            .replace('%', "%25")
            .replace('#', "%23")
            .replace('?', "%3f");
        let feed = FeedUrl::parse(&simulator.url(&format!("/files/{path}"))).unwrap();
        match fetcher.fetch(&feed, None).await {
            Ok(Fetched::Body { bytes, .. }) => assert!(bytes == std::fs::read(&file).unwrap(), "{relative}"),
            other => panic!("{relative}: {other:?}"),
        }
    }
}

/// A folder that cannot be read fails the test: a corpus that was asked for must be there.
#[expect(clippy::unwrap_used, reason = "only the test above calls it")]
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "ics") {
            files.push(path);
        }
    }
}
