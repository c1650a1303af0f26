//! Inserts, changes and deletions that go well, and those that meet somebody else's.

use serde_json::json;
use testkit::PRIMARY;

use super::{World, draft, draft_of, event, id};
use crate::{CalendarError, Deleted, EventId, Inserted, Item, Patched};

#[tokio::test]
async fn what_is_inserted_is_read_again_and_then_there_is_nothing_to_write() {
    let world = World::new().await;
    let draft = draft("Sunset cruise");
    let stored = world.insert(&id("a"), &draft).await;
    assert_eq!(stored, world.get(&id("a")).await);
    assert_eq!(stored.link.as_deref(), Some("getmyboat:1"));
    assert_eq!(stored.event.start, event("").start);
    assert!(draft.is_written_in(&stored));
    let before = world.simulator.requests().len();
    assert_eq!(
        world.client.patch(PRIMARY, &stored, &draft).await,
        Ok(Patched::Unchanged)
    );
    assert_eq!(world.simulator.requests().len(), before, "nothing is sent");
}

#[tokio::test]
async fn the_same_insert_twice_is_one_event() {
    let world = World::new().await;
    let first = world.insert(&id("a"), &draft("Cruise")).await;
    let again = world
        .client
        .insert(PRIMARY, &id("a"), &draft("Cruise"))
        .await
        .unwrap();
    assert_eq!(again, Inserted::Existing(Box::new(first)));
    assert_eq!(world.living(), 1);
}

#[tokio::test]
async fn an_id_that_says_something_else_is_taken_and_stays_as_it_is() {
    let world = World::new().await;
    world.insert(&id("a"), &draft("Cruise")).await;
    world.google().write(
        PRIMARY,
        id("a").as_str(),
        json!({ "summary": "Cruise, moved to the hall" }),
    );
    let again = world
        .client
        .insert(PRIMARY, &id("a"), &draft("Cruise"))
        .await
        .unwrap();
    let Inserted::Taken(there) = again else {
        panic!("{again:?}")
    };
    assert_eq!(there.event.summary.as_deref(), Some("Cruise, moved to the hall"));
}

#[tokio::test]
async fn the_id_of_a_deleted_event_is_not_free_and_the_next_generation_is() {
    let world = World::new().await;
    let stored = world.insert(&id("a"), &draft("Cruise")).await;
    let deleted = world.client.delete(PRIMARY, &stored.id, &stored.etag).await;
    assert_eq!(deleted, Ok(Deleted::Done));
    let again = world.client.insert(PRIMARY, &id("a"), &draft("Cruise")).await;
    assert_eq!(again, Ok(Inserted::Deleted));
    world
        .insert(&EventId::derive("harbour", "a", 1), &draft("Cruise"))
        .await;
    assert_eq!(world.living(), 1);
}

#[tokio::test]
async fn a_patch_changes_what_differs_and_keeps_what_people_added() {
    let world = World::new().await;
    world.insert(&id("a"), &draft("Cruise")).await;
    let theirs = json!({
        "attendees": [{ "email": "guest@example.com" }, { "email": "crew@example.com" }],
        "colorId": "7",
        "reminders": { "useDefault": false },
        "extendedProperties": { "private": { "theirs": "1" }, "shared": { "theirs": "2" } },
    });
    world.google().write(PRIMARY, id("a").as_str(), theirs);
    let stored = world.get(&id("a")).await;
    let mut moved = event("Cruise");
    moved.start = super::at("2027-06-02T18:00:00");
    moved.end = calendar::EventEnd::At(super::at("2027-06-02T20:00:00"));
    let patched = world
        .client
        .patch(PRIMARY, &stored, &draft_of(&moved))
        .await
        .unwrap();
    let Patched::Done(now) = patched else {
        panic!("{patched:?}")
    };
    assert_eq!(now.event.start, moved.start);
    let raw = &world.google().events(PRIMARY)[0];
    assert_eq!(raw["attendees"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&raw["colorId"], &raw["reminders"]["useDefault"]),
        (&json!("7"), &json!(false))
    );
    assert_eq!(raw["extendedProperties"]["private"]["theirs"], "1");
    assert_eq!(
        raw["extendedProperties"]["private"]["landfallLink"],
        "getmyboat:1"
    );
    assert_eq!(raw["extendedProperties"]["shared"]["theirs"], "2");
}

