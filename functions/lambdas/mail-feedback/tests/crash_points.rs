//! The function's own process, killed with SIGKILL at each of its calls: before the call arrives, and after it was carried
//! out. The queue brings the feedback again, as SQS does; then it has been heard, once.
//!
//! It needs the AWS emulator that `LANDFALL_TEST_ENDPOINT` names, and says so when there is none.

#[cfg(test)]
mod crash_points {
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use campaign::{Address, Delivery, DeliveryId, Hold, Occurrence, Purpose, Standing, State};
    use chrono::{TimeDelta, Utc};
    use contract::env;
    use emulated::Emulated;
    use serde_json::{Value, json};
    use store::Deliveries;
    use testkit::{Calls, Ended, Gate, Kills, Stop};

    /// So many kills has each change of a delivery that feedback makes.
    const SEEDS: usize = 20;
    const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:landfall-test-feedback";

    /// What is known of a delivery when SES tells.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    enum Before {
        Accepted,
        /// Its sender has not heard SES's answer.
        Submitting,
        /// Nobody knows whether it was sent.
        Unknown,
    }

    /// What is kept of a delivery and of its address.
    #[derive(Debug, PartialEq, Eq)]
    struct Kept {
        standing: Standing,
        forbidden: Option<&'static str>,
        trail: Vec<Standing>,
    }

    struct World {
        emulated: Emulated,
        deliveries: Deliveries,
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn feedback_whose_hearer_is_killed_at_any_call_is_heard_once() {
        let test = "feedback_whose_hearer_is_killed_at_any_call_is_heard_once";
        let Some(emulated) = Emulated::of(test).await else {
            return;
        };
        emulated.create_table().await;
        let deliveries = Deliveries::in_table(&emulated.config, emulated.name.clone());
        let world = World { emulated, deliveries };
        let mut kills = Kills::of(changes());
        let mut seed = 0;
        while kills.least() < SEEDS {
            for (before, kind) in changes() {
                let shape = ["eventType", "notificationType"][seed % 2];
                let name = format!("dry{seed}");
                let (calls, expected) = world.play(&name, before, (shape, kind), None).await;
                check(kind, &expected);
                for stop in (0..calls).flat_map(|at| [Stop::Before(at), Stop::After(at)]) {
                    seed += 1;
                    let name = format!("guest{seed}");
                    let (_, kept) = world.play(&name, before, (shape, kind), Some(stop)).await;
                    assert_eq!(kept, expected, "{before:?} {shape} {kind} {stop:?}");
                    kills.add((before, kind), stop);
                }
                seed += 1;
            }
        }
        print!("{kills}");
        println!(
            "each of {} changes was killed at least {} times",
            kills.things().count(),
            kills.least()
        );
    }

    /// What feedback makes of what.
    fn changes() -> impl Iterator<Item = (Before, &'static str)> {
        let befores = [Before::Accepted, Before::Submitting, Before::Unknown];
        let kinds = ["Delivery", "Bounce", "Complaint"];
        befores
            .into_iter()
            .flat_map(move |before| kinds.map(|kind| (before, kind)))
    }

    #[track_caller]
    fn check(kind: &str, kept: &Kept) {
        let (standing, forbidden) = match kind {
            "Delivery" => (Standing::Delivered, None),
            "Bounce" => (Standing::Bounced, Some("hard-bounce")),
            _ => (Standing::Complained, Some("complaint")),
        };
        assert_eq!((kept.standing, kept.forbidden), (standing, forbidden), "{kept:?}");
        assert_eq!(kept.trail, [standing], "{kept:?}");
    }

    impl World {
        /// Feedback whose first hearer is killed at that call. How many calls that was, and what is kept in the end.
        async fn play(
            &self,
            name: &str,
            before: Before,
            (shape, kind): (&str, &str),
            stop: Option<Stop>,
        ) -> (usize, Kept) {
            let delivery = delivery(name, before);
            let made = self.deliveries.create(std::slice::from_ref(&delivery)).await;
            made.unwrap();
            let event = batch(&message(&delivery, shape, kind));
            let calls = Calls::new(stop);
            let ended = self.invoke(&event, &calls).await;
            match stop {
                None => assert!(is_heard(&ended), "{ended:?}"),
                Some(stop) => assert_eq!(ended, Ended::Killed, "{stop:?} {:?}", calls.names()),
            }
            // Once because nobody confirmed it, and once more because a queue may.
            for _ in 0..2 {
                let again = self.invoke(&event, &Calls::new(None)).await;
                assert!(is_heard(&again), "{again:?}");
            }
            let stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
            let suppression = self.deliveries.suppression(&delivery.address).await.unwrap();
            let trail = self.deliveries.trail(&delivery.id).await.unwrap();
            let kept = Kept {
                standing: stored.standing(),
                forbidden: suppression.forbids(Purpose::Transactional),
                // The first line tells that it was made.
                trail: trail.iter().skip(1).map(|line| line.to).collect(),
            };
            (calls.names().len(), kept)
        }

        async fn invoke(&self, event: &Value, calls: &Arc<Calls>) -> Ended {
            let aws = Gate::before(&self.emulated.endpoint, Arc::clone(calls)).await;
            let aws = aws.unwrap();
            let mut environment = self.emulated.environment(aws.origin());
            let own = [
                (env::STAGE, "local"),
                (env::EVENTS_TABLE, self.emulated.name.as_str()),
                (env::FEEDBACK_TOPIC, TOPIC),
            ];
            environment.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let binary = Path::new(env!("CARGO_BIN_EXE_mail-feedback"));
            let lasts = Duration::from_secs(60);
            let ended = testkit::invoke(binary, &environment, event, lasts, calls).await;
            ended.unwrap()
        }
    }

    /// Whether nothing of the batch shall come again.
    fn is_heard(ended: &Ended) -> bool {
        matches!(ended, Ended::Answered(answer) if answer["batchItemFailures"] == json!([]))
    }

    fn delivery(name: &str, before: Before) -> Delivery {
        let address = Address::email(&format!("{name}@example.com")).unwrap();
        let occurrence = Occurrence {
            campaign: "blast".to_owned(),
            batch: "x".to_owned(),
            key: "k".to_owned(),
        };
        let now = Utc::now();
        let state = match before {
            Before::Accepted => State::Accepted,
            Before::Submitting => State::Submitting(Hold {
                owner: "sender".to_owned(),
                until: now + TimeDelta::minutes(1),
            }),
            Before::Unknown => State::Unknown {
                why: "connection-lost".to_owned(),
            },
        };
        let id = DeliveryId::new(&occurrence, &address, None);
        Delivery {
            state,
            attempt: 1,
            look_at: None,
            ..Delivery::planned(id, address, (Purpose::Marketing, "blast"), (now, now))
        }
    }

    /// What SES tells of it.
    fn message(delivery: &Delivery, shape: &str, kind: &str) -> Value {
        let (now, name) = (Utc::now(), delivery.address.as_str());
        let recipients = json!([{"emailAddress": name}]);
        let told = match kind {
            "Complaint" => json!({"complainedRecipients": recipients, "timestamp": now, "feedbackId": name}),
            "Bounce" => json!({"bounceType": "Permanent", "bounceSubType": "General",
                "bouncedRecipients": recipients, "timestamp": now, "feedbackId": name}),
            _ => json!({"timestamp": now, "recipients": [name]}),
        };
        let mut message = json!({
            shape: kind,
            "mail": {"messageId": format!("m-{name}"), "tags": {"delivery_id": [delivery.id]},
                "headers": [{"name": "X-Landfall-Delivery", "value": delivery.id}]},
        });
        message[kind.to_ascii_lowercase()] = told;
        message
    }

    fn batch(message: &Value) -> Value {
        let body = json!({"Type": "Notification", "MessageId": "n", "TopicArn": TOPIC, "Message": message.to_string()});
        json!({"Records": [{"messageId": "1", "body": body.to_string(), "attributes": {}, "messageAttributes": {}}]})
    }
}
