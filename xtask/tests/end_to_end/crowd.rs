//! A crowd of recipients, and everybody at work at once: who sends, how fast, and what is on record of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use campaign::{Pace, Purpose, Rate};
use chrono::{DateTime, TimeDelta, Utc};
use contract::content::MANIFEST_KEY;
use serde_json::{Value, json};

use super::cloud::Cloud;
use super::messages::{deliveries, import};

const RECIPIENTS: usize = 2_000;
/// What SES grants the account, in mails a second.
const RATE: f64 = 100.0;

/// The bucket: as the scheduler keeps it, nine tenths of the account's rate, and of that four fifths for marketing.
const BUCKET: Rate = Rate {
    per_second: RATE * 0.9,
    marketing_share: 0.8,
};

#[test]
fn two_schedulers_and_four_senders_send_each_of_two_thousand_one_mail() {
    let Some(cloud) = &Cloud::own("many") else { return };
    let batch = lay_out(cloud);
    two_schedulers_at_once(cloud);
    let is_done =
        |cloud: &Cloud| cloud.partner("/_ses/summary")["accepted"].as_u64() >= Some(RECIPIENTS as u64);
    let is_sent = |row: &Value| ["ACCEPTED", "DELIVERED"].contains(&row["state"].as_str().unwrap());
    if !cloud.poll(Duration::from_secs(420), is_done) {
        let found = deliveries(cloud, "summer-regatta", &batch);
        let unsent: Vec<&Value> = found.iter().filter(|row| !is_sent(row)).take(5).collect();
        panic!(
            "{} of {}: {unsent:#?}",
            cloud.partner("/_ses/summary"),
            found.len()
        );
    }
    // A mail too many would come late.
    std::thread::sleep(Duration::from_secs(5));
    let summary = cloud.partner("/_ses/summary");
    assert_eq!(summary["accepted"], RECIPIENTS, "{summary}");
    assert_eq!(summary["throttled"], 0, "{summary}");
    let mails = cloud.partner("/_ses/accepted");
    check_rate(&mails, &summary);
    let recipients: BTreeSet<&str> = each(&mails, "recipient").collect();
    assert_eq!(recipients.len(), RECIPIENTS);

    let found = deliveries(cloud, "summer-regatta", &batch);
    assert_eq!(found.len(), RECIPIENTS);
    let unsent = found.iter().find(|row| !is_sent(row));
    assert!(unsent.is_none(), "{unsent:#?}");
    let names: BTreeSet<&str> = found
        .iter()
        .map(|row| row["message_id"].as_str().unwrap())
        .collect();
    assert_eq!(names, each(&mails, "message_id").collect());
    let senders = every_trail_is_whole(cloud, &found);
    let most = most_at_once(&senders.values().copied().collect::<Vec<_>>());
    println!(
        "{} invocations sent {RECIPIENTS} mails, {most} of them at once",
        senders.len()
    );
    assert!(most >= 4, "{senders:?}");
}

/// The manifest of the checkout, its campaign due a minute ago and its audience large; the batch's name.
fn lay_out(cloud: &Cloud) -> String {
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    manifest["messages"]["quiet_hours"] = json!({"from": "00:00", "to": "00:01"});
    manifest["messages"]["confirm_above"] = json!(5_000);
    let regatta = manifest["campaigns"].as_array_mut().unwrap().last_mut().unwrap();
    let now = Utc::now() - TimeDelta::minutes(1);
    regatta["when"] = json!({"type": "at", "local": now.format("%Y-%m-%dT%H:%M").to_string(), "zone": "UTC"});
    let account =
        json!({"SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": RATE, "SentLast24Hours": 0.0}});
    cloud.put_to_partner("/_ses/account", &account);
    // What becomes of the mails is another test's: here it would only take time.
    cloud.put_to_partner("/_ses/feedback", &json!({"types": ["Bounce"]}));
    let lines = std::iter::once("email,name".to_owned())
        .chain((0..RECIPIENTS).map(|number| format!("guest{number}@example.com,Guest {number}")));
    import(cloud, "newsletter", &lines.collect::<Vec<_>>());
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let put = cloud
        .aws
        .put_object(bucket, MANIFEST_KEY, manifest.to_string().into_bytes());
    cloud.wait(put);
    std::thread::sleep(Duration::from_secs(6));
    now.format("%Y%m%dT%H%M").to_string()
}

/// Has two schedulers plan it at the same time: both are at it while the other one is, and together they plan everybody once.
fn two_schedulers_at_once(cloud: &Cloud) {
    let tick = json!({"action": "tick"});
    let (one, other) = cloud.wait(async {
        let timed = || async {
            let began = Instant::now();
            let answer = cloud.aws.invoke_function("campaign-scheduler", &tick).await;
            (began, Instant::now(), answer)
        };
        futures_util::future::join(timed(), timed()).await
    });
    assert!(one.0 < other.1 && other.0 < one.1, "they ran one after the other");
    let planned = |answer: &Value| answer["planned"].as_u64().unwrap();
    println!(
        "two schedulers planned {} and {}",
        planned(&one.2),
        planned(&other.2)
    );
    assert_eq!(
        planned(&one.2) + planned(&other.2),
        RECIPIENTS as u64,
        "{} {}",
        one.2,
        other.2
    );
}

