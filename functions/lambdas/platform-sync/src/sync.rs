//! One asset's run: load, decide, carry out.

use booking::sync::{Config, Facts, SyncPlan, Write, plan};
use contract::sync::{AssetAnswer, FeedAnswer, Outcome};
use manifest::{AssetId, Manifest};
use serde_json::Value;
use store::{GivenBack, Lease, Loaded, StoreError, Taken};

use crate::carry_out::{Carried, LEASE};
use crate::config;
use crate::load::Readings;
use crate::service::{Moment, Service};

/// So often a run plans again because an own event changed meanwhile.
const ATTEMPTS: usize = 3;

/// What is done to an asset's state before its run, on what is remembered of it.
pub(crate) type Before<'a> = &'a (dyn Fn(&Loaded, &Moment) -> Result<Vec<Write>, String> + Send + Sync);

/// A plan, and what it was made from.
struct Planned {
    loaded: Loaded,
    plan: SyncPlan,
    feeds: Vec<FeedAnswer>,
    google_failure: Option<&'static str>,
}

/// What a run found and did.
struct Ran {
    plan: Option<SyncPlan>,
    feeds: Vec<FeedAnswer>,
    google_failure: Option<&'static str>,
    outcome: Outcome,
}

impl Service {
    /// Synchronises one asset; `before` makes the operator's own decision first.
    pub(crate) async fn run(
        &self,
        manifest: &Manifest,
        asset: &AssetId,
        before: Option<Before<'_>>,
        moment: &Moment,
    ) -> AssetAnswer {
        let ran = match self.led(manifest, asset, before, moment).await {
            Ok(ran) => ran,
            Err(error) => Ran::stopped(&error.to_string(), 0),
        };
        let answer = ran.answer(asset);
        let outcome = match &answer.outcome {
            Outcome::Done { .. } => "done",
            Outcome::Planned => "planned",
            Outcome::Busy => "busy",
            Outcome::Stopped { .. } => "stopped",
        };
        let (writes, reason) = match &answer.outcome {
            Outcome::Done { writes } => (*writes, ""),
            Outcome::Stopped { writes, reason } => (*writes, reason.as_str()),
            Outcome::Planned | Outcome::Busy => (0, ""),
        };
        let count = |is: fn(&FeedAnswer) -> bool| answer.feeds.iter().filter(|feed| is(feed)).count();
        let failed = count(|feed| feed.failure.is_some());
        let quarantined = count(|feed| feed.quarantine.is_some());
        let stale = count(|feed| feed.is_stale);
        let asset = asset.as_str();
        tracing::info!(
            asset,
            outcome,
            reason,
            writes,
            failed,
            quarantined,
            stale,
            "synchronised"
        );
        answer
    }

    /// The plan of one asset, and nothing done.
    pub(crate) async fn dry_run(&self, manifest: &Manifest, asset: &AssetId, moment: &Moment) -> AssetAnswer {
        let ran = match self.planned(manifest, asset, None, moment).await {
            Ok(planned) => Ran {
                plan: Some(planned.plan),
                feeds: planned.feeds,
                google_failure: planned.google_failure,
                outcome: Outcome::Planned,
            },
            Err(error) => Ran::stopped(&error.to_string(), 0),
        };
        ran.answer(asset)
    }

    async fn led(
        &self,
        manifest: &Manifest,
        asset: &AssetId,
        before: Option<Before<'_>>,
        moment: &Moment,
    ) -> Result<Ran, StoreError> {
        let taken = self
            .ledger
            .take(asset.as_str(), &moment.run, moment.time(), LEASE)
            .await?;
        let Taken::Lease(mut lease) = taken else {
            return Ok(Ran {
                plan: None,
                feeds: Vec::new(),
                google_failure: None,
                outcome: Outcome::Busy,
            });
        };
        let mut ran = match before {
            Some(before) => match self.decided(asset, before, &mut lease, moment).await {
                Ok(None) => self.rounds(manifest, asset, &mut lease, moment).await,
                Ok(Some(ran)) => ran,
                Err(error) => Ran::stopped(&error.to_string(), 0),
            },
            None => self.rounds(manifest, asset, &mut lease, moment).await,
        };
        // Whatever has happened, the asset is not kept from others until the lease ends by itself. Who asked meanwhile
        // is answered by one run more, as long as there is time; after that by the schedule.
        while let GivenBack::Again(again) = self.ledger.give_back(lease).await? {
            lease = again;
            if !moment.is_over() {
                let more = self.rounds(manifest, asset, &mut lease, moment).await;
                ran = more.after(&ran);
            }
        }
        Ok(ran)
    }

    /// Writes the operator's decision; `Some` if that ends the run.
    async fn decided(
        &self,
        asset: &AssetId,
        before: Before<'_>,
        lease: &mut Lease,
        moment: &Moment,
    ) -> Result<Option<Ran>, StoreError> {
        let mut loaded = self.ledger.load(asset.as_str(), moment.time()).await?;
        let writes = match before(&loaded, moment) {
            Ok(writes) => writes,
            Err(reason) => return Ok(Some(Ran::stopped(&reason, 0))),
        };
        for write in &writes {
            match self.write(write, lease, &mut loaded, moment).await {
                Ok(store::Put::Done) => {}
                Ok(_) => {
                    return Ok(Some(Ran::stopped(
                        "the asset has changed meanwhile: try again",
                        0,
                    )));
                }
                Err(reason) => return Ok(Some(Ran::stopped(&reason, 0))),
            }
        }
        Ok(None)
    }

