//! The world: what is true at the platforms and in Google, what we store, and a clock.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Period, resolve_local};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::America::New_York;

use super::Tally;
use super::random::Random;
use crate::log::LogLine;
use crate::sync::{
    AssetConfig, Breaker, Config, Face, Facts, FeedReading, GoogleEvent, GoogleReading, ListingConfig,
    Outbound, Policy, State, SyncPlan, plan,
};
use crate::{Booking, Kind};

/// What is true on a platform.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) name: u64,
    pub(crate) period: Period,
    pub(crate) kind: Kind,
    pub(crate) has_code: bool,
    pub(crate) is_all_day: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Platform {
    pub(crate) told: Vec<Told>,
    /// What it has read of our outbound feed.
    pub(crate) imported: Option<Outbound>,
    pub(crate) churns_uids: bool,
    /// What its feed told when it was last asked, for a cache that is late.
    pub(crate) before: Vec<Booking>,
}

pub(crate) struct World {
    pub(crate) random: Random,
    pub(crate) now: DateTime<Utc>,
    pub(crate) config: Config,
    pub(crate) state: State,
    pub(crate) platforms: BTreeMap<String, Platform>,
    pub(crate) google: BTreeMap<String, GoogleEvent>,
    pub(crate) next: u64,
    /// What people wrote into Google's events and the ledger has not taken over yet.
    pub(crate) edits: BTreeMap<String, Face>,
    /// Own events and Google's that nobody has deleted.
    pub(crate) kept: BTreeSet<String>,
    /// Those that somebody deleted and nobody ever edited.
    pub(crate) deleted: BTreeSet<String>,
    pub(crate) edited: BTreeSet<String>,
    pub(crate) tally: Tally,
    pub(crate) log: Vec<LogLine>,
}

impl World {
    pub(crate) fn new(mut random: Random) -> Self {
        let policies = [
            Policy::FirstConfirmed,
            Policy::PlatformPriority(vec!["beta".to_owned(), "alpha".to_owned()]),
            Policy::HighestValue,
            Policy::Manual,
        ];
        let config = config(random.pick(&policies).unwrap_or_default(), random.below(3));
        // Ten days before a change of the clocks: bookings begin around it.
        let day =
            NaiveDate::from_ymd_opt(2030, if random.once_in(2) { 2 } else { 10 }, 24).unwrap_or_default();
        let platform = |churns_uids| Platform {
            churns_uids,
            ..Platform::default()
        };
        Self {
            now: resolve_local(New_York, day.into()),
            platforms: config
                .listings
                .keys()
                .map(|id| (id.clone(), platform(random.once_in(3))))
                .collect(),
            random,
            config,
            state: State::default(),
            google: BTreeMap::new(),
            next: 0,
            edits: BTreeMap::new(),
            kept: BTreeSet::new(),
            deleted: BTreeSet::new(),
            edited: BTreeSet::new(),
            tally: Tally::default(),
            log: Vec::new(),
        }
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A time from ten days on; some are whole local days, of 23 to 25 hours.
    pub(crate) fn some_period(&mut self) -> (Period, bool) {
        let day = self.now.with_timezone(&New_York).date_naive() + Days::new(10 + self.random.below(8));
        if self.random.once_in(4) {
            let midnight = |date: NaiveDate| resolve_local(New_York, date.into());
            return (Period::new(midnight(day), midnight(day + Days::new(1))), true);
        }
        let minutes = |quarters: u64| TimeDelta::minutes(15 * i64::try_from(quarters).unwrap_or(0));
        let start = resolve_local(New_York, day.into()) + minutes(self.random.below(96));
        let length = minutes(1 + self.random.below(24));
        (Period::new(start, start + length), false)
    }

    pub(crate) fn facts(&self, feeds: BTreeMap<String, FeedReading>, reads_google: bool) -> Facts {
        let listed = GoogleReading::Listed(self.google.values().cloned().collect());
        let reading = if reads_google {
            listed
        } else {
            GoogleReading::Failed
        };
        Facts {
            now: self.now,
            config: self.config.clone(),
            state: self.state.clone(),
            feeds,
            google: [("boat".to_owned(), reading)].into(),
            values: self.values(),
        }
    }

    /// What is known of some bookings' worth; of some, only after some runs.
    fn values(&self) -> BTreeMap<String, u64> {
        let is_late = self.tally.runs < 4;
        let told = self.platforms.values().flat_map(|platform| &platform.told);
        let told =
            told.filter(|told| told.has_code && told.name % 3 != 0 && !(is_late && told.name % 3 == 1));
        told.map(|told| (format!("CODE{}", told.name), told.name * 100))
            .collect()
    }

    pub(crate) fn plan_now(&mut self) -> SyncPlan {
        let listings: Vec<String> = self.platforms.keys().cloned().collect();
        let feeds = listings
            .into_iter()
            .map(|listing| (listing.clone(), self.complete(&listing)))
            .collect();
        plan(&self.facts(feeds, true))
    }
}

fn config(policy: Policy, turnover: u64) -> Config {
    let listing = |platform: &str| ListingConfig {
        platform: platform.to_owned(),
        asset: "boat".to_owned(),
    };
    Config {
        tenant: "tenant".to_owned(),
        assets: [(
            "boat".to_owned(),
            AssetConfig {
                name: "Boat".to_owned(),
                zone: New_York,
                turnover: TimeDelta::minutes(30 * i64::try_from(turnover).unwrap_or(0)),
                crew: Some("crew".to_owned()),
                is_on_google: true,
            },
        )]
        .into(),
        listings: ["alpha", "beta", "gamma"]
            .map(|id| (format!("{id}-boat"), listing(id)))
            .into(),
        policy,
        min_absence: TimeDelta::minutes(30),
        breaker: Breaker::default(),
        stale_after: TimeDelta::hours(6),
    }
}
