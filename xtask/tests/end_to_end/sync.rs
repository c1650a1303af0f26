//! Two platforms and our own calendar, kept in step by what is deployed.

use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use contract::Method;
use contract::content::MANIFEST_KEY;
use serde_json::{Value, json};

use super::cloud::Cloud;

const A: &str = "getmyboat-pontoon";
const B: &str = "boatsetter-pontoon";
/// The pontoon's turnover in the manifest.
const TURNOVER: TimeDelta = TimeDelta::minutes(60);

/// A stay of three hours, as a feed tells it.
#[derive(Clone, Copy)]
struct Stay {
    uid: &'static str,
    /// Days from today.
    day: i64,
    /// It begins at this hour UTC.
    hour: i64,
}

/// One day for all stays, also of a test that runs over midnight.
static TODAY: LazyLock<NaiveDate> = LazyLock::new(|| Utc::now().date_naive());

const CRUISE: Stay = Stay {
    uid: "cruise",
    day: 40,
    hour: 10,
};
const OTHER: Stay = Stay {
    uid: "other",
    day: 60,
    hour: 10,
};

impl Stay {
    fn start(self) -> DateTime<Utc> {
        TODAY.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(self.day) + TimeDelta::hours(self.hour)
    }

    fn end(self) -> DateTime<Utc> {
        self.start() + TimeDelta::hours(3)
    }

    /// As an outbound feed shows it: with the turnover around it.
    fn block(self) -> String {
        let (start, end) = (self.start() - TURNOVER, self.end() + TURNOVER);
        format!("{}/{}", start.format(INSTANT), end.format(INSTANT))
    }
}

const INSTANT: &str = "%Y%m%dT%H%M%SZ";

fn feed(stays: &[Stay]) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n".to_owned();
    for stay in stays {
        text += &format!(
            "BEGIN:VEVENT\r\nUID:{}@tests.example\r\nDTSTAMP:{}\r\nDTSTART:{}\r\nDTEND:{}\r\nSUMMARY:Reserved\r\n\
             END:VEVENT\r\n",
            stay.uid,
            Utc::now().format(INSTANT),
            stay.start().format(INSTANT),
            stay.end().format(INSTANT),
        );
    }
    text + "END:VCALENDAR\r\n"
}

/// Runs a command of `sync` and reads its JSON.
#[track_caller]
fn sync(cloud: &Cloud, arguments: &[&str]) -> Value {
    let mut all = vec!["-q", "sync"];
    all.extend(arguments);
    all.push("--json");
    serde_json::from_str(&cloud.landfall.run(&all).succeeded().stdout).unwrap()
}

/// One run, as the schedule's, and what it did to the pontoon.
#[track_caller]
fn run(cloud: &Cloud) -> Value {
    let told = sync(cloud, &["run"]);
    let assets = told["assets"].as_array().unwrap();
    assets
        .iter()
        .find(|asset| asset["asset"] == "pontoon")
        .unwrap()
        .clone()
}

/// What a platform reads when it asks for its listing's calendar.
#[track_caller]
fn blocks(cloud: &Cloud, path: &str) -> Vec<String> {
    let text = cloud.call(Method::Get, path, &[], "").with_status(200).text;
    let of = |name: &str| -> Vec<String> {
        let values = text.lines().filter_map(|line| line.strip_prefix(name));
        values.map(str::to_owned).collect()
    };
    let (starts, ends) = (of("DTSTART:"), of("DTEND:"));
    assert_eq!(starts.len(), ends.len(), "{text}");
    starts
        .iter()
        .zip(&ends)
        .map(|(start, end)| format!("{start}/{end}"))
        .collect()
}

/// Gives the pontoon the simulator's Google calendar, and platform-sync the key to it.
fn share_google_calendar(cloud: &Cloud) {
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    let pontoon = &mut manifest["sites"][0]["assets"][0];
    assert_eq!(pontoon["id"], "pontoon");
    let simulator = cloud.landfall.simulator();
    pontoon["google_calendar"] = json!({
        "id": testkit::PRIMARY, "secret": "GOOGLE_KEY", "local_url": format!("{simulator}/google"),
    });
    put_manifest(cloud, &manifest);
    let key = testkit::Google::service_account(&simulator);
    cloud
        .landfall
        .run_reading(&["secrets", "set", "GOOGLE_KEY"], &key)
        .succeeded();
}

fn put_manifest(cloud: &Cloud, manifest: &Value) {
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let text = manifest.to_string().into_bytes();
    cloud.wait(cloud.aws.put_object(bucket, MANIFEST_KEY, text));
}

