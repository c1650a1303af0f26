//! Lists: whole and incremental, over many pages, with what people do in between.

use serde_json::json;
use testkit::{Fault, PRIMARY};

use super::{EVENTS, World, draft, id};
use crate::{CalendarError, Changes, EventId, Item};

fn ids(items: &[Item]) -> Vec<String> {
    let mut ids: Vec<String> = items
        .iter()
        .filter_map(Item::id)
        .map(ToString::to_string)
        .collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_list_goes_to_its_last_page_and_each_event_comes_once() {
    let world = World::new().await;
    world.google().set_page_size(2);
    let mut expected: Vec<String> = Vec::new();
    for link in ["a", "b", "c", "d", "e"] {
        expected.push(world.insert(&id(link), &draft(link)).await.id.to_string());
    }
    expected.sort();
    assert_eq!(ids(&world.list().await.items), expected);
    let pages = world
        .simulator
        .requests()
        .into_iter()
        .filter(|request| request.method == "GET");
    assert_eq!(pages.count(), 3);
}

#[tokio::test]
async fn only_what_changed_since_comes_with_a_sync_token() {
    let world = World::new().await;
    let kept = world.insert(&id("kept"), &draft("kept")).await;
    let edited = world.insert(&id("edited"), &draft("edited")).await;
    let deleted = world.insert(&id("deleted"), &draft("deleted")).await;
    let token = world.list().await.next;
    assert_eq!(world.since(&token).await, []);
    world
        .google()
        .write(PRIMARY, edited.id.as_str(), json!({ "summary": "by a person" }));
    world.google().delete(PRIMARY, deleted.id.as_str());
    world.google().write(
        PRIMARY,
        "theirs",
        json!({ "start": { "date": "2027-01-01" }, "end": { "date": "2027-01-02" } }),
    );
    let changed = world.since(&token).await;
    let mut expected = vec![edited.id.to_string(), deleted.id.to_string(), "theirs".to_owned()];
    expected.sort();
    assert_eq!(ids(&changed), expected);
    assert!(changed.contains(&Item::Deleted { id: deleted.id }));
    assert!(!ids(&changed).contains(&kept.id.to_string()));
}

#[tokio::test]
async fn a_sync_token_that_google_forgot_is_expired_and_a_whole_list_starts_anew() {
    let world = World::new().await;
    world.insert(&id("a"), &draft("a")).await;
    let token = world.list().await.next;
    world.google().expire_sync_tokens(PRIMARY);
    assert_eq!(
        world.client.list_since(PRIMARY, &token).await,
        Ok(Changes::Expired)
    );
    let anew = world.list().await;
    assert_eq!(anew.items.len(), 1);
    assert_eq!(world.since(&anew.next).await, []);
}

#[tokio::test]
async fn a_page_that_fails_gives_no_list_and_the_old_token_still_tells_all() {
    let world = World::new().await;
    let token = world.list().await.next;
    world.google().set_page_size(1);
    for link in ["a", "b", "c"] {
        world.insert(&id(link), &draft(link)).await;
    }
    // The first page passes and the later ones never do.
    let pages_before = world.simulator.requests().len();
    let fail_later = async {
        while world.simulator.requests().len() == pages_before {
            tokio::task::yield_now().await;
        }
        let fault = Fault::Status {
            status: 500,
            retry_after_seconds: None,
        };
        world.simulator.lay(EVENTS, fault.always()).unwrap();
    };
    world
        .simulator
        .lay(EVENTS, Fault::Latency { milliseconds: 300 }.times(1))
        .unwrap();
    let (listed, ()) = tokio::join!(world.client.list_since(PRIMARY, &token), fail_later);
    assert_eq!(listed, Err(CalendarError::Unavailable { status: 500 }));
    let pages = world.simulator.requests().split_off(pages_before);
    assert!(
        pages.iter().any(|page| page.target.contains("pageToken")),
        "the second page was reached"
    );
    world.simulator.clear(EVENTS);
    assert_eq!(world.since(&token).await.len(), 3);
}

#[tokio::test]
async fn a_token_that_expires_between_two_pages_is_expired() {
    let world = World::new().await;
    let token = world.list().await.next;
    world.google().set_page_size(1);
    for link in ["a", "b"] {
        world.insert(&id(link), &draft(link)).await;
    }
    let before = world.simulator.requests().len();
    let expire_later = async {
        while world.simulator.requests().len() < before + 2 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        world.google().expire_sync_tokens(PRIMARY);
    };
    world
        .simulator
        .lay(EVENTS, Fault::Latency { milliseconds: 300 }.always())
        .unwrap();
    let (listed, ()) = tokio::join!(world.client.list_since(PRIMARY, &token), expire_later);
    assert_eq!(listed, Ok(Changes::Expired));
}

#[tokio::test]
async fn what_changes_while_pages_are_read_comes_with_the_next_list() {
    let world = World::new().await;
    world.google().set_page_size(1);
    let first = EventId::parse("aaaaa").unwrap();
    world.insert(&first, &draft("a")).await;
    world.insert(&EventId::parse("bbbbb").unwrap(), &draft("b")).await;
    let before = world.simulator.requests().len();
    let edit_later = async {
        while world.simulator.requests().len() < before + 2 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        // It was on the page that is read already.
        world
            .google()
            .write(PRIMARY, first.as_str(), json!({ "summary": "late" }));
    };
    world
        .simulator
        .lay(EVENTS, Fault::Latency { milliseconds: 300 }.always())
        .unwrap();
    let (listed, ()) = tokio::join!(world.list(), edit_later);
    assert_eq!(listed.items.len(), 2);
    world.simulator.clear(EVENTS);
    assert_eq!(ids(&world.since(&listed.next).await), ["aaaaa"]);
}

#[tokio::test]
async fn every_list_of_a_chain_asks_alike_and_for_no_guests() {
    let world = World::new().await;
    let token = world.list().await.next;
    world.since(&token).await;
    let lists: Vec<String> = world
        .simulator
        .requests()
        .into_iter()
        .filter(|request| request.method == "GET")
        .map(|request| request.target)
        .collect();
    let same = "?maxResults=2500&maxAttendees=1&singleEvents=false&showDeleted=true";
    assert_eq!(
        lists,
        [
            format!("{EVENTS}{same}"),
            format!("{EVENTS}{same}&syncToken={}", token.as_str())
        ]
    );
}

#[tokio::test]
async fn more_pages_than_the_limit_are_no_list() {
    let world = World::new().await;
    world.google().set_page_size(1);
    for number in 0..51 {
        let times = json!({ "start": { "date": "2027-01-01" }, "end": { "date": "2027-01-02" } });
        world.google().write(PRIMARY, &format!("event{number}"), times);
    }
    let listed = world.client.list(PRIMARY).await;
    assert!(matches!(listed, Err(CalendarError::Invalid { .. })), "{listed:?}");
}
