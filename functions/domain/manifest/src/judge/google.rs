//! A Google calendar belongs to one asset.

use std::collections::HashMap;

use super::place::Place;
use super::{Manifest, Problem};
use crate::text::LocalUrl;

/// What one asset's bookings write would take up the time of the other.
pub(super) fn no_two_assets_share_a_calendar(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<&str, Place<'_>> = HashMap::new();
    for (at, id) in calendars(manifest)
        .iter()
        .filter_map(|calendar| calendar.text_field("id"))
    {
        let first = seen.entry(id).or_insert_with(|| at.clone());
        if first.pointer() != at.pointer() {
            let hint = format!(
                "the first is at {}; make a calendar for each asset",
                first.pointer()
            );
            problems.push(at.problem("two assets have the same Google calendar", Some(hint)));
        }
    }
}

pub(super) fn local_urls_are_plain(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (at, url) in calendars(manifest)
        .iter()
        .filter_map(|calendar| calendar.text_field("local_url"))
    {
        if let Err(invalid) = LocalUrl::parse(url) {
            problems.push(at.problem("`local_url` is not well-formed", Some(invalid.to_string())));
        }
    }
}

/// Google's notifications come under it, in the place of a platform's.
const GOOGLES_ID: &str = "google-calendar";

pub(super) fn no_platform_has_googles_id(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let platforms = manifest.platforms();
    let ids = platforms.iter().filter_map(|platform| platform.text_field("id"));
    for (at, _) in ids.filter(|(_, id)| *id == GOOGLES_ID) {
        let hint = "an asset's Google calendar is its `google_calendar`".to_owned();
        problems.push(at.problem(format!("the id `{GOOGLES_ID}` is Google's own"), Some(hint)));
    }
}

fn calendars<'a>(manifest: &Manifest<'a>) -> Vec<Place<'a>> {
    let assets = manifest.assets();
    assets
        .iter()
        .filter_map(|asset| asset.field("google_calendar"))
        .collect()
}
