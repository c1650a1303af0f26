//! The operator's page, as a browser shows it.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::cloud::Cloud;

/// What would run if anything that others write were taken for markup.
const CANARY: &str = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

/// Two stays at one time on two platforms, with a canary for a guest's name.
fn seed(cloud: &Cloud) {
    let at = chrono::Utc::now() + chrono::TimeDelta::days(3);
    let day = at.format("%Y%m%d");
    let nothing = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nEND:VCALENDAR\r\n";
    cloud.publish("getmyboat-sloop", nothing);
    for (listing, name) in [("getmyboat-pontoon", "Reserved"), ("boatsetter-pontoon", CANARY)] {
        let feed = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nBEGIN:VEVENT\r\nUID:{listing}@tests.example\r\n\
             DTSTAMP:{day}T000000Z\r\nDTSTART:{day}T150000Z\r\nDTEND:{day}T180000Z\r\nSUMMARY:{name}\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        cloud.publish(listing, feed);
    }
    cloud.landfall.run(&["-q", "sync", "run"]).succeeded();
    let day = (at + chrono::TimeDelta::days(2)).format("%Y-%m-%d").to_string();
    let event = super::cloud::event(&day, &format!("Sunset cruise {CANARY}"));
    cloud.add(&event, None).with_status(201);
    let question = format!("Is it still free? {CANARY}");
    for (thread, text) in [("t1", question.as_str()), ("t2", "I want my money back")] {
        let guest = json!({"thread": thread, "text": text, "name": CANARY, "listing": "gmb-sloop"});
        cloud.post_to_partner("/_messaging/getmyboat/guest", &guest);
    }
    let poll = json!({"action": "poll"});
    cloud.wait(cloud.aws.invoke_function("inbox-scraper", &poll));
    let is_decided = |cloud: &Cloud| {
        let drafted = cloud.get("/inbox?state=drafted").with_status(200).body();
        drafted["threads"][0]["draft"].is_object()
    };
    assert!(cloud.poll(std::time::Duration::from_secs(60), is_decided));
}

#[test]
fn the_page_shows_what_is_booked_and_acts_in_a_real_browser() {
    let test = "the_page_shows_what_is_booked_and_acts_in_a_real_browser";
    let needs = ["LANDFALL_PLAYWRIGHT", "LANDFALL_AXE", "LANDFALL_CHROMIUM"];
    let [Some(modules), Some(axe), Some(chromium)] = needs.map(|variable| testkit::need(test, variable))
    else {
        return;
    };
    let Some(cloud) = &Cloud::own("dashboard") else {
        return;
    };
    seed(cloud);
    let pictures = cloud.landfall.dir().join("pictures");
    std::fs::create_dir_all(&pictures).unwrap();
    let token = cloud.landfall.run(&["-q", "token", "show"]).succeeded().stdout;
    let arguments = json!({
        "url": cloud.outputs["ApiUrl"].as_str().unwrap().trim_end_matches('/'), "token": token.trim(), "modules": modules, "axe": axe,
        "chromium": chromium, "pictures": pictures,
    });
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/end_to_end/browser/dashboard.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(arguments.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();

    check_that_nothing_is_amiss(&seen);
    check_what_was_shown_and_done(&seen);
}

fn check_that_nothing_is_amiss(seen: &Value) {
    assert_eq!(seen["errors"], json!([]), "{seen:#}");
    assert_eq!(seen["pwned"], false, "{seen:#}");
    assert_eq!(seen["tooWide"], json!([]), "the page is wider than the screen");
    let serious: Vec<&Value> = seen["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|violation| {
            ["serious", "critical"].contains(&violation["impact"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(serious, Vec::<&Value>::new());
    assert_eq!(seen["inline"]["ran"], false);
    assert_eq!(seen["inline"]["blocked"], "script-src-elem");
    for view in ["today", "calendar"] {
        let took = seen["drawn"][view].as_f64().unwrap();
        assert!(took <= 200.0, "{view} took {took} ms");
    }
}

fn check_what_was_shown_and_done(seen: &Value) {
    let today = seen["views"]["today"].as_str().unwrap();
    assert!(
        today.contains("Double bookings") && today.contains(CANARY),
        "{today}"
    );
    assert!(
        seen["views"]["calendar"].as_str().unwrap().contains("Pontoon"),
        "{seen:#}"
    );
    assert!(
        seen["draft"].as_str().is_some_and(|draft| draft.len() > 20),
        "{seen:#}"
    );
    let system = seen["views"]["system"].as_str().unwrap();
    assert!(
        system.contains("Deployments") && system.contains("healthy"),
        "{system}"
    );
    let answer = seen["answer"].as_str().unwrap();
    assert!(answer.contains("thank you for your message"), "{answer}");
    let done = [
        "isResolved",
        "isPausedAndResumed",
        "isCanaryText",
        "isSent",
        "isClosed",
        "isSignedOut",
    ];
    for done in done {
        assert_eq!(seen[done], true, "{done}: {seen:#}");
    }
}
