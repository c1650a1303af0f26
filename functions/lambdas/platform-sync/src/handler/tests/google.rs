//! The asset's Google calendar in step with its platforms.

use chrono::{DateTime, Utc};
use contract::sync::{AssetAnswer, Outcome};
use serde_json::{Value, json};
use testkit::{Fault, Laid, PRIMARY};

use super::fixture::{A, B, Fixture, Stay, Times};
use super::{CRUISE, OTHER};

const EVENTS: &str = "/google/calendar/v3/calendars/primary/events";

/// What is in Google now, deleted events left out: the id, and when.
fn held(world: &Fixture) -> Vec<(String, Times)> {
    let events = world.simulator.google().events(PRIMARY);
    let living = events.iter().filter(|event| event["status"] != "cancelled");
    let instant = |event: &serde_json::Map<String, Value>, side: &str| -> DateTime<Utc> {
        let text = event[side]["dateTime"].as_str().unwrap();
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    };
    let mut held: Vec<(String, Times)> = living
        .map(|event| {
            let id = event["id"].as_str().unwrap().to_owned();
            (id, (instant(event, "start"), instant(event, "end")))
        })
        .collect();
    held.sort_by_key(|(_, times)| *times);
    held
}

fn times(world: &Fixture) -> Vec<Times> {
    held(world).into_iter().map(|(_, times)| times).collect()
}

/// A person writes this into the calendar.
fn write(world: &Fixture, id: &str, stay: Stay, title: &str) {
    let (start, end) = stay.period();
    let fields = json!({
        "summary": title,
        "start": { "dateTime": start.to_rfc3339() },
        "end": { "dateTime": end.to_rfc3339() },
    });
    world.simulator.google().write(PRIMARY, id, fields);
}

#[track_caller]
fn assert_done(answer: &AssetAnswer) -> usize {
    let Outcome::Done { writes } = answer.outcome else {
        panic!("{answer:?}");
    };
    assert_eq!(answer.google_failure, None);
    writes
}

/// How many of the calls so far were lists, and how many of these asked only for changes.
fn lists(world: &Fixture) -> (usize, usize) {
    let requests = world.simulator.requests();
    let lists: Vec<&str> = requests
        .iter()
        .filter(|request| request.method == "GET")
        .map(|request| request.target.as_str())
        .filter(|target| target.starts_with(&format!("{EVENTS}?")))
        .collect();
    let incremental = lists
        .iter()
        .filter(|target| target.contains("syncToken="))
        .count();
    (lists.len(), incremental)
}

#[tokio::test]
async fn a_booking_is_written_once_moved_and_taken_away() {
    let world = Fixture::with_google(&[CRUISE, OTHER], &[]).await;
    assert!(assert_done(&world.sync().await) > 0);
    assert_eq!(times(&world), [CRUISE.period(), OTHER.period()]);
    assert_eq!(assert_done(&world.sync().await), 0);
    assert_eq!(lists(&world), (2, 1), "the second list asks for changes only");

    let moved = Stay::new("cruise", 11, 10);
    let before = held(&world);
    world.publish(A, &[moved, OTHER]);
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [moved.period(), OTHER.period()]);
    assert_eq!(held(&world)[0].0, before[0].0, "it is the same event");

    world.publish(A, &[OTHER]);
    world.sync().await;
    world.pass_minutes(31);
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [OTHER.period()]);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn what_the_operator_writes_there_takes_the_time_on_every_platform() {
    let world = Fixture::with_google(&[CRUISE], &[]).await;
    world.sync().await;
    let service = Stay::new("service", 14, 9);
    write(&world, "byhand1", service, "Engine service");
    assert_done(&world.sync().await);
    assert_eq!(world.blocks(A).await, [service.taken()]);
    assert_eq!(world.blocks(B).await, [CRUISE.taken(), service.taken()]);
    assert_eq!(assert_done(&world.sync().await), 0);

    world.simulator.google().delete(PRIMARY, "byhand1");
    assert_done(&world.sync().await);
    assert_eq!(world.blocks(A).await, []);
    assert_eq!(times(&world), [CRUISE.period()]);
}

