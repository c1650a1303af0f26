//! What each listing's outbound feed shows.

use std::collections::HashMap;

use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::echo::uid_suffix;
use super::fingerprint::fingerprint;
use super::lines::Lines;
use super::{Facts, Link, span};

/// For so long after a block has gone from an outbound feed its echo is recognised. Platforms read feeds every few
/// hours; what a platform still shows after two days is its own.
const ECHO_LIMIT: TimeDelta = TimeDelta::hours(48);

/// One listing's outbound feed: when its asset is taken elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// The listing's id.
    pub listing: String,
    /// The asset's id.
    pub asset: String,
    /// By begin, then by `UID`.
    pub blocks: Vec<OutboundBlock>,
    /// What it showed lately, so that what comes back is known.
    pub lately: Vec<Lately>,
}

/// A time that is taken. It says nothing of who took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundBlock {
    /// The `UID`: the same as long as the event is, wherever it moves.
    pub uid: String,
    /// The event's time and its asset's turnover before and after.
    #[serde(with = "span")]
    pub period: Period,
    /// Since when it has been like this: `DTSTAMP` of its event (RFC 5545, section 3.8.7.2).
    pub since: DateTime<Utc>,
}

/// A time that was shown lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lately {
    /// The time.
    #[serde(with = "span")]
    pub period: Period,
    /// Until when its echo is expected.
    pub until: DateTime<Utc>,
}

impl Lately {
    /// Whether its echo is still expected. What a clock that ran ahead has noted is not.
    pub(crate) fn is_expected(&self, now: DateTime<Utc>) -> bool {
        now < self.until && self.until - now <= ECHO_LIMIT
    }
}

/// The feeds that should show something else than they do.
pub(crate) fn changed_feeds(facts: &Facts, links: &Lines<'_>) -> Vec<Outbound> {
    let listings = facts.config.listings.iter();
    listings
        .filter_map(|(listing, config)| {
            let asset = facts.config.assets.get(&config.asset)?;
            let mut blocks: Vec<OutboundBlock> = links
                .iter()
                .filter(|link| link.asset == config.asset && link.takes_up_time())
                .filter(|link| link.content.period().end > facts.now)
                .filter(|link| link.platform() != Some(&config.platform))
                .map(|link| block(facts, listing, link, asset.turnover))
                .collect();
            blocks.sort_by(|a, b| (a.period, &a.uid).cmp(&(b.period, &b.uid)));
            let before = facts.state.outbound.get(listing);
            keep_stamps(before, &mut blocks);
            let is_same = match before {
                Some(before) => before.blocks == blocks,
                None => blocks.is_empty(),
            };
            (!is_same).then(|| Outbound {
                listing: listing.clone(),
                asset: config.asset.clone(),
                lately: lately(before, &blocks, facts.now),
                blocks,
            })
        })
        .collect()
}

fn block(facts: &Facts, listing: &str, link: &Link, turnover: TimeDelta) -> OutboundBlock {
    let name = fingerprint(&[listing, &link.id]);
    let Period { start, end } = link.content.period();
    OutboundBlock {
        uid: format!("{name}{}", uid_suffix(&facts.config.tenant)),
        period: Period::new(
            start.checked_sub_signed(turnover).unwrap_or(start),
            end.checked_add_signed(turnover).unwrap_or(end),
        ),
        since: facts.now,
    }
}

/// A block that was shown before, at the same time, is not new.
fn keep_stamps(before: Option<&Outbound>, blocks: &mut [OutboundBlock]) {
    let shown = before.map_or(&[][..], |before| &before.blocks);
    let shown: HashMap<(&str, Period), DateTime<Utc>> = shown
        .iter()
        .map(|block| ((block.uid.as_str(), block.period), block.since))
        .collect();
    for block in blocks {
        if let Some(since) = shown.get(&(block.uid.as_str(), block.period)) {
            block.since = *since;
        }
    }
}

fn lately(before: Option<&Outbound>, blocks: &[OutboundBlock], now: DateTime<Utc>) -> Vec<Lately> {
    let Some(before) = before else { return Vec::new() };
    let is_shown = |period: Period| blocks.iter().any(|block| block.period == period);
    let gone = before.blocks.iter().filter(|block| !is_shown(block.period));
    let until = now.checked_add_signed(ECHO_LIMIT).unwrap_or(now);
    let gone = gone.map(|block| Lately {
        period: block.period,
        until,
    });
    let older = before
        .lately
        .iter()
        .filter(|lately| lately.is_expected(now) && !is_shown(lately.period));
    older.cloned().chain(gone).collect()
}
