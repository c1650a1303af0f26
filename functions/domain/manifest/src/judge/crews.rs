//! A crew has no declaration: its name, wherever an asset gives it, is all that tells it from another one.

use std::collections::HashMap;

use super::quote::quote;
use super::suggest::plain;
use super::{Manifest, Problem};

/// `Dock crew` and `dock-crew` would be two crews, each with half of the work.
pub(super) fn crews_are_spelt_in_one_way(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let mut first: HashMap<String, &str> = HashMap::new();
    for asset in manifest.assets() {
        let Some((place, crew)) = asset.text_field("crew") else {
            continue;
        };
        let known = *first.entry(plain(crew)).or_insert(crew);
        if known != crew {
            let message = format!(
                "crew {} is spelt in two ways; did you mean {}?",
                quote(crew),
                quote(known)
            );
            let hint = format!(
                "a crew is known by its name alone, and an earlier asset has {}",
                quote(known)
            );
            problems.push(place.problem(message, Some(hint)));
        }
    }
}

pub(super) fn every_crew_has_time(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for asset in manifest.assets() {
        let is_none = asset
            .field("turnover_minutes")
            .is_some_and(|minutes| minutes.is_zero());
        if let Some((place, _)) = asset.text_field("crew").filter(|_| is_none) {
            let hint = "give the asset a `turnover_minutes`, or no `crew`".to_owned();
            let message = "the crew never cleans, because `turnover_minutes` is 0";
            problems.push(place.problem(message, Some(hint)));
        }
    }
}
