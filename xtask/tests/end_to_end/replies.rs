//! A guest's question, all the way: the platform's API, the rules, the operator's word, and back into the platform's thread.

use std::time::Duration;

use contract::Method;
use serde_json::{Value, json};

use super::cloud::Cloud;

const SCRAPER: &str = "inbox-scraper";
/// The queue, two functions, the senders' queue and its function stand in between.
const PATIENCE: Duration = Duration::from_secs(60);

fn write(cloud: &Cloud, thread: &str, text: &str) {
    let guest = json!({"thread": thread, "text": text, "listing": "gmb-sloop"});
    cloud.post_to_partner("/_messaging/getmyboat/guest", &guest);
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
