//! Keys, tokens, addresses and what events say are in no error, no `Debug` output and no log line.

use serde_json::{Value, json};
use testkit::{CLIENT_SECRET_CANARY, Fault, Google, Log, Simulator};
use tracing::level_filters::LevelFilter;

use super::{client, draft, id};
use crate::{EventId, GoogleCalendar, Item, WatchRequest};

/// A calendar's id is somebody's address.
const CALENDAR: &str = "canary-address@example.com";

/// Shows all that a caller can show of an outcome.
fn show<T: std::fmt::Debug>(outcome: &Result<T, crate::CalendarError>, shown: &mut String) {
    *shown += &format!("{outcome:?} {outcome:#?}");
    if let Err(error) = outcome {
        *shown += &format!("{error} {}", error.kind());
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            *shown += &format!("{cause} {cause:?}");
            source = cause.source();
        }
    }
}

fn canaries(secrets: &[String]) -> Vec<String> {
    let mut canaries: Vec<String> = [
        "canary",
        CLIENT_SECRET_CANARY,
        "ya29.",
        "1//simulator",
        "eyJ",
        "PRIVATE KEY",
    ]
    .map(str::to_owned)
    .to_vec();
    let key: Value = serde_json::from_str(&secrets[0]).unwrap();
    let key = key["private_key"].as_str().unwrap().to_owned();
    canaries.extend(key.lines().skip(1).step_by(5).map(str::to_owned));
    canaries
}

fn faults() -> Vec<Option<Fault>> {
    let status = |status| Fault::Status {
        status,
        retry_after_seconds: None,
    };
    let to = "http://127.0.0.1:9/canary".to_owned();
    let reason = "canary-reason".to_owned();
    vec![
        None,
        Some(Fault::Drop),
        Some(Fault::Truncate),
        Some(Fault::Html),
        Some(Fault::Redirect { to }),
        Some(status(400)),
        Some(status(401)),
        Some(Fault::UsageLimit { reason }),
    ]
}

async fn simulator() -> Simulator {
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    simulator.google().add_calendar(CALENDAR, chrono_tz::Tz::UTC);
    let theirs = json!({
        "summary": "canary-guest",
        "attendees": [{ "email": "canary-guest@example.com" }],
        "start": { "date": "canary-date" },
    });
    simulator.google().write(CALENDAR, "unreadable", theirs);
    simulator
}

/// Makes every call and shows what comes of it.
async fn show_all(client: &GoogleCalendar, own: &EventId, shown: &mut String) {
    show(&client.list(CALENDAR).await, shown);
    show(&client.insert(CALENDAR, own, &draft("canary-guest")).await, shown);
    let got = client.get(CALENDAR, own).await;
    show(&got, shown);
    if let Ok(Item::Event(stored)) = got {
        for summary in ["canary-two", "canary-guest"] {
            show(&client.patch(CALENDAR, &stored, &draft(summary)).await, shown);
        }
    }
    let request = WatchRequest {
        id: format!("{own}-{}", shown.len()),
        address: "http://127.0.0.1:9/canary".parse().unwrap(),
        token: "canary-channel".to_owned(),
        lifetime: std::time::Duration::from_secs(60),
    };
    *shown += &format!("{request:?}");
}

#[tokio::test]
async fn nothing_that_is_secret_or_personal_is_shown() {
    let log = Log::hear(LevelFilter::TRACE);
    tracing::info!("the log is heard");
    let simulator = simulator().await;
    let origin = simulator.origin();
    let secrets = [Google::service_account(&origin), Google::authorized_user(&origin)];
    let mut shown = String::new();
    let events = format!("/google/calendar/v3/calendars/{CALENDAR}/events");
    for (index, secret) in secrets.iter().enumerate() {
        let client = client(&simulator, secret);
        for fault in faults() {
            for path in [&events, "/google/token"] {
                if let Some(fault) = &fault {
                    simulator.lay(path, fault.clone().always()).unwrap();
                }
                show_all(&client, &id(&format!("{index}")), &mut shown).await;
                simulator.clear(path);
                simulator.google().revoke_access_tokens();
            }
        }
        shown += &format!("{client:?} {:?}", draft("canary-guest"));
    }
    let log = log.end();
    assert!(log.contains("the log is heard"));
    assert!(shown.contains("Unreadable") && shown.contains("Created") && shown.contains("unauthorized"));
    for canary in canaries(&secrets) {
        for (place, text) in [("output", &shown), ("log", &log)] {
            assert!(!text.contains(&canary), "{canary} is in the {place}");
        }
    }
}
