//! What an independent client, generated from Google's own description of its API, makes of our Google. It signs in with
//! its own OAuth code, reads every answer into types that we did not write, and names errors by Google's rules.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use google_calendar3::api::{Channel, Event, EventDateTime, Events, Scope};
use google_calendar3::hyper_util::client::legacy::Client;
use google_calendar3::hyper_util::client::legacy::connect::HttpConnector;
use google_calendar3::hyper_util::rt::TokioExecutor;
use google_calendar3::yup_oauth2::{
    CustomHyperClientBuilder, ServiceAccountAuthenticator, ServiceAccountKey,
};
use google_calendar3::{CalendarHub, Error};
use serde_json::{Value, json};
use testkit::{Google, PRIMARY, Simulator};

type Hub = CalendarHub<HttpConnector>;

async fn simulator() -> Simulator {
    Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

async fn hub(simulator: &Simulator, key: Value) -> Hub {
    let key: ServiceAccountKey = serde_json::from_value(key).unwrap();
    let client = CustomHyperClientBuilder::from(Client::builder(TokioExecutor::new()).build_http());
    let auth = ServiceAccountAuthenticator::with_client(key, client)
        .build()
        .await
        .unwrap();
    let mut hub = CalendarHub::new(Client::builder(TokioExecutor::new()).build_http(), auth);
    hub.base_url(simulator.url("/google/calendar/v3/"));
    hub
}

async fn signed_in(simulator: &Simulator) -> Hub {
    let key = Google::service_account(&simulator.origin());
    hub(simulator, serde_json::from_str(&key).unwrap()).await
}

fn at(time: DateTime<Utc>) -> EventDateTime {
    EventDateTime {
        date_time: Some(time),
        time_zone: Some("America/New_York".to_owned()),
        ..EventDateTime::default()
    }
}

fn event(id: &str, summary: &str) -> Event {
    let start: DateTime<Utc> = "2027-06-01T22:00:00Z".parse().unwrap();
    Event {
        id: Some(id.to_owned()),
        summary: Some(summary.to_owned()),
        start: Some(at(start)),
        end: Some(at(start + TimeDelta::hours(2))),
        ..Event::default()
    }
}

async fn insert(hub: &Hub, event: Event) -> Result<Event, Error> {
    let answer = hub.events().insert(event, PRIMARY).doit().await;
    answer.map(|(_, event)| event)
}

async fn list(hub: &Hub, sync: Option<&str>, page: Option<&str>) -> Result<Events, Error> {
    let mut call = hub
        .events()
        .list(PRIMARY)
        .show_deleted(true)
        .add_scope(Scope::Full);
    if let Some(token) = sync {
        call = call.sync_token(token);
    }
    if let Some(token) = page {
        call = call.page_token(token);
    }
    call.doit().await.map(|(_, events)| events)
}

/// All pages: the events, and the token of the last page.
async fn list_all(hub: &Hub, sync: Option<&str>) -> (Vec<Event>, String) {
    let (mut all, mut page) = (Vec::new(), None);
    loop {
        let events = list(hub, sync, page.as_deref()).await.unwrap();
        all.extend(events.items.unwrap_or_default());
        page = events.next_page_token;
        if page.is_none() {
            return (all, events.next_sync_token.unwrap());
        }
    }
}

/// Google's code and reason, which the client found in the error object.
#[track_caller]
fn check<T: std::fmt::Debug>(refused: Result<T, Error>, code: u64, reason: &str) {
    let Err(Error::BadRequest(body)) = refused else {
        panic!("{refused:?}");
    };
    let error = &body["error"];
    let found = (error["code"].as_u64(), error["errors"][0]["reason"].as_str());
    assert_eq!(found, (Some(code), Some(reason)), "{body}");
}

fn ids(events: &[Event]) -> Vec<&str> {
    events.iter().filter_map(|event| event.id.as_deref()).collect()
}

#[tokio::test]
async fn what_is_inserted_is_read_again() {
    let simulator = simulator().await;
    let hub = signed_in(&simulator).await;
    let inserted = insert(&hub, event("aaaaa", "Cruise")).await.unwrap();
    let (_, read) = hub
        .events()
        .get(PRIMARY, "aaaaa")
        .add_scope(Scope::Full)
        .doit()
        .await
        .unwrap();
    assert_eq!(json!(inserted), json!(read));
    assert_eq!(json!(read.start), json!(event("", "").start));
    assert_eq!(read.status.as_deref(), Some("confirmed"));
    assert!(read.etag.is_some() && read.created.is_some() && read.i_cal_uid.is_some());
    let day = |date: &str| EventDateTime {
        date: Some(date.parse::<NaiveDate>().unwrap()),
        ..EventDateTime::default()
    };
    let whole_day = Event {
        start: Some(day("2027-06-01")),
        end: Some(day("2027-06-02")),
        ..event("bbbbb", "All day")
    };
    let stored = insert(&hub, whole_day).await.unwrap();
    assert_eq!(
        json!([stored.start, stored.end]),
        json!([day("2027-06-01"), day("2027-06-02")])
    );
}

#[tokio::test]
async fn an_id_is_good_once_and_only_in_googles_form() {
    let simulator = simulator().await;
    let hub = signed_in(&simulator).await;
    insert(&hub, event("aaaaa", "Cruise")).await.unwrap();
    check(insert(&hub, event("aaaaa", "Cruise")).await, 409, "duplicate");
    check(insert(&hub, event("WRONG", "Cruise")).await, 400, "invalid");
    hub.events().delete(PRIMARY, "aaaaa").doit().await.unwrap();
    check(insert(&hub, event("aaaaa", "Cruise")).await, 409, "duplicate");
    check(hub.events().delete(PRIMARY, "aaaaa").doit().await, 410, "deleted");
    check(
        hub.events().delete(PRIMARY, "never").doit().await,
        404,
        "notFound",
    );
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_an_update_everything() {
    let simulator = simulator().await;
    let hub = signed_in(&simulator).await;
    let first = insert(&hub, event("aaaaa", "Cruise")).await.unwrap();
    let change = Event {
        description: Some("Bring a coat.".to_owned()),
        ..Event::default()
    };
    let (_, patched) = hub.events().patch(change, PRIMARY, "aaaaa").doit().await.unwrap();
    assert_eq!(patched.summary.as_deref(), Some("Cruise"));
    assert_eq!(patched.description.as_deref(), Some("Bring a coat."));
    assert_eq!(json!(patched.start), json!(first.start));
    assert_ne!(patched.etag, first.etag);
    let (_, updated) = hub
        .events()
        .update(event("aaaaa", "Tour"), PRIMARY, "aaaaa")
        .doit()
        .await
        .unwrap();
    assert_eq!(
        (updated.summary.as_deref(), updated.description),
        (Some("Tour"), None)
    );
    assert_eq!(
        (updated.i_cal_uid, updated.created),
        (first.i_cal_uid, first.created)
    );
}

#[tokio::test]
async fn a_sync_token_brings_what_changed_and_its_end_is_told() {
    let simulator = simulator().await;
    simulator.google().set_page_size(2);
    let hub = signed_in(&simulator).await;
    for id in ["aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee"] {
        insert(&hub, event(id, id)).await.unwrap();
    }
    let (all, token) = list_all(&hub, None).await;
    assert_eq!(ids(&all), ["aaaaa", "bbbbb", "ccccc", "ddddd", "eeeee"]);
    let (nothing, token) = list_all(&hub, Some(&token)).await;
    assert_eq!(ids(&nothing), [""; 0]);
    hub.events().delete(PRIMARY, "bbbbb").doit().await.unwrap();
    simulator
        .google()
        .write(PRIMARY, "ddddd", json!({ "summary": "by a person" }));
    insert(&hub, event("fffff", "new")).await.unwrap();
    let (changed, token) = list_all(&hub, Some(&token)).await;
    assert_eq!(ids(&changed), ["bbbbb", "ddddd", "fffff"]);
    assert_eq!(changed[0].status.as_deref(), Some("cancelled"));
    assert_eq!(changed[1].summary.as_deref(), Some("by a person"));
    simulator.google().expire_sync_tokens(PRIMARY);
    check(list(&hub, Some(&token), None).await, 410, "fullSyncRequired");
    assert_eq!(list_all(&hub, None).await.0.len(), 6);
}

#[tokio::test]
async fn a_channel_opens_and_closes() {
    let simulator = simulator().await;
    let hub = signed_in(&simulator).await;
    let wanted = Channel {
        id: Some("channel".to_owned()),
        type_: Some("web_hook".to_owned()),
        address: Some("http://127.0.0.1:9/hook".to_owned()),
        token: Some("t".to_owned()),
        ..Channel::default()
    };
    let open = hub
        .events()
        .watch(wanted.clone(), PRIMARY)
        .add_scope(Scope::Full)
        .doit()
        .await;
    let (_, channel) = open.unwrap();
    assert!(channel.expiration > Some(Utc::now().timestamp_millis()));
    let again = hub
        .events()
        .watch(wanted, PRIMARY)
        .add_scope(Scope::Full)
        .doit()
        .await;
    check(again, 400, "channelIdNotUnique");
    let stop = || hub.channels().stop(channel.clone()).add_scope(Scope::Full).doit();
    stop().await.unwrap();
    check(stop().await, 404, "notFound");
}

#[tokio::test]
async fn errors_have_googles_shape() {
    let simulator = simulator().await;
    let hub = signed_in(&simulator).await;
    let path = "/google/calendar/v3/calendars/primary/events";
    let limit = testkit::Fault::UsageLimit {
        reason: "userRateLimitExceeded".to_owned(),
    };
    simulator.lay(path, limit.always()).unwrap();
    check(list(&hub, None, None).await, 403, "userRateLimitExceeded");
    simulator.clear(path);
    let backwards = Event {
        end: Some(at("2027-06-01T21:00:00Z".parse().unwrap())),
        ..event("aaaaa", "")
    };
    check(insert(&hub, backwards).await, 400, "timeRangeEmpty");
    let endless = Event {
        end: None,
        ..event("aaaaa", "")
    };
    check(insert(&hub, endless).await, 400, "required");
}

#[tokio::test]
async fn a_stranger_gets_no_token() {
    let simulator = simulator().await;
    let key = Google::service_account(&simulator.origin());
    let mut key: Value = serde_json::from_str(&key).unwrap();
    key["client_email"] = json!("stranger@example.com");
    let refused = list(&hub(&simulator, key).await, None, None).await;
    assert!(matches!(refused, Err(Error::MissingToken(_))), "{refused:?}");
}
