use ::inbox::{Message, MessageId, News, Thread, ThreadState};
use emulated::Emulated;
use serde_json::json;

use super::*;

/// A guest's message, number and minute of which say when it was written and what.
fn message(thread: &str, native: &str, minute: u32, text: &str) -> Message {
    written_by("guest", thread, native, minute, text)
}

fn written_by(role: &str, thread: &str, native: &str, minute: u32, text: &str) -> Message {
    let value = json!({
        "schema": 1,
        "id": MessageId::of("boats", native),
        "thread": ::inbox::ThreadId::of("boats", thread),
        "platform": "boats",
        "sender": {"role": role, "name": "Guest A"},
        "sent_at": format!("2027-01-15T08:{minute:02}:00Z"),
        "text": text,
        "is_html_original": false,
        "is_automatic": false,
        "revision": 1,
        "source": {"type": "api"},
        "native": {"thread": thread, "message": native},
        "original": "inbox/original/x",
    });
    serde_json::from_value(value).unwrap()
}

async fn states(inbox: &Inbox, state: ThreadState) -> Vec<String> {
    let threads = inbox.threads(state, None, 100).await.unwrap();
    threads.iter().map(|thread| thread.id.to_string()).collect()
}

fn id(thread: &str) -> String {
    ::inbox::ThreadId::of("boats", thread).to_string()
}

