//! What must not be told is told nowhere: canaries go through every path, and then every log is read.

use std::fs;
use std::process::Command;

use contract::Method;
use serde_json::json;
use testkit::Fault;

use super::answer::Answer;
use super::cloud::{Cloud, GUEST, SECRET_PATH, SECRET_QUERY, event, free_day};
use super::landfall::{SECRET_LISTING, root};

const TITLE: &str = "Canarytitle-5d93";
const FOREIGN_TOKEN: &str = "lf_canarytoken5d93";

#[test]
fn tokens_feed_urls_and_guests_names_are_in_no_log() {
    let Some(cloud) = Cloud::own("canary") else { return };
    let address = feed_address(&cloud);
    let statuses = go_everywhere(&cloud, &address);
    assert_eq!(
        statuses,
        [
            200, 200, 200, 200, 200, 201, 409, 409, 400, 422, 401, 401, 404, 200, 200, 200, 200, 200
        ]
    );
    let said = ["deploy", "smoke", "outputs", "secrets check", "local logs"].map(|command| {
        let said = match command {
            "deploy" => cloud.landfall.deploy(),
            command => cloud.landfall.run(&command.split(' ').collect::<Vec<_>>()),
        };
        (command.to_owned(), said.succeeded().all())
    });
    let mut told = vec![("the function's log".to_owned(), log_events(&cloud))];
    for file in ["cloud.log", "simulator.log"] {
        told.push((
            file.to_owned(),
            fs::read_to_string(cloud.landfall.dir().join(file)).unwrap(),
        ));
    }
    told.extend(said);

    let log = &told[0].1;
    for known in [
        "\"message\":\"answered\"",
        "\"message\":\"feed not read\"",
        "\"message\":\"synchronised\"",
        "\"StaleFeeds\":",
        "\"status\":409",
        SECRET_LISTING,
    ] {
        assert!(log.contains(known), "the log was not read: no {known} in\n{log}");
    }
    for (place, text) in &told {
        for secret in [
            &cloud.token,
            FOREIGN_TOKEN,
            GUEST,
            TITLE,
            SECRET_PATH,
            SECRET_QUERY,
            &address,
        ] {
            assert!(!text.contains(secret), "{secret} is in {place}:\n{text}");
        }
    }
}

/// Success, refusals and broken feeds, each with a canary in it.
fn go_everywhere(cloud: &Cloud, address: &str) -> Vec<u16> {
    let bookings = cloud.get("/platforms/bookings");
    assert!(
        bookings.text.contains(GUEST),
        "the guest is in the answer: {}",
        bookings.text
    );
    let day = free_day();
    let booked = bookings.body()["bookings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|booking| booking["title"] == GUEST)
        .unwrap()
        .clone();
    let over_guest = json!({
        "asset": booked["asset"], "title": TITLE, "start": booked["start"], "end": booked["end"],
    });
    let bearer = format!("Bearer {}", cloud.token);
    let post = |body: &str| {
        let headers = [("authorization", bearer.as_str())];
        cloud.call(Method::Post, "/calendar/add-event", &headers, body)
    };
    let knock = |authorization: &str| {
        let headers = [("authorization", authorization)];
        cloud.call(Method::Get, "/auth/check", &headers, "")
    };
    let mut answers = vec![
        bookings,
        cloud.get("/calendar/events"),
        synchronise(cloud),
        cloud.get("/conflicts"),
        cloud.call(Method::Get, &format!("/feeds/{address}"), &[], ""),
        cloud.add(&event(&day, TITLE), Some(TITLE)),
        cloud.add(&event(&day, TITLE), None),
        cloud.add(&over_guest, None),
        post(&format!("{{\"title\": \"{TITLE}\", ")),
        post(&json!({ "title": TITLE, "kind": GUEST, GUEST: TITLE }).to_string()),
        knock(&format!("Bearer {FOREIGN_TOKEN}")),
        knock(&format!("Basic {}", cloud.token)),
        cloud.get(&format!("/{GUEST}?token={}", cloud.token)),
    ];
    let private = format!("http://169.254.169.254{SECRET_PATH}?{SECRET_QUERY}");
    for fault in [
        Fault::Drop,
        Fault::Truncate,
        Fault::Html,
        Fault::Redirect { to: private },
        Fault::Status {
            status: 500,
            retry_after_seconds: None,
        },
    ] {
        cloud.lay(SECRET_LISTING, fault);
        let answer = cloud.get("/platforms/bookings");
        let (_, error) = answer.source(SECRET_LISTING);
        assert!(error.is_some(), "{}", answer.text);
        synchronise(cloud).with_status(200);
        answers.push(answer);
    }
    answers.into_iter().map(|answer| answer.status).collect()
}

fn synchronise(cloud: &Cloud) -> Answer {
    let bearer = format!("Bearer {}", cloud.token);
    let headers = [("authorization", bearer.as_str())];
    cloud.call(Method::Post, "/platforms/sync", &headers, "{}")
}

/// The unguessable part of an outbound feed's address.
fn feed_address(cloud: &Cloud) -> String {
    let asked = ["-q", "sync", "feed", SECRET_LISTING, "--json"];
    let told = cloud.landfall.run(&asked).succeeded().stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let path = told["path"].as_str().unwrap();
    path.strip_prefix("/feeds/").unwrap().to_owned()
}

/// Everything in CloudWatch Logs, read by a client that is not ours.
fn log_events(cloud: &Cloud) -> String {
    let output = Command::new(cloud.landfall.python())
        .arg(root().join("xtask/tests/end_to_end/log_events.py"))
        .arg(cloud.landfall.endpoint())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
