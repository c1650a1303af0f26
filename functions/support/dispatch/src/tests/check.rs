//! What must hold at the end of every history.

use campaign::{Delivery, Standing, Transition, Trigger};
use chrono::{DateTime, TimeDelta, Utc};
use store::SHARDS;

use super::histories::{Tally, sum};
use super::world::{BATCH, RATE, RECIPIENTS, Seen, World};

pub(super) async fn check(seed: u64, world: &World, tally: &mut Tally) {
    let mut found = Vec::new();
    for shard in 0..SHARDS {
        found.extend(world.deliveries.page(BATCH, shard, None, 100).await.unwrap());
    }
    assert_eq!(
        found.len() as u64,
        RECIPIENTS,
        "seed {seed}: somebody has no delivery"
    );
    let seen = std::mem::take(&mut *world.seen.lock().unwrap());
    for delivery in found {
        let trail = world.deliveries.trail(&delivery.id).await.unwrap();
        let told = format!("seed {seed}: {delivery:?} {trail:#?}");
        check_trail(&delivery, &trail, &told);
        check_mails(&delivery, &trail, &seen, &told);
        check_end(&delivery, &trail, &seen, &told);
        *tally.standings.entry(delivery.standing()).or_default() += 1;
        for line in trail {
            *tally.steps.entry((line.from, line.trigger, line.to)).or_default() += 1;
        }
    }
    check_rate(seed, seen.requests.iter().map(|(_, at)| *at).collect());
    tally.requests += seen.requests.len() as u64;
    tally.accepted += seen.accepted.len() as u64;
    sum(&mut tally.faults, seen.faults);
    sum(&mut tally.mishaps, seen.mishaps);
}

fn check_trail(delivery: &Delivery, trail: &[Transition], told: &str) {
    assert_eq!(trail.first().map(|line| line.from), Some(None), "{told}");
    for pair in trail.windows(2) {
        assert_eq!(Some(pair[0].to), pair[1].from, "a gap: {told}");
    }
    assert_eq!(
        trail.last().map(|line| line.to),
        Some(delivery.standing()),
        "{told}"
    );
    assert!(!delivery.standing().is_open(), "stuck: {told}");
}

/// One mail, and one more for each time that the operator asked for another to somebody who may have had one. None that
/// was taken in hand after the recipient had left.
fn check_mails(delivery: &Delivery, trail: &[Transition], seen: &Seen, told: &str) {
    let may_have_one = [Some(Standing::Unknown), Some(Standing::Bounced)];
    let asked = trail
        .iter()
        .filter(|line| line.trigger == Trigger::Replan && may_have_one.contains(&line.from));
    let accepted = seen.accepted_of(delivery);
    assert!(accepted <= 1 + asked.count(), "{accepted} mails: {told}");
    let left = seen.forbidden.get(&delivery.address);
    for claim in trail.iter().filter(|line| line.trigger == Trigger::Claim) {
        assert!(
            left.is_none_or(|left| claim.at <= *left),
            "claimed after {left:?}: {told}"
        );
    }
}

/// Every end has its reason in what really happened.
fn check_end(delivery: &Delivery, trail: &[Transition], seen: &Seen, told: &str) {
    let last = trail.last().unwrap();
    let was_replanned = trail.iter().any(|line| line.trigger == Trigger::Replan);
    let accepted = seen.accepted_of(delivery);
    let has_reason = match delivery.standing() {
        Standing::Delivered | Standing::Bounced | Standing::Complained => accepted >= 1,
        // Of a mail that was sent before the operator asked for another it may be told once more that it was taken.
        Standing::Accepted => accepted >= 1 && was_replanned,
        // Who plans dates what it makes by when it began.
        Standing::Suppressed => {
            let left = seen.forbidden.get(&delivery.address);
            left.is_some_and(|left| last.trigger == Trigger::Plan || *left <= last.at)
        }
        Standing::Expired => last.at >= delivery.expires_at,
        Standing::Failed if last.trigger == Trigger::Break => seen.was_broken,
        Standing::Failed => seen.refused.contains(&delivery.id),
        Standing::Unknown => {
            let mut claims = trail.iter().filter(|line| line.trigger == Trigger::Claim);
            let sender = claims.next_back().map(|line| line.why.as_str());
            let sender = sender.unwrap_or_default();
            seen.doubtful.contains(&delivery.id) || seen.shaken.contains(sender)
        }
        _ => false,
    };
    assert!(has_reason, "no reason: {told}");
    if accepted > 0 && !was_replanned {
        let is_told = matches!(
            delivery.standing(),
            Standing::Delivered | Standing::Bounced | Standing::Complained
        );
        assert!(is_told, "it was sent, and what became of it was told: {told}");
    }
}

/// Turns are evenly apart, and each is used at most one interval late: so never do more go in any time than it has turns,
/// and one.
fn check_rate(seed: u64, mut times: Vec<DateTime<Utc>>) {
    times.sort();
    let interval = TimeDelta::microseconds((1_000_000.0 / RATE.per_second) as i64);
    for (first, from) in times.iter().enumerate() {
        for (number, to) in times.iter().enumerate().skip(first + 2) {
            let turns = i32::try_from(number - first - 1).unwrap();
            assert!(
                *to - *from >= interval * turns,
                "seed {seed}: {} messages in {} are more than {} a second",
                number - first + 1,
                *to - *from,
                RATE.per_second
            );
        }
    }
}

impl Seen {
    fn accepted_of(&self, delivery: &Delivery) -> usize {
        self.accepted.iter().filter(|(id, ..)| *id == delivery.id).count()
    }
}
