//! Campaigns as they are deployed: from the manifest and a file of people to SES, and back with what became of each mail.

use std::time::Duration;

use contract::content::{LIBRARY_KEY, MANIFEST_KEY};
use serde_json::{Value, json};

use super::cloud::{Cloud, PATIENCE};
use super::scanner;

/// The manifest of the checkout, with nobody asleep and one campaign for each thing that is tested.
pub(super) fn lay_out(cloud: &Cloud) {
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    let messages = &mut manifest["messages"];
    messages["quiet_hours"] = json!({"from": "00:00", "to": "00:01"});
    messages["confirm_above"] = json!(5_000);
    messages["frequency_cap"] = json!({"messages": 100, "days": 1});
    let regatta = manifest["campaigns"].as_array().unwrap().last().unwrap().clone();
    let mut text = regatta;
    text["id"] = json!("text");
    text["channel"] = json!("sms");
    text["template"] = json!("note");
    manifest["campaigns"].as_array_mut().unwrap().push(text);
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    cloud.wait(
        cloud
            .aws
            .put_object(bucket, MANIFEST_KEY, manifest.to_string().into_bytes()),
    );
    // No text message that is shipped goes to people without a booking.
    let mut library: Value =
        serde_json::from_slice(&cloud.wait(cloud.aws.object(bucket, LIBRARY_KEY))).unwrap();
    library["sms/note.j2"] = json!("{{ guest.name }}, {{ extra.headline }}");
    cloud.wait(
        cloud
            .aws
            .put_object(bucket, LIBRARY_KEY, library.to_string().into_bytes()),
    );
    // A function may still know the manifest of before.
    std::thread::sleep(Duration::from_secs(6));
}

pub(super) fn import(cloud: &Cloud, audience: &str, lines: &[String]) {
    let file = cloud.landfall.dir().join(format!("{audience}.csv"));
    std::fs::write(&file, lines.join("\n")).unwrap();
    let file = file.to_str().unwrap();
    cloud
        .landfall
        .run(&["audience", "import", file, "--audience", audience])
        .succeeded();
}

pub(super) fn campaign(cloud: &Cloud, arguments: &[&str]) -> Value {
    let all = [&["-q", "campaign"], arguments, &["--json"]].concat();
    serde_json::from_str(&cloud.landfall.run(&all).succeeded().stdout).unwrap()
}

