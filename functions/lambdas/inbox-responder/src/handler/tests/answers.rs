//! What becomes of answers: whom they are to, what the operator had seen, and what is done when they do not go out.

use campaign::{Delivery, DeliveryId, Event, Standing};
use store::With;

use super::*;

fn id(native: &str) -> MessageId {
    MessageId::of("boats", native)
}

impl World {
    async fn delivery(&self, id: &DeliveryId) -> Delivery {
        self.service.deliveries.load(id).await.unwrap().unwrap()
    }

    async fn happens(&self, id: &DeliveryId, event: Event) {
        let delivery = self.delivery(id).await;
        let (after, lines) = delivery.after(&[event], at(10)).unwrap();
        let deliveries = &self.service.deliveries;
        deliveries
            .change(&delivery, (&after, &lines), With::Nothing)
            .await
            .unwrap();
    }

    async fn look(&self, minute: i64) -> Value {
        let answer = self.service.handle(json!({"action": "look"}), at(minute)).await;
        answer.unwrap()
    }

    async fn state(&self) -> Value {
        self.thread().await["thread"]["state"].clone()
    }
}

fn broken() -> Event {
    Event::Broken {
        why: "template".to_owned(),
    }
}

#[tokio::test]
async fn an_answer_by_rule_leaves_what_a_person_is_to_answer_on_the_list() {
    let world = World::new("send");
    world.write("guest", "m1", 0, "a refund?").await;
    world.write("guest", "m2", 2, "where?").await;
    let shown = world.thread().await;
    assert_eq!(
        (&shown["thread"]["state"], &shown["thread"]["person"]),
        (&json!("waiting"), &json!("Captain"))
    );
    assert_eq!(queued(&world.service).len(), 1);
    world.write("host", "h1", 5, "At the dock.").await;
    assert_eq!(world.state().await, "waiting");
    world.reply(&json!({"text": "You get it back."})).await;
    assert_eq!(world.state().await, "answered");
}

#[tokio::test]
async fn nothing_is_said_over_the_head_of_a_guest_who_has_written_since() {
    let world = World::new("dry-run");
    world.write("guest", "m1", 0, "where?").await;
    let words = json!({"text": "Behind the church.", "seen": id("m1")});
    let first = world.reply(&words).await;
    assert_eq!(first["answer"], "replied", "{first}");
    world.write("guest", "m2", 2, "and can we cancel?").await;
    assert_eq!(
        world.reply(&words).await,
        first,
        "the same words are the same answer"
    );
    assert_eq!(world.state().await, "waiting");
    let others = json!({"text": "See you there!", "seen": id("m1")});
    assert_eq!(world.reply(&others).await, json!({"answer": "changed"}));
    let close = |seen| json!({"action": "close", "thread": ThreadId::of("boats", "t"), "seen": seen});
    assert_eq!(world.ask(close(id("m1"))).await, json!({"answer": "changed"}));
    assert_eq!(
        world.ask(close(id("nobody's"))).await,
        json!({"answer": "changed"})
    );
    assert_eq!(world.state().await, "waiting");
    let seen = json!({"text": "See you there!", "seen": id("m2")});
    assert_eq!(world.reply(&seen).await["answer"], "replied");
    assert_eq!(world.state().await, "answered");
    assert_eq!(world.ask(close(id("m2"))).await, json!({"answer": "closed"}));
}

#[tokio::test]
async fn an_absence_note_is_not_what_the_operator_answers() {
    let world = World::new("dry-run");
    world.write("guest", "m1", 0, "where?").await;
    let mut note = written_by("guest", "m2", 2, "I am away.");
    note.is_automatic = true;
    let event = take_in(&world.service.inbox, &note).await;
    world.service.handle(event, at(3)).await.unwrap();
    let said = world
        .reply(&json!({"text": "Behind the church.", "seen": id("m2")}))
        .await;
    let delivery = world
        .delivery(&said["delivery"].as_str().unwrap().parse().unwrap())
        .await;
    assert_eq!(delivery.context["native"]["message"], "m1");
}

#[tokio::test]
async fn a_thread_whose_answer_did_not_go_out_waits_again() {
    let world = World::new("send");
    world.write("guest", "m1", 0, "where?").await;
    let answer = queued(&world.service)[0].clone();
    assert_eq!(
        world.look(2).await,
        json!({"answer": "looked", "reopened": 0, "open": 1})
    );
    world.happens(&answer, broken()).await;
    assert_eq!(world.state().await, "answered");
    assert_eq!(
        world.look(11).await,
        json!({"answer": "looked", "reopened": 1, "open": 0})
    );
    assert_eq!(world.state().await, "waiting");
    assert_eq!(
        world.look(12).await,
        json!({"answer": "looked", "reopened": 0, "open": 0})
    );
}

#[tokio::test]
async fn the_operators_words_that_failed_can_be_sent_again() {
    let world = World::new("dry-run");
    world.write("guest", "m1", 0, "where?").await;
    let words = json!({"text": "Behind the church."});
    let first = world.reply(&words).await;
    let carrier: DeliveryId = first["delivery"].as_str().unwrap().parse().unwrap();
    world.happens(&carrier, broken()).await;
    world.look(61).await;
    assert_eq!(world.state().await, "waiting");
    let second = world.reply(&words).await;
    assert_eq!(second["answer"], "replied", "{second}");
    assert_ne!(second, first);
    assert_eq!(world.reply(&words).await, second, "it is asked for once");
    assert_eq!(world.state().await, "answered");
    let again: DeliveryId = second["delivery"].as_str().unwrap().parse().unwrap();
    assert_eq!(world.delivery(&again).await.standing(), Standing::Planned);
    let forbidden = Event::Suppressed {
        why: "complaint".to_owned(),
    };
    world.happens(&again, forbidden).await;
    assert_eq!(world.reply(&words).await["answer"], "refused");
}

