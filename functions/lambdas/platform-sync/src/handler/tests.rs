//! The function with a small world around it: feeds over real HTTP, a table in memory, and a clock that the test sets.

mod fixture;
mod google;
mod requests;

use std::collections::BTreeSet;

use booking::sync::SlotNews;
use contract::sync::{Outcome, SyncAnswer};
use serde_json::{Value, json};
use testkit::Fault;

use fixture::{A, B, Fixture, Stay};

const CRUISE: Stay = Stay::new("cruise", 10, 10);
const OTHER: Stay = Stay::new("other", 20, 10);

#[tokio::test]
async fn a_booking_on_one_platform_blocks_the_other_and_does_not_come_back() {
    let world = Fixture::with(&[CRUISE, OTHER], &[]).await;
    let answer = world.sync().await;
    assert!(
        matches!(answer.outcome, Outcome::Done { writes } if writes > 0),
        "{answer:?}"
    );
    assert_eq!(world.blocks(B).await, [CRUISE.taken(), OTHER.taken()]);
    assert_eq!(
        world.blocks(A).await,
        [],
        "nothing goes back to where it came from"
    );
    assert_eq!(
        world.entries().await,
        BTreeSet::from([CRUISE.period(), OTHER.period()])
    );
}

#[tokio::test]
async fn a_second_run_writes_nothing() {
    let world = Fixture::with(&[CRUISE, OTHER], &[Stay::new("third", 30, 10)]).await;
    world.sync().await;
    let before = world.state().await;
    let second = world.sync().await;
    assert_eq!(second.outcome, Outcome::Done { writes: 0 }, "{}", second.text);
    assert_eq!(world.state().await, before);
}

#[tokio::test]
async fn a_dry_run_shows_what_a_run_does_and_changes_nothing() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    let shown = world.ask_sync(json!({ "action": "sync", "dry_run": true })).await;
    assert_eq!(shown.outcome, Outcome::Planned);
    assert_eq!(world.state().await, booking::sync::State::default());
    let done = world.sync().await;
    assert_eq!(shown.rows, done.rows);
    assert_eq!(shown.text, done.text);
}

#[tokio::test]
async fn a_moved_booking_moves_and_a_cancelled_one_frees_its_time() {
    let world = Fixture::with(&[CRUISE, OTHER], &[]).await;
    world.sync().await;
    let moved = Stay::new("cruise", 11, 10);
    world.publish(A, &[moved, OTHER]);
    world.sync().await;
    assert_eq!(world.blocks(B).await, [moved.taken(), OTHER.taken()]);

    world.publish(A, &[OTHER]);
    world.sync().await;
    assert_eq!(world.blocks(B).await.len(), 2, "one absence is none");
    world.pass_minutes(31);
    world.sync().await;
    assert_eq!(world.blocks(B).await, [OTHER.taken()]);
    assert_eq!(world.entries().await, BTreeSet::from([OTHER.period()]));
}

#[tokio::test]
async fn a_double_booking_is_decided_by_policy_told_and_taken_back() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    world.sync().await;
    world.pass_minutes(15);
    world.publish(B, &[Stay::new("rival", 10, 11)]);
    world.sync().await;
    let told = world.ask(json!({ "action": "conflicts" })).await;
    let conflict = told["conflicts"][0].clone();
    assert_eq!(conflict["asset"], "pontoon", "{told}");
    assert_eq!(conflict["by"], "policy");
    let winner = conflict["winner"].as_str().unwrap().to_owned();
    let sides = conflict["sides"].as_array().unwrap();
    let of = |listing: &str| sides.iter().find(|side| side["from"] == listing).unwrap()["id"].clone();
    assert_eq!(of(A), winner, "who was there first");
    assert!(
        told["tasks"][0]["draft"]
            .as_str()
            .unwrap()
            .contains("another time"),
        "{told}"
    );

    let id = &conflict["id"];
    let explained = world.ask(json!({ "action": "explain", "id": id })).await;
    assert!(
        explained["text"][0].as_str().unwrap().contains("first"),
        "{explained}"
    );
    let loser = of(B);
    world
        .ask(json!({ "action": "resolve", "id": id, "winner": loser }))
        .await;
    let told = world.ask(json!({ "action": "conflicts" })).await;
    assert_eq!(
        (&told["conflicts"][0]["winner"], &told["conflicts"][0]["by"]),
        (&loser, &json!("operator"))
    );
    world.ask(json!({ "action": "undo", "id": id })).await;
    let told = world.ask(json!({ "action": "conflicts" })).await;
    assert_eq!(told["conflicts"][0]["winner"], Value::Null, "{told}");
}

