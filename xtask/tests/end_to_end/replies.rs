//! A guest's question, all the way: the platform's API, the rules, the operator's word, and back into the platform's thread.

use std::time::Duration;

use contract::Method;
use contract::content::MANIFEST_KEY;
use serde_json::{Value, json};

use super::cloud::{Cloud, PATIENCE};

const SCRAPER: &str = "inbox-scraper";

fn write(cloud: &Cloud, thread: &str, text: &str) {
    let guest = json!({"thread": thread, "text": text, "listing": "gmb-sloop"});
    cloud.post_to_partner("/_messaging/getmyboat/guest", &guest);
    poll_platforms(cloud);
}

fn poll_platforms(cloud: &Cloud) {
    let polled = cloud.wait(cloud.aws.invoke_function(SCRAPER, &json!({"action": "poll"})));
    assert_eq!(polled["platforms"][0]["failure"], Value::Null, "{polled}");
}

/// The thread in which this was written, once it has this state.
fn listed(cloud: &Cloud, state: &str, text: &str) -> Value {
    let mut found = Value::Null;
    let is_there = cloud.poll(PATIENCE, |cloud| {
        let answer = cloud
            .get(&format!("/inbox?state={state}"))
            .with_status(200)
            .body();
        let threads = answer["threads"].as_array().unwrap().clone();
        let same = |thread: &Value| thread["preview"]["text"] == text;
        found = threads.into_iter().find(same).unwrap_or(Value::Null);
        !found.is_null()
    });
    assert!(is_there, "no thread with {text} is {state}");
    found
}

fn post(cloud: &Cloud, path: &str, body: &Value) -> Value {
    let bearer = format!("Bearer {}", cloud.token);
    let headers = [("authorization", bearer.as_str())];
    let answer = cloud.call(Method::Post, path, &headers, &body.to_string());
    json!({"status": answer.status, "body": answer.body()})
}

