use manifest::Campaign;
use serde_json::json;

use super::*;

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a call with `json!` reads better so"
)]
pub(crate) fn campaign(to: serde_json::Value, when: serde_json::Value) -> Campaign {
    serde_json::from_value(json!({
        "id": "one", "channel": "email", "purpose": "transactional", "template": "one",
        "to": to, "when": when, "max_lateness_minutes": 60,
    }))
    .unwrap()
}

pub(crate) fn fact() -> BookingFact {
    BookingFact {
        id: "b-1".to_owned(),
        code: None,
        asset: "sloop".to_owned(),
        site: "harbor".to_owned(),
        platform: Some("alpha".to_owned()),
        period: Period::new(instant("2026-06-02T14:00:00Z"), instant("2026-06-02T18:00:00Z")),
        news: None,
        crew: Some("Dock crew".to_owned()),
        note: None,
        is_live: true,
    }
}

fn audience() -> serde_json::Value {
    json!({"type": "audience", "name": "news"})
}

#[track_caller]
fn check_times(when: serde_json::Value, now: &str, expected: &[&str]) {
    let due = occurrences(&campaign(audience(), when), instant(now));
    let keys: Vec<&str> = due.iter().map(|due| due.occurrence.key.as_str()).collect();
    assert_eq!(keys, expected, "{now}");
}

#[test]
fn a_fixed_time_is_due_until_it_is_too_late() {
    let when = json!({"type": "at", "local": "2026-06-01T09:00", "zone": "America/New_York"});
    check_times(when.clone(), "2026-06-01T12:59:59Z", &[]);
    check_times(when.clone(), "2026-06-01T13:00:00Z", &["2026-06-01T09:00"]);
    check_times(when.clone(), "2026-06-01T13:59:59Z", &["2026-06-01T09:00"]);
    check_times(when, "2026-06-01T14:00:00Z", &[]);
}

#[test]
fn a_time_on_the_recipients_walls_is_planned_before_the_first_of_them_has_it() {
    let when = json!({"type": "at", "local": "2026-06-01T09:00", "zone": "recipient"});
    check_times(when.clone(), "2026-05-31T18:59:59Z", &[]);
    check_times(when.clone(), "2026-05-31T19:00:00Z", &["2026-06-01T09:00"]);
    check_times(when.clone(), "2026-06-01T21:59:59Z", &["2026-06-01T09:00"]);
    check_times(when, "2026-06-01T22:00:00Z", &[]);
}

#[test]
fn a_recurring_time_stays_at_its_hour_when_the_clocks_change() {
    let when = json!({
        "type": "every", "rule": "FREQ=WEEKLY;BYDAY=SU", "from": "2026-10-25T09:00", "zone": "America/New_York",
    });
    check_times(when.clone(), "2026-10-25T13:00:00Z", &["2026-10-25T09:00"]);
    check_times(when.clone(), "2026-11-01T13:59:00Z", &[]);
    check_times(when.clone(), "2026-11-01T14:00:00Z", &["2026-11-01T09:00"]);
    // A rule does not reach back.
    check_times(when, "2026-10-18T13:00:00Z", &[]);
}

#[track_caller]
fn check_booking(when: serde_json::Value, fact: &BookingFact, now: &str, is_due: bool) {
    let campaign = campaign(json!({"type": "guest"}), when);
    let due = about_bookings(&campaign, std::slice::from_ref(fact), instant(now));
    assert_eq!(!due.is_empty(), is_due, "{now}");
}

#[test]
fn a_reminder_is_due_before_its_booking_and_never_after_it_has_begun() {
    let day_before = json!({"type": "before-booking", "minutes": 1440});
    check_booking(day_before.clone(), &fact(), "2026-06-01T13:59:59Z", false);
    check_booking(day_before.clone(), &fact(), "2026-06-01T14:00:00Z", true);
    check_booking(day_before, &fact(), "2026-06-01T15:00:00Z", false);
    let shortly = json!({"type": "before-booking", "minutes": 10});
    check_booking(shortly.clone(), &fact(), "2026-06-02T13:59:59Z", true);
    check_booking(shortly, &fact(), "2026-06-02T14:00:00Z", false);
}

#[test]
fn a_booking_that_is_gone_is_not_reminded_of() {
    let gone = BookingFact {
        is_live: false,
        ..fact()
    };
    check_booking(
        json!({"type": "before-booking", "minutes": 1440}),
        &gone,
        "2026-06-01T14:00:00Z",
        false,
    );
    check_booking(
        json!({"type": "after-booking", "minutes": 0}),
        &gone,
        "2026-06-02T18:00:00Z",
        false,
    );
}

#[test]
fn a_happening_is_told_once_and_a_moved_booking_is_reminded_of_again() {
    let now = instant("2026-06-01T14:00:00Z");
    let key = |campaign: &Campaign, fact: &BookingFact, now| {
        about_bookings(campaign, std::slice::from_ref(fact), now)[0]
            .occurrence
            .key
            .clone()
    };
    let confirmed = campaign(
        json!({"type": "guest"}),
        json!({"type": "on", "event": "booking-confirmed"}),
    );
    let news = |at| BookingFact {
        news: Some((Happening::BookingConfirmed, at)),
        ..fact()
    };
    assert_eq!(
        key(&confirmed, &news(now), now),
        key(&confirmed, &news(now - TimeDelta::minutes(5)), now)
    );
    let reminder = campaign(
        json!({"type": "guest"}),
        json!({"type": "before-booking", "minutes": 1440}),
    );
    let moved = BookingFact {
        period: Period::new(instant("2026-06-02T14:30:00Z"), instant("2026-06-02T18:00:00Z")),
        ..fact()
    };
    let later = now + TimeDelta::minutes(40);
    assert_ne!(key(&reminder, &fact(), later), key(&reminder, &moved, later));
}

#[test]
fn a_campaign_is_about_what_it_names() {
    let now = instant("2026-06-01T14:00:00Z");
    let mut reminder = campaign(
        json!({"type": "guest"}),
        json!({"type": "before-booking", "minutes": 1440}),
    );
    reminder.only = serde_json::from_value(json!({"platforms": ["alpha"]})).unwrap();
    assert_eq!(about_bookings(&reminder, &[fact()], now).len(), 1);
    let own = BookingFact {
        platform: None,
        ..fact()
    };
    assert_eq!(about_bookings(&reminder, &[own], now), []);
}

#[test]
fn a_crews_message_goes_to_the_assets_crew() {
    let now = instant("2026-06-02T18:00:00Z");
    let turnover = campaign(
        json!({"type": "crew"}),
        json!({"type": "on", "event": "turnover"}),
    );
    let asked = BookingFact {
        news: Some((Happening::Turnover, now)),
        ..fact()
    };
    let due = about_bookings(&turnover, std::slice::from_ref(&asked), now);
    assert!(matches!(&due[0].subject, Subject::Crew(crew, _) if crew == "Dock crew"));
    let nobodys = BookingFact { crew: None, ..asked };
    assert_eq!(about_bookings(&turnover, &[nobodys], now), []);
}
