//! What a JSON Schema cannot say: named checks, which append what they find to one list.
//!
//! They read the raw JSON and skip what has the wrong shape, so that a typo in one place does not hide the findings
//! of another. A shape that they skip is reported by the schema.

mod campaigns;
mod crews;
mod feeds;
mod google;
mod ids;
mod inboxes;
mod place;
mod policies;
mod quote;
mod replies;
mod rules;
mod suggest;
mod webhooks;
mod zones;

use std::fmt;

use serde_json::Value;

use crate::model::Stage;
use place::Place;

#[cfg(feature = "check")]
pub(crate) use quote::quote;
#[cfg(feature = "check")]
pub(crate) use suggest::nearest;

/// Something in the manifest that contradicts something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, as a lowercase fragment.
    pub message: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

/// A check reads the manifest and appends what it finds.
type Check = fn(&Manifest<'_>, &mut Vec<Problem>);

const CHECKS: &[Check] = &[
    ids::sites_are_unique,
    ids::assets_are_unique,
    ids::platforms_are_unique,
    ids::listings_are_unique,
    ids::listed_assets_exist,
    ids::listed_platforms_exist,
    zones::time_zones_exist,
    crews::crews_are_spelt_in_one_way,
    crews::every_crew_has_time,
    feeds::every_feed_has_a_source,
    feeds::local_urls_are_plain,
    feeds::no_two_listings_share_a_secret,
    feeds::no_two_listings_share_a_local_url,
    google::no_two_assets_share_a_calendar,
    google::local_urls_are_plain,
    google::no_platform_has_googles_id,
    rules::no_rule_matches_everything,
    rules::no_rule_is_given_twice,
    policies::priority_comes_with_platforms,
    policies::priority_names_every_platform_once,
    webhooks::headers_fit_the_scheme,
    webhooks::maps_have_a_pointer,
    webhooks::mapped_listings_are_the_platforms,
    inboxes::every_api_has_a_source,
    inboxes::local_urls_are_plain,
    inboxes::every_message_has_a_text,
    inboxes::places_lead_somewhere,
    inboxes::mapped_listings_are_the_platforms,
    campaigns::campaigns_are_unique,
    campaigns::every_campaign_has_a_sender,
    campaigns::local_urls_are_plain,
    campaigns::recipients_fit_the_time,
    campaigns::rules_can_be_read,
    campaigns::zones_exist,
    campaigns::what_is_named_exists,
    campaigns::marketing_shows_an_address,
    campaigns::limits_leave_something,
    replies::rules_are_unique,
    replies::no_campaign_has_the_name_of_replies,
    replies::what_is_named_exists,
    replies::event_types_exist,
    replies::crews_exist,
    replies::somebody_sends_sms,
    replies::every_rule_has_its_turn,
];

/// The raw manifest, and who is going to read it.
struct Manifest<'a> {
    root: Place<'a>,
    stage: Stage,
}

impl<'a> Manifest<'a> {
    fn sites(&self) -> Vec<Place<'a>> {
        self.root.items("sites")
    }

    fn assets(&self) -> Vec<Place<'a>> {
        self.sites()
            .iter()
            .flat_map(|site| site.items("assets"))
            .collect()
    }

    fn platforms(&self) -> Vec<Place<'a>> {
        self.root.items("platforms")
    }

    fn listings(&self) -> Vec<Place<'a>> {
        self.root.items("listings")
    }

    fn campaigns(&self) -> Vec<Place<'a>> {
        self.root.items("campaigns")
    }
}

/// Every problem in the manifest, check by check.
pub(crate) fn judge(manifest: &Value, stage: Stage) -> Vec<Problem> {
    let manifest = Manifest {
        root: Place::root(manifest),
        stage,
    };
    let mut problems = Vec::new();
    for check in CHECKS {
        check(&manifest, &mut problems);
    }
    problems
}

#[cfg(test)]
mod tests;
