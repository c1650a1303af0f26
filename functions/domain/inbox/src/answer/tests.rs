use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{MessageId, ThreadId};

fn manifest(replies: &Value) -> Manifest {
    let manifest = json!({
        "version": 1,
        "sites": [{"id": "harbor", "name": "Harbor", "time_zone": "America/New_York",
            "assets": [{"id": "sloop", "name": "Sloop", "turnover_minutes": 60, "crew": "Dock crew",
                "event_types": ["day-charter", "sunset-cruise"]}]}],
        "listings": [{"id": "boats-sunset", "platform": "boats", "asset": "sloop", "event_type": "sunset-cruise",
            "feed": {"local_url": "http://127.0.0.1:1/feed.ics"}}],
        "platforms": [
            {"id": "boats", "name": "Boats", "inbox": {"api": {
                "local_url": "http://127.0.0.1:1/boats",
                "list": {"path": "/messages"},
                "fields": {"message": "/id", "thread": "/thread", "sent_at": "/sent_at", "text": "/text",
                    "sender_role": "/role"},
                "roles": {"guest": ["guest"], "host": ["host"]},
                "reply": {"path": "/threads/{thread}", "text": "/text"}
            }}},
            {"id": "silent", "name": "Silent", "inbox": {"api": {
                "local_url": "http://127.0.0.1:1/silent",
                "list": {"path": "/messages"},
                "fields": {"message": "/id", "thread": "/thread", "sent_at": "/sent_at", "text": "/text",
                    "sender_role": "/role"},
                "roles": {"guest": ["guest"], "host": ["host"]}
            }}}
        ],
        "messages": {
            "email": {"name": "Harbor", "address": "hello@harbor.example", "postal_address": "1 Dock Road"},
            "sms": {"secret": "TWILIO", "number": "+15551230000"}},
        "replies": replies,
    });
    Manifest::parse(manifest.to_string().as_bytes()).unwrap()
}

fn where_rule() -> Value {
    json!({"id": "where", "keywords": ["where"], "then": {"reply": "where-to-meet"}})
}

fn sending() -> Manifest {
    manifest(&json!({"mode": "send", "rules": [where_rule()]}))
}

