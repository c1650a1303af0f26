//! Every fault at every call: what comes of it at once, and that a repetition afterwards leaves everything as one call
//! would have.

use std::fmt::Write as _;
use std::time::Duration;

use testkit::{Fault, Google, PRIMARY};

use super::{EVENTS, LIMITS, World, client_with, draft, id};
use crate::{CalendarError, Changes, Channel, Inserted, Limits, SyncToken, WatchRequest};

const CALLS: [Call; 8] = [
    Call::List,
    Call::ListSince,
    Call::Get,
    Call::Insert,
    Call::Patch,
    Call::Delete,
    Call::Watch,
    Call::Stop,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    List,
    ListSince,
    Get,
    Insert,
    Patch,
    Delete,
    Watch,
    Stop,
}

fn faults() -> Vec<(&'static str, Fault)> {
    let status = |status, retry_after_seconds| Fault::Status {
        status,
        retry_after_seconds,
    };
    let limit = |reason: &str| Fault::UsageLimit {
        reason: reason.to_owned(),
    };
    vec![
        ("drop", Fault::Drop),
        ("accept, drop", Fault::DropAfter),
        ("truncate", Fault::Truncate),
        ("500", status(500, None)),
        ("503", status(503, None)),
        ("429", status(429, None)),
        ("429, wait 60 s", status(429, Some(60))),
        ("rateLimit", limit("rateLimitExceeded")),
        ("userRateLimit", limit("userRateLimitExceeded")),
        ("quota", limit("quotaExceeded")),
        ("403", status(403, None)),
        ("401", status(401, None)),
        ("400", status(400, None)),
        ("404", status(404, None)),
        ("409", status(409, None)),
        ("410", status(410, None)),
        ("412", status(412, None)),
        ("html", Fault::Html),
        (
            "redirect",
            Fault::Redirect {
                to: "http://127.0.0.1:9/".to_owned(),
            },
        ),
    ]
}

/// A world with one event and one channel.
struct Scene {
    world: World,
    token: SyncToken,
    channel: Channel,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        world.insert(&id("base"), &draft("base")).await;
        let token = world.list().await.next;
        let channel = world
            .client
            .watch(PRIMARY, &watch_request("before"))
            .await
            .unwrap();
        Self {
            world,
            token,
            channel,
        }
    }

    /// Decides on what is there now and makes the call. With a fault laid, it strikes this call only.
    async fn make(&self, call: Call, laid: Option<testkit::Laid>) -> Result<String, CalendarError> {
        let client = &self.world.client;
        let base = client.get(PRIMARY, &id("base")).await;
        if let Some(laid) = laid {
            self.world.simulator.lay(&path(call), laid).unwrap();
        }
        Ok(match call {
            Call::List => format!("{} item", client.list(PRIMARY).await?.items.len()),
            Call::ListSince => match client.list_since(PRIMARY, &self.token).await? {
                Changes::Listed(listed) => format!("{} items", listed.items.len()),
                Changes::Expired => "Expired".to_owned(),
            },
            Call::Get => {
                client.get(PRIMARY, &id("base")).await?;
                "Event".to_owned()
            }
            Call::Insert => match client.insert(PRIMARY, &id("new"), &draft("new")).await? {
                Inserted::Created(_) => "Created".to_owned(),
                Inserted::Existing(_) => "Existing".to_owned(),
                other => format!("{other:?}"),
            },
            Call::Patch => match base? {
                crate::Item::Event(base) => {
                    let patched = client.patch(PRIMARY, &base, &draft("patched")).await?;
                    name(&format!("{patched:?}"))
                }
                other => format!("{other:?}"),
            },
            Call::Delete => match base? {
                crate::Item::Event(base) => {
                    let deleted = client.delete(PRIMARY, &base.id, &base.etag).await?;
                    format!("{deleted:?}")
                }
                _ => "gone".to_owned(),
            },
            Call::Watch => {
                client.watch(PRIMARY, &watch_request("new")).await?;
                "Channel".to_owned()
            }
            Call::Stop => {
                client.stop(&self.channel).await?;
                "stopped".to_owned()
            }
        })
    }

    /// The events as (id, summary, deleted), which one undisturbed call would have left.
    fn state(&self) -> Vec<(String, String, bool)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let events = self.world.google().events(PRIMARY).into_iter();
        events
            .map(|event| {
                (
                    text(&event["id"]),
                    text(&event["summary"]),
                    event["status"] == "cancelled",
                )
            })
            .collect()
    }
}

fn watch_request(id: &str) -> WatchRequest {
    WatchRequest {
        id: id.to_owned(),
        address: "http://127.0.0.1:9/".parse().unwrap(),
        token: "t".to_owned(),
        lifetime: Duration::from_secs(60),
    }
}

