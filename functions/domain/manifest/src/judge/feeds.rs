//! Every listing has a feed of its own that the stage can reach.
//!
//! No message quotes a URL: a real feed's URL is a secret, and one may stand here by mistake.

use std::collections::HashMap;

use crate::model::Stage;
use crate::text::LocalUrl;

use super::place::Place;
use super::{Manifest, Problem};

pub(super) fn every_feed_has_a_source(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for feed in feeds(manifest).filter(Place::is_object) {
        let has_secret = feed.field("secret").is_some();
        let has_url = feed.field("local_url").is_some();
        let hint =
            "name the secret that holds the feed's URL, as in `\"secret\": \"GETMYBOAT_PONTOON_FEED_URL\"`";
        match (has_secret, has_url, manifest.stage) {
            (false, false, _) => {
                problems.push(feed.problem(
                    "the feed has neither `secret` nor `local_url`",
                    Some(hint.to_owned()),
                ));
            }
            (false, true, Stage::Deployed) => {
                let message = "the feed has no `secret`, and this stage does not read `local_url`";
                problems.push(feed.problem(message, Some(hint.to_owned())));
            }
            _ => {}
        }
    }
}

pub(super) fn local_urls_are_plain(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (at, url) in texts(manifest, "local_url") {
        if let Err(invalid) = LocalUrl::parse(url) {
            problems.push(at.problem("`local_url` is not well-formed", Some(invalid.to_string())));
        }
    }
}

pub(super) fn no_two_listings_share_a_secret(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    distinct("secret", texts(manifest, "secret"), problems);
}

pub(super) fn no_two_listings_share_a_local_url(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    distinct("local_url", texts(manifest, "local_url"), problems);
}

fn feeds<'a>(manifest: &Manifest<'a>) -> impl Iterator<Item = Place<'a>> {
    manifest
        .listings()
        .into_iter()
        .filter_map(|listing| listing.field("feed"))
}

fn texts<'a>(manifest: &Manifest<'a>, field: &str) -> Vec<(Place<'a>, &'a str)> {
    feeds(manifest)
        .filter_map(|feed| feed.text_field(field))
        .collect()
}

fn distinct(field: &str, texts: Vec<(Place<'_>, &str)>, problems: &mut Vec<Problem>) {
    let mut seen = HashMap::new();
    for (at, text) in texts {
        let first = seen.entry(text).or_insert_with(|| at.clone());
        if first.pointer() == at.pointer() {
            continue;
        }
        let message = format!("two listings have the same `{field}`");
        let hint = format!(
            "the first is at {}; one feed read twice would show every booking twice",
            first.pointer()
        );
        problems.push(at.problem(message, Some(hint)));
    }
}
