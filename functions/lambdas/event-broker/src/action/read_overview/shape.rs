//! The overview as JSON.

use std::collections::BTreeMap;

use contract::releases::Released;
use manifest::{Platform, Site};
use serde::Serialize;
use utoipa::ToSchema;

use crate::action::pending_bookings::Request;
use crate::wire::Entry;

/// What is coming, what waits for the operator, and what failed.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Overview {
    /// Every site, whatever is asked for.
    pub(super) sites: Vec<SiteShape>,
    /// Every platform.
    pub(super) platforms: Vec<PlatformShape>,
    /// The last day and the next 30: own events, bookings, holds, blocks and turnovers, by start.
    pub(super) calendar: Vec<Shown>,
    /// The requests that wait for the operator's answer: the soonest deadline first.
    pub(super) requests: Vec<Request>,
    /// Those of the next 30 days that the operator has confirmed while their feeds still show requests: each can be taken back.
    pub(super) confirmed: Vec<Request>,
    /// Bookings in each other's way, by start.
    pub(super) conflicts: Vec<Clash>,
    /// What only the operator can do, oldest first.
    pub(super) tasks: Vec<TaskShape>,
    /// How each listing's feed is doing.
    pub(super) feeds: Vec<FeedShape>,
    /// How many guests' threads wait; absent where they cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inbox: Option<InboxShape>,
    /// Every campaign of the manifest, in its order.
    pub(super) campaigns: Vec<CampaignShape>,
    /// The token that asks; absent in a direct invocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<TokenShape>,
    /// The newest releases of the stage, the newest first; empty where they cannot be read.
    pub(super) deployments: Vec<DeploymentShape>,
    /// The parts that could not be read.
    pub(super) problems: Vec<&'static str>,
}

/// How many guests' threads wait for the operator.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxShape {
    /// For an answer.
    pub(super) waiting: u64,
    /// For the operator's word on a draft.
    pub(super) drafted: u64,
}

/// A site.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteShape {
    id: String,
    name: String,
    /// IANA.
    time_zone: String,
    assets: Vec<AssetShape>,
}

/// A booking platform.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlatformShape {
    id: String,
    name: String,
}

/// What can be booked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssetShape {
    id: String,
    name: String,
}

/// An entry of the calendar, and whether something is in its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Shown {
    /// The entry.
    #[serde(flatten)]
    pub(super) entry: Entry,
    /// Whether another one wants its time.
    pub(super) in_conflict: bool,
}

/// Two that want the same time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Clash {
    /// The decision's id.
    pub(super) id: String,
    /// The asset's id.
    pub(super) asset: String,
    /// Both.
    pub(super) sides: Vec<Side>,
    /// Who keeps the time; null while nobody has decided.
    pub(super) winner: Option<String>,
    /// Why.
    pub(super) reason: String,
    /// Whether it waits for the operator: nobody has decided, or only the policy has.
    pub(super) is_open: bool,
}

/// One of two.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Side {
    pub(super) id: String,
    /// The listing it comes from, `google` or `own`.
    pub(super) from: String,
    pub(super) title: String,
    #[schema(format = DateTime)]
    pub(super) start: String,
    #[schema(format = DateTime)]
    pub(super) end: String,
}

/// Something for the operator to do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskShape {
    pub(super) id: String,
    /// `tell-loser`, `decide`, `change-on-platform` or `cancel-on-platform`.
    pub(super) kind: serde_json::Value,
    pub(super) asset: String,
    /// What the booking that it is about is called, where that is known.
    pub(super) title: Option<String>,
    /// As a sentence.
    pub(super) what: String,
    /// A message that may be sent as it is.
    pub(super) draft: Option<String>,
    #[schema(format = DateTime)]
    pub(super) opened_at: String,
}

/// How a listing's feed is doing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedShape {
    pub(super) listing: String,
    pub(super) platform: String,
    pub(super) asset: String,
    /// `fresh`, `stale`, `failing`, `quarantined` or `never`.
    pub(super) state: &'static str,
    /// When it was last read whole.
    #[schema(format = DateTime)]
    pub(super) last_imported: Option<String>,
    /// What is wrong, as a sentence.
    pub(super) why: Option<String>,
}

/// How a campaign is doing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignShape {
    pub(super) id: String,
    pub(super) name: String,
    /// `email`, `sms`, or `thread` for answers at platforms.
    pub(super) channel: &'static str,
    /// Why nothing of it is sent now, if so; of a pause of everything, too.
    pub(super) paused: Option<String>,
    /// Whether that pause is of everything.
    pub(super) is_paused_by_all: bool,
    /// How many messages in each state, over the batches that were begun in the last 90 days, as they were last counted.
    pub(super) counts: BTreeMap<String, u64>,
    /// How many people a batch would go to that waits for the operator's word.
    pub(super) waiting: Option<u64>,
}

/// The token that asks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenShape {
    pub(super) kid: String,
    #[schema(format = DateTime)]
    pub(super) since: String,
    /// When it ends, if another has superseded it.
    #[schema(format = DateTime)]
    pub(super) ends_at: Option<String>,
}

/// A release of the stage.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeploymentShape {
    /// Its name in the ledger.
    id: String,
    /// When it was recorded; null where its record cannot be read.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// `deploy`, or `rollback to` which.
    what: String,
    /// The commit's hash.
    commit: Option<String>,
    /// Whether it was made from more than the commit.
    is_dirty: bool,
    /// The run that made it, or who.
    by: Option<String>,
    /// `healthy`, `smoke-failed`, `rolled-back` or `unreadable`.
    outcome: String,
}

impl DeploymentShape {
    pub(super) fn of(release: &Released) -> Self {
        let release = release.clone();
        Self {
            id: release.id,
            at: release.at,
            what: release.what,
            commit: release.commit,
            is_dirty: release.is_dirty,
            by: release.by,
            outcome: release.outcome,
        }
    }
}

impl PlatformShape {
    pub(super) fn of(platform: &Platform) -> Self {
        Self {
            id: platform.id.to_string(),
            name: platform.name.to_string(),
        }
    }
}

impl SiteShape {
    pub(super) fn of(site: &Site) -> Self {
        let assets = site.assets.iter().map(|asset| AssetShape {
            id: asset.id.to_string(),
            name: asset.name.to_string(),
        });
        Self {
            id: site.id.to_string(),
            name: site.name.to_string(),
            time_zone: site.time_zone.name().to_owned(),
            assets: assets.collect(),
        }
    }
}

impl Overview {
    /// The same facts give the same bytes.
    pub(super) fn sort(&mut self) {
        self.calendar
            .sort_by_cached_key(|shown| (shown.entry.start.clone(), shown.entry.id.clone()));
        self.conflicts.sort_by_cached_key(|clash| {
            let start = clash.sides.first().map(|side| side.start.clone());
            (!clash.is_open, start, clash.id.clone())
        });
        self.tasks
            .sort_by_cached_key(|task| (task.opened_at.clone(), task.id.clone()));
    }
}
