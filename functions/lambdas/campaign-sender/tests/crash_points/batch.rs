//! Several messages in one invocation: what is wrong with one is no other's business.

use std::collections::BTreeSet;

use campaign::{Delivery, Standing};
use emulated::Emulated;
use serde_json::{Value, json};
use testkit::{Calls, Dice, Ended, Mishap, Stop};

use super::case::{Carrier, Case, Guest, Start};
use super::world::{World, record};

/// So many histories of one batch.
const SEEDS: u64 = 20;

fn cases() -> [Case; 8] {
    let case = |guest, carrier| Case {
        guest,
        start: Start::Planned,
        carrier,
    };
    [
        case(Guest::Reachable, Carrier::Well),
        case(Guest::Complains, Carrier::Mishap(Mishap::AcceptThenDrop)),
        case(Guest::Reachable, Carrier::Mishap(Mishap::TooManyRequests)),
        case(Guest::Refused, Carrier::Well),
        case(Guest::Bounces, Carrier::Mishap(Mishap::TooManyRequests)),
        case(Guest::Suppressed, Carrier::Well),
        case(Guest::Broken, Carrier::Well),
        case(Guest::Reachable, Carrier::Mishap(Mishap::ServerError)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_batch_only_what_ses_has_not_taken_yet_comes_again() {
    let test = "of_a_batch_only_what_ses_has_not_taken_yet_comes_again";
    let Some(emulated) = Emulated::of(test).await else {
        return;
    };
    let world = World::new(emulated).await;
    let (batch, calls) = (world.lay_batch("whole").await, Calls::new(None));
    let Ended::Answered(answer) = world.invoke(&records(&batch), &calls).await else {
        panic!("{:?}", calls.names());
    };
    // SES was asked too fast for two of them, and one record names nobody.
    assert_eq!(
        failures(&answer),
        BTreeSet::from(["2", "4", "nobody"].map(str::to_owned))
    );
    world.check_batch(&batch, &Dice::new(0), None).await;
    let total = calls.names().len() as u64;
    let mut killed = 0;
    for seed in 1..=SEEDS {
        let dice = Dice::new(seed);
        let batch = world.lay_batch(&format!("seed{seed}")).await;
        // What comes before the first message is read is another test's.
        let at = usize::try_from(total / 4 + dice.below(total * 3 / 4)).unwrap();
        let stop = if dice.percent(50) {
            Stop::Before(at)
        } else {
            Stop::After(at)
        };
        let calls = Calls::new(Some(stop));
        let ended = world.invoke(&records(&batch), &calls).await;
        killed += usize::from(ended == Ended::Killed);
        world.check_batch(&batch, &dice, Some((stop, ended))).await;
    }
    println!(
        "{killed} of {SEEDS} batches of {} messages were killed, and hold",
        cases().len()
    );
    // Eight messages at once do not have as many calls in every run.
    assert!(killed * 10 >= SEEDS as usize * 8, "{killed}");
}

impl World {
    async fn lay_batch(&self, name: &str) -> Vec<(Case, Delivery)> {
        let mut batch = Vec::new();
        for (number, case) in cases().into_iter().enumerate() {
            let delivery = self.deliver(&format!("{name}-{number}"), &case).await;
            self.prepare(&case, &delivery.address);
            batch.push((case, delivery));
        }
        batch
    }

    /// The queue brings again all that it was not told to forget; then everybody has what they should.
    async fn check_batch(&self, batch: &[(Case, Delivery)], dice: &Dice, was: Option<(Stop, Ended)>) {
        let mut in_doubt = BTreeSet::new();
        for (_, delivery) in batch {
            let left = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
            if left.standing() == Standing::Submitting {
                in_doubt.insert(delivery.id.clone());
            }
        }
        let ended = self.invoke_again(&records(batch)).await;
        assert!(matches!(ended, Ended::Answered(_)), "{ended:?}");
        for (case, delivery) in batch {
            self.follow(&delivery.id, dice).await;
            let stored = self.deliveries.load(&delivery.id).await.unwrap().unwrap();
            let (standing, accepted) = (stored.standing(), self.accepted(&delivery.address));
            let told = format!("{was:?} {case:?} {standing} {accepted}");
            let is_as_expected = standing == case.expected() && accepted == usize::from(case.is_sent());
            let is_unknown = (standing, accepted) == (Standing::Unknown, 0);
            let may_be = case.leaves_in_doubt() || in_doubt.contains(&delivery.id);
            assert!(is_as_expected || is_unknown && may_be, "{told}");
        }
    }

    /// Puts a delivery into the queue, lets SES refuse it for the moment, and sees to it; what was sent when the queue brought
    /// it again. `None` when it did not.
    pub(super) async fn refuse_once(&self) -> Option<usize> {
        let case = Case {
            guest: Guest::Reachable,
            start: Start::Planned,
            carrier: Carrier::Mishap(Mishap::TooManyRequests),
        };
        let delivery = self.deliver("again", &case).await;
        self.prepare(&case, &delivery.address);
        let body = json!({"delivery": delivery.id}).to_string();
        self.emulated.put_message(&self.queue, &body).await;
        for _ in 0..2 {
            let message = self.emulated.take_message(&self.queue).await?;
            let record = json!({"messageId": message.message_id, "receiptHandle": message.receipt_handle,
                "body": message.body, "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}});
            let ended = self.invoke(&[record], &Calls::new(None)).await;
            assert!(matches!(ended, Ended::Answered(_)), "{ended:?}");
        }
        Some(self.accepted(&delivery.address))
    }
}

fn records(batch: &[(Case, Delivery)]) -> Vec<Value> {
    let each = batch.iter().enumerate();
    let mut records: Vec<Value> = each
        .map(|(number, (_, delivery))| record(&number.to_string(), &delivery.id))
        .collect();
    records.push(json!({"messageId": "nobody", "body": "{}", "attributes": {}, "messageAttributes": {}}));
    records
}

fn failures(answer: &Value) -> BTreeSet<String> {
    let failures = answer["batchItemFailures"].as_array().unwrap().iter();
    let names = failures.map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned());
    names.collect()
}
