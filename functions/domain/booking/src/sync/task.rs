//! What only the operator can do.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::content::kind_name;
use super::lines::Lines;
use super::{Decision, Facts, Link, Matter};
use crate::{Kind, Origin};

/// Something for the operator to do. It is taken away when it no longer needs doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Follows from what it is about.
    pub id: String,
    /// What kind of thing it is.
    pub kind: TaskKind,
    /// The asset's id.
    pub asset: String,
    /// The line that it is about.
    pub link: String,
    /// What to do, as a sentence. It names no guest.
    pub what: String,
    /// A message that may be sent as it is.
    pub draft: Option<String>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

/// A kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// Tell who lost their time.
    TellLoser,
    /// Say who keeps the time.
    Decide,
    /// Change it on its platform, as it was changed in Google.
    ChangeOnPlatform,
    /// Cancel it on its platform, as it was deleted in Google.
    CancelOnPlatform,
}

/// Every task that the decisions and lines now make.
pub(crate) fn tasks(facts: &Facts, links: &Lines<'_>, decisions: &[Decision]) -> BTreeMap<String, Task> {
    let of_decisions = decisions
        .iter()
        .filter_map(|decision| of_decision(facts, links, decision));
    let of_links = links
        .iter()
        .filter(|link| link.is_live() && link.content.period().end > facts.now)
        .filter_map(|link| of_link(facts, link));
    let known = &facts.state.tasks;
    of_decisions
        .chain(of_links)
        .map(|task| {
            let opened_at = known
                .get(&task.id)
                .map_or(task.opened_at, |before| before.opened_at);
            (task.id.clone(), Task { opened_at, ..task })
        })
        .collect()
}

/// Who loses their time by these decisions.
pub(crate) fn losers(decisions: &[Decision]) -> BTreeSet<&str> {
    decisions.iter().filter_map(loser).collect()
}

fn loser(decision: &Decision) -> Option<&str> {
    match &decision.matter {
        Matter::Overlap {
            links,
            winner: Some(winner),
            ..
        } => links.iter().find(|link| *link != winner).map(String::as_str),
        _ => None,
    }
}

fn of_decision(facts: &Facts, links: &Lines<'_>, decision: &Decision) -> Option<Task> {
    let Matter::Overlap {
        links: [first, second],
        ..
    } = &decision.matter
    else {
        return None;
    };
    let Some(loser) = loser(decision) else {
        let what = format!(
            "Say which keeps the time, {} or {}: {}",
            named(facts, links.get(first)?),
            named(facts, links.get(second)?),
            decision.reason
        );
        return Some(task(
            facts,
            TaskKind::Decide,
            &decision.id,
            links.get(first)?,
            what,
        ));
    };
    let link = links.get(loser)?;
    // A platform's block has no guest and gives way by itself.
    if link.content.kind == Kind::Block && link.listing().is_some() {
        return None;
    }
    let what = format!(
        "Find another time for {}: the other one keeps it, because {}",
        named(facts, link),
        decision.reason
    );
    let mut task = task(facts, TaskKind::TellLoser, &decision.id, link, what);
    task.draft = (link.content.kind != Kind::Block).then(|| draft(facts, link));
    Some(task)
}

fn of_link(facts: &Facts, link: &Link) -> Option<Task> {
    let listing = link.listing()?;
    if link.is_dismissed {
        let what = format!(
            "Cancel it on {listing}, or leave it: you deleted it in Google, and it still takes up its time"
        );
        return Some(task(facts, TaskKind::CancelOnPlatform, &link.id, link, what));
    }
    let has_moved = link.content.face.period != link.told_face.period;
    has_moved.then(|| {
        let what =
            format!("Move it on {listing} too: you moved it in Google, and {listing} tells another time");
        task(facts, TaskKind::ChangeOnPlatform, &link.id, link, what)
    })
}

fn task(facts: &Facts, kind: TaskKind, about: &str, link: &Link, what: String) -> Task {
    let name = match kind {
        TaskKind::TellLoser => "tell",
        TaskKind::Decide => "decide",
        TaskKind::ChangeOnPlatform => "change",
        TaskKind::CancelOnPlatform => "cancel",
    };
    Task {
        id: format!("{name}-{about}"),
        kind,
        asset: link.asset.clone(),
        link: link.id.clone(),
        what,
        draft: None,
        opened_at: facts.now,
    }
}

/// What a person knows an event by: what it is, whence it comes and when it begins. Its title may name a guest.
fn named(facts: &Facts, link: &Link) -> String {
    let kind = kind_name(link.content.kind);
    let from = match &link.origin {
        Origin::Platform { listing, .. } => format!(" on {listing}"),
        Origin::Google => " in Google".to_owned(),
        _ => String::new(),
    };
    let zone = zone(facts, link);
    let start = link.content.period().start.with_timezone(&zone);
    format!("the {kind}{from} of {}", start.format("%A, %-d %B, %H:%M"))
}

fn zone(facts: &Facts, link: &Link) -> Tz {
    let asset = facts.config.assets.get(&link.asset);
    asset.map_or(chrono_tz::UTC, |asset| asset.zone)
}

fn draft(facts: &Facts, link: &Link) -> String {
    let asset = facts.config.assets.get(&link.asset);
    let name = asset.map_or(link.asset.as_str(), |asset| asset.name.as_str());
    let zone = zone(facts, link);
    let [start, end] =
        [link.content.period().start, link.content.period().end].map(|at| at.with_timezone(&zone));
    format!(
        "Hello,\n\nthank you for booking {name} from {} to {} (local time). We are sorry: that time had already been \
         taken through another site when your booking reached us. We would like to offer you another time, or cancel at \
         no cost to you. Which do you prefer?",
        start.format("%A, %-d %B %Y %H:%M"),
        end.format("%A, %-d %B %Y %H:%M"),
    )
}