#[tokio::test]
async fn an_empty_feed_is_doubted_until_it_is_accepted() {
    let world = Fixture::with(&[CRUISE, OTHER], &[]).await;
    world.sync().await;
    world.publish(A, &[]);
    for _ in 0..3 {
        world.pass_minutes(40);
        let answer = world.sync().await;
        let feed = answer.feeds.iter().find(|feed| feed.listing == A).unwrap();
        assert!(
            feed.quarantine.as_ref().unwrap().contains("nothing to come"),
            "{feed:?}"
        );
        assert_eq!(world.entries().await.len(), 2, "nothing is deleted");
    }
    let refused = world.ask(json!({ "action": "accept", "listing": B })).await;
    assert_eq!(refused["answer"], "refused");
    world.ask(json!({ "action": "accept", "listing": A })).await;
    world.pass_minutes(40);
    world.sync().await;
    assert_eq!(world.entries().await.len(), 0);
    assert_eq!(world.blocks(B).await, []);
}

#[tokio::test]
async fn a_feed_that_fails_is_named_and_deletes_nothing() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    world.sync().await;
    let page: &[u8] = b"<html>Please sign in</html>";
    for (fault, expected) in [
        (
            Some(Fault::Status {
                status: 500,
                retry_after_seconds: None,
            }),
            "status",
        ),
        (None, "not-a-calendar"),
    ] {
        match fault {
            Some(fault) => world.lay(A, fault),
            None => {
                world.simulator.clear(&fixture::path(A));
                world.simulator.publish(&fixture::path(A), page);
            }
        }
        world.pass_minutes(40);
        let answer = world.sync().await;
        let feed = answer.feeds.iter().find(|feed| feed.listing == A).unwrap();
        assert_eq!(feed.failure.as_deref(), Some(expected), "{feed:?}");
        assert!(feed.last_imported.is_some());
        assert_eq!(world.entries().await.len(), 1);
        assert_eq!(world.blocks(B).await, [CRUISE.taken()]);
    }
    world.pass_minutes(360);
    let stale = world.sync().await;
    assert!(
        stale.feeds.iter().any(|feed| feed.listing == A && feed.is_stale),
        "{stale:?}"
    );
}

#[tokio::test]
async fn an_unchanged_feed_is_not_read_again() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    world.sync().await;
    world.sync().await;
    let is_conditional: Vec<bool> = world
        .simulator
        .requests()
        .iter()
        .map(|request| request.headers.iter().any(|(name, _)| name == "if-none-match"))
        .collect();
    assert_eq!(is_conditional, [false, false, true, true]);
}

#[tokio::test]
async fn two_runs_at_once_are_one_after_the_other() {
    let world = Fixture::with(&[CRUISE, OTHER], &[]).await;
    let (one, other) = tokio::join!(world.sync(), world.sync());
    let outcomes = [one.outcome, other.outcome];
    assert!(outcomes.contains(&Outcome::Busy), "{outcomes:?}");
    assert!(
        outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Done { .. }))
    );
    assert_eq!(world.entries().await.len(), 2);
    assert_eq!(world.sync().await.outcome, Outcome::Done { writes: 0 });
}

#[tokio::test]
async fn a_run_without_time_stops_and_the_next_one_goes_on() {
    let world = Fixture::with(&[CRUISE, OTHER], &[]).await;
    let stopped = world.sync_until(world.now()).await;
    assert!(matches!(stopped.outcome, Outcome::Stopped { .. }), "{stopped:?}");
    assert!(matches!(world.sync().await.outcome, Outcome::Done { writes } if writes > 0));
    assert_eq!(world.blocks(B).await, [CRUISE.taken(), OTHER.taken()]);
}

#[tokio::test]
async fn a_feeds_address_stays_until_it_is_rotated() {
    let world = Fixture::with(&[], &[]).await;
    let ask = async |rotate: bool| {
        let answer = world
            .ask(json!({ "action": "feed", "listing": A, "rotate": rotate }))
            .await;
        answer["path"].as_str().unwrap().to_owned()
    };
    let first = ask(false).await;
    assert!(first.starts_with("/feeds/") && first.len() > 64, "{first}");
    assert_eq!(ask(false).await, first);
    assert_ne!(ask(true).await, first);
}

#[tokio::test]
async fn what_is_not_known_is_refused_without_quoting_it() {
    let world = Fixture::with(&[], &[]).await;
    for (request, is_unknown) in [
        (json!({ "action": "sync", "platform": "canary" }), true),
        (json!({ "action": "sync", "listings": ["canary"] }), true),
        (json!({ "action": "explain", "id": "canary" }), true),
        (json!({ "action": "undo", "id": "canary" }), true),
        (json!({ "action": "accept", "listing": "canary" }), true),
        (json!({ "action": "canary" }), false),
        (json!("canary"), false),
    ] {
        let answer = world.ask(request.clone()).await;
        assert_eq!(answer["answer"], "refused", "{request} {answer}");
        assert_eq!(answer["is_unknown"], is_unknown, "{request}");
        assert!(!answer.to_string().contains("canary"), "{answer}");
    }
}

#[tokio::test]
async fn an_answer_is_read_back_as_it_was_written() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    let answer = world.ask(json!({ "action": "sync" })).await;
    let read: SyncAnswer = serde_json::from_value(answer.clone()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), answer);
}