#[tokio::test]
async fn the_operators_words_that_are_sent_again_in_the_next_month_are_the_same_answer() {
    // The 31st of January, a minute before midnight.
    let last = 23_999;
    let world = World::new("dry-run");
    world.write("guest", "m1", last - 5, "where?").await;
    let words =
        json!({"action": "reply", "thread": ThreadId::of("boats", "t"), "text": "Behind the church."});
    let first = world.service.handle(words.clone(), at(last)).await.unwrap();
    assert_eq!(first["answer"], "replied", "{first}");
    let again = world.service.handle(words, at(last + 2)).await.unwrap();
    assert_eq!(again, first);
    let ids = queued(&world.service);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn an_answer_to_last_years_question_is_looked_after() {
    let world = World::new("dry-run");
    world.write("guest", "m1", 0, "where?").await;
    world.reply(&json!({"text": "Soon more."})).await;
    let words =
        json!({"action": "reply", "thread": ThreadId::of("boats", "t"), "text": "Behind the church."});
    let next_year = at(365 * 24 * 60);
    world.service.handle(words, next_year).await.unwrap();
    let batch = world
        .service
        .deliveries
        .batch("replies", "202701")
        .await
        .unwrap()
        .unwrap();
    assert!(batch.until > next_year + TimeDelta::days(35), "{batch:?}");
}

#[tokio::test]
async fn an_answer_by_rule_that_waits_for_the_morning_does_not_follow_a_persons() {
    for by_host in [false, true] {
        let world = World::new("send");
        world.write("guest", "m1", 0, "where?").await;
        let held = queued(&world.service)[0].clone();
        let until = at(600);
        world.happens(&held, Event::Held { until }).await;
        if by_host {
            world.write("host", "h1", 5, "At gate 4.").await;
        } else {
            world.reply(&json!({"text": "At gate 4."})).await;
        }
        assert_eq!(
            world.delivery(&held).await.standing(),
            Standing::Suppressed,
            "{by_host}"
        );
        world.look(61).await;
        assert_eq!(world.state().await, "answered", "{by_host}");
    }
}

#[tokio::test]
async fn decisions_of_one_call_keep_their_order() {
    let world = World::new("dry-run");
    let mut records = Vec::new();
    for (number, text) in ["where?", "a refund?", "hello"].into_iter().enumerate() {
        let minute = i64::try_from(number).unwrap();
        let message = written_by("guest", &format!("m{number}"), minute, text);
        let event = take_in(&world.service.inbox, &message).await;
        records.push(event["Records"][0].clone());
    }
    world
        .service
        .handle(json!({ "Records": records }), at(9))
        .await
        .unwrap();
    let shown = world.thread().await;
    let told: Vec<&Value> = shown["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["message"])
        .collect();
    assert_eq!(told, [&json!(id("m0")), &json!(id("m1")), &json!(id("m2"))]);
    let mut times: Vec<&str> = shown["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["at"].as_str().unwrap())
        .collect();
    times.dedup();
    assert_eq!(times.len(), 3, "{times:?}");
}

#[tokio::test]
async fn a_crew_is_told_in_the_words_that_were_decided() {
    let world = World::new("send");
    let member = campaign::Contact {
        address: campaign::Address::phone("+15551234567").unwrap(),
        name: None,
        zone: None,
        booking: None,
        more: std::collections::BTreeMap::new(),
        other_channels: Vec::new(),
    };
    let crew = store::ContactsOf::Crew("Dock crew".to_owned());
    let deliveries = &world.service.deliveries;
    deliveries.put_contacts(&crew, &[member]).await.unwrap();
    world.write("guest", "m1", 0, "we are late").await;
    let shown = world.thread().await;
    let decided = &shown["decisions"][0]["text"];
    let delivery = world.delivery(&queued(&world.service)[0]).await;
    let parsed = manifest::Manifest::parse(manifest(&rules("send")).to_string().as_bytes()).unwrap();
    // The template is another one by now, or gone.
    let (outgoing, _) = dispatch::render(&parsed, &robots::texts(), &delivery).unwrap();
    let dispatch::Outgoing::Sms(sms) = outgoing else {
        panic!("a crew is told by SMS");
    };
    assert_eq!(json!(sms.body), *decided);
    assert_eq!(sms.body, "A guest wrote: look at the inbox.");
}

#[tokio::test]
async fn what_cannot_be_answered_from_here_is_refused() {
    let world = World::new("dry-run");
    let mut message = written_by("guest", "m1", 0, "where?");
    message.source = inbox::Source::Mail {
        reply_to: None,
        is_proven: true,
    };
    let event = take_in(&world.service.inbox, &message).await;
    world.service.handle(event, at(1)).await.unwrap();
    assert_eq!(world.reply(&json!({"text": "There."})).await["answer"], "refused");
    assert_eq!(queued(&world.service), []);
}
