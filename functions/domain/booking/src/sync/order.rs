//! Who keeps the time.

use std::cmp::Reverse;

use calendar::{Period, conflicts};
use chrono::{DateTime, TimeDelta, Utc};

use super::content::kind_name;
use super::fingerprint::fingerprint;
use super::{Config, Decider, Decision, Facts, Link, Matter, Policy};
use crate::{Cause, Kind};

/// One decision for every two live events of an asset that want the same time: the one that was made on the same facts
/// before, or a new one.
pub(crate) fn decide<'l>(facts: &Facts, links: impl Iterator<Item = &'l Link>) -> Vec<Decision> {
    let mut wanting: Vec<&Link> = links
        .filter(|link| link.takes_up_time() && link.content.period().end > facts.now)
        .filter(|link| facts.config.assets.contains_key(&link.asset))
        .collect();
    // They come by id, which decides where these are the same.
    wanting.sort_by_cached_key(|link| (link.asset.as_str(), link.content.period()));
    wanting
        .chunk_by(|a, b| a.asset == b.asset)
        .flat_map(|of_asset| decide_asset(facts, of_asset))
        .collect()
}

fn decide_asset(facts: &Facts, links: &[&Link]) -> Vec<Decision> {
    let turnover = links
        .first()
        .and_then(|link| facts.config.assets.get(&link.asset));
    let turnover = turnover.map_or(TimeDelta::zero(), |asset| asset.turnover);
    // The turnover lies between two neighbours once: widening the ends alone finds it.
    let pairs = conflicts(links, |link| widened(link.content.period(), turnover));
    pairs
        .into_iter()
        .filter_map(|(a, b)| Some((*links.get(a)?, *links.get(b)?)))
        .filter(|(a, b)| is_conflict(a, b))
        .map(|(a, b)| decide_pair(facts, a, b))
        .collect()
}

fn widened(period: Period, turnover: TimeDelta) -> Period {
    let end = period.end.checked_add_signed(turnover.max(TimeDelta::zero()));
    Period::new(period.start, end.unwrap_or(DateTime::<Utc>::MAX_UTC))
}

/// Two blocks keep nobody out that the other lets in, and a platform knows best what its own blocks are for.
fn is_conflict(a: &Link, b: &Link) -> bool {
    let are_blocks = [a, b].map(|link| link.content.kind == Kind::Block);
    let is_one_feed = a.listing().is_some() && a.listing() == b.listing();
    let is_leaving = a.missing.is_some() || b.missing.is_some();
    are_blocks != [true, true] && !(is_one_feed && (are_blocks.contains(&true) || is_leaving))
}

fn decide_pair(facts: &Facts, a: &Link, b: &Link) -> Decision {
    let (first, second) = if a.id < b.id { (a, b) } else { (b, a) };
    let claim = |link: &Link| {
        let period = link.content.period();
        let [start, end] = [period.start, period.end].map(|at| at.timestamp().to_string());
        format!("{} {start} {end} {}", link.id, kind_name(link.weight()))
    };
    let id = fingerprint(&["overlap", &claim(first), &claim(second)]);
    if let Some(before) = facts.state.decisions.get(&id) {
        return before.clone();
    }
    let (winner, reason) = stronger(first, second, &facts.config);
    let cause = if a.content.period().overlaps(&b.content.period()) {
        Cause::Overlap
    } else {
        Cause::Turnover
    };
    Decision {
        id,
        asset: a.asset.clone(),
        matter: Matter::Overlap {
            links: [first.id.clone(), second.id.clone()],
            winner: winner.map(|link| link.id.clone()),
            cause,
        },
        reason,
        decided_at: facts.now,
        by: Decider::Policy,
        is_undone: false,
    }
}

/// Who of the two keeps the time, and why. The order is total: it does not matter who is named first.
fn stronger<'l>(a: &'l Link, b: &'l Link, config: &Config) -> (Option<&'l Link>, String) {
    let pick = |a_wins: bool| Some(if a_wins { a } else { b });
    let (of_a, of_b) = (a.weight(), b.weight());
    if of_a != of_b {
        let (strong, weak) = (of_a.min(of_b), of_a.max(of_b));
        let reason = format!("a {} comes before a {}", kind_name(strong), kind_name(weak));
        return (pick(of_a < of_b), reason);
    }
    let by_policy = match &config.policy {
        Policy::Manual => return (None, "the policy leaves it to you".to_owned()),
        Policy::FirstConfirmed => {
            let confirmed = |link: &Link| link.confirmed_at.unwrap_or(DateTime::<Utc>::MAX_UTC);
            (confirmed(a).cmp(&confirmed(b)), "it was confirmed first")
        }
        Policy::PlatformPriority(platforms) => {
            let rank = |link: &Link| {
                let at = |platform| platforms.iter().position(|listed| listed == platform);
                link.platform().map(|platform| at(platform).unwrap_or(usize::MAX))
            };
            (rank(a).cmp(&rank(b)), "its platform comes first in your priority")
        }
        Policy::HighestValue => {
            let value = |link: &Link| Reverse(link.content.value);
            (value(a).cmp(&value(b)), "it is worth more")
        }
    };
    let seen = (a.first_seen.cmp(&b.first_seen), "it came first");
    let id = (
        a.id.cmp(&b.id),
        "both were seen at the same time, so that one had to be picked",
    );
    let (order, reason) = [by_policy, seen]
        .into_iter()
        .find(|(order, _)| order.is_ne())
        .unwrap_or(id);
    (pick(order.is_lt()), reason.to_owned())
}
