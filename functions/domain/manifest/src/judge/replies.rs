//! Rules of answers can be followed: each has its own name, and what it names exists.

use super::campaigns::only_names_what_exists;
use super::ids::{undefined, unique};
use super::place::Place;
use super::quote::quote;
use super::suggest::nearest;
use super::{Manifest, Problem};

/// Under which answers are delivered, so that no campaign may have it: `contract::replies` has the same.
const RESERVED: [&str; 2] = ["replies", "inbox-notices"];

pub(super) fn rules_are_unique(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    unique("rule", &rules(manifest), problems);
}

pub(super) fn no_campaign_has_the_name_of_replies(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for campaign in manifest.campaigns() {
        if let Some((at, id)) = campaign.text_field("id").filter(|(_, id)| RESERVED.contains(id)) {
            let hint = "answers to guests are delivered under it".to_owned();
            problems.push(at.problem(format!("the id {} is taken", quote(id)), Some(hint)));
        }
    }
}

pub(super) fn what_is_named_exists(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let onlies = rules(manifest).into_iter().filter_map(|rule| rule.field("only"));
    only_names_what_exists(manifest, onlies, problems);
}

/// A kind of event is defined where an asset names it.
pub(super) fn event_types_exist(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let assets = manifest.assets();
    let texts = |place: &Place<'_>| -> Vec<String> {
        let items = place.items("event_types");
        items
            .iter()
            .filter_map(|item| item.text().map(str::to_owned))
            .collect()
    };
    let all: Vec<String> = assets.iter().flat_map(texts).collect();
    let mut check = |at: &Place<'_>, known: &[String]| {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        if let Some(id) = at.text().filter(|id| !known.contains(id)) {
            problems.push(undefined("event type", at, id, &known));
        }
    };
    for only in rules(manifest).into_iter().filter_map(|rule| rule.field("only")) {
        only.items("event_types").iter().for_each(|at| check(at, &all));
    }
    for listing in manifest.listings() {
        let (Some(at), Some((_, id))) = (listing.field("event_type"), listing.text_field("asset")) else {
            continue;
        };
        let is_its = |asset: &&Place<'_>| asset.text_field("id").is_some_and(|(_, text)| text == id);
        if let Some(asset) = assets.iter().find(is_its) {
            check(&at, &texts(asset));
        }
    }
}

pub(super) fn crews_exist(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let assets = manifest.assets();
    let crews: Vec<&str> = assets
        .iter()
        .filter_map(|asset| Some(asset.text_field("crew")?.1))
        .collect();
    for rule in rules(manifest) {
        let told = rule.field("then").and_then(|then| then.field("sms"));
        let Some((at, crew)) = told.as_ref().and_then(|told| told.text_field("crew")) else {
            continue;
        };
        if crews.contains(&crew) {
            continue;
        }
        let message = format!("no asset has the crew {}", quote(crew));
        problems.push(match nearest(crew, crews.iter().copied()) {
            Some(near) => at.problem(format!("{message}; did you mean {}?", quote(near)), None),
            None => at.problem(message, None),
        });
    }
}

pub(super) fn somebody_sends_sms(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let messages = manifest.root.field("messages");
    if messages
        .and_then(|messages| messages.field("sms"))
        .is_some_and(|sms| sms.is_object())
    {
        return;
    }
    for rule in rules(manifest) {
        if let Some(told) = rule.field("then").and_then(|then| then.field("sms")) {
            let hint = "add `messages.sms`: who sends".to_owned();
            problems.push(told.problem("nobody sends by sms", Some(hint)));
        }
    }
}

/// The first rule that fits decides: behind one that fits everything no other has its turn.
pub(super) fn every_rule_has_its_turn(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let rules = rules(manifest);
    let is_catch_all = |rule: &Place<'_>| {
        let is_empty = |name: &str| rule.items(name).is_empty();
        let only = rule.field("only");
        let takes_all = |name: &str| only.as_ref().is_none_or(|only| only.items(name).is_empty());
        is_empty("keywords")
            && is_empty("booking")
            && rule.field("hours").is_none()
            && ["sites", "assets", "platforms", "event_types"]
                .iter()
                .all(|name| takes_all(name))
    };
    let Some(first) = rules.iter().position(is_catch_all) else {
        return;
    };
    let name = rules.get(first).map(|rule| rule.pointer().to_owned());
    for rule in rules.iter().skip(first + 1) {
        let hint = name
            .as_ref()
            .map(|name| format!("{name} takes every message: move it to the end"));
        problems.push(rule.problem("the rule never has its turn", hint));
    }
}

fn rules<'a>(manifest: &Manifest<'a>) -> Vec<Place<'a>> {
    let replies = manifest.root.field("replies");
    replies.map(|replies| replies.items("rules")).unwrap_or_default()
}
