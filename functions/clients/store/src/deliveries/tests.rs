//! One suite for both tables, as for the events.

use std::collections::BTreeSet;

use campaign::{
    Address, Channel, Contact, Event, Fate, Hold, Lasting, News, Occurrence, Purpose, Rate, Reason, Standing,
    Told,
};
use chrono::{DateTime, TimeDelta, Utc};
use emulated::Emulated;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn email(name: &str) -> Address {
    Address::email(&format!("{name}@example.com")).unwrap()
}

fn delivery(batch: &str, name: &str) -> Delivery {
    let occurrence = Occurrence {
        campaign: "blast".to_owned(),
        batch: batch.to_owned(),
        key: batch.to_owned(),
    };
    let id = DeliveryId::new(&occurrence, &email(name), None);
    let what = (Purpose::Marketing, "event-blast");
    Delivery {
        context: serde_json::json!({"guest": {"name": "Alex"}}),
        look_at: Some(at(0)),
        ..Delivery::planned(id, email(name), what, (at(0), at(3600)))
    }
}

fn rendered() -> Event {
    Event::Rendered {
        digest: "d".to_owned(),
    }
}

fn claimed(owner: usize) -> Event {
    Event::Claimed(Hold {
        owner: format!("sender-{owner}"),
        until: at(60),
    })
}

async fn change(deliveries: &Deliveries, before: &Delivery, events: &[Event], with: With) -> Change {
    let (after, lines) = before.after(events, at(1)).unwrap();
    deliveries.change(before, (&after, &lines), with).await.unwrap()
}

/// Everything that a table must do, on an empty one.
async fn check(deliveries: Deliveries) {
    a_delivery_is_made_once(&deliveries).await;
    of_eight_claimers_one_wins_and_the_trail_tells_of_one(&deliveries).await;
    what_was_not_seen_is_not_changed(&deliveries).await;
    an_address_that_is_suppressed_meanwhile_is_not_claimed(&deliveries).await;
    suppressions_of_eight_at_once_all_count(&deliveries).await;
    marketing_is_counted_by_address(&deliveries).await;
    of_eight_messages_to_an_address_one_takes_a_turn(&deliveries).await;
    a_batch_is_read_page_by_page(&deliveries).await;
    contacts_come_in_order_and_once(&deliveries).await;
    of_eight_that_begin_a_batch_one_does(&deliveries).await;
    only_a_word_about_one_campaign_lets_go_what_waits(&deliveries).await;
    a_pause_holds_until_it_is_ended(&deliveries).await;
    of_eight_that_reserve_nobody_gets_the_same_time(&deliveries).await;
}

async fn a_delivery_is_made_once(deliveries: &Deliveries) {
    let many: Vec<Delivery> = (0..120).map(|n| delivery("made", &format!("a{n}"))).collect();
    assert_eq!(deliveries.create(&many[..60]).await.unwrap(), [true; 60]);
    let again = deliveries.create(&many).await.unwrap();
    let expected: Vec<bool> = (0..120).map(|n| n >= 60).collect();
    assert_eq!(again, expected);
    assert_eq!(
        deliveries.load(&many[0].id).await.unwrap().as_ref(),
        Some(&many[0])
    );
    assert_eq!(deliveries.trail(&many[0].id).await.unwrap(), [many[0].made()]);
    assert_eq!(
        deliveries.load(&delivery("made", "nobody").id).await.unwrap(),
        None
    );
}

