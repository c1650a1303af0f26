//! What the clean-up must know.

use std::collections::BTreeSet;

use anyhow::Result;
use chrono::{DateTime, Utc};
use stacks::{Stage, artifacts};

use super::decide::{Facts, KEPT_RELEASES, SavedPlan, archives_in, is_live, old};
use crate::environment::Environment;
use crate::release::Ledger;

/// Looks. Where no archive is old enough to go, one listing is all that is asked for.
///
/// The bucket is every stage's, but of other stages only the ledger may be read: it names what is deployed there.
pub(super) async fn load(environment: &Environment, now: DateTime<Utc>) -> Result<Facts> {
    let (s3, bucket) = (environment.aws.s3(), environment.artifact_bucket());
    let mut facts = Facts {
        objects: s3.list(&bucket, artifacts::FUNCTIONS_PREFIX).await?,
        ledgers: Vec::new(),
        deployed: BTreeSet::new(),
        plans: Vec::new(),
        now,
    };
    if old(&facts.objects, now).next().is_none() {
        return Ok(facts);
    }
    for stage in Stage::ALL {
        let ledger = Ledger::of_stage(environment, *stage);
        facts.ledgers.push(ledger.newest(KEPT_RELEASES).await?);
    }
    for spec in stacks::stacks(environment.stage)? {
        if let Some(deployed) = environment.aws.cloudformation().describe(&spec.name).await? {
            facts.deployed.extend(deployed.parameters.into_values());
        }
    }
    for plan in s3
        .list(&bucket, &artifacts::plans_prefix(environment.stage))
        .await?
    {
        if !is_live(plan.modified, now) {
            continue;
        }
        // One that has expired since it was listed can no longer be applied.
        if let Some((bytes, _)) = s3.get(&bucket, &plan.key).await? {
            facts.plans.push(SavedPlan {
                modified: plan.modified,
                names: archives_in(&String::from_utf8_lossy(&bytes)),
            });
        }
    }
    Ok(facts)
}
