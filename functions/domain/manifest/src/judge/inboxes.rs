//! A platform's messages can be read with what is said of them.
//!
//! No message quotes a URL: a real one is a secret, and one may stand here by mistake.

use super::place::Place;
use super::webhooks::listings_are_the_platforms;
use super::{Manifest, Problem};
use crate::model::Stage;
use crate::text::LocalUrl;

/// Where something is looked for in a mail.
const PLACES: [&str; 4] = ["thread", "booking_code", "guest_name", "listing"];

pub(super) fn every_api_has_a_source(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let hint =
        "name the secret that holds the API's base URL, as in `\"secret\": \"GETMYBOAT_MESSAGES_URL\"`";
    for (_, api) in parts(manifest, "api") {
        let (has_secret, has_url) = (api.field("secret").is_some(), api.field("local_url").is_some());
        let message = match (has_secret, has_url, manifest.stage) {
            (false, false, _) => "the API has neither `secret` nor `local_url`",
            (false, true, Stage::Deployed) => {
                "the API has no `secret`, and this stage does not read `local_url`"
            }
            _ => continue,
        };
        problems.push(api.problem(message, Some(hint.to_owned())));
    }
}

pub(super) fn local_urls_are_plain(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (_, api) in parts(manifest, "api") {
        let Some((at, url)) = api.text_field("local_url") else {
            continue;
        };
        if let Err(invalid) = LocalUrl::parse(url) {
            problems.push(at.problem("`local_url` is not well-formed", Some(invalid.to_string())));
        }
    }
}

pub(super) fn every_message_has_a_text(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (_, api) in parts(manifest, "api") {
        let Some(fields) = api.field("fields").filter(Place::is_object) else {
            continue;
        };
        if fields.field("text").is_none() && fields.field("html").is_none() {
            let hint = "give `text`, `html` or both".to_owned();
            problems.push(fields.problem("nothing says where a message's text stands", Some(hint)));
        }
    }
}

pub(super) fn places_lead_somewhere(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (_, mail) in parts(manifest, "mail") {
        for place in PLACES.iter().flat_map(|name| mail.items(name)) {
            if place.is_object() && place.field("header").is_none() && place.field("after").is_none() {
                let hint = "name the header, or the text before it".to_owned();
                problems.push(place.problem("the place has neither `header` nor `after`", Some(hint)));
            }
        }
    }
}

pub(super) fn mapped_listings_are_the_platforms(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for name in ["api", "mail"] {
        for (platform, part) in parts(manifest, name) {
            listings_are_the_platforms(manifest, (&platform, &part), problems);
        }
    }
}

/// The platforms whose inbox has this part, with it.
fn parts<'a>(manifest: &Manifest<'a>, name: &str) -> Vec<(Place<'a>, Place<'a>)> {
    let platforms = manifest.platforms().into_iter();
    platforms
        .filter_map(|platform| {
            let part = platform.field("inbox")?.field(name).filter(Place::is_object)?;
            Some((platform, part))
        })
        .collect()
}