async fn of_eight_claimers_one_wins_and_the_trail_tells_of_one(deliveries: &Deliveries) {
    for round in 0..20 {
        let planned = delivery("race", &format!("r{round}"));
        deliveries.create(std::slice::from_ref(&planned)).await.unwrap();
        let racers: Vec<_> = (0..8)
            .map(|owner| {
                let (deliveries, planned) = (deliveries.clone(), planned.clone());
                tokio::spawn(async move {
                    change(
                        &deliveries,
                        &planned,
                        &[rendered(), claimed(owner)],
                        With::Allowed,
                    )
                    .await
                })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            won += usize::from(racer.await.unwrap() == Change::Done);
        }
        assert_eq!(won, 1);
        let standings: Vec<Standing> = deliveries
            .trail(&planned.id)
            .await
            .unwrap()
            .iter()
            .map(|line| line.to)
            .collect();
        assert_eq!(
            standings,
            [Standing::Planned, Standing::Rendered, Standing::Claimed]
        );
    }
}

async fn what_was_not_seen_is_not_changed(deliveries: &Deliveries) {
    let planned = delivery("seen", "one");
    deliveries.create(std::slice::from_ref(&planned)).await.unwrap();
    assert_eq!(
        change(deliveries, &planned, &[Event::Expired], With::Nothing).await,
        Change::Done
    );
    assert_eq!(
        change(deliveries, &planned, &[rendered()], With::Nothing).await,
        Change::Raced
    );
    let stored = deliveries.load(&planned.id).await.unwrap().unwrap();
    assert_eq!((stored.standing(), stored.version), (Standing::Expired, 2));
}

async fn an_address_that_is_suppressed_meanwhile_is_not_claimed(deliveries: &Deliveries) {
    let planned = delivery("forbidden", "gone");
    deliveries.create(std::slice::from_ref(&planned)).await.unwrap();
    assert!(
        deliveries
            .learn(&planned.address, &lasting(Reason::Unsubscribed, 0))
            .await
            .unwrap()
    );
    let claim = [rendered(), claimed(0)];
    assert_eq!(
        change(deliveries, &planned, &claim, With::Allowed).await,
        Change::Forbidden
    );
    // What is about their own booking may still go.
    let own = Delivery {
        purpose: Purpose::Transactional,
        ..planned.clone()
    };
    assert_eq!(
        change(deliveries, &own, &claim, With::Allowed).await,
        Change::Done
    );
    deliveries.forgive(&planned.address).await.unwrap();
    assert_eq!(
        deliveries
            .suppression(&planned.address)
            .await
            .unwrap()
            .forbids(Purpose::Marketing),
        None
    );
}

fn lasting(reason: Reason, seconds: i64) -> News {
    News::Lasting(Lasting {
        reason,
        since: at(seconds),
        source: "feedback".to_owned(),
    })
}

async fn suppressions_of_eight_at_once_all_count(deliveries: &Deliveries) {
    let reasons = [
        Reason::Complaint,
        Reason::HardBounce,
        Reason::Operator,
        Reason::Unsubscribed,
    ];
    let racers: Vec<_> = (0..8)
        .map(|n| {
            let deliveries = deliveries.clone();
            tokio::spawn(async move {
                deliveries
                    .learn(&email("many"), &lasting(reasons[n % 4], n as i64))
                    .await
                    .unwrap()
            })
        })
        .collect();
    for racer in racers {
        racer.await.unwrap();
    }
    let kept = deliveries.suppression(&email("many")).await.unwrap();
    assert_eq!(
        kept.lasting.map(|lasting| (lasting.reason, lasting.since)),
        Some((Reason::Complaint, at(0)))
    );
    assert!(
        !deliveries
            .learn(&email("many"), &lasting(Reason::Complaint, 0))
            .await
            .unwrap()
    );
}

async fn marketing_is_counted_by_address(deliveries: &Deliveries) {
    let submitted = Event::Submitted {
        until: at(90),
        digest: "d".to_owned(),
    };
    for batch in ["count1", "count2"] {
        let planned = delivery(batch, "counted");
        deliveries.create(std::slice::from_ref(&planned)).await.unwrap();
        change(deliveries, &planned, &[rendered(), claimed(0)], With::Allowed).await;
        let claimed = deliveries.load(&planned.id).await.unwrap().unwrap();
        change(
            deliveries,
            &claimed,
            std::slice::from_ref(&submitted),
            With::Counted(None),
        )
        .await;
    }
    let address = email("counted");
    let since = |seconds| deliveries.marketing_since(&address, at(seconds), 10, None);
    assert_eq!((since(0).await, since(2).await), (Ok(2), Ok(0)));
    let own = delivery("count1", "counted").id;
    let others = deliveries.marketing_since(&address, at(0), 10, Some(&own)).await;
    assert_eq!(others, Ok(1));
}

async fn of_eight_messages_to_an_address_one_takes_a_turn(deliveries: &Deliveries) {
    let address = email("turned");
    let submitted = Event::Submitted {
        until: at(90),
        digest: "d".to_owned(),
    };
    let mut ready = Vec::new();
    for number in 0..8 {
        let planned = delivery(&format!("turn{number}"), "turned");
        deliveries.create(std::slice::from_ref(&planned)).await.unwrap();
        change(deliveries, &planned, &[rendered(), claimed(0)], With::Allowed).await;
        ready.push(deliveries.load(&planned.id).await.unwrap().unwrap());
    }
    let turn = deliveries.turn(&address).await.unwrap();
    let racers = ready.iter().map(|ready| {
        let (after, lines) = ready.after(std::slice::from_ref(&submitted), at(1)).unwrap();
        async move {
            let with = With::Counted(Some(turn));
            deliveries.change(ready, (&after, &lines), with).await.unwrap()
        }
    });
    let ended = futures_util::future::join_all(racers).await;
    let count = |wanted| ended.iter().filter(|change| **change == wanted).count();
    assert_eq!((count(Change::Done), count(Change::Forbidden)), (1, 7));
    let sent = deliveries.marketing_since(&address, at(0), 10, None).await;
    assert_eq!(sent, Ok(1));
    assert_ne!(deliveries.turn(&address).await, Ok(turn));
}

async fn a_batch_is_read_page_by_page(deliveries: &Deliveries) {
    let many: Vec<Delivery> = (0..30).map(|n| delivery("paged", &format!("p{n}"))).collect();
    deliveries.create(&many).await.unwrap();
    let mut found = BTreeSet::new();
    for shard in 0..SHARDS {
        let mut after = None;
        loop {
            let page = deliveries
                .page("blast.paged", shard, after.as_ref(), 3)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            assert!(page.iter().all(|one| found.insert(one.id.clone())));
        }
    }
    assert_eq!(found, many.iter().map(|one| one.id.clone()).collect());
    // Another batch whose name begins alike is another batch.
    assert_eq!(deliveries.page("blast.page", 0, None, 3).await.unwrap(), []);
}

async fn contacts_come_in_order_and_once(deliveries: &Deliveries) {
    let of = ContactsOf::Audience("news".to_owned());
    let contact = |name: &str, called: &str| Contact {
        address: email(name),
        name: Some(called.to_owned()),
        zone: None,
        booking: None,
        more: std::collections::BTreeMap::new(),
        other_channels: Vec::new(),
    };
    deliveries
        .put_contacts(&of, &[contact("b", "B"), contact("a", "A")])
        .await
        .unwrap();
    deliveries
        .put_contacts(&of, &[contact("a", "Z"), contact("c", "C"), contact("c", "D")])
        .await
        .unwrap();
    let (mut after, mut names) = (None, Vec::new());
    loop {
        let (page, next) = deliveries.contacts(&of, after.as_deref(), 2).await.unwrap();
        names.extend(page.into_iter().filter_map(|one| one.name));
        if next.is_none() {
            break;
        }
        after = next;
    }
    assert_eq!(names, ["Z", "B", "D"]);
    let crew = ContactsOf::Crew("news".to_owned());
    assert_eq!(
        deliveries.contacts(&crew, None, 2).await.unwrap(),
        (Vec::new(), None)
    );
}

async fn of_eight_that_begin_a_batch_one_does(deliveries: &Deliveries) {
    let batch = Batch::new("blast", "begun", (at(0), at(10)));
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let (deliveries, mut batch) = (deliveries.clone(), batch.clone());
            tokio::spawn(async move { deliveries.put_batch(&mut batch).await.unwrap() })
        })
        .collect();
    let mut won = 0;
    for racer in racers {
        won += usize::from(racer.await.unwrap());
    }
    assert_eq!(won, 1);
    let mut stored = deliveries.batch("blast", "begun").await.unwrap().unwrap();
    stored.stage = Stage::Planned;
    assert!(deliveries.put_batch(&mut stored).await.unwrap());
    assert_eq!(deliveries.batches(Some("blast")).await.unwrap(), [stored]);
    assert_eq!(deliveries.batches(Some("blas")).await.unwrap(), []);
    let behind = async |name| deliveries.batch_behind("blast", name).await.unwrap();
    assert_eq!(behind(None).await.as_deref(), Some("begun"));
    assert_eq!(behind(Some("begun")).await, None);
    assert_eq!(deliveries.batch_behind("blas", None).await, Ok(None));
    // The copy by its time is the newest one, and there is one.
    let mut later = Batch::new("blast", "later", (at(5), at(10)));
    assert!(deliveries.put_batch(&mut later).await.unwrap());
    assert_eq!(deliveries.batches_since(at(1)).await.unwrap(), [later]);
    let since = deliveries.batches_since(at(0)).await.unwrap();
    let ours: Vec<_> = since.iter().filter(|batch| batch.name == "begun").collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours.first().map(|batch| &batch.stage), Some(&Stage::Planned));
    what_is_closed_is_gone_on_with_no_more(deliveries).await;
}

