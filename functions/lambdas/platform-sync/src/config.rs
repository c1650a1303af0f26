//! The manifest as the synchronisation takes it: one asset with all of its listings.

use booking::sync::{AssetConfig, Breaker, Config, ListingConfig, Policy};
use chrono::TimeDelta;
use manifest::{AssetId, ConflictPolicy, Manifest};

/// The rules for one asset; `None` when the manifest has none of this id.
pub(crate) fn of_asset(manifest: &Manifest, tenant: &str, id: &AssetId) -> Option<Config> {
    let (site, asset) = manifest.asset(id.as_str())?;
    let asset = AssetConfig {
        name: asset.name.to_string(),
        zone: site.time_zone,
        turnover: asset.turnover_minutes.duration(),
        crew: asset.crew.as_ref().map(ToString::to_string),
        is_on_google: asset.google_calendar.is_some(),
    };
    let listings = manifest.listings_of(id).map(|listing| {
        let config = ListingConfig {
            platform: listing.platform.to_string(),
            asset: id.to_string(),
        };
        (listing.id.to_string(), config)
    });
    let feeds = manifest.policies.feeds;
    let minutes = |count: u32| TimeDelta::minutes(i64::from(count));
    let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Some(Config {
        tenant: tenant.to_owned(),
        listings: listings.collect(),
        assets: [(id.to_string(), asset)].into(),
        policy: match &manifest.policies.conflict {
            ConflictPolicy::FirstConfirmed => Policy::FirstConfirmed,
            ConflictPolicy::PlatformPriority(platforms) => {
                Policy::PlatformPriority(platforms.iter().map(ToString::to_string).collect())
            }
            ConflictPolicy::HighestValue => Policy::HighestValue,
            ConflictPolicy::Manual => Policy::Manual,
        },
        min_absence: minutes(feeds.min_absence_minutes.get()),
        breaker: Breaker {
            removals: number(feeds.breaker_removals.get()),
            percent: number(feeds.breaker_percent.get()),
        },
        stale_after: minutes(feeds.stale_after_minutes.get()),
    })
}
