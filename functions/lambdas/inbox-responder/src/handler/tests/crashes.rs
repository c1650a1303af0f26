//! Whatever goes wrong at the store, and however often a message comes: one decision, and what it sends is sent once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use store::{Fault, Faults};
use testkit::Dice;

use super::*;

const RUNS: u64 = 2_000;

/// Lambda's: whoever takes longer is killed.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Faults by chance, as long as the world is not calm.
fn faults(dice: &Dice, is_calm: &Arc<AtomicBool>) -> Faults {
    let (dice, is_calm) = (dice.clone(), Arc::clone(is_calm));
    Arc::new(move |_| {
        if is_calm.load(Ordering::Relaxed) {
            return Fault::None;
        }
        match dice.below(60) {
            0 => Fault::CrashBefore,
            1 => Fault::CrashAfter,
            2 => Fault::Unavailable,
            3 => Fault::LostAnswer,
            4 => Fault::Conflict,
            5 => Fault::Late(20),
            _ => Fault::None,
        }
    })
}

async fn run(seed: u64) {
    let dice = Dice::new(seed);
    let is_calm = Arc::new(AtomicBool::new(false));
    let (inbox, deliveries) = (Inbox::in_memory(), Deliveries::in_memory());
    let texts = ["where?", "echo this", "refund", "hello"];
    let mut events = Vec::new();
    for number in 0..4 {
        let text = texts[usize::try_from(dice.below(4)).unwrap()];
        let message = written_by(
            "guest",
            &format!("m{number}"),
            number,
            &format!("{text} {number}"),
        );
        events.push(take_in(&inbox, &message).await);
    }
    let broken = faults(&dice, &is_calm);
    let service = service(
        &rules("send"),
        inbox.through(Arc::clone(&broken)),
        deliveries.through(broken),
    );
    let mut minute = 10;
    for event in &events {
        loop {
            minute += 1;
            let answer = tokio::time::timeout(TIMEOUT, service.handle(event.clone(), at(minute))).await;
            let is_done = answer.is_ok_and(|answer| answer.unwrap()["batchItemFailures"] == json!([]));
            // Whoever is done may be called again all the same.
            if is_done && dice.percent(70) {
                break;
            }
            is_calm.store(minute > 400, Ordering::Relaxed);
        }
    }
    let thread = ThreadId::of("boats", "t");
    let decisions = inbox.decisions(&thread, 100).await.unwrap();
    let decided: BTreeSet<String> = decisions.iter().map(|one| format!("{:?}", one.message)).collect();
    assert_eq!((decisions.len(), decided.len()), (4, 4), "seed {seed}");
    let wanted: BTreeSet<String> = decisions.iter().flat_map(|one| one.deliveries.clone()).collect();
    let sent: BTreeSet<String> = queued(&service).iter().map(ToString::to_string).collect();
    assert_eq!(sent, wanted, "seed {seed}");
    for id in &wanted {
        let found = deliveries.load(&id.parse().unwrap()).await.unwrap();
        assert!(found.is_some(), "seed {seed}: {id} is lost");
    }
    let texts: BTreeSet<String> = decisions
        .iter()
        .filter_map(|one| Some(one.text.as_ref()?.reveal().to_owned()))
        .collect();
    assert_eq!(texts.len(), wanted.len(), "seed {seed}: the same was said twice");
}

#[tokio::test(start_paused = true)]
async fn crashes_and_repetitions_make_one_answer() {
    for seed in 0..RUNS {
        run(seed).await;
    }
}
