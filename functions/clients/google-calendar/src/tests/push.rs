//! Push channels, against a listener that hears what Google would say.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use testkit::PRIMARY;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::World;
use crate::{CalendarError, Notification, NotificationState, WatchRequest};

const TOKEN: &str = "channel-secret";

fn request(listener: &TcpListener) -> WatchRequest {
    WatchRequest {
        id: "channel-1".to_owned(),
        address: format!("http://{}/webhooks/google", listener.local_addr().unwrap())
            .parse()
            .unwrap(),
        token: TOKEN.to_owned(),
        lifetime: Duration::from_secs(3600),
    }
}

/// The next notification, answered with 204.
async fn hear(listener: &TcpListener) -> Notification {
    let heard = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut text = String::new();
        while !text.ends_with("\r\n\r\n") {
            text.push(stream.read_u8().await.unwrap().into());
        }
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
            .await
            .unwrap();
        text
    };
    let text = tokio::time::timeout(Duration::from_secs(5), heard).await.unwrap();
    assert!(text.starts_with("POST /webhooks/google "), "{text}");
    let headers: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once(": ")).collect();
    Notification::read(|name| headers.get(name).copied()).unwrap()
}

#[tokio::test]
async fn a_channel_says_that_it_is_open_that_something_changed_and_then_nothing_more() {
    let world = World::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let channel = world.client.watch(PRIMARY, &request(&listener)).await.unwrap();
    assert!(channel.expires.is_some());
    let first = hear(&listener).await;
    assert_eq!(
        (first.state, first.number, first.channel_id.as_str()),
        (NotificationState::Sync, 1, "channel-1")
    );
    assert!(first.has_token(TOKEN));
    assert!(!first.has_token("channel-secreT") && !first.has_token(""));
    world.google().write(PRIMARY, "theirs", json!({ "summary": "x" }));
    let second = hear(&listener).await;
    assert_eq!((second.state, second.number), (NotificationState::Exists, 2));
    assert_eq!(second.resource_id, channel.resource_id);
    world.client.stop(&channel).await.unwrap();
    world.client.stop(&channel).await.unwrap();
    world.google().write(PRIMARY, "theirs", json!({ "summary": "y" }));
    let silence = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(silence.is_err(), "a stopped channel still speaks");
}

#[tokio::test]
async fn a_channel_is_asked_for_once_when_its_answer_is_lost() {
    let world = World::signed_in().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = "/google/calendar/v3/calendars/primary/events/watch";
    world
        .simulator
        .lay(path, testkit::Fault::DropAfter.always())
        .unwrap();
    let lost = world.client.watch(PRIMARY, &request(&listener)).await;
    assert!(matches!(lost, Err(CalendarError::Transport { .. })), "{lost:?}");
    let asked = world
        .simulator
        .requests()
        .into_iter()
        .filter(|request| request.target == path);
    assert_eq!(asked.count(), 1);
}

#[test]
fn headers_that_are_no_notification_are_none() {
    let good = [
        ("x-goog-channel-id", "c"),
        ("x-goog-resource-id", "r"),
        ("x-goog-resource-state", "exists"),
        ("x-goog-message-number", "7"),
    ];
    let read = |headers: &[(&str, &'static str)]| {
        Notification::read(|name| {
            headers
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        })
    };
    assert_eq!(read(&good).map(|read| read.number), Some(7));
    assert!(read(&good).is_some_and(|read| !read.has_token("") && !read.has_token("x")));
    for (index, bad) in [
        (0, None),
        (1, None),
        (2, None),
        (2, Some("other")),
        (3, None),
        (3, Some("-1")),
    ] {
        let mut headers = good.to_vec();
        match bad {
            Some(value) => headers[index].1 = value,
            None => drop(headers.remove(index)),
        }
        assert_eq!(read(&headers), None, "{index} {bad:?}");
    }
}
