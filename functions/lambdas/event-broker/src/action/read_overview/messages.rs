//! How campaigns are doing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use contract::replies::{INBOX_NOTICES, REPLIES};
use manifest::{Manifest, MessageChannel};
use store::{Stage, StoreError};

use super::shape::CampaignShape;
use crate::broker::Broker;

/// Of what was begun before, the page says nothing: `campaign status` does.
const BEHIND: TimeDelta = TimeDelta::days(90);

pub(super) async fn campaigns(
    broker: &Broker,
    manifest: &Manifest,
    now: DateTime<Utc>,
) -> Result<Vec<CampaignShape>, StoreError> {
    let batches = broker.deliveries.batches_since(now - BEHIND);
    let (batches, pauses) = futures_util::future::try_join(batches, broker.deliveries.pauses()).await?;
    let of_all = pauses.iter().find(|pause| pause.campaign.is_none());
    let of_manifest = manifest.campaigns.iter().map(|campaign| {
        let id = campaign.id.as_str();
        let name = campaign.name.as_ref();
        let channel = match campaign.channel {
            MessageChannel::Email => "email",
            MessageChannel::Sms => "sms",
        };
        (
            id,
            name.map_or_else(|| id.replace('-', " "), ToString::to_string),
            channel,
        )
    });
    // What goes to guests and crews because of guests' messages is shown once there is some.
    let is_begun = |(id, ..): &(&str, String, &str)| batches.iter().any(|batch| batch.campaign == *id);
    let of_inbox = [
        (REPLIES, "answers to guests".to_owned(), "thread"),
        (INBOX_NOTICES, "guests' messages, told to crews".to_owned(), "sms"),
    ];
    let shapes = of_manifest.chain(of_inbox.into_iter().filter(is_begun));
    let shapes = shapes.map(|(id, name, channel)| {
        let own = pauses.iter().find(|pause| pause.campaign.as_deref() == Some(id));
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut waiting = None;
        for batch in batches.iter().filter(|batch| batch.campaign == id) {
            for (state, count) in &batch.counts {
                *counts.entry(state.clone()).or_default() += count;
            }
            if let Stage::Waiting { recipients } = batch.stage {
                *waiting.get_or_insert(0) += recipients;
            }
        }
        CampaignShape {
            id: id.to_owned(),
            name,
            channel,
            paused: own.or(of_all).map(|pause| pause.why.clone()),
            is_paused_by_all: own.is_none() && of_all.is_some(),
            counts,
            waiting,
        }
    });
    Ok(shapes.collect())
}