#[tokio::test]
async fn a_series_takes_its_time_each_week_but_for_what_was_taken_out() {
    let world = Fixture::with_google(&[], &[]).await;
    let first = Stay::new("weekly", 7, 9);
    write(&world, "weekly1", first, "Crew day");
    world.simulator.google().write(
        PRIMARY,
        "weekly1",
        json!({ "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"] }),
    );
    world.sync().await;
    let weeks = [7, 14, 21].map(|day| Stay::new("weekly", day, 9).taken());
    assert_eq!(world.blocks(A).await, weeks);

    let (second, _) = Stay::new("weekly", 14, 9).period();
    let id = format!("weekly1_{}", second.format("%Y%m%dT%H%M%SZ"));
    let cancelled = json!({
        "status": "cancelled", "recurringEventId": "weekly1",
        "originalStartTime": { "dateTime": second.to_rfc3339() },
    });
    world.simulator.google().write(PRIMARY, &id, cancelled);
    world.sync().await;
    assert_eq!(world.blocks(A).await, [weeks[0], weeks[2]]);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn an_edit_in_google_moves_our_copy_or_is_recorded_where_the_platform_prevails() {
    let world = Fixture::with_google(&[CRUISE], &[]).await;
    world.sync().await;
    let id = held(&world)[0].0.clone();
    write(&world, &id, Stay::new("cruise", 12, 10), "Guest");
    assert_done(&world.sync().await);
    assert_eq!(
        times(&world),
        [Stay::new("cruise", 12, 10).period()],
        "it is the operator's word"
    );

    write(&world, &id, Stay::new("cruise", 13, 10), "Guest");
    let told = Stay::new("cruise", 15, 10);
    world.publish(A, &[told]);
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [told.period()]);
    let state = world.state().await;
    assert_eq!(state.decisions.len(), 1, "{:?}", state.decisions);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn an_expired_sync_token_loses_and_doubles_nothing() {
    let world = Fixture::with_google(&[CRUISE], &[]).await;
    world.sync().await;
    write(&world, "byhand1", OTHER, "Dentist");
    world.simulator.google().expire_sync_tokens(PRIMARY);
    assert_done(&world.sync().await);
    assert_eq!(world.blocks(A).await, [OTHER.taken()]);
    assert_eq!(times(&world), [CRUISE.period(), OTHER.period()]);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_event() {
    let world = Fixture::with_google(&[CRUISE, OTHER], &[]).await;
    let lost = Laid {
        fault: Fault::DropAfter,
        times: Some(1),
    };
    world.sync().await;
    let third = Stay::new("third", 30, 10);
    world.publish(A, &[CRUISE, OTHER, third]);
    world.simulator.lay(EVENTS, lost).unwrap();
    world.sync().await;
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [CRUISE.period(), OTHER.period(), third.period()]);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn a_google_that_fails_keeps_nothing_else_from_being_done() {
    let world = Fixture::with_google(&[CRUISE], &[]).await;
    let down = Fault::Status {
        status: 400,
        retry_after_seconds: None,
    };
    let laid = Laid {
        fault: down,
        times: None,
    };
    world.simulator.lay(EVENTS, laid).unwrap();
    let answer = world.sync().await;
    assert_eq!(answer.google_failure.as_deref(), Some("invalid"), "{answer:?}");
    assert_eq!(world.blocks(B).await, [CRUISE.taken()]);
    assert_eq!(times(&world), []);

    world.simulator.clear(EVENTS);
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [CRUISE.period()]);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn a_copy_that_cannot_be_made_is_made_by_the_next_run() {
    let world = Fixture::with_google(&[CRUISE], &[]).await;
    world.sync().await;
    // From here on reading goes well, and what is written under one id does not.
    let moved = Stay::new("cruise", 11, 10);
    world.publish(A, &[moved, OTHER]);
    let id = held(&world)[0].0.clone();
    let refused = Fault::Status {
        status: 403,
        retry_after_seconds: None,
    };
    let path = format!("{EVENTS}/{id}");
    world
        .simulator
        .lay(
            &path,
            Laid {
                fault: refused,
                times: None,
            },
        )
        .unwrap();
    let answer = world.sync().await;
    assert!(
        matches!(&answer.outcome, Outcome::Stopped { reason, .. } if reason.starts_with("google calendar: ")),
        "{answer:?}"
    );
    assert_eq!(
        times(&world),
        [CRUISE.period(), OTHER.period()],
        "the other one is written"
    );
    assert_eq!(world.blocks(B).await, [moved.taken(), OTHER.taken()]);

    world.simulator.clear(&path);
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [moved.period(), OTHER.period()]);
    assert_eq!(assert_done(&world.sync().await), 0);
}

