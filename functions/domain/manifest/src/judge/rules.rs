//! Every rule of a platform's mapping can decide something.

use std::collections::HashMap;

use super::place::Place;
use super::{Manifest, Problem};

pub(super) fn no_rule_matches_everything(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for rule in manifest.platforms().iter().flat_map(rules) {
        let pattern = rule.text_field("matches");
        let everything = |text: &str| !text.is_empty() && text.chars().all(|c| c == '*' || c.is_whitespace());
        if let Some((at, _)) = pattern.filter(|(_, text)| everything(text)) {
            let hint = "`otherwise` says what an event is when no rule matches".to_owned();
            problems.push(at.problem(
                "the pattern matches every event, so that no later rule is read",
                Some(hint),
            ));
        }
    }
}

pub(super) fn no_rule_is_given_twice(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    for platform in manifest.platforms() {
        let mut seen = HashMap::new();
        for rule in rules(&platform) {
            let (Some((_, field)), Some((_, pattern))) =
                (rule.text_field("field"), rule.text_field("matches"))
            else {
                continue;
            };
            let key = (field, pattern.to_lowercase());
            let first = seen.entry(key).or_insert_with(|| rule.clone());
            if first.pointer() != rule.pointer() {
                let hint = format!(
                    "the first rule that matches decides; it is at {}",
                    first.pointer()
                );
                problems.push(rule.problem(
                    "the rule has the field and the pattern of an earlier one",
                    Some(hint),
                ));
            }
        }
    }
}

fn rules<'a>(platform: &Place<'a>) -> Vec<Place<'a>> {
    platform
        .field("events")
        .map(|events| events.items("rules"))
        .unwrap_or_default()
}
