//! What is in each other's way, and what there is to do.

use std::collections::BTreeMap;

use booking::Origin;
use booking::sync::{Decision, Facts, Link, Matter, plan};
use contract::sync::SyncAnswer;
use manifest::Manifest;
use serde_json::{Value, json};

use crate::config;
use crate::handler::Problem;
use crate::service::{Moment, Service};

impl Service {
    /// The decisions that hold or wait for the operator, newest first, and the open tasks.
    pub(crate) async fn conflicts(
        &self,
        manifest: &Manifest,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let mut found: Vec<(Decision, Value)> = Vec::new();
        let mut tasks = Vec::new();
        for (_, asset) in manifest.assets() {
            let loaded = self.ledger.load(asset.id.as_str(), moment.time()).await?;
            let Some(config) = config::of_asset(manifest, &self.tenant, &asset.id) else {
                continue;
            };
            let facts = Facts {
                now: moment.time(),
                config,
                state: loaded.state,
                feeds: BTreeMap::new(),
                google: BTreeMap::new(),
                values: BTreeMap::new(),
            };
            for decision in plan(&facts).decisions {
                let told = decision_json(&decision, &facts.state.links);
                found.push((decision, told));
            }
            tasks.extend(facts.state.tasks.values().map(|task| json!(task)));
        }
        found.sort_by(|(a, _), (b, _)| (b.decided_at, &a.id).cmp(&(a.decided_at, &b.id)));
        Ok(SyncAnswer::Conflicts {
            conflicts: found.into_iter().map(|(_, told)| told).collect(),
            tasks,
        })
    }
}

/// A decision with what it is about. It names no guest.
pub(crate) fn decision_json(decision: &Decision, links: &BTreeMap<String, Link>) -> Value {
    let side = |id: &String| match links.get(id) {
        None => json!({ "id": id }),
        Some(link) => json!({
            "id": id,
            "from": from(link),
            "kind": link.content.kind,
            "start": link.content.period().start,
            "end": link.content.period().end,
            "first_seen": link.first_seen,
        }),
    };
    let (matter, sides, winner, cause) = match &decision.matter {
        Matter::Overlap { links, winner, cause } => (
            "overlap",
            links.iter().map(side).collect(),
            winner.clone(),
            Some(*cause),
        ),
        Matter::Edit { link, .. } => ("edit", vec![side(link)], None, None),
    };
    json!({
        "id": decision.id,
        "asset": decision.asset,
        "matter": matter,
        "sides": sides,
        "winner": winner,
        "cause": cause,
        "reason": decision.reason,
        "decided_at": decision.decided_at,
        "by": decision.by,
        "is_undone": decision.is_undone,
    })
}

/// Where something was made, in a word.
pub(crate) fn from(link: &Link) -> String {
    match &link.origin {
        Origin::Platform { listing, .. } => listing.clone(),
        Origin::Google => "google".to_owned(),
        _ => "own".to_owned(),
    }
}