async fn what_is_closed_is_gone_on_with_no_more(deliveries: &Deliveries) {
    let open = async || {
        let mut open = deliveries.open_batches().await.unwrap();
        open.retain(|batch| batch.campaign == "blast");
        open.into_iter().map(|batch| batch.name).collect::<Vec<_>>()
    };
    assert_eq!(open().await, ["begun", "later"]);
    let close = |batch: &mut Batch| batch.stage = Stage::Closed;
    deliveries.change_batch("blast", "begun", close).await.unwrap();
    assert_eq!(open().await, ["later"]);
    let reopen = |batch: &mut Batch| batch.stage = Stage::Planned;
    deliveries.change_batch("blast", "begun", reopen).await.unwrap();
    assert_eq!(open().await, ["begun", "later"]);
}

async fn a_pause_holds_until_it_is_ended(deliveries: &Deliveries) {
    let pause = |campaign: Option<&str>| Pause {
        campaign: campaign.map(str::to_owned),
        why: "the operator said so".to_owned(),
        since: at(0),
    };
    assert_eq!(deliveries.pause_of("blast").await.unwrap(), None);
    deliveries.pause(&pause(Some("blast"))).await.unwrap();
    assert_eq!(
        deliveries.pause_of("blast").await.unwrap(),
        Some(pause(Some("blast")))
    );
    assert_eq!(deliveries.pause_of("other").await.unwrap(), None);
    deliveries.pause(&pause(None)).await.unwrap();
    assert_eq!(deliveries.pause_of("other").await.unwrap(), Some(pause(None)));
    assert_eq!(deliveries.pauses().await.unwrap().len(), 2);
    deliveries.resume(Some("blast"), at(0)).await.unwrap();
    deliveries.resume(None, at(0)).await.unwrap();
    assert_eq!(deliveries.pause_of("blast").await.unwrap(), None);
}

