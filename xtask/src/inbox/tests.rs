use serde_json::{Value, json};

use super::*;

fn line(state: &str) -> Value {
    json!({
        "id": "0123456789abcdef0123456789abcdef", "platform": "getmyboat", "site": "harbor", "asset": "sloop",
        "booking": null, "guest": "canary", "subject": "canary", "state": state, "messages": 2,
        "last_at": "2027-01-15T08:00:00+00:00", "preview": {"from": "guest", "text": "canary"},
        "draft": null, "person": "Captain", "reply": null
    })
}

fn answer(value: Value) -> ThreadAnswer {
    serde_json::from_value(value).unwrap()
}

#[test]
fn threads_are_a_table_without_what_guests_wrote() {
    let threads =
        json!({"answer": "threads", "threads": [line("waiting"), line("drafted")], "next": "waiting.0-1"});
    insta::assert_snapshot!(shown(&answer(threads)));
    let none = json!({"answer": "threads", "threads": [], "next": null});
    assert_eq!(shown(&answer(none)), "no thread waits for you");
}

#[test]
fn a_thread_is_told_with_what_was_decided_and_steers_no_terminal() {
    let mut thread = line("drafted");
    thread["draft"] = json!({"id": "m-1", "text": "At the dock.\nSee you!", "rule": "where"});
    let message = |is_automatic: bool, text: &str| {
        json!({"id": "m", "from": "guest", "name": "Guest A", "at": "2027-01-15T08:00:00+00:00",
            "is_edited": is_automatic, "is_automatic": is_automatic, "text": text,
            "attachments": [{"name": "a.jpg", "bytes": 3, "missing": null}]})
    };
    let decision = json!({"at": "2027-01-15T08:01:00+00:00", "message": "m", "what": "draft",
        "why": "waits for the operator's word", "rule": "where", "text": "At the dock.",
        "reply": {"delivery": "replies_202701_x", "standing": "PLANNED"}});
    let whole = json!({"answer": "thread", "thread": thread, "older": 3, "decisions": [decision],
        "messages": [message(false, "Where?\n\u{1b}[2Jgone"), message(true, "Out of office")]});
    insta::assert_snapshot!(shown(&answer(whole)));
}

#[test]
fn a_refusal_ends_the_command_with_its_own_code() {
    let end = |value: Value| Exit::of(&checked(answer(value)).unwrap_err());
    assert_eq!(end(json!({"answer": "unknown"})), Exit::Invalid);
    assert_eq!(end(json!({"answer": "changed"})), Exit::Refused);
    assert_eq!(end(json!({"answer": "refused", "reason": "why"})), Exit::Invalid);
}
