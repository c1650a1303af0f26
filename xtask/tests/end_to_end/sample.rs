//! What the first local deploy shows: sample data that came the way an operator's own would.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use testkit::sample::people::{CAMPAIGN, readers};

use super::cloud::{Cloud, PATIENCE};

fn deploy(cloud: &Cloud, no_sample: &str) -> Duration {
    let began = Instant::now();
    let said = cloud
        .landfall
        .run_on_manifest(&["deploy"], &[("LANDFALL_NO_SAMPLE", no_sample)])
        .succeeded();
    assert_eq!(
        said.stderr.contains("laid out the sample data"),
        no_sample != "1",
        "{said:?}"
    );
    began.elapsed()
}

fn rows(cloud: &Cloud, path: &str, name: &str) -> Vec<Value> {
    let body = cloud.get(path).with_status(200).body();
    body[name].as_array().unwrap().clone()
}

/// How many mails of the sample campaign are in each state.
fn states(cloud: &Cloud) -> BTreeMap<String, usize> {
    let path = format!("/deliveries?campaign={CAMPAIGN}&batch=by-hand-sample&limit=500");
    let mut states = BTreeMap::new();
    for row in rows(cloud, &path, "deliveries") {
        *states
            .entry(row["state"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    states
}

/// Nobody was sent more than one mail, and some were sent one.
#[track_caller]
fn check_that_nobody_was_written_to_twice(cloud: &Cloud) {
    let of = |line: &Vec<String>| {
        let path = format!("/_ses/accepted?recipient={}", line[0].replace('+', "%2B"));
        cloud.partner(&path).as_array().unwrap().len()
    };
    let sent: Vec<usize> = readers().lines.iter().map(of).collect();
    assert_eq!(sent.iter().max(), Some(&1), "{sent:?}");
}

/// What the sample shows of double bookings and requests.
fn shown(cloud: &Cloud) -> [Vec<Value>; 2] {
    [
        rows(cloud, "/conflicts", "conflicts"),
        rows(cloud, "/bookings/pending", "bookings"),
    ]
}

fn instant(row: &Value, name: &str) -> DateTime<Utc> {
    row[name].as_str().unwrap().parse().unwrap()
}

/// The bookings of 28 days that begin so many days from now.
fn bookings(cloud: &Cloud, now: DateTime<Utc>, days: i64) -> Vec<Value> {
    let day = |days| (now + TimeDelta::days(days)).format("%Y-%m-%d");
    let path = format!("/platforms/bookings?from={}&to={}", day(days), day(days + 28));
    rows(cloud, &path, "bookings")
}

/// Pairs of firm bookings that want the same asset at once.
fn overlaps(bookings: &[Value], now: DateTime<Utc>) -> usize {
    let firm: Vec<&Value> = bookings
        .iter()
        .filter(|booking| booking["status"] == "confirmed" && instant(booking, "end") > now)
        .collect();
    let is_met = |one: &Value, other: &Value| {
        one["asset"] == other["asset"]
            && one["listing"] != other["listing"]
            && instant(one, "start") < instant(other, "end")
            && instant(other, "start") < instant(one, "end")
    };
    let met = |(place, one): (usize, &&Value)| {
        firm[place + 1..]
            .iter()
            .filter(|other| is_met(one, other))
            .count()
    };
    firm.iter().enumerate().map(met).sum()
}

fn lay_out(cloud: &Cloud) {
    let lay_out = ["local", "sample"];
    cloud.landfall.run_on_manifest(&lay_out, &[]).succeeded();
}

fn quarter_of(moment: DateTime<Utc>) -> i64 {
    moment.timestamp().div_euclid(15 * 60)
}

#[test]
fn the_first_deploy_shows_bookings_a_conflict_requests_and_messages_and_the_next_adds_none() {
    let Some(cloud) = &Cloud::own("sample") else {
        return;
    };
    let plain = deploy(cloud, "1");
    let quarter = quarter_of(Utc::now());
    let sampled = deploy(cloud, "0");
    println!("the sample took {:?}", sampled.saturating_sub(plain));

    let now = Utc::now();
    let months = [bookings(cloud, now, 0), bookings(cloud, now, 28)];
    assert!(months.iter().all(|month| month.len() > 10), "{months:?}");
    let first = shown(cloud);
    let [conflicts, pending] = &first;
    let is_ahead = |conflict: &&Value| {
        let sides = conflict["sides"].as_array().unwrap();
        sides.iter().all(|side| instant(side, "end") > now)
    };
    let ahead = conflicts.iter().filter(is_ahead).count();
    assert_eq!(ahead, overlaps(&months.concat(), now), "{conflicts:?}");
    assert!(ahead > 0, "a conflict is always ahead");
    assert!(
        pending.iter().any(|request| !request["deadline"].is_null()),
        "{pending:?}"
    );
    let day = |days| (now + TimeDelta::days(days)).format("%Y-%m-%d");
    let report = format!("/reports/bookings?from={}&to={}", day(-14), day(1));
    let totals = &cloud.get(&report).with_status(200).body()["totals"];
    assert!(
        totals["revenue"]
            .as_u64()
            .is_some_and(|revenue| revenue > 100_000),
        "{totals}"
    );
    // Three questions are a rule's to answer, two a person's, and one is answered.
    let has_threads = |cloud: &Cloud| {
        let of = |state: &str| rows(cloud, &format!("/inbox?state={state}"), "threads").len();
        (of("drafted"), of("waiting"), of("answered")) == (3, 2, 1)
    };
    let threads = cloud.poll(PATIENCE, has_threads);
    assert!(threads, "{:?}", rows(cloud, "/inbox", "threads"));

    // The readers of some zones sleep; of the others' six each, three get it, one complains, and two come back.
    let is_at_rest = |cloud: &Cloud| {
        let states = states(cloud);
        let of = |name: &str| states.get(name).copied().unwrap_or_default();
        let awake = of("COMPLAINED");
        states.len() == 4
            && (of("DELIVERED"), of("BOUNCED")) == (3 * awake, 2 * awake)
            && of("HELD_QUIET") + 6 * awake == readers().lines.len()
    };
    let has = cloud.poll(PATIENCE, is_at_rest);
    assert!(has, "{:?}", states(cloud));
    check_that_nobody_was_written_to_twice(cloud);

    // The calendars are those of the platforms' today, and whatever day begins begins at a full quarter of an hour.
    let mut last = (quarter, first);
    loop {
        let began = quarter_of(Utc::now());
        lay_out(cloud);
        let after = shown(cloud);
        if (last.0, quarter_of(Utc::now())) == (began, began) {
            assert_eq!(after, last.1);
            break;
        }
        last = (began, after);
    }
    check_that_nobody_was_written_to_twice(cloud);
    let known: usize = states(cloud).values().sum();
    assert_eq!(known, readers().lines.len(), "nobody is planned for twice");
}
