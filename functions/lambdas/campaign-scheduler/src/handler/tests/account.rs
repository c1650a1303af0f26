//! The account's own list of suppressed addresses, at a service that answers over real HTTP.

use campaign::Channel;
use mailer::Mailer;
use testkit::Simulator;
use testkit::ses::SuppressionReason;

use super::*;

async fn beside_ses() -> (World, Simulator) {
    let simulator = Simulator::start("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let config = emulated::Emulated::at(&simulator.url("/ses")).await.config;
    let mut world = World::new();
    world.service.mailer = Some(Mailer::new(&config));
    (world, simulator)
}

/// An invocation in which each look at the clock takes a second.
fn slow(world: &World, until: DateTime<Utc>) -> Moment {
    let now = Arc::clone(&world.now);
    Moment {
        time: Time::by(move || {
            let mut now = now.lock().unwrap();
            *now += TimeDelta::seconds(1);
            *now
        }),
        until,
    }
}

#[tokio::test]
async fn a_long_list_is_mirrored_tick_by_tick_and_keeps_no_guest_waiting() {
    let (world, simulator) = beside_ses().await;
    simulator.ses().set_page_size(25);
    let address = |number: usize| format!("gone{number}@example.com");
    for number in 0..100 {
        simulator
            .ses()
            .suppress(&address(number), SuppressionReason::Bounce);
    }
    world
        .import(
            json!({"type": "bookings"}),
            &["email,booking", "alex@example.com,b-1"],
        )
        .await;
    world
        .write(&Write::PutLink(Box::new(link(
            "b-1",
            start() + TimeDelta::days(1),
        ))))
        .await;
    let deliveries = &world.service.deliveries;
    let tick = async |until| {
        let tick = json!({"action": "tick"});
        world.service.handle(tick, &slow(&world, until)).await.unwrap();
        deliveries.account(Channel::Email).await.unwrap().unwrap()
    };
    // There is time for a page or two, and not for them all.
    let account = tick(start() + TimeDelta::seconds(60)).await;
    assert_eq!(world.queued().len(), 1);
    assert_eq!(account.mirrored_at, None);
    let mut ticks = 0;
    while tick(DateTime::<Utc>::MAX_UTC).await.mirrored_at.is_none() {
        ticks += 1;
        assert!(ticks < 10, "it never comes to the list's end");
    }
    assert!(ticks > 0, "one tick took all the time that it wanted");
    for number in 0..100 {
        let address = Address::email(&address(number)).unwrap();
        let kept = deliveries.suppression(&address).await.unwrap();
        assert!(kept.lasting.is_some(), "{number} was passed over");
    }
}

#[tokio::test]
async fn who_may_be_written_to_again_leaves_the_accounts_own_list() {
    let (world, simulator) = beside_ses().await;
    let suppress = |lift: bool| json!({"action": "suppress", "channel": "email", "address": "alex@example.com", "lift": lift});
    simulator
        .ses()
        .suppress("alex@example.com", SuppressionReason::Bounce);
    world.ask(suppress(false)).await;
    for _ in 0..2 {
        let lifted = world.ask(suppress(true)).await;
        assert_eq!(
            lifted,
            json!({"answer": "done"}),
            "also when it is not there any more"
        );
    }
    assert_eq!(simulator.ses().suppressed(), []);
    world.tick().await;
    let address = Address::email("alex@example.com").unwrap();
    let kept = world.service.deliveries.suppression(&address).await.unwrap();
    assert_eq!(kept, campaign::Suppression::default());
}

#[tokio::test]
async fn an_address_stays_suppressed_while_the_account_holds_it() {
    let (world, simulator) = beside_ses().await;
    let suppress = |lift: bool| json!({"action": "suppress", "channel": "email", "address": "alex@example.com", "lift": lift});
    world.ask(suppress(false)).await;
    drop(simulator);
    assert_eq!(world.ask(suppress(true)).await["answer"], "refused");
    let address = Address::email("alex@example.com").unwrap();
    let kept = world.service.deliveries.suppression(&address).await.unwrap();
    assert!(kept.lasting.is_some());
}
