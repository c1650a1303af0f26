//! A campaign can be sent: somebody sends it, to somebody, at a time that exists.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::ids::{ids, undefined, unique};
use super::place::Place;
use super::quote::quote;
use super::suggest::nearest;
use super::{Manifest, Problem};
use crate::text::LocalUrl;

pub(super) fn campaigns_are_unique(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    unique("campaign", &manifest.campaigns(), problems);
}

pub(super) fn every_campaign_has_a_sender(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let messages = manifest.root.field("messages");
    for campaign in manifest.campaigns() {
        let Some((at, channel)) = campaign.text_field("channel") else {
            continue;
        };
        let sender = messages.as_ref().and_then(|messages| messages.field(channel));
        let sender = sender.filter(Place::is_object);
        if matches!(channel, "email" | "sms") && sender.is_none() {
            let hint = format!("add `messages.{channel}`: who sends");
            problems.push(at.problem(format!("nobody sends by {channel}"), Some(hint)));
        }
    }
}

pub(super) fn local_urls_are_plain(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let messages = manifest.root.field("messages");
    let sms = messages.and_then(|messages| messages.field("sms"));
    let Some((at, url)) = sms.as_ref().and_then(|sms| sms.text_field("local_url")) else {
        return;
    };
    if let Err(invalid) = LocalUrl::parse(url) {
        problems.push(at.problem("`local_url` is not well-formed", Some(invalid.to_string())));
    }
}

/// Of a guest or a crew there is one only where there is a booking.
pub(super) fn recipients_fit_the_time(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for campaign in manifest.campaigns() {
        let kind = |name: &str| {
            let (place, kind) = campaign.field(name)?.text_field("type")?;
            Some((place, kind))
        };
        let (Some((at, to)), Some((_, when))) = (kind("to"), kind("when")) else {
            continue;
        };
        let is_about_a_booking = !matches!(when, "at" | "every");
        if matches!(to, "guest" | "crew") && !is_about_a_booking {
            let message = format!("a {to} belongs to a booking, and `{when}` is about none");
            let hint = "name an audience, or a time such as `before-booking`".to_owned();
            problems.push(at.problem(message, Some(hint)));
        }
        if to == "audience" && matches!(when, "before-booking" | "after-booking") {
            let hint = "write `{\"type\": \"guest\"}`".to_owned();
            problems.push(at.problem("a whole audience would hear of each booking", Some(hint)));
        }
    }
}

pub(super) fn rules_can_be_read(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for campaign in manifest.campaigns() {
        let Some((at, text)) = campaign.field("when").and_then(|when| when.text_field("rule")) else {
            continue;
        };
        match text.parse::<calendar::Rule>() {
            Err(error) => problems.push(at.problem(format!("the rule cannot be read: {error}"), None)),
            Ok(rule) if rule.frequency < calendar::Frequency::Daily => {
                let hint = "a campaign recurs daily at most".to_owned();
                problems.push(at.problem("the rule recurs within a day", Some(hint)));
            }
            Ok(_) => {}
        }
    }
}

pub(super) fn zones_exist(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let campaigns = manifest.campaigns();
    let of_campaigns = campaigns
        .iter()
        .filter_map(|campaign| campaign.field("when")?.text_field("zone"));
    let of_all = manifest
        .root
        .field("messages")
        .and_then(|messages| messages.text_field("time_zone"));
    let or_recipient = of_campaigns.filter(|(_, zone)| *zone != "recipient");
    let all = or_recipient
        .map(|found| (found, true))
        .chain(of_all.map(|found| (found, false)));
    for ((at, zone), may_be_the_recipients) in all {
        if zone.parse::<Tz>().is_ok() {
            continue;
        }
        let message = format!("{} is not an IANA time zone", quote(zone));
        let own = may_be_the_recipients.then_some("recipient");
        let names = TZ_VARIANTS.iter().map(|zone| zone.name()).chain(own);
        problems.push(match nearest(zone, names) {
            Some(near) => at.problem(format!("{message}; did you mean `{near}`?"), None),
            None => at.problem(message, None),
        });
    }
}

pub(super) fn what_is_named_exists(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let campaigns = manifest.campaigns();
    let onlies = campaigns.iter().filter_map(|campaign| campaign.field("only"));
    only_names_what_exists(manifest, onlies, problems);
}

/// What a choice of sites, assets and platforms names exists.
pub(super) fn only_names_what_exists<'a>(
    manifest: &Manifest<'a>,
    onlies: impl Iterator<Item = Place<'a>>,
    problems: &mut Vec<Problem>,
) {
    let known = [
        ("sites", "site", manifest.sites()),
        ("assets", "asset", manifest.assets()),
        ("platforms", "platform", manifest.platforms()),
    ];
    for only in onlies {
        for (field, noun, things) in &known {
            let defined = ids(things);
            for place in only.items(field) {
                if let Some(id) = place.text().filter(|id| !defined.contains(id)) {
                    problems.push(undefined(noun, &place, id, &defined));
                }
            }
        }
    }
}

/// The CAN-SPAM Act asks for it in every commercial message, and so do most other countries' laws.
pub(super) fn marketing_shows_an_address(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let email = manifest
        .root
        .field("messages")
        .and_then(|messages| messages.field("email"));
    let Some(email) = email.filter(|email| email.field("postal_address").is_none()) else {
        return;
    };
    let is = |campaign: &Place<'_>, name: &str, value: &str| {
        campaign.text_field(name).is_some_and(|(_, text)| text == value)
    };
    let campaigns = manifest.campaigns();
    let marketing = campaigns
        .iter()
        .find(|campaign| is(campaign, "purpose", "marketing") && is(campaign, "channel", "email"));
    if let Some(campaign) = marketing {
        let hint = format!("the marketing at {} must show it", campaign.pointer());
        problems.push(email.problem("`postal_address` is missing", Some(hint)));
    }
}

pub(super) fn limits_leave_something(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let mut zero = |place: Option<Place<'_>>| {
        if let Some(place) = place.filter(Place::is_zero) {
            problems.push(place.problem("with 0 nothing would ever be sent", None));
        }
    };
    for campaign in manifest.campaigns() {
        zero(campaign.field("max_lateness_minutes"));
    }
    let cap = manifest
        .root
        .field("messages")
        .and_then(|messages| messages.field("frequency_cap"));
    zero(cap.as_ref().and_then(|cap| cap.field("messages")));
    zero(cap.as_ref().and_then(|cap| cap.field("days")));
    let sms = manifest
        .root
        .field("messages")
        .and_then(|messages| messages.field("sms"));
    zero(sms.and_then(|sms| sms.field("validity_minutes")));
}