#[tokio::test]
async fn a_feed_is_read_whole_again_on_the_next_day() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    world.sync().await;
    world.pass_minutes(24 * 60);
    world.sync().await;
    world.sync().await;
    let requests = world.simulator.requests();
    let of_a = requests
        .iter()
        .filter(|request| request.target == fixture::path(A));
    let is_conditional: Vec<bool> = of_a
        .map(|request| request.header("if-none-match").is_some())
        .collect();
    assert_eq!(is_conditional, [false, false, true]);
}

#[tokio::test]
async fn a_feed_is_read_whole_again_when_its_platforms_rules_have_changed() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    world.sync().await;
    let rule = json!({ "field": "summary", "matches": "Guest", "kind": "block" });
    world.change_manifest(|manifest| manifest["platforms"][0]["events"] = json!({ "rules": [rule] }));
    world.pass_minutes(1);
    world.sync().await;
    let state = world.state().await;
    let kinds: Vec<booking::Kind> = state
        .links
        .values()
        .filter(|link| link.is_live())
        .map(|link| link.content.kind)
        .collect();
    assert!(kinds.contains(&booking::Kind::Block), "{kinds:?}");
}

#[test]
fn stale_doubted_and_stopped_ones_are_counted() {
    let feed = |is_stale: bool, quarantine: Option<&str>| contract::sync::FeedAnswer {
        listing: "l".to_owned(),
        last_imported: None,
        is_stale,
        failure: None,
        quarantine: quarantine.map(str::to_owned),
    };
    let asset = |outcome: Outcome, feeds: Vec<contract::sync::FeedAnswer>| contract::sync::AssetAnswer {
        asset: "a".to_owned(),
        outcome,
        rows: Vec::new(),
        text: String::new(),
        feeds,
        google_failure: None,
    };
    let stopped = Outcome::Stopped {
        reason: "r".to_owned(),
        writes: 1,
    };
    let assets = [
        asset(
            Outcome::Done { writes: 0 },
            vec![feed(true, None), feed(true, Some("q"))],
        ),
        asset(stopped, vec![feed(true, None), feed(false, None)]),
    ];
    assert_eq!(
        super::counters(&assets),
        [("StaleFeeds", 3), ("QuarantinedFeeds", 1), ("StoppedAssets", 1)]
    );
}

#[tokio::test]
async fn the_crew_is_to_hear_of_each_slot_and_of_its_changes_once() {
    let world = Fixture::with(&[CRUISE], &[]).await;
    let heard = async || {
        let notices = world.service.ledger.crew_notices("pontoon").await.unwrap();
        for (id, _) in &notices {
            let forgotten = world.service.ledger.forget_crew_notice("pontoon", id).await;
            forgotten.unwrap();
        }
        let told = notices.into_iter().map(|(_, notice)| {
            assert_eq!(notice.slot.crew, "Dock crew");
            (notice.what, notice.slot.period.start, notice.slot.lacking_minutes)
        });
        told.collect::<Vec<_>>()
    };
    let (_, end) = CRUISE.period();
    world.sync().await;
    assert_eq!(heard().await, [(SlotNews::Asked, end, 0)]);
    world.sync().await;
    assert_eq!(heard().await, []);

    let moved = Stay::new("cruise", 11, 10);
    world.publish(A, &[moved]);
    world.sync().await;
    let (_, later) = moved.period();
    assert_eq!(heard().await, [(SlotNews::Changed, later, 0)]);

    world.publish(A, &[OTHER]);
    world.sync().await;
    world.pass_minutes(31);
    world.sync().await;
    let heard = heard().await;
    assert!(heard.contains(&(SlotNews::CalledOff, later, 0)), "{heard:?}");
    assert_eq!(heard.len(), 2, "and one for the other booking: {heard:?}");
}

#[tokio::test]
async fn who_pays_more_keeps_the_time_where_the_policy_says_so() {
    let world = Fixture::with(&[], &[]).await;
    world.change_manifest(|manifest| {
        manifest["policies"] = json!({ "conflict": { "rule": "highest-value" } });
        for platform in manifest["platforms"].as_array_mut().unwrap() {
            platform["events"] = json!({ "value": [{ "field": "description", "after": "Payout:" }] });
        }
    });
    let feed = |code: &str, payout: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{code}\r\nDTSTART:20270125T100000Z\r\n\
             DTEND:20270125T130000Z\r\nDESCRIPTION:Booking code: {code}\\nPayout: {payout}\r\nEND:VEVENT\r\n\
             END:VCALENDAR\r\n"
        )
    };
    world
        .simulator
        .publish(&fixture::path(A), feed("AA11", "$450.00"));
    world.sync().await;
    world
        .simulator
        .publish(&fixture::path(B), feed("BB22", "$1\\,200.00"));
    world.pass_minutes(15);
    world.sync().await;
    let told = world.ask(json!({ "action": "conflicts" })).await;
    let conflict = &told["conflicts"][0];
    let sides = conflict["sides"].as_array().unwrap();
    let of_b = sides.iter().find(|side| side["from"] == B).unwrap();
    assert_eq!(conflict["winner"], of_b["id"], "{told}");
    assert!(
        conflict["reason"].as_str().unwrap().contains("more"),
        "{conflict}"
    );
}
