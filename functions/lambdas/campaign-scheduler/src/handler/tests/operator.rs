//! The operator's word about what was sent, and whom a plan leaves out.

use store::Stage;

use super::*;

#[tokio::test]
async fn a_closed_batch_is_open_before_anything_of_it_is_sent_again() {
    let world = World::new();
    world.audience(1).await;
    world.tick().await;
    let id = world.queued().remove(0);
    let deliveries = &world.service.deliveries;
    let before = deliveries.load(&id).await.unwrap().unwrap();
    let broken = Event::Broken {
        why: "template".to_owned(),
    };
    let (after, lines) = before.after(&[broken], start()).unwrap();
    let change = deliveries.change(&before, (&after, &lines), With::Nothing).await;
    assert_eq!(change, Ok(Change::Done));
    let close = |batch: &mut store::Batch| {
        batch.stage = Stage::Closed;
        batch.look_at = None;
    };
    deliveries
        .change_batch("blast", "20270115T1400", close)
        .await
        .unwrap();
    let resend = json!({"action": "resend", "campaign": "blast", "batch": "20270115T1400", "states": ["FAILED"], "dry_run": false});
    let over = Moment {
        until: start(),
        ..world.moment()
    };
    let refused = world.service.handle(resend.clone(), &over).await.unwrap();
    assert_eq!(
        refused["reason"],
        "there was time for 0 only, and they are sent: ask again for the others"
    );
    let batch = deliveries.batch("blast", "20270115T1400").await.unwrap().unwrap();
    assert_eq!((batch.stage, batch.look_at), (Stage::Planned, Some(start())));
    assert_eq!(world.ask(resend).await["deliveries"], 1);
    assert_eq!(world.queued(), [id]);
}

#[tokio::test]
async fn somebody_without_an_address_for_the_channel_is_told_of_once() {
    let world = World::new();
    world
        .import(
            json!({"type": "audience", "name": "news"}),
            &[
                "email,phone",
                "alex@example.com,+15551234567",
                "sam@example.com,",
                ",+15557654321",
            ],
        )
        .await;
    let plan = world.ask(json!({"action": "plan", "campaign": "blast"})).await;
    assert_eq!(
        (&plan["recipients"], &plan["excluded"]),
        (&json!(2), &json!({"other-channel": 1}))
    );
    world.tick().await;
    assert_eq!(world.queued().len(), 2);
    let status = world.ask(json!({"action": "status", "campaign": "blast"})).await;
    assert_eq!(
        status["batches"][0]["not_sent"],
        json!({"SUPPRESSED other-channel": 1})
    );
}

#[tokio::test]
async fn a_batch_that_nobody_let_go_is_closed_when_it_is_over() {
    let world = World::new();
    world.audience(301).await;
    assert_eq!(world.tick().await["waiting"], 1);
    world.pass(TimeDelta::days(9));
    world.tick().await;
    let batch = world.service.deliveries.batch("blast", "20270115T1400").await;
    assert_eq!(batch.unwrap().map(|batch| batch.stage), Some(Stage::Closed));
}

#[tokio::test]
async fn a_sending_of_which_too_much_comes_back_stops_within_minutes() {
    let world = World::new();
    world.audience(200).await;
    world.tick().await;
    // The first half is sent, and a tenth of it comes back; the others still wait.
    world.pass(TimeDelta::minutes(1));
    world.tick().await;
    for (at, id) in world.queued().iter().take(100).enumerate() {
        let what = if at % 10 == 0 {
            campaign::Fate::Bounced {
                why: "permanent-general".to_owned(),
            }
        } else {
            campaign::Fate::Delivered
        };
        let told = campaign::Told {
            what,
            message_id: "m".to_owned(),
        };
        let deliveries = &world.service.deliveries;
        deliveries.told(id, told, start()).await.unwrap();
    }
    world.pass(TimeDelta::minutes(4));
    world.tick().await;
    let pause = world.service.deliveries.pause_of("blast").await.unwrap();
    assert!(pause.is_some());
}
