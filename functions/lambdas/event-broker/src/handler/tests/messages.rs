//! Campaigns' messages as the API tells of them, and how recipients leave.

use campaign::{Address, Delivery, DeliveryId, Event, Occurrence, Purpose, Standing, UnsubscribeKey};
use serde_json::Value;
use store::{Batch, Change, With};

use super::fixture::{Fixture, Reply, now, token};

fn delivery(batch: &str, name: &str) -> Delivery {
    let address = Address::email(&format!("{name}@example.com")).unwrap();
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: batch.to_owned(),
        key: batch.to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &address, None);
    Delivery {
        look_at: None,
        ..Delivery::planned(id, address, (Purpose::Marketing, "blast"), (now(), now()))
    }
}

/// Two batches of deliveries, the first one of which has expired.
async fn with_deliveries(each: usize) -> Fixture {
    let fixture = Fixture::new().await;
    let deliveries = &fixture.broker.deliveries;
    for name in ["one", "two"] {
        let mut batch = Batch::new("blast", name, (now(), now()));
        assert_eq!(deliveries.put_batch(&mut batch).await, Ok(true));
        let many: Vec<Delivery> = (0..each).map(|n| delivery(name, &format!("guest{n}"))).collect();
        deliveries.create(&many).await.unwrap();
    }
    let before = delivery("one", "guest0");
    let (after, lines) = before.after(&[Event::Expired], now()).unwrap();
    let change = deliveries.change(&before, (&after, &lines), With::Nothing).await;
    assert_eq!(change, Ok(Change::Done));
    fixture
}

async fn get(fixture: &Fixture, query: &str) -> Reply {
    fixture.get("/deliveries", query).await
}

#[tokio::test]
async fn pages_together_are_all_of_a_campaigns_messages() {
    let fixture = with_deliveries(25).await;
    for limit in [1, 7, 200] {
        let (mut ids, mut query) = (Vec::new(), format!("campaign=blast&limit={limit}"));
        loop {
            let body = get(&fixture, &query).await.body;
            let rows = body["deliveries"].as_array().unwrap();
            assert!(rows.len() <= limit);
            ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = body["next_cursor"].as_str() else {
                break;
            };
            query = format!("campaign=blast&limit={limit}&cursor={cursor}");
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 50, "limit {limit}");
    }
}

#[tokio::test]
async fn a_state_or_batch_narrows_the_list_and_one_has_its_trail() {
    let fixture = with_deliveries(3).await;
    let count = async |query: &str| {
        get(&fixture, query).await.body["deliveries"]
            .as_array()
            .map_or(0, Vec::len)
    };
    assert_eq!(count("campaign=blast&batch=two").await, 3);
    assert_eq!(count("campaign=blast&state=EXPIRED").await, 1);
    assert_eq!(count("campaign=other").await, 0);
    let id = delivery("one", "guest0").id;
    insta::assert_json_snapshot!(get(&fixture, &format!("id={id}")).await.body);
    assert_eq!(get(&fixture, "id=a.b.c").await.status, 404);
    assert_eq!(get(&fixture, "").await.status, 422);
    assert_eq!(get(&fixture, "campaign=blast&cursor=nonsense").await.status, 422);
}

fn link(delivery: &Delivery) -> String {
    let token = UnsubscribeKey::new("k".repeat(64).as_bytes()).token(&delivery.id);
    format!("/unsubscribe/{token}")
}

async fn forbids(fixture: &Fixture) -> Option<&'static str> {
    let address = Address::email("guest1@example.com").unwrap();
    let kept = fixture.broker.deliveries.suppression(&address).await.unwrap();
    kept.forbids(Purpose::Marketing)
}

#[tokio::test]
async fn a_link_shows_and_only_its_button_unsubscribes() {
    let fixture = with_deliveries(3).await;
    let path = link(&delivery("one", "guest1"));
    let shown = fixture.http("GET", &path, "", &[], None).await;
    insta::assert_json_snapshot!(shown);
    // A scanner follows whatever a page links to: there is nothing to follow.
    let html = shown.body.as_str().unwrap();
    assert!(!html.contains("href") && !html.contains("src="));
    assert_eq!(forbids(&fixture).await, None);

    let posted = fixture
        .http("POST", &path, "", &[], Some("List-Unsubscribe=One-Click"))
        .await;
    assert_eq!(posted.status, 200);
    assert_eq!(forbids(&fixture).await, Some("unsubscribed"));
    let again = fixture.http("POST", &path, "", &[], Some("")).await;
    assert_eq!(again.body, posted.body);
    let shown = fixture.http("GET", &path, "", &[], None).await;
    assert!(shown.body.as_str().unwrap().contains("You are unsubscribed"));
    let stored = fixture
        .broker
        .deliveries
        .load(&delivery("one", "guest1").id)
        .await
        .unwrap();
    assert_eq!(stored.map(|stored| stored.standing()), Some(Standing::Planned));
}

#[tokio::test]
async fn a_forged_or_altered_link_is_refused() {
    let fixture = with_deliveries(3).await;
    let good = link(&delivery("one", "guest1"));
    let other = link(&delivery("one", "guest2"));
    let (own_id, _) = good.rsplit_once('.').unwrap();
    let (_, other_tag) = other.rsplit_once('.').unwrap();
    let flipped = if good.ends_with('A') { "B" } else { "A" };
    for path in [
        format!("{own_id}.{other_tag}"),
        format!("{}{flipped}", &good[..good.len() - 2]),
        format!("{good}x"),
        own_id.to_owned(),
        "/unsubscribe/x".to_owned(),
    ] {
        for method in ["GET", "POST"] {
            let reply = fixture.http(method, &path, "", &[], None).await;
            assert_eq!(reply.status, 404, "{method} {path}");
            assert_eq!(reply.body["type"], "urn:landfall:problem:unknown");
        }
    }
    assert_eq!(forbids(&fixture).await, None);
}

#[tokio::test]
async fn a_delivery_that_is_not_ours_any_more_cannot_be_left() {
    let fixture = Fixture::new().await;
    let reply = fixture
        .http("POST", &link(&delivery("one", "guest1")), "", &[], None)
        .await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn messages_are_told_to_nobody_without_a_token() {
    let fixture = with_deliveries(1).await;
    let without = fixture
        .http("GET", "/deliveries", "campaign=blast", &[], None)
        .await;
    assert_eq!(without.status, 401);
    let wrong = format!("Bearer {}", token(9).reveal());
    let wrong = fixture
        .http(
            "GET",
            "/deliveries",
            "campaign=blast",
            &[("authorization", &wrong)],
            None,
        )
        .await;
    assert_eq!(wrong.status, 401);
    let _: Value = wrong.body;
}