#[test]
fn a_guests_question_is_drafted_sent_by_the_operators_word_and_seen_at_the_platform() {
    let Some(cloud) = &Cloud::own("replies") else {
        return;
    };
    let question = "Hello! Is the sloop still free on Sunday?";
    write(cloud, "t1", question);
    let thread = listed(cloud, "drafted", question);
    let (id, draft) = (thread["id"].as_str().unwrap(), &thread["draft"]);
    assert_eq!(draft["rule"], "availability");
    let words = draft["text"].as_str().unwrap().to_owned();
    assert!(words.contains("GetMyBoat"), "{words}");

    let path = format!("/inbox/{id}/reply");
    let stale = post(cloud, &path, &json!({"draft": "0-1"}));
    assert_eq!(stale["status"], 409, "{stale}");
    let said = post(cloud, &path, &json!({"draft": draft["id"]}));
    assert_eq!(said["status"], 202, "{said}");
    let at_platform = |cloud: &Cloud| cloud.partner("/_messaging/getmyboat/thread/t1");
    let arrived = cloud.poll(PATIENCE, |cloud| {
        at_platform(cloud).as_array().unwrap().len() == 2
    });
    let seen = at_platform(cloud);
    assert!(arrived, "{seen}");
    assert_eq!(
        (&seen[1]["role"], &seen[1]["text"]),
        (&json!("host"), &json!(words))
    );

    // The same words again are the same answer.
    let again = post(cloud, &path, &json!({"text": words}));
    assert_eq!(again["body"]["delivery"], said["body"]["delivery"]);
    let shown = cloud.get(&format!("/inbox/{id}")).with_status(200).body();
    assert_eq!(shown["thread"]["state"], "answered");
    let acts: Vec<&Value> = shown["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["what"])
        .collect();
    assert_eq!(acts, ["draft", "operator"], "{shown}");
    assert_eq!(at_platform(cloud).as_array().unwrap().len(), 2);

    // What comes back is the proof that it arrived.
    cloud.wait(cloud.aws.invoke_function(SCRAPER, &json!({"action": "poll"})));
    let is_proved = cloud.poll(PATIENCE, |cloud| {
        let shown = cloud.get(&format!("/inbox/{id}")).with_status(200).body();
        shown["thread"]["reply"]["standing"] == "DELIVERED"
    });
    assert!(is_proved);

    write(cloud, "t2", "I want my money back!");
    let thread = listed(cloud, "waiting", "I want my money back!");
    let named = cloud.poll(PATIENCE, |cloud| {
        listed(cloud, "waiting", "I want my money back!")["person"] == "Owner"
    });
    assert!(named, "{thread}");
    let closed = post(
        cloud,
        &format!("/inbox/{}/close", thread["id"].as_str().unwrap()),
        &json!({}),
    );
    assert_eq!(closed["status"], 200, "{closed}");
    let listed = cloud.get("/inbox").with_status(200).body();
    assert_eq!(listed["threads"], json!([]), "nothing waits any more");
}

fn standing(cloud: &Cloud, thread: &str) -> Value {
    let shown = cloud.get(&format!("/inbox/{thread}")).with_status(200).body();
    shown["thread"]["reply"]["standing"].clone()
}

/// What the host has said in a thread, as the platform knows it.
fn said(cloud: &Cloud, thread: &str) -> Vec<String> {
    let messages = cloud.partner(&format!("/_messaging/getmyboat/thread/{thread}"));
    let messages = messages.as_array().unwrap().iter();
    messages
        .filter(|message| message["role"] == "host")
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}

/// How the platform fails to say whether it has an answer, and whether it has.
const UNHEARD: [(&str, bool); 4] = [
    ("accept-then-drop", true),
    ("accept-then-hang", true),
    ("server-error", false),
    ("hang", false),
];

#[test]
fn an_answer_of_which_the_platform_said_nothing_is_found_there_and_never_posted_again() {
    let Some(cloud) = &Cloud::own("replies-unheard") else {
        return;
    };
    let mut threads = Vec::new();
    for (mishap, _) in UNHEARD {
        let question = format!("I want my money back! {mishap}");
        write(cloud, mishap, &question);
        let thread = listed(cloud, "waiting", &question)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let laid = json!({"kind": mishap, "times": 1});
        cloud.put_to_partner("/_messaging/getmyboat/fault/reply", &laid);
        let words = format!("You get it all: {mishap}.");
        let answered = post(cloud, &format!("/inbox/{thread}/reply"), &json!({"text": words}));
        assert_eq!(answered["status"], 202, "{answered}");
        let is_unknown = cloud.poll(PATIENCE, |cloud| standing(cloud, &thread) == "UNKNOWN");
        assert!(is_unknown, "{mishap}: {}", standing(cloud, &thread));
        threads.push((thread, words));
    }
    poll_platforms(cloud);
    let ends = |cloud: &Cloud| -> Vec<Value> { threads.iter().map(|(id, _)| standing(cloud, id)).collect() };
    let expected = UNHEARD.map(|(_, is_posted)| if is_posted { "DELIVERED" } else { "UNKNOWN" });
    let has = cloud.poll(PATIENCE, |cloud| ends(cloud) == expected);
    assert!(has, "{:?}", ends(cloud));
    // Nothing is laid any more: whoever posted again would be heard.
    let tick = json!({"action": "tick"});
    cloud.wait(cloud.aws.invoke_function("campaign-scheduler", &tick));
    poll_platforms(cloud);
    std::thread::sleep(Duration::from_secs(5));
    for ((mishap, is_posted), (_, words)) in UNHEARD.into_iter().zip(&threads) {
        let expected: Vec<String> = is_posted.then(|| words.clone()).into_iter().collect();
        assert_eq!(said(cloud, mishap), expected, "{mishap}");
    }
    assert_eq!(ends(cloud), expected);
}

#[test]
fn a_rule_tells_the_crew_by_sms_once() {
    const CREW: &str = "+15551230001";
    let Some(cloud) = &Cloud::own("replies-sms") else {
        return;
    };
    let mut manifest: Value = serde_json::from_str(&cloud.landfall.manifest()).unwrap();
    manifest["messages"]["quiet_hours"] = json!({"from": "00:00", "to": "00:01"});
    manifest["replies"]["mode"] = json!("send");
    let rules = manifest["replies"]["rules"].as_array_mut().unwrap();
    let late = rules
        .iter_mut()
        .find(|rule| rule["id"] == "running-late")
        .unwrap();
    late.as_object_mut().unwrap().remove("booking").unwrap();
    let bucket = cloud.outputs["ContentBucketName"].as_str().unwrap();
    let put = cloud
        .aws
        .put_object(bucket, MANIFEST_KEY, manifest.to_string().into_bytes());
    cloud.wait(put);
    let file = cloud.landfall.dir().join("crew.csv");
    std::fs::write(&file, format!("phone,name\n{CREW},Dock crew\n")).unwrap();
    let file = file.to_str().unwrap();
    let import = ["audience", "import", file, "--crew", "Dock crew"];
    cloud.landfall.run(&import).succeeded();
    // A function may still know the manifest of before.
    std::thread::sleep(Duration::from_secs(6));

    write(cloud, "t1", "We are late, sorry!");
    let texts = |cloud: &Cloud| -> Vec<Value> {
        let taken = cloud.partner("/_twilio/accepted");
        let taken = taken.as_array().unwrap().iter();
        taken.filter(|text| text["to"] == CREW).cloned().collect()
    };
    assert!(cloud.poll(PATIENCE, |cloud| !texts(cloud).is_empty()));
    poll_platforms(cloud);
    std::thread::sleep(Duration::from_secs(3));
    let told = texts(cloud);
    assert_eq!(told.len(), 1, "{told:?}");
    // What guests write is in no text message: it says where to look.
    let body = told[0]["body"].as_str().unwrap();
    assert!(!body.contains("sorry"), "{body}");
    let thread = listed(cloud, "waiting", "We are late, sorry!");
    assert_eq!(said(cloud, "t1"), [""; 0], "{thread}");
}