/// When the events begin that are in the pontoon's Google calendar.
fn in_google(cloud: &Cloud) -> Vec<DateTime<Utc>> {
    let all = cloud.partner(&format!("/_google/calendars/{}/events", testkit::PRIMARY));
    let living = all.as_array().unwrap().iter();
    let mut starts: Vec<DateTime<Utc>> = living
        .filter(|event| event["status"] != "cancelled")
        .map(|event| {
            let start = event["start"]["dateTime"].as_str().unwrap();
            DateTime::parse_from_rfc3339(start).unwrap().to_utc()
        })
        .collect();
    starts.sort();
    starts
}

/// Whether the pontoon can be booked at this time.
fn is_free(cloud: &Cloud, stay: Stay) -> bool {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let event = json!({
        "asset": "pontoon",
        "title": "A try",
        "start": instant(stay.start()),
        "end": instant(stay.end()),
    });
    let answer = cloud.add(&event, None);
    assert!(matches!(answer.status, 201 | 409), "{answer:?}");
    answer.status == 201
}

fn address(cloud: &Cloud, listing: &str) -> String {
    let told = sync(cloud, &["feed", listing]);
    told["path"].as_str().unwrap().to_owned()
}

#[test]
fn a_booking_is_taken_everywhere_until_it_moves_or_is_cancelled() {
    let Some(cloud) = Cloud::own("sync") else { return };
    share_google_calendar(&cloud);
    let publish = |listing: &str, stays: &[Stay]| cloud.publish(listing, feed(stays));
    publish(A, &[CRUISE, OTHER]);
    publish(B, &[]);
    let (for_a, for_b) = (address(&cloud, A), address(&cloud, B));

    // A booking on A is in B's feed within one run, and does not come back to A.
    run(&cloud);
    assert_eq!(blocks(&cloud, &for_b), [CRUISE.block(), OTHER.block()]);
    assert_eq!(blocks(&cloud, &for_a), Vec::<String>::new());
    assert_eq!(in_google(&cloud), [CRUISE.start(), OTHER.start()]);
    let second = run(&cloud);
    assert_eq!(second["outcome"], json!({"done": {"writes": 0}}), "{second}");

    // A moved one moves.
    let moved = Stay { day: 41, ..CRUISE };
    publish(A, &[moved, OTHER]);
    run(&cloud);
    assert_eq!(blocks(&cloud, &for_b), [moved.block(), OTHER.block()]);
    assert_eq!(in_google(&cloud), [moved.start(), OTHER.start()]);

    // A cancelled one frees its time, once two readings have missed it.
    publish(A, &[moved]);
    run(&cloud);
    assert_eq!(blocks(&cloud, &for_b), [moved.block(), OTHER.block()]);
    run(&cloud);
    assert_eq!(blocks(&cloud, &for_b), [moved.block()]);
    assert_eq!(in_google(&cloud), [moved.start()]);
    assert!(is_free(&cloud, OTHER));
    run(&cloud);
    assert_eq!(
        blocks(&cloud, &for_a),
        [OTHER.block()],
        "our own event is taken on both"
    );
    assert_eq!(blocks(&cloud, &for_b), [moved.block(), OTHER.block()]);
    assert_eq!(in_google(&cloud), [moved.start(), OTHER.start()]);
}

