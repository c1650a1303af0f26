//! Which assets a request is about, and over which time.

use calendar::{Period, resolve_local};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use manifest::{Asset, Manifest, Platform, Site};
use utoipa::IntoParams;

use crate::input::{Input, When};
use crate::page::{Cursor, DEFAULT_LIMIT, MAX_CURSOR_CHARS, MAX_LIMIT, PageRequest};

/// How far a list looks ahead unless asked otherwise.
pub(crate) const DEFAULT_WINDOW: TimeDelta = TimeDelta::days(30);
/// The longest window of a list: more than a year, so that a yearly report fits with room on both sides.
pub(crate) const MAX_WINDOW: TimeDelta = TimeDelta::days(400);
/// A window of 400 local days may be longer by what clock changes add.
pub(crate) const CLOCK_CHANGES: TimeDelta = TimeDelta::hours(2);
/// So many assets' rows are read at the same time.
pub(crate) const CONCURRENT_ASSETS: usize = 4;
/// The longest id in a manifest is shorter.
pub(crate) const MAX_ID_CHARS: usize = 64;

/// What a list is about.
#[derive(Debug)]
pub(crate) struct Scope<'m> {
    /// The assets, each with its own window.
    pub(crate) selected: Vec<Selected<'m>>,
    /// The time that these windows together span.
    pub(crate) window: Period,
    /// Which part of the list is asked for.
    pub(crate) page: PageRequest,
}

/// One asset, with the window in its site's zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selected<'m> {
    pub(crate) site: &'m Site,
    pub(crate) asset: &'m Asset,
    pub(crate) window: Period,
}

/// Which assets a list is about, as [`read`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it describes the query, which is read field by field so that every fault is named"
)]
pub(crate) struct AssetFields {
    /// Only this site's assets.
    site: Option<String>,
    /// Only this asset.
    asset: Option<String>,
}

/// Over which time a list goes, as [`read`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "it describes the query, which is read field by field so that every fault is named"
)]
pub(crate) struct WindowFields {
    /// An instant, or a date in each site's zone. Default: now.
    from: Option<String>,
    /// An instant, or a date in each site's zone; at most 400 days after `from`. Default: 30 days after `from`.
    to: Option<String>,
}

/// The assets that `site` and `asset` name (all of them when neither is given), each with the window that `from`
/// and `to` mean in its zone, and the page. Faults are left with the input.
pub(crate) fn read<'m>(input: &mut Input, manifest: &'m Manifest, now: DateTime<Utc>) -> Scope<'m> {
    let assets = assets(input, manifest);
    let page = page(input);
    let from = input.when("from");
    let to = input.when("to");
    let cursor = page.cursor.as_ref();
    let mut selected = Vec::new();
    for (site, asset) in assets {
        let window = match cursor {
            Some(cursor) => (cursor.from, cursor.to),
            None => span(from, to, site.time_zone, now),
        };
        selected.push(Selected {
            site,
            asset,
            window: Period {
                start: window.0,
                end: window.1,
            },
        });
    }
    let lengths: Vec<_> = selected
        .iter()
        .map(|one| one.window.end - one.window.start)
        .collect();
    if lengths.iter().any(|length| *length <= TimeDelta::zero()) {
        input.refuse("to", "must be after `from`");
    }
    if lengths.iter().any(|length| *length > MAX_WINDOW + CLOCK_CHANGES) {
        input.refuse(
            "to",
            &format!("must be at most {} days after `from`", MAX_WINDOW.num_days()),
        );
    }
    Scope {
        window: whole(&selected, now),
        selected,
        page,
    }
}

/// The platform that the request names.
pub(crate) fn platform<'m>(input: &mut Input, manifest: &'m Manifest) -> Option<&'m Platform> {
    let id = input.text("platform", MAX_ID_CHARS)?;
    let platform = manifest.platform(&id);
    if platform.is_none() {
        input.refuse("platform", "is not in the manifest");
    }
    platform
}

/// The instant that a caller means, in a site's zone.
pub(crate) fn instant(when: When, zone: Tz) -> DateTime<Utc> {
    match when {
        When::Instant(instant) => instant,
        When::Day(day) => resolve_local(zone, day.into()),
    }
}

/// The assets that `site` and `asset` name; all of them when neither is given. Faults are left with the input.
pub(crate) fn assets<'m>(input: &mut Input, manifest: &'m Manifest) -> Vec<(&'m Site, &'m Asset)> {
    let site = input.text("site", MAX_ID_CHARS);
    let asset = input.text("asset", MAX_ID_CHARS);
    if site.as_deref().is_some_and(|id| manifest.site(id).is_none()) {
        input.refuse("site", "is not in the manifest");
    }
    let of_site = |(at, _): &(&Site, &Asset)| site.as_deref().is_none_or(|id| at.id.as_str() == id);
    let of_asset = |(_, it): &(&Site, &Asset)| asset.as_deref().is_none_or(|id| it.id.as_str() == id);
    let found: Vec<_> = manifest.assets().filter(of_asset).collect();
    if found.is_empty() {
        input.refuse("asset", "is not in the manifest");
    } else if asset.is_some() && !found.iter().any(of_site) {
        input.refuse("asset", "is not at this site");
    }
    found.into_iter().filter(of_site).collect()
}

fn page(input: &mut Input) -> PageRequest {
    let limit = input.count("limit", MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
    let text = input.text("cursor", MAX_CURSOR_CHARS);
    let cursor = text.as_deref().and_then(Cursor::parse);
    if text.is_some() && cursor.is_none() {
        input.refuse("cursor", "must be the `next_cursor` of an earlier answer");
    }
    PageRequest { limit, cursor }
}

fn span(
    from: Option<When>,
    to: Option<When>,
    zone: Tz,
    now: DateTime<Utc>,
) -> (DateTime<Utc>, DateTime<Utc>) {
    let from = from.map_or(now, |from| instant(from, zone));
    let to = to.map_or_else(|| from + DEFAULT_WINDOW, |to| instant(to, zone));
    (from, to)
}

/// The time that all the windows together span.
fn whole(selected: &[Selected<'_>], now: DateTime<Utc>) -> Period {
    let start = selected.iter().map(|one| one.window.start).min().unwrap_or(now);
    let end = selected.iter().map(|one| one.window.end).max().unwrap_or(now);
    Period { start, end }
}
