//! One run of the synchronisation as a process over files: `trace FOLDER`. `cargo xtask bench sync` measures it.
//!
//! It reads `FOLDER/feed.ics` and the state that the run before it left, plans, and keeps those parts of the state that
//! the writes change. It asks no platform and no Google: it is a synchronisation of one feed with our own calendar, on one
//! disk. The file's time of change and length stand for the `ETag` of a platform, which answers 304 to one that it knows.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Instant;

use booking::sync::{
    AssetConfig, Breaker, Config, Facts, FeedReading, ListingConfig, Planned, Policy, State, SyncPlan, Write,
    plan,
};
use booking::{Listing, Rules, from_feed};
use calendar::{Budget, Limits, Period, expand, read};
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

const LISTING: &str = "trace-boat";

// The files of the state.
const LINKS: &str = "links";
const ENTRIES: &str = "entries";
const SOURCES: &str = "sources";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: trace FOLDER")?;
    let folder = Path::new(&folder);
    let state = load(folder)?;
    let now: DateTime<Utc> = "2026-12-31T00:00:00Z".parse()?;
    let facts = Facts {
        now,
        config: config(),
        feeds: [(LISTING.to_owned(), reading(folder, &state, now)?)].into(),
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
    Ok(State {
        links: part(folder, LINKS)?,
        entries: part(folder, ENTRIES)?,
        sources: part(folder, SOURCES)?,
        ..State::default()
    })
}

fn part<T: Default + DeserializeOwned>(folder: &Path, name: &str) -> Result<T, Box<dyn Error>> {
    match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(postcard::from_bytes(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(error.into()),
    }
}

/// Keeps those parts of the state that the plan's writes change, and says how many entries our calendar has then.
fn keep(folder: &Path, mut state: State, plan: &SyncPlan) -> Result<usize, Box<dyn Error>> {
    let mut changed = BTreeSet::new();
    for Planned { write, .. } in &plan.writes {
        changed.extend(match write {
            Write::PutLink(_) => &[LINKS][..],
            Write::PutEntry(_) | Write::DropEntry { .. } => &[ENTRIES],
            Write::Touch(touch) if touch.keys.is_empty() && touch.missing.is_empty() => &[SOURCES],
            Write::Touch(_) => &[SOURCES, LINKS],
            _ => return Err("a write that this world has no place for".into()),
        });
        state.after(write);
    }
    for name in changed {
        let bytes = match name {
            LINKS => postcard::to_stdvec(&state.links)?,
            ENTRIES => postcard::to_stdvec(&state.entries)?,
            _ => postcard::to_stdvec(&state.sources)?,
        };
        // Whoever stops here has the old part or the new one.
        let new = folder.join(format!("{name}.new"));
        fs::write(&new, bytes)?;
        fs::rename(&new, folder.join(name))?;
    }
    Ok(state.entries.len())
}

fn reading(folder: &Path, state: &State, now: DateTime<Utc>) -> Result<FeedReading, Box<dyn Error>> {
    let file = folder.join("feed.ics");
    let about = fs::metadata(&file)?;
    let etag = Some(format!("{:?} {}", about.modified()?, about.len()));
    let known = state.sources.get(LISTING).and_then(|source| source.etag.as_ref());
    if known == etag.as_ref() {
        return Ok(FeedReading::Unchanged);
    }
    let body = fs::read(&file)?;
    let reading = read(&body, &Limits::default())?;
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
        etag,
        last_modified: None,
        body_hash: format!("{:x?}", Sha256::digest(&body)),
        basis: String::new(),
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