/// A quarter past eleven at night in New York.
fn at(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2027-01-15T04:15:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

fn message(text: &str) -> Message {
    let value = json!({
        "schema": 1,
        "id": MessageId::of("boats", "m"),
        "thread": ThreadId::of("boats", "t"),
        "platform": "boats", "asset": "sloop", "site": "harbor",
        "sender": {"role": "guest", "name": "Guest A"},
        "sent_at": at(0),
        "text": text,
        "is_html_original": false,
        "is_automatic": false,
        "revision": 1,
        "source": {"type": "api"},
        "native": {"thread": "t", "message": "m"},
        "original": "inbox/original/x",
    });
    serde_json::from_value(value).unwrap()
}

fn question() -> Message {
    message("Hello, where do we meet?")
}

struct Case {
    manifest: Manifest,
    message: Message,
    history: History,
    booking: BookingIs,
    now: DateTime<Utc>,
}

/// What is answered in the simplest case.
fn case() -> Case {
    Case {
        manifest: sending(),
        message: question(),
        history: History::default(),
        booking: BookingIs::None,
        now: at(1),
    }
}

impl Case {
    fn decision(&self) -> Decision {
        let facts = Facts {
            message: &self.message,
            manifest: &self.manifest,
            booking: self.booking,
            history: &self.history,
            now: self.now,
        };
        decide(&facts, |_| Ok("At the dock.".to_owned()))
    }
}

#[track_caller]
fn check(case: &Case, act: Act, why: &str) {
    let decision = case.decision();
    assert_eq!((decision.act, decision.why.as_str()), (act, why));
}

fn with_rules(mode: &str, rules: &Value) -> Case {
    Case {
        manifest: manifest(&json!({"mode": mode, "rules": rules})),
        ..case()
    }
}

fn written(minute: i64, act: Act, text: &str) -> Written {
    Written {
        at: at(minute),
        act,
        digest: text_digest(&text.into()),
        delivery: None,
    }
}

fn after(written: Vec<Written>) -> Case {
    Case {
        history: History {
            written,
            ..History::default()
        },
        ..case()
    }
}

#[test]
fn the_mode_says_what_becomes_of_an_answer_and_a_dry_run_is_the_default() {
    let rules = json!([where_rule()]);
    check(&with_rules("send", &rules), Act::Reply, "answered");
    check(
        &with_rules("draft", &rules),
        Act::Draft,
        "waits for the operator's word",
    );
    check(&with_rules("dry-run", &rules), Act::DryRun, "would be answered");
    let silent = Case {
        manifest: manifest(&json!({ "rules": rules })),
        ..case()
    };
    check(&silent, Act::DryRun, "would be answered");
    let mut own = where_rule();
    own["mode"] = json!("send");
    check(&with_rules("dry-run", &json!([own])), Act::Reply, "answered");
}

#[test]
fn neither_machines_nor_hosts_nor_platforms_are_answered() {
    let mut machine = case();
    machine.message.is_automatic = true;
    check(&machine, Act::Nothing, "written by a machine");
    for role in [Role::Host, Role::Platform] {
        let mut other = case();
        other.message.sender.role = role;
        check(&other, Act::Nothing, "not written by a guest");
    }
}

#[test]
fn what_a_person_has_seen_to_is_left_to_them() {
    let mut answered = case();
    answered.history.host_at = Some(at(0));
    check(&answered, Act::Nothing, "answered already");
    let mut edited = case();
    edited.message.revision = 2;
    edited.history.earlier = vec![Act::Reply];
    check(&edited, Act::Person, "edited after it was answered");
    edited.history.earlier = vec![Act::Person];
    check(&edited, Act::Reply, "answered");
    let mut old = case();
    old.now = at(12 * 60 + 1);
    check(&old, Act::Person, "older than rules answer");
}

#[test]
fn the_first_rule_that_fits_decides_and_what_none_fits_is_a_persons() {
    check(&with_rules("send", &json!([])), Act::Person, "no rule fits");
    let rules = json!([{"id": "all", "then": {"person": "Captain"}}]);
    let to_captain = with_rules("send", &rules);
    check(&to_captain, Act::Person, "a rule names who answers");
    assert_eq!(to_captain.decision().person.as_deref(), Some("Captain"));
    let rules = json!([{"id": "first", "keywords": ["meet"], "then": {"person": "Captain"}}, where_rule()]);
    assert_eq!(
        with_rules("send", &rules).decision().rule.as_deref(),
        Some("first")
    );
    let rules = json!([{"id": "tell", "then": {"sms": {"crew": "Dock crew", "template": "guest-message"}}}]);
    check(&with_rules("send", &rules), Act::Sms, "a crew is told");
    check(
        &with_rules("dry-run", &rules),
        Act::DryRun,
        "a crew would be told",
    );
}

#[track_caller]
fn check_fits(field: &str, value: &Value, expected: bool) {
    let mut rule = where_rule();
    rule[field] = value.clone();
    let fits = with_rules("send", &json!([rule])).decision().act == Act::Reply;
    assert_eq!(fits, expected, "{field} {value}");
}

#[test]
fn a_rule_fits_what_it_names() {
    check_fits("only", &json!({"sites": ["harbor"]}), true);
    check_fits(
        "only",
        &json!({"assets": ["sloop"], "platforms": ["boats"]}),
        true,
    );
    check_fits("keywords", &json!(["meet", "park"]), true);
    check_fits("keywords", &json!(["park"]), false);
    check_fits("booking", &json!(["none"]), true);
    check_fits("booking", &json!(["reservation", "past"]), false);
    // On the site's wall it is a quarter past eleven at night.
    check_fits("hours", &json!({"from": "22:00", "to": "06:00"}), true);
    check_fits("hours", &json!({"from": "23:15", "to": "23:16"}), true);
    check_fits("hours", &json!({"from": "04:00", "to": "05:00"}), false);
    let mut elsewhere = case();
    elsewhere.manifest = manifest(&json!({"mode": "send", "rules": [
        {"id": "a", "only": {"sites": ["harbor"]}, "then": {"reply": "where-to-meet"}}]}));
    elsewhere.message.site = None;
    check(&elsewhere, Act::Person, "no rule fits");
}

#[test]
fn a_thread_is_answered_so_often_and_never_twice_with_the_same() {
    check(
        &after(vec![written(-5, Act::Reply, "At  the dock.")]),
        Act::Person,
        "the same was answered before",
    );
    let thrice = (1..=3).map(|n| written(-n, Act::Reply, &n.to_string())).collect();
    check(
        &after(thrice),
        Act::Person,
        "the thread was answered often enough",
    );
    let slowly: Vec<Written> = (1..=6)
        .map(|day| written(-day * 1500, Act::Reply, &day.to_string()))
        .collect();
    let mut unattended = after(slowly);
    check(
        &unattended,
        Act::Person,
        "nobody has looked at the thread for long",
    );
    unattended.history.attended_at = Some(at(-1600));
    check(&unattended, Act::Reply, "answered");
    let mut busy = case();
    busy.history.in_this_hour = 30;
    check(&busy, Act::Person, "enough was answered in this hour");
}

#[test]
fn a_dry_run_counts_as_sending_does_and_a_draft_as_nothing() {
    let before = || vec![written(-5, Act::DryRun, "At the dock.")];
    let mut dry = after(before());
    dry.manifest = with_rules("dry-run", &json!([where_rule()])).manifest;
    check(&dry, Act::Person, "the same was answered before");
    check(&after(before()), Act::Reply, "answered");
    let mut draft = after(vec![written(-5, Act::Reply, "At the dock.")]);
    draft.manifest = with_rules("draft", &json!([where_rule()])).manifest;
    check(&draft, Act::Draft, "waits for the operator's word");
}

#[test]
fn where_a_template_makes_no_words_a_person_answers() {
    let case = case();
    let facts = Facts {
        message: &case.message,
        manifest: &case.manifest,
        booking: case.booking,
        history: &case.history,
        now: case.now,
    };
    let decision = decide(&facts, |_| Err("replies/where-to-meet.j2: line 1".to_owned()));
    assert_eq!(
        (decision.act, decision.rule.as_deref()),
        (Act::Person, Some("where"))
    );
    assert!(decision.why.contains("where-to-meet"), "{}", decision.why);
}

#[test]
fn a_booking_stands_as_its_time_and_kind_say() {
    let fact = |is_firm, is_cancelled, end| BookingFact {
        period: calendar::Period::new(at(-60), at(end)),
        is_firm,
        is_cancelled,
    };
    let is = |fact: Option<&BookingFact>| booking_is(fact, at(0));
    assert_eq!(is(None), BookingIs::None);
    assert_eq!(is(Some(&fact(true, false, 60))), BookingIs::Reservation);
    assert_eq!(is(Some(&fact(false, false, 60))), BookingIs::Hold);
    assert_eq!(is(Some(&fact(true, false, 0))), BookingIs::Past);
    assert_eq!(is(Some(&fact(true, true, 0))), BookingIs::Cancelled);
}

proptest! {
    #[test]
    fn whatever_happens_no_more_is_sent_than_the_caps_say(
        steps in prop::collection::vec((0_i64..4_000, any::<bool>(), 0_u8..4), 1..60)
    ) {
        let mut case = case();
        let mut now = at(0);
        for (minutes, is_automatic, words) in steps {
            now += TimeDelta::minutes(minutes);
            case.now = now;
            case.message.sent_at = now;
            case.message.is_automatic = is_automatic;
            let facts = Facts {
                message: &case.message,
                manifest: &case.manifest,
                booking: case.booking,
                history: &case.history,
                now,
            };
            let decision = decide(&facts, |_| Ok(format!("words {words}")));
            prop_assert!(!is_automatic || decision.act == Act::Nothing);
            if let Some(text) = decision.text.filter(|_| decision.act == Act::Reply) {
                case.history.written.push(Written {
                    at: now,
                    act: Act::Reply,
                    digest: text_digest(&text),
                    delivery: None,
                });
            }
            let written = &case.history.written;
            let mut digests: Vec<_> = written.iter().map(|written| &written.digest).collect();
            digests.sort();
            digests.dedup();
            prop_assert_eq!(digests.len(), written.len(), "nothing is said twice");
            prop_assert!(written.len() <= MAX_UNATTENDED);
            let day = now - TimeDelta::hours(24);
            prop_assert!(written.iter().filter(|written| written.at > day).count() <= 3);
        }
    }
}

#[test]
fn each_rule_says_the_first_thing_that_is_held_against_it() {
    let rule = |id: &str, more: Value| {
        let mut rule = json!({"id": id, "then": {"person": "Captain"}});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        rule
    };
    let case = Case {
        manifest: manifest(&json!({"rules": [
            rule("site", json!({"only": {"sites": ["harbor"]}})),
            rule("platform", json!({"only": {"platforms": ["boats"]}})),
            rule("booking", json!({"booking": ["reservation"], "keywords": ["nothing of it"]})),
            rule("hours", json!({"hours": {"from": "08:00", "to": "18:00"}})),
            rule("keywords", json!({"keywords": ["when"]})),
            rule("all", json!({})),
        ]})),
        ..case()
    };
    let held = |case: &Case| {
        let facts = Facts {
            message: &case.message,
            manifest: &case.manifest,
            booking: case.booking,
            history: &case.history,
            now: case.now,
        };
        fits(&facts).map(|(_, misfit)| misfit).collect::<Vec<_>>()
    };
    let own = [
        None,
        None,
        Some(Misfit::Booking),
        Some(Misfit::Hours),
        Some(Misfit::Keywords),
        None,
    ];
    assert_eq!(held(&case), own);
    let mut strange = case;
    strange.message.site = None;
    strange.message.platform = "other".to_owned();
    strange.booking = BookingIs::Reservation;
    let others = [
        Some(Misfit::Site),
        Some(Misfit::Platform),
        Some(Misfit::Keywords),
        Some(Misfit::Hours),
        Some(Misfit::Keywords),
        None,
    ];
    assert_eq!(held(&strange), others);
}

#[test]
fn what_cannot_be_answered_from_here_is_a_persons() {
    let mut silent = case();
    silent.message.platform = "silent".to_owned();
    check(&silent, Act::Person, "it cannot be answered from here");
    let mut mail = case();
    let source = |reply_to: Option<&str>, is_proven| Source::Mail {
        reply_to: reply_to.map(Private::from),
        is_proven,
    };
    mail.message.source = source(None, true);
    check(&mail, Act::Person, "it cannot be answered from here");
    mail.message.source = source(Some("t@boats.example"), true);
    check(&mail, Act::Reply, "answered");
    mail.message.source = source(Some("t@boats.example"), false);
    check(&mail, Act::Person, "nobody has proven who sent the mail");
}

#[test]
fn a_rule_is_for_the_kinds_of_events_that_it_names() {
    let of = |event_type: &str| {
        let mut rule = where_rule();
        rule["only"] = json!({ "event_types": [event_type] });
        with_rules("send", &json!([rule]))
    };
    check(&of("day-charter"), Act::Reply, "answered");
    let about_the_listing = |event_type| {
        let mut case = of(event_type);
        case.message.listing = Some("boats-sunset".to_owned());
        case
    };
    check(&about_the_listing("sunset-cruise"), Act::Reply, "answered");
    check(&about_the_listing("day-charter"), Act::Person, "no rule fits");
    let mut unknown = of("day-charter");
    unknown.message.asset = None;
    check(&unknown, Act::Person, "no rule fits");
}
