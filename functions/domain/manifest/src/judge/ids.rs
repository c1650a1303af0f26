//! Ids are unique, and references lead somewhere.

use std::collections::{BTreeSet, HashMap};

use super::place::Place;
use super::quote::quote;
use super::suggest::nearest;
use super::{Manifest, Problem};

pub(super) fn sites_are_unique(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    unique("site", &manifest.sites(), problems);
}

/// Across sites too: a listing names its asset without its site.
pub(super) fn assets_are_unique(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    unique("asset", &manifest.assets(), problems);
}

pub(super) fn platforms_are_unique(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    unique("platform", &manifest.platforms(), problems);
}

pub(super) fn listings_are_unique(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    unique("listing", &manifest.listings(), problems);
}

pub(super) fn listed_assets_exist(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    references_lead("asset", &manifest.listings(), &manifest.assets(), problems);
}

pub(super) fn listed_platforms_exist(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    references_lead("platform", &manifest.listings(), &manifest.platforms(), problems);
}

pub(super) fn unique(noun: &str, places: &[Place<'_>], problems: &mut Vec<Problem>) {
    let mut seen = HashMap::new();
    for place in places {
        let Some((id, text)) = place.text_field("id") else {
            continue;
        };
        let first = seen.entry(text).or_insert_with(|| id.clone());
        if first.pointer() != id.pointer() {
            let hint = format!("it is defined first at {}", first.pointer());
            problems.push(id.problem(format!("{noun} {} is defined twice", quote(text)), Some(hint)));
        }
    }
}

fn references_lead(noun: &str, from: &[Place<'_>], to: &[Place<'_>], problems: &mut Vec<Problem>) {
    let ids = ids(to);
    for place in from {
        let reference = place.text_field(noun);
        if let Some((at, id)) = reference.filter(|(_, id)| !ids.contains(id)) {
            problems.push(undefined(noun, &at, id, &ids));
        }
    }
}

/// The ids of these things, as far as they have one.
pub(super) fn ids<'a>(places: &[Place<'a>]) -> Vec<&'a str> {
    let id = |place: &Place<'a>| Some(place.text_field("id")?.1);
    places.iter().filter_map(id).collect()
}

pub(super) fn undefined(noun: &str, at: &Place<'_>, id: &str, ids: &[&str]) -> Problem {
    let message = format!("{noun} {} is not defined", quote(id));
    match nearest(id, ids.iter().copied()) {
        Some(near) => at.problem(format!("{message}; did you mean {}?", quote(near)), None),
        None if ids.is_empty() => at.problem(message, Some(format!("no {noun} is defined"))),
        None => at.problem(message, Some(format!("the manifest defines {}", listed(ids)))),
    }
}

fn listed(ids: &[&str]) -> String {
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    let shown: Vec<String> = distinct.iter().take(8).map(|id| quote(id)).collect();
    let more = if distinct.len() > 8 { ", …" } else { "" };
    shown.join(", ") + more
}
