//! What is refused, and what is stored in which order.

use std::collections::BTreeMap;

use booking::sync::{Missing, Source, Touch};

use super::fixture::{entry, link};
use super::*;
use crate::table::{Key, MAX_ROWS, Stepped, When, text};

/// A ledger whose table can be made to refuse.
fn stepped() -> (Ledger, Arc<Stepped>) {
    let table = Arc::new(Stepped::default());
    let ledger = Ledger {
        table: Table::Stepped(Arc::clone(&table)),
    };
    (ledger, table)
}

async fn begun(ledger: &Ledger) -> (Lease, Loaded) {
    let lease = take(ledger, "a", "one", 0).await.unwrap();
    (lease, ledger.load("a", at(0)).await.unwrap())
}

/// Puts another value, or none, in the place of one that was stored.
async fn spoil(ledger: &Ledger, key: &Key, attribute: &str, value: Option<&str>) {
    let mut row = ledger.table.get(key).await.unwrap().unwrap();
    row.remove(attribute).unwrap();
    row.extend(value.map(|value| text(attribute, value)));
    let put = vec![Part::Put(row, When::Always)];
    assert_eq!(ledger.table.transact(put).await, Ok(Outcome::Done));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_named_and_not_left_out() {
    let ledger = Ledger::in_memory();
    let (lease, mut loaded) = begun(&ledger).await;
    let write = Write::PutLink(Box::new(link("k1", "a")));
    let key = Key::new("asset#a", "sync#link#k1");
    let corrupt = StoreError::Corrupt {
        what: "a line of the ledger",
    };
    for (attribute, value) in [
        ("body", Some("{")),
        ("body", None),
        ("version", Some("2")),
        ("version", None),
    ] {
        assert_eq!(
            ledger.put(&lease, &mut loaded, &write, at(0)).await,
            Ok(Put::Done)
        );
        spoil(&ledger, &key, attribute, value).await;
        let read = ledger.load("a", at(0)).await.map(|loaded| loaded.state);
        assert_eq!(read, Err(corrupt), "{attribute} {value:?}");
    }
}

#[tokio::test]
async fn a_cursor_or_an_address_that_cannot_be_read_is_not_taken_for_none() {
    let ledger = Ledger::in_memory();
    let (lease, _) = begun(&ledger).await;
    assert_eq!(
        ledger.keep_google(&lease, &[], &[], Some("c")).await,
        Ok(Put::Done)
    );
    spoil(&ledger, &Key::new("asset#a", "google-cursor"), "cursor", None).await;
    let what = "the cursor of a Google calendar";
    assert_eq!(ledger.google("a").await, Err(StoreError::Corrupt { what }));

    let address = FeedAddress {
        asset: "a".to_owned(),
        listing: "l".to_owned(),
    };
    assert_eq!(ledger.rotate_feed_secret(&address, "first").await, Ok(()));
    spoil(&ledger, &Key::new("listing#l", "feed"), "secret", None).await;
    let what = "a feed's address";
    assert_eq!(ledger.feed_secret("l").await, Err(StoreError::Corrupt { what }));
    assert_eq!(
        ledger.rotate_feed_secret(&address, "second").await,
        Ok(()),
        "which mends it"
    );
    assert_eq!(ledger.feed_secret("l").await, Ok(Some("second".to_owned())));
    assert_eq!(ledger.listing_of_feed("first").await, Ok(None));
}

#[tokio::test]
async fn an_asset_of_more_lines_than_are_read_is_refused_and_not_cut() {
    let ledger = Ledger::in_memory();
    let line = |at: usize| {
        let id = format!("k{at:05}");
        rows::put("a", "link", &id, &link(&id, "a"), None).unwrap()
    };
    let most: Vec<Part> = (0..MAX_ROWS).map(line).collect();
    assert_eq!(ledger.table.transact(most).await, Ok(Outcome::Done));
    let read = ledger.load("a", at(0)).await.unwrap();
    assert_eq!(read.state.links.len(), MAX_ROWS);
    let one_more = vec![line(MAX_ROWS)];
    assert_eq!(ledger.table.transact(one_more).await, Ok(Outcome::Done));
    let read = ledger.load("a", at(0)).await.map(|loaded| loaded.state);
    let error = StoreError::TooMany { limit: MAX_ROWS };
    assert_eq!(read, Err(error));
    assert_eq!(error.to_string(), "there are more than 10000 rows to read");
}

#[tokio::test]
async fn who_meets_another_at_the_lease_tries_again_and_has_not_raced() {
    let (ledger, table) = stepped();
    let (lease, mut loaded) = begun(&ledger).await;
    let write = Write::PutLink(Box::new(link("k1", "a")));
    table.conflict(ATTEMPTS - 1);
    assert_eq!(
        ledger.put(&lease, &mut loaded, &write, at(0)).await,
        Ok(Put::Done)
    );
    assert_eq!(table.conflicts(), 0);

    table.conflict(usize::MAX);
    let unavailable = StoreError::Unavailable { what: "the ledger" };
    let write = Write::PutLink(Box::new(link("k2", "a")));
    let before = loaded.state.clone();
    assert_eq!(
        ledger.put(&lease, &mut loaded, &write, at(0)).await,
        Err(unavailable)
    );
    assert_eq!(loaded.state, before, "what was not stored is not kept");
    assert_eq!(
        ledger.keep_google(&lease, &[], &[], Some("c")).await,
        Err(unavailable)
    );
}

/// A reading of a large feed takes more than one transaction. Who stops in between must read the feed again, and must
/// not have counted anything as missing.
#[tokio::test]
async fn of_a_large_reading_absences_and_the_source_are_stored_last_and_together() {
    let (ledger, _) = stepped();
    let (lease, mut loaded) = begun(&ledger).await;
    // In the order of their ids, those that are missing would come first.
    let ids: Vec<String> = (0..150).map(|at| format!("k{at:03}")).collect();
    for id in &ids {
        let write = Write::PutLink(Box::new(link(id, "a")));
        assert_eq!(
            ledger.put(&lease, &mut loaded, &write, at(0)).await,
            Ok(Put::Done)
        );
    }
    let absence = Missing {
        count: 1,
        since: at(1),
    };
    let keys = ids[10..].iter().map(|id| (id.clone(), "another".to_owned()));
    let touch = Touch {
        listing: "l".to_owned(),
        source: Source::default(),
        keys: keys.collect(),
        missing: ids[..20].iter().map(|id| (id.clone(), Some(absence))).collect(),
    };
    let parts = rows::parts("a", &Write::Touch(Box::new(touch.clone())), &loaded.state, at(1)).unwrap();
    assert_eq!(
        parts.len(),
        301,
        "an event with another key that is missing too is stored once, and once by its time"
    );

    let stored = interrupted(&ledger, (&lease, &mut loaded), touch).await;
    let (lines, _) = ledger.during("a", period(0, 1_000), at(1)).await.unwrap();
    let changed = lines.iter().filter(|line| line.key == "another").count();
    assert_eq!(changed, 4, "the first transaction is stored");
    assert!(stored.sources.is_empty());
    let absences: BTreeMap<_, _> = stored
        .links
        .values()
        .filter_map(|link| Some((&link.id, link.missing?)))
        .collect();
    assert_eq!(absences, BTreeMap::new());
}

/// What is stored when a run ends after the first transaction of a write.
async fn interrupted(ledger: &Ledger, (lease, loaded): (&Lease, &mut Loaded), touch: Touch) -> State {
    let write = Write::Touch(Box::new(touch));
    {
        let mut putting = std::pin::pin!(ledger.put(lease, loaded, &write, at(1)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(putting.as_mut().poll(&mut context).is_pending());
    }
    ledger.load("a", at(1)).await.unwrap().state
}

#[tokio::test]
async fn an_own_event_is_renamed_where_it_lies_and_not_deleted_when_it_raced() {
    let events = Events::in_memory();
    let ledger = Ledger::beside(&events);
    let own = OwnEvent {
        id: "evt".to_owned(),
        asset: "a".to_owned(),
        title: "Regatta".to_owned(),
        period: period(10, 20),
        kind: OwnEventKind::Booking,
        created_at: at(0),
    };
    add(&events, &own).await;
    let (lease, mut loaded) = begun(&ledger).await;
    let mut stale = loaded.clone();
    let mut renamed = loaded.state.entries["evt"].clone();
    renamed.content.face.title = Some("Regatta, day 1".to_owned());
    let write = Write::PutEntry(Box::new(renamed));
    assert_eq!(
        ledger.put(&lease, &mut loaded, &write, at(0)).await,
        Ok(Put::Done)
    );
    let expected = OwnEvent {
        title: "Regatta, day 1".to_owned(),
        ..own
    };
    let there = events.events_in("a", period(0, 100)).await;
    assert_eq!(there, Ok(vec![expected.clone()]));

    let drop = Write::DropEntry {
        id: "evt".to_owned(),
        asset: "a".to_owned(),
        face: entry("evt", "a", Origin::Own, period(10, 20)).content.face,
    };
    assert_eq!(ledger.put(&lease, &mut stale, &drop, at(0)).await, Ok(Put::Raced));
    let there = events.events_in("a", period(0, 100)).await;
    assert_eq!(there, Ok(vec![expected]));
    assert!(stale.state.entries.contains_key("evt"), "as it was loaded");
    assert_eq!(ledger.put(&lease, &mut loaded, &drop, at(0)).await, Ok(Put::Done));
    assert_eq!(events.events_in("a", period(0, 100)).await, Ok(Vec::new()));
}
