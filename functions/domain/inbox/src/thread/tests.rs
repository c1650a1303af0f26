use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::answer::{Act, Decision};
use crate::{MessageId, Private};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
}

fn message(role: &str, minute: i64, text: &str) -> Message {
    serde_json::from_value(json!({
        "schema": 1, "id": MessageId::of("boats", text), "thread": ThreadId::of("boats", "t"), "platform": "boats",
        "sender": {"role": role}, "sent_at": at(minute), "text": text, "is_html_original": false, "is_automatic": false,
        "revision": 1, "source": {"type": "api"}, "native": {"thread": "t", "message": text}, "original": "x",
    }))
    .unwrap()
}

fn decision(act: Act, minute: i64, text: Option<&str>) -> Decision {
    Decision {
        message: Some(MessageId::of("boats", "m")),
        revision: 1,
        at: at(minute),
        act,
        why: String::new(),
        rule: None,
        person: (act == Act::Person).then(|| "Captain".to_owned()),
        text: text.map(Private::from),
        saw: None,
        deliveries: text.map(|text| format!("d-{text}")).into_iter().collect(),
    }
}

/// A guest asks what a person is to answer, and then what a rule answers.
fn two_questions() -> Thread {
    Thread::of(&message("guest", 0, "refund?"))
        .after(&decision(Act::Person, 1, None))
        .with(&message("guest", 2, "where?"))
        .after(&decision(Act::Reply, 3, Some("At the dock.")))
}

#[track_caller]
fn check(thread: &Thread, state: ThreadState, person: Option<&str>) {
    assert_eq!((thread.state, thread.person.as_deref()), (state, person));
}

#[test]
fn an_answer_by_rule_takes_no_earlier_question_off_the_list() {
    let waits = two_questions();
    check(&waits, ThreadState::Waiting, Some("Captain"));
    let echoed = waits.with(&message("host", 4, "At the dock."));
    check(&echoed, ThreadState::Waiting, Some("Captain"));
    for act in [Act::Draft, Act::DryRun, Act::Sms] {
        let thread = Thread::of(&message("guest", 0, "refund?"))
            .after(&decision(act, 1, Some("words")))
            .with(&message("guest", 2, "where?"))
            .after(&decision(Act::Reply, 3, Some("At the dock.")));
        check(&thread, ThreadState::Waiting, None);
    }
    let alone =
        Thread::of(&message("guest", 0, "where?")).after(&decision(Act::Reply, 1, Some("At the dock.")));
    check(&alone, ThreadState::Answered, None);
}

#[test]
fn a_persons_answer_ends_what_waits() {
    let by_host = two_questions().with(&message("host", 5, "You get it back."));
    check(&by_host, ThreadState::Answered, None);
    check(&two_questions().closed(), ThreadState::Closed, None);
    let said = Decision::of_operator(("You get it back.".into(), None), at(2), "d".to_owned(), at(5));
    check(&two_questions().after(&said), ThreadState::Answered, None);
    let then = |thread: Thread| {
        let thread = thread.with(&message("guest", 6, "and where?"));
        thread.after(&decision(Act::Reply, 7, Some("There.")))
    };
    check(&then(by_host), ThreadState::Answered, None);
    check(&then(two_questions().closed()), ThreadState::Answered, None);
}

#[test]
fn the_operators_answer_is_to_what_they_had_seen() {
    let said = Decision::of_operator(("Yes.".into(), None), at(0), "d".to_owned(), at(5));
    let thread = two_questions().after(&said);
    check(&thread, ThreadState::Waiting, Some("Captain"));
    assert_eq!(thread.attended_at, Some(at(5)));
}

#[test]
fn an_answer_that_nobody_got_is_waited_for_again() {
    let answered = Thread::of(&message("guest", 0, "where?")).after(&decision(Act::Reply, 1, Some("There.")));
    let again = answered.clone().unanswered("d-There.").unwrap();
    check(&again, ThreadState::Waiting, None);
    assert_eq!(again.unanswered("d-There."), None, "it waits already");
    assert_eq!(answered.clone().unanswered("d-another"), None);
    let by_host = answered.with(&message("host", 2, "At gate 4."));
    assert_eq!(by_host.unanswered("d-There."), None, "a person has answered");
}

#[test]
fn decisions_of_one_moment_follow_each_other() {
    let thread = two_questions();
    assert_eq!(thread.next_decision(at(9)), at(9));
    assert_eq!(thread.next_decision(at(3)), at(3) + TimeDelta::milliseconds(1));
    assert_eq!(thread.next_decision(at(1)), at(3) + TimeDelta::milliseconds(1));
}