#[tokio::test]
async fn a_time_becomes_a_day_and_a_day_a_time_again() {
    let world = World::new().await;
    let timed = world.insert(&id("a"), &draft("Cruise")).await;
    let mut whole_day = event("Cruise");
    whole_day.start = calendar::EventTime::Date("2027-06-01".parse().unwrap());
    whole_day.end = calendar::EventEnd::After(calendar::Length::DAY);
    let patched = world
        .client
        .patch(PRIMARY, &timed, &draft_of(&whole_day))
        .await
        .unwrap();
    let Patched::Done(day) = patched else {
        panic!("{patched:?}")
    };
    assert!(day.event.start.is_date());
    let patched = world.client.patch(PRIMARY, &day, &draft("Cruise")).await.unwrap();
    let Patched::Done(timed_again) = patched else {
        panic!("{patched:?}")
    };
    assert_eq!(timed_again.event.start, timed.event.start);
}

#[tokio::test]
async fn a_field_that_is_to_go_goes() {
    let world = World::new().await;
    let mut full = event("Cruise");
    full.description = Some("Bring a coat.".to_owned());
    full.location = Some("Pier 4".to_owned());
    full.url = Some("https://example.com/1".to_owned());
    full.rules = vec!["FREQ=WEEKLY;COUNT=3".parse().unwrap()];
    let stored = world.insert(&id("a"), &draft_of(&full)).await;
    let patched = world
        .client
        .patch(PRIMARY, &stored, &draft("Cruise"))
        .await
        .unwrap();
    let Patched::Done(now) = patched else {
        panic!("{patched:?}")
    };
    assert!(draft("Cruise").is_written_in(&now));
    let raw = &world.google().events(PRIMARY)[0];
    for field in ["description", "location", "source", "recurrence"] {
        assert!(!raw.contains_key(field), "{field} is still there");
    }
}

#[tokio::test]
async fn an_edit_of_a_person_is_never_overwritten() {
    let world = World::new().await;
    let stored = world.insert(&id("a"), &draft("Cruise")).await;
    world
        .google()
        .write(PRIMARY, stored.id.as_str(), json!({ "summary": "Theirs" }));
    assert_eq!(
        world.client.patch(PRIMARY, &stored, &draft("Ours")).await,
        Ok(Patched::Changed)
    );
    assert_eq!(
        world.client.delete(PRIMARY, &stored.id, &stored.etag).await,
        Ok(Deleted::Changed)
    );
    assert_eq!(world.google().events(PRIMARY)[0]["summary"], "Theirs");
    assert_eq!(world.living(), 1);
}

#[tokio::test]
async fn what_is_deleted_is_deleted_and_a_patch_of_it_is_decided_anew() {
    let world = World::new().await;
    let stored = world.insert(&id("a"), &draft("Cruise")).await;
    world.google().delete(PRIMARY, stored.id.as_str());
    assert_eq!(
        world.client.delete(PRIMARY, &stored.id, &stored.etag).await,
        Ok(Deleted::Already)
    );
    assert_eq!(
        world.client.patch(PRIMARY, &stored, &draft("Ours")).await,
        Ok(Patched::Changed)
    );
    let item = world.client.get(PRIMARY, &stored.id).await;
    assert_eq!(item, Ok(Item::Deleted { id: stored.id }));
}

#[tokio::test]
async fn what_never_was_is_not_found() {
    let world = World::new().await;
    let missing = world.client.get(PRIMARY, &id("never")).await;
    assert_eq!(missing, Err(CalendarError::NotFound));
    let nowhere = world
        .client
        .insert("elsewhere@example.com", &id("a"), &draft("Cruise"))
        .await;
    assert_eq!(nowhere, Err(CalendarError::NotFound));
}

#[tokio::test]
async fn a_write_names_its_version_and_tells_no_guest() {
    let world = World::new().await;
    let stored = world.insert(&id("a"), &draft("Cruise")).await;
    world
        .client
        .patch(PRIMARY, &stored, &draft("Cruise II"))
        .await
        .unwrap();
    let stored = world.get(&id("a")).await;
    world
        .client
        .delete(PRIMARY, &stored.id, &stored.etag)
        .await
        .unwrap();
    let writes: Vec<_> = world
        .simulator
        .requests()
        .into_iter()
        .filter(|request| request.target.contains("/events") && request.method != "GET")
        .collect();
    assert_eq!(writes.len(), 3);
    for write in writes {
        assert!(write.target.ends_with("?sendUpdates=none"), "{}", write.target);
        assert_eq!(
            write.header("if-match").is_some(),
            write.method != "POST",
            "{}",
            write.method
        );
    }
}