async fn check_a_messages_way(inbox: &Inbox) {
    let first = message("t", "m", 1, "hello");
    assert_eq!(inbox.take_in(&first, None).await, Ok(News::Is(1)));
    assert_eq!(inbox.take_in(&first, None).await, Ok(News::Known(1)));
    let edited = message("t", "m", 1, "hello there");
    assert_eq!(inbox.take_in(&edited, Some("mark")).await, Ok(News::Is(2)));
    assert_eq!(inbox.take_in(&first, None).await, Ok(News::Superseded));
    let stored = inbox.message(&first.id).await.unwrap().unwrap();
    assert_eq!((stored.revision, stored.text.reveal()), (2, "hello there"));

    let lines = inbox.messages(&first.thread, None, 10).await.unwrap();
    assert_eq!(lines.len(), 1, "an edit is no second line: {lines:?}");
    assert_eq!(inbox.message_at(&lines[0].key).await.unwrap().revision, 2);

    let open = inbox.open(None, 10).await.unwrap();
    let marks: Vec<_> = open
        .iter()
        .map(|open| (open.revision, open.mark.as_deref()))
        .collect();
    assert_eq!(marks, [(1, None), (2, Some("mark"))]);
    inbox.mark_published(&open[0]).await.unwrap();
    assert!(inbox.open_of(&first.id, 1).await.unwrap().unwrap().published);
    inbox.settle(&open[0]).await.unwrap();
    inbox.mark_published(&open[0]).await.unwrap();
    assert_eq!(
        inbox.open_of(&first.id, 1).await,
        Ok(None),
        "what is settled does not come back"
    );
    assert_eq!(inbox.open(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_is_new_once_and_an_edit_is_its_next_revision() {
    check_a_messages_way(&Inbox::in_memory()).await;
}

#[tokio::test]
async fn a_message_has_the_same_way_in_dynamodb_and_s3() {
    let test = "a_message_has_the_same_way_in_dynamodb_and_s3";
    let Some(emulated) = Emulated::of(test).await else {
        return;
    };
    emulated.create_table().await;
    emulated.create_bucket().await;
    let inbox = Inbox::in_aws(&emulated.config, emulated.name.clone(), emulated.name.clone());
    check_a_messages_way(&inbox).await;
    let racers = (0..8).map(|_| {
        let (inbox, message) = (inbox.clone(), message("race", "racer", 1, "hello"));
        tokio::spawn(async move { inbox.take_in(&message, None).await })
    });
    let mut ends = Vec::new();
    for racer in racers {
        ends.push(racer.await.unwrap());
    }
    let new = ends.iter().filter(|end| **end == Ok(News::Is(1))).count();
    assert_eq!(new, 1, "of eight at once one is the first: {ends:?}");
    emulated.delete_table().await;
}

#[tokio::test]
async fn an_object_without_rows_is_the_truth_that_comes_first() {
    let inbox = Inbox::in_memory();
    let first = message("t", "m", 1, "hello");
    let key = rows::message_key(&first);
    // Somebody ended right after the object, and the guest edited the message before anybody came again.
    inbox
        .objects
        .put_new(&key, rows::JSON, &rows::bytes(&first).unwrap())
        .await
        .unwrap();
    let edited = message("t", "m", 1, "hello there");
    assert_eq!(inbox.take_in(&edited, None).await, Ok(News::Is(2)));
    assert_eq!(inbox.message_at(&key).await.unwrap(), first);
    assert_eq!(inbox.open(None, 10).await.unwrap().len(), 2, "both are published");
}

#[tokio::test]
async fn threads_are_listed_newest_first_in_the_state_that_they_are_in() {
    let inbox = Inbox::in_memory();
    for (thread, minute) in [("a", 1), ("b", 3), ("c", 2)] {
        inbox
            .take_in(&message(thread, thread, minute, "hello"), None)
            .await
            .unwrap();
    }
    assert_eq!(
        states(&inbox, ThreadState::Waiting).await,
        [id("b"), id("c"), id("a")]
    );
    inbox
        .take_in(&message("a", "a2", 9, "anybody there?"), None)
        .await
        .unwrap();
    inbox
        .take_in(&written_by("host", "c", "c2", 5, "yes"), None)
        .await
        .unwrap();
    // What was written before the answer came late.
    inbox
        .take_in(&message("c", "c3", 4, "hello?"), None)
        .await
        .unwrap();
    inbox
        .take_in(&written_by("platform", "d", "d", 5, "news"), None)
        .await
        .unwrap();
    assert_eq!(states(&inbox, ThreadState::Waiting).await, [id("a"), id("b")]);
    assert_eq!(states(&inbox, ThreadState::Answered).await, [id("c")]);
    let counts = Counts {
        waiting: 2,
        drafted: 0,
        answered: 1,
        closed: 1,
    };
    assert_eq!(inbox.counts().await, Ok(counts));

    let first = inbox.threads(ThreadState::Waiting, None, 1).await.unwrap();
    let second = inbox
        .threads(
            ThreadState::Waiting,
            first.first().map(thread_place).as_deref(),
            1,
        )
        .await
        .unwrap();
    assert_eq!((first[0].messages, second[0].id.to_string()), (2, id("b")));
    let lines = inbox.messages(&first[0].id, None, 1).await.unwrap();
    let rest = inbox.messages(&first[0].id, lines.first(), 10).await.unwrap();
    assert_eq!((lines.len(), rest.len()), (1, 1));
    assert_ne!(lines[0].message, rest[0].message);
}

#[tokio::test]
async fn a_thread_is_changed_as_it_was_seen() {
    let inbox = Inbox::in_memory();
    inbox.take_in(&message("t", "m", 1, "hello"), None).await.unwrap();
    let seen: Thread = inbox
        .threads(ThreadState::Waiting, None, 1)
        .await
        .unwrap()
        .remove(0);
    let closed = seen.clone().closed();
    assert_eq!(inbox.change(&seen, &closed).await, Ok(true));
    assert_eq!(inbox.change(&seen, &closed).await, Ok(false));
    assert!(states(&inbox, ThreadState::Waiting).await.is_empty());
    assert_eq!(states(&inbox, ThreadState::Closed).await, [id("t")]);
    assert_eq!(inbox.counts().await.unwrap().closed, 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_told_once() {
    let inbox = Inbox::in_memory();
    let at = |seconds: i64| chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
    let put = async |bytes: &[u8], seconds| {
        inbox
            .quarantine(Some("boats"), (bytes, "no-id"), at(seconds))
            .await
    };
    assert_eq!(put(b"{", 0).await, Ok(true));
    assert_eq!(put(b"{", 1).await, Ok(false));
    assert_eq!(put(b"[", 2).await, Ok(true));
    let all = inbox.quarantined(None, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|aside| aside.since).collect::<Vec<_>>(),
        [at(2), at(0)]
    );
    assert_eq!(inbox.object(&all[1].key, 10).await.unwrap(), b"{");
    let newest = inbox.quarantined(None, 1).await.unwrap();
    assert_eq!(newest, all[..1]);
    assert_eq!(inbox.quarantined(newest.last(), 1).await.unwrap(), all[1..]);
    assert_eq!(inbox.quarantined(all.last(), 1).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_put_aside_ends_by_itself() {
    let inbox = Inbox::in_memory();
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    inbox.quarantine(None, (b"{", "no-id"), now).await.unwrap();
    let rows = inbox
        .table
        .between(rows::PARTITION, "a", "z")
        .await
        .unwrap()
        .into_iter()
        .filter(|row| !row.contains_key("version"));
    let ends: Vec<Option<i64>> = rows
        .map(|row| crate::table::number(&row, crate::wire::EXPIRES_AT))
        .collect();
    let in_days = 1_800_000_000 + 90 * 24 * 60 * 60;
    assert_eq!(ends, [Some(in_days), Some(in_days)]);
}
