//! What is known of one id, in words.

use booking::sync::{Decision, Link, State, Task};
use contract::sync::SyncAnswer;
use manifest::Manifest;
use serde_json::{Value, json};

use crate::conflicts::{decision_json, from};
use crate::handler::Problem;
use crate::service::{Moment, Service};

impl Service {
    /// Tells a decision, a ledger's line or a task.
    pub(crate) async fn explain(
        &self,
        manifest: &Manifest,
        id: &str,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        for (_, asset) in manifest.assets() {
            let loaded = self.ledger.load(asset.id.as_str(), moment.time()).await?;
            if let Some((what, text)) = told(&loaded.state, id) {
                return Ok(SyncAnswer::Explained { what, text });
            }
        }
        Err(Problem::unknown("nothing has this id"))
    }
}

fn told(state: &State, id: &str) -> Option<(Value, Vec<String>)> {
    if let Some(decision) = state.decisions.get(id) {
        return Some((
            decision_json(decision, &state.links),
            of_decision(decision, state),
        ));
    }
    if let Some(link) = state.links.get(id) {
        return Some((link_json(link), of_link(link, state)));
    }
    let task = state.tasks.get(id)?;
    Some((json!(task), of_task(task)))
}

fn of_decision(decision: &Decision, state: &State) -> Vec<String> {
    let mut text = vec![format!("{}: {}", decision.asset, decision.reason)];
    let about: Vec<&Link> = match &decision.matter {
        booking::sync::Matter::Overlap { links, winner, .. } => {
            text.push(match winner {
                Some(winner) => format!("{winner} keeps the time"),
                None => "nobody keeps the time yet".to_owned(),
            });
            links.iter().filter_map(|id| state.links.get(id)).collect()
        }
        booking::sync::Matter::Edit { link, .. } => state.links.get(link).into_iter().collect(),
    };
    text.extend(about.into_iter().map(line));
    if decision.is_undone {
        text.push("you took it back".to_owned());
    }
    text
}

fn of_link(link: &Link, state: &State) -> Vec<String> {
    let mut text = vec![line(link)];
    if let Some(missing) = link.missing {
        let since = missing.since.format("%Y-%m-%d %H:%M UTC");
        text.push(format!(
            "its feed has not told of it since {since}, in {} readings",
            missing.count
        ));
    }
    if let Some(accepted) = link.accepted {
        let since = accepted.format("%Y-%m-%d %H:%M UTC");
        text.push(format!("you confirmed it at {since}, so it counts as firm"));
    }
    if let Some(tombstone) = link.tombstone {
        text.push(format!(
            "it is gone since {}",
            tombstone.at.format("%Y-%m-%d %H:%M UTC")
        ));
    }
    let about = state
        .decisions
        .values()
        .filter(|decision| match &decision.matter {
            booking::sync::Matter::Overlap { links, .. } => links.contains(&link.id),
            booking::sync::Matter::Edit { link: edited, .. } => *edited == link.id,
        });
    text.extend(about.map(|decision| format!("decision {}: {}", decision.id, decision.reason)));
    text
}

fn of_task(task: &Task) -> Vec<String> {
    let mut text = vec![format!("{}: {}", task.asset, task.what)];
    text.extend(task.draft.clone());
    text
}

fn line(link: &Link) -> String {
    let period = link.content.period();
    format!(
        "{} from {}: {} to {}, first seen {}",
        link.id,
        from(link),
        period.start.format("%Y-%m-%d %H:%M"),
        period.end.format("%Y-%m-%d %H:%M UTC"),
        link.first_seen.format("%Y-%m-%d %H:%M UTC"),
    )
}

fn link_json(link: &Link) -> Value {
    json!({
        "id": link.id,
        "asset": link.asset,
        "from": from(link),
        "kind": link.content.kind,
        "start": link.content.period().start,
        "end": link.content.period().end,
        "first_seen": link.first_seen,
        "confirmed_at": link.confirmed_at,
        "accepted": link.accepted,
        "missing": link.missing,
        "tombstone": link.tombstone,
    })
}