    /// Plans and carries out, again if an own event changed in between.
    async fn rounds(&self, manifest: &Manifest, asset: &AssetId, lease: &mut Lease, moment: &Moment) -> Ran {
        let mut writes = 0;
        for _ in 0..ATTEMPTS {
            let Planned {
                mut loaded,
                plan,
                feeds,
                google_failure,
            } = match self.planned(manifest, asset, Some(&*lease), moment).await {
                Ok(planned) => planned,
                Err(error) => return Ran::stopped(&error.to_string(), writes),
            };
            let outcome = match self
                .carry_out(manifest, &plan, lease, &mut loaded, moment, &mut writes)
                .await
            {
                Carried::Raced => continue,
                Carried::Done => Outcome::Done { writes },
                Carried::Stopped(reason) => Outcome::Stopped { reason, writes },
            };
            return Ran {
                plan: Some(plan),
                feeds,
                google_failure,
                outcome,
            };
        }
        Ran::stopped("its own events kept changing", writes)
    }

    async fn planned(
        &self,
        manifest: &Manifest,
        asset: &AssetId,
        lease: Option<&Lease>,
        moment: &Moment,
    ) -> Result<Planned, StoreError> {
        let loaded = self.ledger.load(asset.as_str(), moment.time()).await?;
        let config = config::of_asset(manifest, &self.tenant, asset);
        let (Some(config), Some((site, of_asset))) = (config, manifest.asset(asset.as_str())) else {
            return Err(StoreError::Missing { what: "the asset" });
        };
        let (readings, google) = tokio::join!(
            self.readings(manifest, asset, &loaded.state, moment),
            self.google_reading(of_asset, site.time_zone, &loaded.state, lease, moment)
        );
        let google = google?;
        let google_failure = google.as_ref().and_then(|google| google.failure);
        let facts = Facts {
            now: moment.time(),
            config,
            state: loaded.state.clone(),
            feeds: readings.feeds.clone(),
            google: google
                .map(|google| (asset.to_string(), google.reading))
                .into_iter()
                .collect(),
            values: readings.values.clone(),
        };
        let plan = plan(&facts);
        let feeds = feeds(&facts.config, &loaded, &plan, &readings);
        Ok(Planned {
            loaded,
            plan,
            feeds,
            google_failure,
        })
    }
}

fn feeds(config: &Config, loaded: &Loaded, plan: &SyncPlan, readings: &Readings) -> Vec<FeedAnswer> {
    let touched = plan.writes.iter().filter_map(|planned| match &planned.write {
        Write::Touch(touch) => Some((&touch.listing, &touch.source)),
        _ => None,
    });
    let touched: std::collections::BTreeMap<_, _> = touched.collect();
    let of = |listing: &String| {
        let source = touched.get(listing).copied();
        let source = source.or_else(|| loaded.state.sources.get(listing));
        let quarantine = plan.quarantines.iter().find(|(id, _)| id == listing);
        FeedAnswer {
            listing: listing.clone(),
            last_imported: source
                .and_then(|source| source.last_success)
                .map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            is_stale: plan.stale.iter().any(|(id, _)| id == listing),
            failure: readings.failures.get(listing).map(|kind| (*kind).to_owned()),
            quarantine: quarantine.map(|(_, quarantine)| quarantine.suspicion.to_string()),
        }
    };
    config.listings.keys().map(of).collect()
}

impl Ran {
    fn stopped(reason: &str, writes: usize) -> Self {
        Self {
            plan: None,
            feeds: Vec::new(),
            google_failure: None,
            outcome: Outcome::Stopped {
                reason: reason.to_owned(),
                writes,
            },
        }
    }

    /// One round after another: what the first has written counts too.
    fn after(mut self, first: &Self) -> Self {
        let before = match first.outcome {
            Outcome::Done { writes } | Outcome::Stopped { writes, .. } => writes,
            Outcome::Planned | Outcome::Busy => 0,
        };
        if let Outcome::Done { writes } | Outcome::Stopped { writes, .. } = &mut self.outcome {
            *writes += before;
        }
        self
    }

    fn answer(self, asset: &AssetId) -> AssetAnswer {
        let rows = self.plan.as_ref().map(SyncPlan::rows).unwrap_or_default();
        AssetAnswer {
            asset: asset.to_string(),
            outcome: self.outcome,
            rows: rows
                .iter()
                .map(|row| serde_json::to_value(row).unwrap_or(Value::Null))
                .collect(),
            text: self.plan.map(|plan| plan.to_string()).unwrap_or_default(),
            feeds: self.feeds,
            google_failure: self.google_failure.map(str::to_owned),
        }
    }
}
