//! The conflict policy is complete, so that every conflict can be decided by it.

use std::collections::HashSet;

use super::ids::{ids, undefined};
use super::place::Place;
use super::quote::quote;
use super::{Manifest, Problem};

const PRIORITY: &str = "platform-priority";

pub(super) fn priority_comes_with_platforms(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let Some((conflict, rule)) = conflict(manifest) else {
        return;
    };
    match (rule == PRIORITY, conflict.field("platforms")) {
        (true, None) => {
            let hint = "add `\"platforms\": [...]`, the strongest first".to_owned();
            problems.push(conflict.problem(format!("the rule `{PRIORITY}` needs `platforms`"), Some(hint)));
        }
        (false, Some(platforms)) => {
            let message = format!("only the rule `{PRIORITY}` reads `platforms`");
            problems.push(platforms.problem(message, None));
        }
        _ => {}
    }
}

pub(super) fn priority_names_every_platform_once(manifest: &Manifest<'_>, problems: &mut Vec<Problem>) {
    let Some((conflict, PRIORITY)) = conflict(manifest) else {
        return;
    };
    let Some(list) = conflict.field("platforms") else {
        return;
    };
    let defined = ids(&manifest.platforms());
    let mut named = HashSet::new();
    for place in conflict.items("platforms") {
        let Some(id) = place.text() else { continue };
        if !defined.contains(&id) {
            problems.push(undefined("platform", &place, id, &defined));
        }
        if !named.insert(id) {
            problems.push(place.problem(format!("platform {} is named twice", quote(id)), None));
        }
    }
    for missing in defined.iter().filter(|id| !named.contains(*id)) {
        let hint = "a platform that is not named would have no rank".to_owned();
        problems.push(list.problem(format!("platform {} is missing", quote(missing)), Some(hint)));
    }
}

fn conflict<'a>(manifest: &Manifest<'a>) -> Option<(Place<'a>, &'a str)> {
    let conflict = manifest.root.field("policies")?.field("conflict")?;
    let (_, rule) = conflict.text_field("rule")?;
    Some((conflict, rule))
}