/// Never faster than the bucket pours, for as long as it pours.
///
/// A sender may use its turn 50 ms late, and a request takes longer than the one before it by what the machine is busy with;
/// so that a window may hold the turns of so much more than its length. Of one second, which is what SES counts, it may hold
/// those of a quarter of a second more: still no more than the bucket of everybody's messages. Over ten seconds that is little,
/// and over all of them nothing but the ends.
fn check_rate(mails: &Value, summary: &Value) {
    let mut times: Vec<DateTime<Utc>> = each(mails, "at").map(|at| at.parse().unwrap()).collect();
    times.sort();
    let slack = TimeDelta::milliseconds(250);
    for window in [1, 10].map(TimeDelta::seconds) {
        let most = most_within(&times, window);
        let turns = turns_within(window + slack);
        println!(
            "at most {most} mails within {} s, of {turns} turns",
            window.num_seconds()
        );
        assert!(most <= turns, "{most} of {turns} within {window}");
    }
    let whole = *times.last().unwrap() - times[0];
    assert!(
        times.len() <= turns_within(whole + slack),
        "{} in {whole}",
        times.len()
    );
    let most = summary["max_rate"].as_f64().unwrap();
    assert!(most <= BUCKET.per_second, "{summary}");
    // That they are slow would be no proof of the bucket.
    let rate = times.len() as f64 / (whole.num_milliseconds() as f64 / 1_000.0);
    println!(
        "{} mails at {rate:.1} a second, of {:.1}",
        times.len(),
        BUCKET.per_second * BUCKET.marketing_share
    );
}

/// How many turns the bucket has in a time, both ends included.
fn turns_within(time: TimeDelta) -> usize {
    let patience = TimeDelta::seconds(1);
    let now = DateTime::UNIX_EPOCH;
    let reserved = Pace::default().reserve(BUCKET, Purpose::Marketing, 1, (now, patience));
    let interval = reserved.unwrap().1.interval;
    usize::try_from(time.num_microseconds().unwrap() / interval.num_microseconds().unwrap()).unwrap() + 1
}

fn most_within(times: &[DateTime<Utc>], window: TimeDelta) -> usize {
    let from = |first: usize| {
        times[first..]
            .iter()
            .take_while(|at| **at - times[first] < window)
            .count()
    };
    (0..times.len()).map(from).max().unwrap_or(0)
}

fn each<'v>(rows: &'v Value, name: &'static str) -> impl Iterator<Item = &'v str> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(move |row| row[name].as_str().unwrap())
}

/// From when until when each sender had deliveries in hand.
type Senders = BTreeMap<String, (DateTime<Utc>, DateTime<Utc>)>;

/// Looks at every trail: each is whole, and tells of one sending and one answer. Between claims a turn may be missed. Tells who
/// claimed, which the trail names, and until when the last of theirs was accepted.
fn every_trail_is_whole(cloud: &Cloud, found: &[Value]) -> Senders {
    let mut senders = Senders::new();
    for row in found {
        let id = row["id"].as_str().unwrap();
        let body = cloud.get(&format!("/deliveries?id={id}")).with_status(200).body();
        let trail = body["deliveries"][0]["trail"].as_array().unwrap();
        let states: Vec<&str> = trail.iter().map(|line| line["to"].as_str().unwrap()).collect();
        assert_eq!(states[..3], ["PLANNED", "RENDERED", "CLAIMED"], "{body}");
        for lines in trail.windows(2) {
            assert_eq!(lines[0]["to"], lines[1]["from"], "{body}");
        }
        for once in ["SUBMITTING", "ACCEPTED"] {
            let times = states.iter().filter(|state| **state == once).count();
            assert_eq!(times, 1, "{once} in {body}");
        }
        let line = |state: &str| trail.iter().rfind(|line| line["to"] == state).unwrap();
        let at = |state: &str| {
            line(state)["at"]
                .as_str()
                .unwrap()
                .parse::<DateTime<Utc>>()
                .unwrap()
        };
        let owner = line("CLAIMED")["why"].as_str().unwrap().to_owned();
        let (from, until) = (at("CLAIMED"), at("ACCEPTED"));
        let known = senders.entry(owner).or_insert((from, until));
        *known = (known.0.min(from), known.1.max(until));
    }
    senders
}

/// How many senders had deliveries in hand at the same time.
fn most_at_once(spans: &[(DateTime<Utc>, DateTime<Utc>)]) -> usize {
    let at = |moment| {
        let spans = spans.iter();
        spans
            .filter(|(from, until)| *from <= moment && moment < *until)
            .count()
    };
    spans.iter().map(|(from, _)| at(*from)).max().unwrap_or(0)
}