#[test]
fn a_double_booking_is_decided_told_and_undone_and_an_empty_feed_is_not_believed() {
    let Some(cloud) = Cloud::own("double") else { return };
    let rival = Stay {
        uid: "rival",
        hour: CRUISE.hour + 1,
        ..CRUISE
    };
    cloud.publish(A, feed(&[CRUISE]));
    cloud.publish(B, feed(&[]));
    let (for_a, for_b) = (address(&cloud, A), address(&cloud, B));
    run(&cloud);
    cloud.publish(B, feed(&[rival]));
    let told = run(&cloud);
    assert!(told["text"].as_str().unwrap().contains("conflict"), "{told}");

    let listed = cloud.get("/conflicts").with_status(200).body();
    let conflict = &listed["conflicts"][0];
    let winner = conflict["winner"].as_str().unwrap();
    let sides = conflict["sides"].as_array().unwrap();
    let of = |listing: &str| sides.iter().find(|side| side["from"] == listing).unwrap();
    assert_eq!(of(A)["id"], winner, "who was first keeps the time: {listed}");
    let tasks = listed["tasks"].as_array().unwrap();
    let draft = tasks.iter().find(|task| task["link"] == of(B)["id"]).unwrap();
    assert!(draft["draft"].is_string(), "{draft}");
    // Until the loser is cancelled where it was made, its time is taken too: nobody books it a third time.
    assert_eq!(blocks(&cloud, &for_b), [CRUISE.block()]);
    assert_eq!(blocks(&cloud, &for_a), [rival.block()]);
    let id = conflict["id"].as_str().unwrap();
    let explained = cloud.landfall.run(&["-q", "sync", "explain", id]).succeeded();
    assert!(
        explained.stdout.contains(&format!("{winner} keeps the time")),
        "{explained:?}"
    );

    // The operator knows better, by the API.
    let bearer = format!("Bearer {}", cloud.token);
    let other = json!({ "winner": of(B)["id"] }).to_string();
    let resolve = format!("/conflicts/{id}/resolve");
    cloud
        .call(Method::Post, &resolve, &[("authorization", &bearer)], &other)
        .with_status(200);
    let listed = cloud.get("/conflicts").with_status(200).body();
    assert_eq!(listed["conflicts"][0]["winner"], of(B)["id"], "{listed}");
    let tasks = listed["tasks"].as_array().unwrap();
    assert!(tasks.iter().any(|task| task["link"] == of(A)["id"]), "{listed}");
    assert!(!tasks.iter().any(|task| task["link"] == of(B)["id"]), "{listed}");
    cloud.landfall.run(&["sync", "undo", id]).succeeded();
    let after = cloud.get("/conflicts").with_status(200).body();
    assert_eq!(after["conflicts"][0]["winner"], Value::Null, "{after}");

    // Both feeds say nothing: nothing is deleted, until the operator believes one.
    let before = (blocks(&cloud, &for_a), blocks(&cloud, &for_b));
    cloud.publish(A, feed(&[]));
    cloud.publish(B, feed(&[]));
    for _ in 0..3 {
        let told = run(&cloud);
        let feeds = told["feeds"].as_array().unwrap();
        assert!(feeds.iter().all(|feed| feed["quarantine"].is_string()), "{told}");
        assert_eq!((blocks(&cloud, &for_a), blocks(&cloud, &for_b)), before);
    }
    assert!(!is_free(&cloud, CRUISE));
    sync(&cloud, &["accept", B]);
    run(&cloud);
    run(&cloud);
    let told = run(&cloud);
    assert_eq!(blocks(&cloud, &for_a), Vec::<String>::new(), "{told}");
    assert_eq!(blocks(&cloud, &for_b), [CRUISE.block()], "{told}");
}

#[test]
fn an_outbound_feed_ends_with_its_address() {
    let Some(cloud) = Cloud::shared() else { return };
    let first = address(&cloud, A);
    assert_eq!(address(&cloud, A), first);
    let read = cloud.call(Method::Get, &first, &[], "").with_status(200);
    let etag = read.headers.iter().find(|(name, _)| name == "etag").unwrap();
    let known = [("if-none-match", etag.1.as_str())];
    let again = cloud.call(Method::Get, &first, &known, "").with_status(304);
    assert_eq!(again.text, "");

    let told = sync(&cloud, &["feed", A, "--rotate"]);
    let second = told["path"].as_str().unwrap();
    assert_ne!(second, first);
    cloud.call(Method::Get, &first, &[], "").with_status(404);
    cloud.call(Method::Get, second, &[], "").with_status(200);
}

/// A platform's message, signed as the manifest asks for.
fn send(cloud: &Cloud, key: &str, body: &str) -> u16 {
    let sign = "import hashlib, hmac, sys; print(hmac.new(*(x.encode() for x in sys.argv[1:]), hashlib.sha256).hexdigest())";
    let signed = std::process::Command::new(cloud.landfall.python())
        .args(["-c", sign, key, body])
        .output()
        .unwrap();
    let signature = format!("sha256={}", String::from_utf8(signed.stdout).unwrap().trim());
    let headers = [("x-hub-signature-256", signature.as_str())];
    let answer = cloud.call(Method::Post, "/webhooks/getmyboat", &headers, body);
    answer.status
}

#[test]
fn a_platforms_message_brings_its_booking_to_the_others_at_once() {
    let Some(cloud) = Cloud::own("hooks") else { return };
    let key = "a key for this test alone";
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    manifest["platforms"][0]["webhook"] = json!({
        "scheme": "hmac-sha256", "secret": "GETMYBOAT_WEBHOOK_KEY",
        "listing_pointer": "/listing", "listings": { "L-1": A },
    });
    put_manifest(&cloud, &manifest);
    let set = ["secrets", "set", "GETMYBOAT_WEBHOOK_KEY"];
    cloud.landfall.run_reading(&set, key).succeeded();
    cloud.publish(A, feed(&[CRUISE]));
    cloud.publish(B, feed(&[]));
    let for_b = address(&cloud, B);

    let body = json!({ "listing": "L-1", "event": "booking.created" }).to_string();
    assert_eq!(send(&cloud, "another key", &body), 401);
    // A function that is warm may know the manifest of before for some seconds.
    assert!(cloud.poll(Duration::from_secs(15), |cloud| send(cloud, key, &body) == 202));
    assert_eq!(send(&cloud, key, &body), 202, "what is sent twice is taken once");
    // Sooner than the schedule would bring it.
    assert!(cloud.poll(Duration::from_secs(20), |cloud| {
        blocks(cloud, &for_b) == [CRUISE.block()]
    }));
}
