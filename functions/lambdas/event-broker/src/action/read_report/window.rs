//! What a report is asked for.

use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use manifest::Manifest;

use crate::input::Input;
use crate::scope::{self, CLOCK_CHANGES, MAX_ID_CHARS, MAX_WINDOW, Selected};

/// How far a report looks back unless asked otherwise: twelve weeks.
const DEFAULT_WINDOW: TimeDelta = TimeDelta::weeks(12);

/// Of what a report is.
#[derive(Debug)]
pub(super) struct Wanted<'m> {
    /// The assets, each with its own window.
    pub(super) selected: Vec<Selected<'m>>,
    /// The time that these windows together span.
    pub(super) window: Period,
    /// Only these bookings.
    pub(super) platform: Option<String>,
    /// Whether it is about every site and asset.
    pub(super) is_of_all: bool,
}

/// Reads it. Faults are left with the input.
pub(super) fn read<'m>(input: &mut Input, manifest: &'m Manifest, now: DateTime<Utc>) -> Wanted<'m> {
    let assets = scope::assets(input, manifest);
    let is_of_all = assets.len() == manifest.assets().count();
    let platform = input.text("platform", MAX_ID_CHARS);
    let is_known = |id: &String| matches!(id.as_str(), "own" | "google") || manifest.platform(id).is_some();
    if platform.as_ref().is_some_and(|id| !is_known(id)) {
        input.refuse("platform", "is not in the manifest");
    }
    let (from, to) = (input.when("from"), input.when("to"));
    let window = |zone| {
        let end = to.map_or(now, |to| scope::instant(to, zone));
        let start = from.map_or_else(|| end - DEFAULT_WINDOW, |from| scope::instant(from, zone));
        (start, end)
    };
    let windows: Vec<_> = assets.iter().map(|(site, _)| window(site.time_zone)).collect();
    if windows.iter().any(|(start, end)| start >= end) {
        input.refuse("to", "must be after `from`");
    }
    if windows
        .iter()
        .any(|(start, end)| *end - *start > MAX_WINDOW + CLOCK_CHANGES)
    {
        let message = format!("must be at most {} days after `from`", MAX_WINDOW.num_days());
        input.refuse("to", &message);
    }
    let start = windows.iter().map(|(start, _)| *start).min().unwrap_or(now);
    let end = windows.iter().map(|(_, end)| *end).max().unwrap_or(now);
    let selected = assets.into_iter().zip(windows);
    Wanted {
        selected: selected
            .map(|((site, asset), (start, end))| Selected {
                site,
                asset,
                window: Period { start, end },
            })
            .collect(),
        window: Period { start, end },
        platform,
        is_of_all,
    }
}