/// Every delivery of a campaign's batch, as the API tells of it.
pub(super) fn deliveries(cloud: &Cloud, campaign: &str, batch: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/deliveries?campaign={campaign}&batch={batch}&limit=500{cursor}");
        let body = cloud.get(&path).with_status(200).body();
        found.extend(body["deliveries"].as_array().unwrap().iter().cloned());
        match body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn states(deliveries: &[Value]) -> Vec<(String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let mut states: Vec<_> = deliveries
        .iter()
        .map(|row| (text(row, "to"), text(row, "state")))
        .collect();
    states.sort();
    states
}

pub(super) fn come_to_rest(cloud: &Cloud, campaign: &str, batch: &str, states_then: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = states_then
        .iter()
        .map(|(to, state)| ((*to).to_owned(), (*state).to_owned()))
        .collect();
    let has = cloud.poll(PATIENCE, |cloud| {
        states(&deliveries(cloud, campaign, batch)) == expected
    });
    assert!(has, "{:#?}", deliveries(cloud, campaign, batch));
}

pub(super) fn accepted(cloud: &Cloud, recipient: &str) -> Vec<Value> {
    let path = format!("/_ses/accepted?recipient={recipient}");
    cloud.partner(&path).as_array().unwrap().clone()
}

#[test]
fn everybody_gets_one_mail_and_what_becomes_of_it_is_told() {
    let Some(cloud) = &Cloud::own("messages") else {
        return;
    };
    lay_out(cloud);
    let people = [
        "email,name",
        "alex@example.com,Alex",
        "bounce+sam@example.com,Sam",
        "complaint+kim@example.com,Kim",
    ];
    import(cloud, "newsletter", &people.map(str::to_owned));

    let plan = campaign(cloud, &["plan", "summer-regatta"]);
    assert_eq!((&plan["recipients"], &plan["excluded"]), (&json!(3), &json!({})));
    for _ in 0..2 {
        campaign(cloud, &["send", "summer-regatta", "--name", "first", "--yes"]);
    }
    let ends = [
        ("al***@example.com", "DELIVERED"),
        ("bo***@example.com", "BOUNCED"),
        ("co***@example.com", "COMPLAINED"),
    ];
    come_to_rest(cloud, "summer-regatta", "by-hand-first", &ends);
    let mails = accepted(cloud, "alex@example.com");
    assert_eq!(mails.len(), 1);
    scanner::unsubscribes_nobody_and_a_click_does(cloud, &mails[0]);

    // Who bounced, complained or left is named, and not written to again.
    let plan = campaign(cloud, &["plan", "summer-regatta"]);
    let excluded = json!({"hard-bounce": 1, "complaint": 1, "unsubscribed": 1});
    assert_eq!((&plan["recipients"], &plan["excluded"]), (&json!(0), &excluded));
    import(
        cloud,
        "newsletter",
        &["email,name", "new@example.com,New"].map(str::to_owned),
    );
    campaign(cloud, &["send", "summer-regatta", "--name", "second", "--yes"]);
    let ends = ends.map(|(to, _)| (to, "SUPPRESSED"));
    let ends = [&ends[..], &[("ne***@example.com", "DELIVERED")]].concat();
    come_to_rest(cloud, "summer-regatta", "by-hand-second", &ends);
    assert_eq!(cloud.partner("/_ses/summary")["accepted"], 4);
    an_sms_is_told_of_and_stop_is_obeyed(cloud);
}

fn an_sms_is_told_of_and_stop_is_obeyed(cloud: &Cloud) {
    import(
        cloud,
        "newsletter",
        &["phone,name".to_owned(), "+15551234567,Alex".to_owned()],
    );
    campaign(cloud, &["send", "text", "--name", "one", "--yes"]);
    // Who was imported for mails has no number, and is told of.
    let ends = [
        ("+1555***4567", "DELIVERED"),
        ("al***@example.com", "SUPPRESSED"),
        ("bo***@example.com", "SUPPRESSED"),
        ("co***@example.com", "SUPPRESSED"),
        ("ne***@example.com", "SUPPRESSED"),
    ];
    come_to_rest(cloud, "text", "by-hand-one", &ends);
    let incoming = json!({"from": "+15551234567", "to": "+15005550006", "body": "STOP"});
    let heard = cloud.post_to_partner("/_twilio/incoming", &incoming);
    assert_eq!(heard["status"], 200, "{heard}");
    let plan = campaign(cloud, &["plan", "text"]);
    assert_eq!(
        (&plan["recipients"], &plan["excluded"]),
        (&json!(0), &json!({"other-channel": 4, "stopped": 1}))
    );
}

/// Two stays at one time on two platforms, as their feeds tell them.
fn publish_stays(cloud: &Cloud, listings: &[&str]) {
    let day = (chrono::Utc::now() + chrono::TimeDelta::days(50)).format("%Y%m%d");
    for listing in listings {
        let feed = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nBEGIN:VEVENT\r\nUID:{listing}@tests.example\r\n\
             DTSTAMP:{day}T000000Z\r\nDTSTART:{day}T150000Z\r\nDTEND:{day}T180000Z\r\nSUMMARY:Reserved\r\n\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        cloud.publish(listing, feed);
    }
}

/// What the simulator's Twilio has taken for a number.
fn texts(cloud: &Cloud, number: &str) -> Vec<String> {
    let taken = cloud.partner("/_twilio/accepted");
    let messages = taken.as_array().unwrap().iter();
    let mut bodies: Vec<String> = messages
        .filter(|message| message["to"] == number)
        .map(|message| message["body"].as_str().unwrap().to_owned())
        .collect();
    bodies.sort();
    bodies
}

#[test]
fn a_crew_is_told_of_turnovers_and_double_bookings_and_a_guest_of_their_booking_once() {
    const CREW: &str = "+15551230001";
    const GUEST: &str = "+15551230002";
    let Some(cloud) = &Cloud::own("notices") else {
        return;
    };
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    manifest["messages"]["quiet_hours"] = json!({"from": "00:00", "to": "00:01"});
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    cloud.wait(
        cloud
            .aws
            .put_object(bucket, MANIFEST_KEY, manifest.to_string().into_bytes()),
    );
    std::thread::sleep(Duration::from_secs(6));
    let file = cloud.landfall.dir().join("crew.csv");
    std::fs::write(&file, format!("phone,name\n{CREW},Dock crew\n")).unwrap();
    let import = [
        "audience",
        "import",
        file.to_str().unwrap(),
        "--crew",
        "Dock crew",
    ];
    cloud.landfall.run(&import).succeeded();
    let mut event = super::cloud::event(&super::cloud::free_day(), "Sunset cruise");
    event["asset"] = json!("sloop");
    event["guest"] = json!({"name": "Alex", "phone": GUEST});
    let added = cloud.add(&event, None).with_status(201).body();
    assert!(!added.to_string().contains(GUEST), "{added}");
    publish_stays(cloud, &["getmyboat-pontoon", "boatsetter-pontoon"]);
    let nothing = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nEND:VCALENDAR\r\n";
    cloud.publish("getmyboat-sloop", nothing);
    cloud.landfall.run(&["-q", "sync", "run"]).succeeded();

    // However often the clock asks, everybody hears of a thing once.
    for _ in 0..3 {
        cloud.wait(
            cloud
                .aws
                .invoke_function("campaign-scheduler", &json!({"action": "tick"})),
        );
    }
    let is_told = |cloud: &Cloud| texts(cloud, CREW).len() >= 3 && !texts(cloud, GUEST).is_empty();
    assert!(
        cloud.poll(PATIENCE, is_told),
        "{:?} {:?}",
        texts(cloud, CREW),
        texts(cloud, GUEST)
    );
    std::thread::sleep(Duration::from_secs(3));
    let told = texts(cloud, CREW);
    let of = |text: &str| told.iter().filter(|body| body.contains(text)).count();
    assert_eq!(
        (of("Pontoon is booked twice"), of("Turnover Pontoon")),
        (1, 1),
        "{told:?}"
    );
    assert_eq!(of("Turnover Sloop"), 1, "{told:?}");
    let told = texts(cloud, GUEST);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("Harbor: Sloop is yours"), "{told:?}");
}
