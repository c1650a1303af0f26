//! A webhook's settings fit its scheme and the listings of its platform.

use super::ids::{ids, undefined};
use super::place::Place;
use super::quote::quote;
use super::{Manifest, Problem};

const STANDARD: &str = "standard-webhooks";

pub(super) fn headers_fit_the_scheme(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (_, webhook) in webhooks(manifest) {
        let scheme = webhook.text_field("scheme").map(|(_, scheme)| scheme);
        if scheme == Some("shared-secret") && webhook.field("header").is_none() {
            let hint = "name the header in which the platform sends the secret".to_owned();
            problems.push(webhook.problem("the scheme `shared-secret` needs `header`", Some(hint)));
        }
        for name in ["header", "id_header"] {
            if let (Some(STANDARD), Some(at)) = (scheme, webhook.field(name)) {
                let message =
                    format!("the scheme `{STANDARD}` has headers of its own and does not read `{name}`");
                problems.push(at.problem(message, None));
            }
        }
    }
}

pub(super) fn maps_have_a_pointer(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (_, webhook) in webhooks(manifest) {
        for (map, pointer) in [("listings", "listing_pointer"), ("events", "event_pointer")] {
            match (webhook.field(map), webhook.field(pointer)) {
                (Some(at), None) => {
                    problems.push(at.problem(format!("`{map}` is never read without `{pointer}`"), None));
                }
                (None, Some(at)) => {
                    problems.push(at.problem(format!("`{pointer}` is never read without `{map}`"), None));
                }
                _ => {}
            }
        }
    }
}

pub(super) fn mapped_listings_are_the_platforms(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for (platform, webhook) in webhooks(manifest) {
        listings_are_the_platforms(manifest, (&platform, &webhook), problems);
    }
}

/// What the map `listings` of a platform's part leads to is that platform's.
pub(super) fn listings_are_the_platforms(
    manifest: &Manifest<'_>,
    (platform, part): (&Place<'_>, &Place<'_>),
    problems: &mut Vec<Problem>,
) {
    let listings = manifest.listings();
    let (known, platforms) = (ids(&listings), ids(&manifest.platforms()));
    let platform = platform.text_field("id").map(|(_, id)| id);
    for at in part.values("listings") {
        let Some(id) = at.text() else { continue };
        let is_it = |listing: &&Place<'_>| listing.text_field("id").is_some_and(|(_, own)| own == id);
        match listings.iter().find(is_it) {
            None => problems.push(undefined("listing", &at, id, &known)),
            // A platform that is not defined is named at the listing itself.
            Some(listing)
                if listing
                    .text_field("platform")
                    .is_some_and(|(_, own)| Some(own) != platform && platforms.contains(&own)) =>
            {
                let message = format!("listing {} is another platform's", quote(id));
                problems.push(at.problem(message, None));
            }
            Some(_) => {}
        }
    }
}

/// The platforms that have a webhook, with it.
fn webhooks<'a>(manifest: &Manifest<'a>) -> Vec<(Place<'a>, Place<'a>)> {
    let platforms = manifest.platforms().into_iter();
    platforms
        .filter_map(|platform| {
            let webhook = platform.field("webhook").filter(Place::is_object)?;
            Some((platform, webhook))
        })
        .collect()
}