fn path(call: Call) -> String {
    match call {
        Call::List | Call::ListSince | Call::Insert => EVENTS.to_owned(),
        Call::Get | Call::Patch | Call::Delete => format!("{EVENTS}/{}", id("base")),
        Call::Watch => format!("{EVENTS}/watch"),
        Call::Stop => "/google/calendar/v3/channels/stop".to_owned(),
    }
}

/// The variant without what it holds.
fn name(debug: &str) -> String {
    debug.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

/// One table: a row for each fault, and in it each call's outcome and how often it was sent.
async fn table(times: Option<u32>) -> String {
    let mut table = format!("{:<15}", "");
    let mut expected = Vec::new();
    for call in CALLS {
        write!(table, "{:<19}", format!("{call:?}")).unwrap();
        let undisturbed = Scene::new().await;
        undisturbed.make(call, None).await.unwrap();
        expected.push(undisturbed.state());
    }
    for (label, fault) in faults() {
        table = table.trim_end().to_owned();
        write!(table, "\n{label:<15}").unwrap();
        for (call, expected) in CALLS.into_iter().zip(&expected) {
            let scene = Scene::new().await;
            let laid = testkit::Laid {
                fault: fault.clone(),
                times,
            };
            let before = scene.world.simulator.requests().len();
            let outcome = scene.make(call, Some(laid)).await;
            // The look at the base is no attempt.
            let target = path(call);
            let requests = scene.world.simulator.requests().split_off(before + 1);
            let sent = requests.iter().filter(|request| {
                request.target.split('?').next() == Some(&target) && is_of(call, &request.method)
            });
            let shown = match &outcome {
                Ok(outcome) => outcome.clone(),
                Err(error) => error.kind().to_owned(),
            };
            write!(table, "{:<19}", format!("{shown} {}", sent.count())).unwrap();
            scene.world.simulator.clear(&target);
            if call != Call::Watch {
                scene.make(call, None).await.unwrap();
            }
            assert_eq!(&scene.state(), expected, "{label} at {call:?}");
        }
    }
    table.trim_end().to_owned()
}

fn is_of(call: Call, method: &str) -> bool {
    let expected = match call {
        Call::List | Call::ListSince | Call::Get => "GET",
        Call::Insert | Call::Watch | Call::Stop => "POST",
        Call::Patch => "PATCH",
        Call::Delete => "DELETE",
    };
    method == expected
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_strikes_once() {
    insta::assert_snapshot!(table(Some(1)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_stays() {
    insta::assert_snapshot!(table(None).await);
}

#[tokio::test]
async fn a_wait_that_google_asks_for_is_told_when_it_is_too_long() {
    let world = World::signed_in().await;
    let fault = Fault::Status {
        status: 429,
        retry_after_seconds: Some(60),
    };
    world.simulator.lay(EVENTS, fault.always()).unwrap();
    let expected = CalendarError::RateLimited {
        retry_after: Some(Duration::from_secs(60)),
    };
    assert_eq!(world.client.list(PRIMARY).await, Err(expected));
}

#[tokio::test]
async fn a_wait_that_google_asks_for_is_kept() {
    let world = World::signed_in().await;
    let fault = Fault::Status {
        status: 429,
        retry_after_seconds: Some(1),
    };
    world.simulator.lay(EVENTS, fault.times(1)).unwrap();
    let began = std::time::Instant::now();
    world.list().await;
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_lost() {
    let mut world = World::new().await;
    let secret = Google::service_account(&world.simulator.origin());
    let limits = Limits {
        call_timeout_ms: 500,
        ..LIMITS
    };
    world.client = client_with(&world.simulator, &secret, limits);
    world.list().await;
    let late = Fault::Latency { milliseconds: 30_000 };
    world.simulator.lay(EVENTS, late.times(1)).unwrap();
    let inserted = world.client.insert(PRIMARY, &id("a"), &draft("a")).await.unwrap();
    assert!(matches!(inserted, Inserted::Created(_)), "{inserted:?}");
    assert_eq!(world.living(), 1);
}

#[tokio::test]
async fn the_token_endpoint_may_fail_as_well() {
    for (label, fault) in [
        ("drop", Fault::Drop),
        ("accept, drop", Fault::DropAfter),
        ("truncate", Fault::Truncate),
        (
            "500",
            Fault::Status {
                status: 500,
                retry_after_seconds: None,
            },
        ),
        (
            "429",
            Fault::Status {
                status: 429,
                retry_after_seconds: None,
            },
        ),
        ("html", Fault::Html),
    ] {
        let world = World::new().await;
        world
            .simulator
            .lay("/google/token", fault.clone().times(1))
            .unwrap();
        assert!(world.client.list(PRIMARY).await.is_ok(), "{label}");
        let world = World::new().await;
        world.simulator.lay("/google/token", fault.always()).unwrap();
        let error = world.client.list(PRIMARY).await.unwrap_err();
        assert!(error.is_retryable(), "{label}: {error}");
    }
}
