//! Where a sender can be killed: at each write of a delivery, and at the request to SES.

use std::collections::BTreeMap;

use campaign::{Standing, TRANSITIONS, Transition, Trigger};
use testkit::{Calls, Dice, Stop};

use super::case::Case;

/// A line of the table of states, or what the other side tells.
pub(super) type Step = (Standing, Trigger, Standing);

/// The path of the request by which a mail is sent.
pub(super) const SENDING: &str = "outbound-emails";

/// What a sender is about to do, or has done, when it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Step(Step),
    /// It hands the mail over.
    HandOver,
}

/// One call of one case, and on which side of it the process dies.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) case: Case,
    pub(super) stop: Stop,
    pub(super) whats: Vec<What>,
}

/// Everything that a sender does to a delivery: the whole table but for the operator's word, which is the scheduler's to
/// write, and that SES has taken the mail, in time or when the sender was taken for gone.
pub(super) fn everything() -> impl Iterator<Item = What> {
    let own = TRANSITIONS
        .iter()
        .copied()
        .filter(|(_, trigger, _)| *trigger != Trigger::Replan);
    let told =
        [Standing::Submitting, Standing::Unknown].map(|from| (from, Trigger::Tell, Standing::Accepted));
    own.chain(told).map(What::Step).chain([What::HandOver])
}

/// What a call is about to write into a trail.
pub(super) fn lines(calls: &Calls, call: usize) -> Vec<Transition> {
    let bodies = calls.bodies_put(call, "trail#");
    bodies
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect()
}

pub(super) fn steps(lines: &[Transition]) -> Vec<What> {
    let steps = lines
        .iter()
        .map(|line| (line.from.unwrap(), line.trigger, line.to));
    steps.map(What::Step).collect()
}

/// Where a run of this case, which was not killed, could have been. What it tried to write and what is not in the trail
/// was refused, and is no step.
pub(super) fn points_of(case: &Case, calls: &Calls, trail: &[Transition]) -> Vec<Point> {
    let mut points = Vec::new();
    for (call, name) in calls.names().iter().enumerate() {
        let is_sending = name.contains(SENDING);
        let written = lines(calls, call);
        let whats = if is_sending {
            vec![What::HandOver]
        } else if !written.is_empty() && written.iter().all(|line| trail.contains(line)) {
            steps(&written)
        } else {
            continue;
        };
        let mut sides = vec![Stop::Before(call)];
        // There is no moment after an answer that does not come.
        if !is_sending || case.has_answer() {
            sides.push(Stop::After(call));
        }
        points.extend(sides.into_iter().map(|stop| Point {
            case: case.clone(),
            stop,
            whats: whats.clone(),
        }));
    }
    points
}

/// Every point once, and more that the dice draw until each thing has its `wanted` kills: each with its seed.
pub(super) fn draw(
    points: &[Point],
    has: impl Fn(&What) -> usize,
    wanted: usize,
    first_seed: u64,
) -> Vec<(u64, Point)> {
    let mut counts: BTreeMap<What, usize> = everything().map(|what| (what, has(&what))).collect();
    let is_first = counts.values().all(|count| *count == 0);
    let mut drawn: Vec<Point> = points.iter().filter(|_| is_first).cloned().collect();
    for what in drawn.iter().flat_map(|point| &point.whats) {
        *counts.entry(*what).or_default() += 1;
    }
    let dice = Dice::new(first_seed);
    for what in everything() {
        let is_fitting = |point: &&Point| point.whats.contains(&what) && !point.case.takes_long();
        let fitting: Vec<&Point> = points.iter().filter(is_fitting).collect();
        while !fitting.is_empty() && counts[&what] < wanted {
            let at = usize::try_from(dice.below(fitting.len() as u64)).unwrap();
            for what in &fitting[at].whats {
                *counts.entry(*what).or_default() += 1;
            }
            drawn.push(fitting[at].clone());
        }
    }
    (first_seed..).zip(drawn).collect()
}
