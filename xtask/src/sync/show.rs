//! An answer of platform-sync, for people.

use std::collections::BTreeMap;

use anyhow::Result;
use contract::sync::{AssetAnswer, FeedAnswer, Outcome, SyncAnswer};
use serde_json::Value;
use stacks::outputs;

use crate::screen;

pub(super) fn show(answer: &SyncAnswer, outputs: &BTreeMap<String, String>) -> Result<()> {
    match answer {
        SyncAnswer::Synced { assets } => {
            for asset in assets {
                screen::answer(&of_asset(asset));
            }
        }
        SyncAnswer::Conflicts { conflicts, tasks } => screen::answer(&of_conflicts(conflicts, tasks)),
        SyncAnswer::Explained { text, .. } => screen::answer(&text.join("\n")),
        SyncAnswer::Feed { path, .. } => {
            let url = crate::outputs::get(outputs, outputs::API_URL)?;
            screen::answer(&format!("{}{path}", url.trim_end_matches('/')));
        }
        // It has become an error.
        SyncAnswer::Refused { .. } => {}
    }
    Ok(())
}

fn of_asset(asset: &AssetAnswer) -> String {
    let end = match &asset.outcome {
        Outcome::Done { writes: 0 } => "in step".to_owned(),
        Outcome::Done { writes } => format!("{writes} writes done"),
        Outcome::Planned => "planned, and nothing done".to_owned(),
        Outcome::Busy => "another run is at work on it, and will start over".to_owned(),
        Outcome::Stopped { reason, writes } => {
            format!("stopped after {writes} writes: {reason}; the next run goes on")
        }
    };
    let mut lines = vec![screen::bold(&format!("{}: {end}", asset.asset))];
    lines.extend(asset.feeds.iter().map(of_feed));
    if let Some(failure) = &asset.google_failure {
        lines.push(format!("  Google calendar: not read this time: {failure}"));
    }
    lines.extend(asset.text.lines().map(|line| format!("  {line}")));
    lines.join("\n")
}

fn of_feed(feed: &FeedAnswer) -> String {
    let last = feed.last_imported.as_deref().unwrap_or("never");
    let mut line = format!("  {}: last imported {last}", feed.listing);
    if let Some(failure) = &feed.failure {
        line += &format!("; not read this time: {failure}");
    }
    if let Some(quarantine) = &feed.quarantine {
        line += &format!(
            "; NOT BELIEVED: {quarantine} (`cargo xtask sync accept {}`)",
            feed.listing
        );
    }
    if feed.is_stale {
        line += "; STALE";
    }
    line
}

fn of_conflicts(conflicts: &[Value], tasks: &[Value]) -> String {
    if conflicts.is_empty() && tasks.is_empty() {
        return "nothing is in anything's way, and there is nothing to do".to_owned();
    }
    let text = |value: &Value| value.as_str().unwrap_or("nobody yet").to_owned();
    let mut lines = Vec::new();
    for conflict in conflicts {
        let (id, asset, reason) = (&conflict["id"], &conflict["asset"], &conflict["reason"]);
        lines.push(screen::bold(&format!(
            "{} {}: {}",
            text(id),
            text(asset),
            text(reason)
        )));
        for side in conflict["sides"].as_array().into_iter().flatten() {
            let keeps = if side["id"] == conflict["winner"] {
                "keeps"
            } else {
                "     "
            };
            lines.push(format!(
                "  {keeps} {} {} of {}, {} to {}",
                text(&side["id"]),
                text(&side["kind"]),
                text(&side["from"]),
                text(&side["start"]),
                text(&side["end"]),
            ));
        }
    }
    lines.extend(
        tasks
            .iter()
            .map(|task| format!("to do, {}: {}", text(&task["asset"]), text(&task["what"]))),
    );
    lines.join("\n")
}
