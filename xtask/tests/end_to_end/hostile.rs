//! Feeds that mean harm, all the way through the deployed function.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::Fault;

use super::cloud::Cloud;
use super::process;

const VICTIM: &str = "getmyboat-pontoon";
/// What API Gateway waits at most; the function has a second less.
const CALLER_GIVES_UP: Duration = Duration::from_secs(29);
/// The function has 256 MiB.
const MOST_MEMORY_KIB: u64 = 200 * 1024;
const HOSTILE: &[&str] = &[
    "nested-begins.ics",
    "gzip-bomb.ics",
    "endless.ics",
    "slow.ics",
    "redirect-private",
    "redirect-loop",
    "html.ics",
    "invalid-utf8.ics",
    "interval-zero.ics",
    "endless-rule.ics",
];

#[test]
fn a_hostile_feed_is_named_the_others_are_read_and_the_function_lives() {
    let Some(cloud) = Cloud::own("hostile") else {
        return;
    };
    let before = pids(&cloud);
    assert!(!before.is_empty(), "no function is warm");
    let mut told = String::new();
    for name in HOSTILE {
        let to = format!("{}/hostile/{name}", cloud.landfall.simulator());
        cloud.lay(VICTIM, Fault::Redirect { to });
        let began = Instant::now();
        let answer = cloud.get("/platforms/bookings?limit=1000").with_status(200);
        let took = began.elapsed();
        assert!(took < CALLER_GIVES_UP, "{name} took {took:?}");
        let body = answer.body();
        let source = body["sources"]
            .as_array()
            .unwrap()
            .iter()
            .find(|source| source["listing"] == VICTIM)
            .unwrap();
        let error = source["error"].as_str().unwrap_or("-");
        let (status, warnings) = (source["status"].as_str().unwrap(), &source["warnings"]);
        writeln!(told, "{name:<18} {status:<10} {error:<18} {warnings}").unwrap();
        let there = listings(&cloud, body);
        for listing in ["boatsetter-pontoon", "getmyboat-sloop", "getmyboat-hall"] {
            assert!(there.contains(listing), "{name}: {listing} is gone");
        }
        let peak = peak_kib(&cloud);
        println!("{name:<18} {:>6} ms, peak {} MiB", took.as_millis(), peak / 1024);
    }
    insta::assert_snapshot!(told);

    cloud.clear_faults();
    let after = cloud.get("/platforms/bookings").with_status(200);
    assert_eq!(after.source(VICTIM).1, None);
    let now = pids(&cloud);
    assert!(
        now.is_subset(&before),
        "a function was started anew: {before:?}, then {now:?}"
    );
    let peak = peak_kib(&cloud);
    assert!((1..MOST_MEMORY_KIB).contains(&peak), "peak {peak} KiB");
}

/// The broker's processes. Others are started by their own schedules.
fn pids(cloud: &Cloud) -> BTreeSet<u32> {
    let functions = process::functions(cloud.landfall.dir());
    functions
        .iter()
        .filter(|function| process::is_of(function, "landfall-local-event-broker"))
        .map(|function| function.pid)
        .collect()
}

/// The most memory that any of the functions has had: the emulator chooses who answers.
fn peak_kib(cloud: &Cloud) -> u64 {
    let functions = process::functions(cloud.landfall.dir());
    functions
        .iter()
        .map(|function| function.peak_kib)
        .max()
        .unwrap_or_default()
}

/// The listings of which there are bookings, on this page and those that follow: one feed may fill many.
fn listings(cloud: &Cloud, mut page: Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let bookings = page["bookings"].as_array().unwrap();
        let names = bookings
            .iter()
            .map(|booking| booking["listing"].as_str().unwrap().to_owned());
        found.extend(names);
        let Some(cursor) = page["next_cursor"].as_str() else {
            return found;
        };
        let next = format!("/platforms/bookings?limit=1000&cursor={cursor}");
        page = cloud.get(&next).with_status(200).body();
    }
}
