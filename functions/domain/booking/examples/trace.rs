//! One run of the synchronisation as a process over files: `trace FOLDER`. `cargo xtask bench sync` measures it.
//!
//! It reads `FOLDER/feed.ics` and the state that the run before it left, plans, and keeps the state that the writes
//! make. It reads the whole feed each time, whether or not it has changed, and asks no platform and no Google: a
//! synchronisation of one feed with our own calendar, between two folders of one disk.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use booking::sync::{
    AssetConfig, Breaker, Config, Facts, FeedReading, ListingConfig, Planned, Policy, State, SyncPlan, plan,
};
use booking::{Listing, Rules, from_feed};
use calendar::{Budget, Limits, Period, expand, read};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

const LISTING: &str = "trace-boat";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: trace FOLDER")?;
    let folder = Path::new(&folder);
    let state = load(folder)?;
    let body = fs::read(folder.join("feed.ics"))?;
    let now: DateTime<Utc> = "2026-12-31T00:00:00Z".parse()?;
    let facts = Facts {
        now,
        config: config(),
        feeds: [(LISTING.to_owned(), reading(&body, now)?)].into(),
        state,
        google: BTreeMap::new(),
        values: BTreeMap::new(),
    };
    let began = Instant::now();
    let plan = plan(&facts);
    let plan_s = began.elapsed().as_secs_f64();
    let writes = plan.rows().len();
    let entries = keep(folder, facts.state, &plan)?;
    println!("{{\"writes\": {writes}, \"entries\": {entries}, \"plan_s\": {plan_s}}}");
    Ok(())
}

/// What the run before left; nothing before the first run.
fn load(folder: &Path) -> Result<State, Box<dyn Error>> {
    match fs::read(folder.join("state.json")) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(State::default()),
        Err(error) => Err(error.into()),
    }
}

/// Keeps what the plan's writes make of the state, and says how many entries our calendar has then.
fn keep(folder: &Path, mut state: State, plan: &SyncPlan) -> Result<usize, Box<dyn Error>> {
    for Planned { write, .. } in &plan.writes {
        state.after(write);
    }
    let new = folder.join("state.json.new");
    let file = fs::File::create(&new)?;
    file.sync_all()?;
    fs::write(&new, serde_json::to_vec(&state)?)?;
    fs::rename(&new, folder.join("state.json"))?;
    Ok(state.entries.len())
}

fn reading(body: &[u8], now: DateTime<Utc>) -> Result<FeedReading, Box<dyn Error>> {
    let reading = read(body, &Limits::default())?;
    if !reading.complete {
        return Err("the feed is not complete".into());
    }
    let window = Period::new(now - TimeDelta::days(1), now + TimeDelta::days(3650));
    let expansion = expand(&reading.calendar, window, chrono_tz::UTC, &Budget::default());
    let listing = Listing {
        id: LISTING.to_owned(),
        platform: "trace".to_owned(),
        asset: "boat".to_owned(),
    };
    Ok(FeedReading::Complete {
        bookings: from_feed(&listing, &Rules::default(), &expansion).bookings,
        window,
        etag: None,
        last_modified: None,
        body_hash: format!("{:x?}", Sha256::digest(body)),
    })
}

fn config() -> Config {
    let asset = AssetConfig {
        name: "Boat".to_owned(),
        zone: chrono_tz::UTC,
        turnover: TimeDelta::minutes(30),
        crew: None,
        is_on_google: false,
    };
    let listing = ListingConfig {
        platform: "trace".to_owned(),
        asset: "boat".to_owned(),
    };
    Config {
        tenant: "bench".to_owned(),
        assets: [("boat".to_owned(), asset)].into(),
        listings: [(LISTING.to_owned(), listing)].into(),
        policy: Policy::default(),
        min_absence: TimeDelta::minutes(30),
        breaker: Breaker::default(),
        stale_after: TimeDelta::hours(6),
    }
}