async fn only_a_word_about_one_campaign_lets_go_what_waits(deliveries: &Deliveries) {
    for (name, campaign, is_word) in [("all", None, false), ("one", Some("waiting"), true)] {
        let mut batch = Batch::new("waiting", name, (at(0), at(60)));
        batch.stage = Stage::Waiting { recipients: 400 };
        assert!(deliveries.put_batch(&mut batch).await.unwrap());
        deliveries.resume(campaign, at(5)).await.unwrap();
        let found = deliveries.batch("waiting", name).await.unwrap().unwrap();
        assert_eq!(
            (found.is_excused, found.look_at),
            (is_word, Some(at(5))),
            "{name}"
        );
        let is_let_go = matches!(found.stage, Stage::Planning { .. });
        assert_eq!(is_let_go, is_word, "{name}");
    }
    let close = |batch: &mut Batch| batch.stage = Stage::Closed;
    deliveries.change_batch("waiting", "one", close).await.unwrap();
    deliveries.resume(Some("waiting"), at(9)).await.unwrap();
    let closed = deliveries.batch("waiting", "one").await.unwrap().unwrap();
    assert_eq!((closed.stage, closed.look_at), (Stage::Closed, Some(at(5))));
}

async fn of_eight_that_reserve_nobody_gets_the_same_time(deliveries: &Deliveries) {
    let rate = Rate {
        per_second: 10.0,
        marketing_share: 1.0,
    };
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let deliveries = deliveries.clone();
            tokio::spawn(async move {
                let wanted = (rate, Purpose::Transactional, 2);
                let reserved = deliveries
                    .reserve(Channel::Email, wanted, (at(0), TimeDelta::seconds(5)))
                    .await
                    .unwrap()
                    .unwrap();
                [reserved.at(0), reserved.at(1)]
            })
        })
        .collect();
    let mut times = BTreeSet::new();
    for racer in racers {
        times.extend(racer.await.unwrap());
    }
    assert_eq!(times.len(), 16);
    assert_eq!(
        times.last().map(|last| *last - at(0)),
        Some(TimeDelta::milliseconds(1500))
    );
    let late = deliveries.reserve(
        Channel::Email,
        (rate, Purpose::Transactional, 1),
        (at(0), TimeDelta::seconds(1)),
    );
    assert_eq!(late.await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_behaves_as_the_table_does() {
    check(Deliveries::in_memory()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_behaves_as_memory_does() {
    let Some(emulated) = Emulated::of("the_table_behaves_as_memory_does").await else {
        return;
    };
    emulated.create_table().await;
    check(Deliveries::in_table(&emulated.config, emulated.name.clone())).await;
    emulated.delete_table().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quick_table_behaves_as_both_do() {
    let table = testkit::QuickTable::start().await.unwrap();
    let emulated = Emulated::at(table.origin()).await;
    check(Deliveries::in_table(&emulated.config, emulated.name.clone())).await;
}

#[tokio::test]
async fn feedback_that_tells_nothing_new_leaves_no_line() {
    let deliveries = Deliveries::in_memory();
    let planned = delivery("told", "one");
    deliveries.create(std::slice::from_ref(&planned)).await.unwrap();
    let told = Event::Told(Told {
        what: Fate::Delivered,
        message_id: "m".to_owned(),
    });
    for _ in 0..2 {
        let before = deliveries.load(&planned.id).await.unwrap().unwrap();
        let (after, lines) = before.after(std::slice::from_ref(&told), at(1)).unwrap();
        if !lines.is_empty() {
            let put = deliveries.change(&before, (&after, &lines), With::Nothing).await;
            assert_eq!(put, Ok(Change::Done));
        }
    }
    assert_eq!(deliveries.trail(&planned.id).await.unwrap().len(), 2);
}