#[tokio::test]
async fn a_dry_run_asks_google_and_changes_nothing() {
    let world = Fixture::with_google(&[CRUISE], &[]).await;
    let shown = world.ask_sync(json!({ "action": "sync", "dry_run": true })).await;
    assert!(shown.text.contains("Google"), "{}", shown.text);
    assert_eq!(times(&world), []);
    assert_eq!(
        world.service.ledger.google("pontoon").await.unwrap(),
        store::GoogleCopy::default()
    );
}

/// How many channels Google was asked for.
fn watches(world: &Fixture) -> usize {
    let requests = world.simulator.requests();
    let is_watch = |target: &str| target.starts_with(&format!("{EVENTS}/watch"));
    requests
        .iter()
        .filter(|request| is_watch(&request.target))
        .count()
}

#[tokio::test]
async fn a_channel_is_opened_and_renewed_before_it_ends() {
    let mut world = Fixture::with_google(&[], &[]).await;
    world.service.api_url = Some(world.simulator.origin());
    let (opened_at, token) = (world.now().timestamp(), format!("{:064}", 0));
    world.sync().await;
    world.sync().await;
    assert_eq!(watches(&world), 1);
    let id = format!("landfall-pontoon-{opened_at}");
    let ledger = &world.service.ledger;
    assert_eq!(
        ledger.asset_of_channel(&id, &token).await,
        Ok(Some("pontoon".to_owned()))
    );
    assert_eq!(ledger.asset_of_channel(&id, "another").await, Ok(None));
    assert_eq!(ledger.asset_of_channel("another", &token).await, Ok(None));

    world.pass_minutes(6 * 24 * 60 + 1);
    world.sync().await;
    assert_eq!(watches(&world), 2);
}

#[tokio::test]
async fn a_channel_that_cannot_be_opened_fails_nothing_and_is_tried_again_later() {
    let mut world = Fixture::with_google(&[CRUISE], &[]).await;
    world.service.api_url = Some(world.simulator.origin());
    let path = format!("{EVENTS}/watch");
    let refused = Fault::Status {
        status: 403,
        retry_after_seconds: None,
    };
    let laid = Laid {
        fault: refused,
        times: None,
    };
    world.simulator.lay(&path, laid).unwrap();
    assert_done(&world.sync().await);
    assert_eq!(times(&world), [CRUISE.period()]);
    let asked = watches(&world);
    world.sync().await;
    assert_eq!(watches(&world), asked);
    world.simulator.clear(&path);
    world.pass_minutes(6 * 60 + 1);
    world.sync().await;
    assert_eq!(watches(&world), asked + 1);
}

#[tokio::test]
async fn google_is_told_of_no_address_that_it_cannot_reach() {
    let mut world = Fixture::with_google(&[], &[]).await;
    world.service.api_url = Some("http://api.example".to_owned());
    world.sync().await;
    assert_eq!(watches(&world), 0);
}
