//! The operator's own decisions: who keeps the time, what is taken back, which feed is believed after all, which
//! request is a booking.

use booking::sync::{AnswerError, UndoError, Write, accept, confirm, hold, resolve, undo};
use contract::sync::SyncAnswer;
use manifest::{AssetId, Listing, Manifest};
use store::Loaded;

use crate::handler::Problem;
use crate::service::{Moment, Service};

/// What a decision of the operator writes, given what is remembered.
type Decide<'a> = &'a (dyn Fn(&Loaded, &Moment) -> Result<Vec<Write>, UndoError> + Send + Sync);

/// What an answer to a request writes, given what is remembered.
type Answer<'a> = &'a (dyn Fn(&Loaded, &Moment) -> Result<Vec<Write>, AnswerError> + Send + Sync);

impl Service {
    /// Names who keeps the time, and carries it out.
    pub(crate) async fn resolve(
        &self,
        manifest: &Manifest,
        id: &str,
        winner: &str,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let decide = |loaded: &Loaded, moment: &Moment| {
            resolve(&loaded.state, id, winner, moment.time()).map(|write| vec![write])
        };
        self.by_hand(manifest, id, &decide, moment).await
    }

    /// Takes a decision back, and carries that out.
    pub(crate) async fn undo(
        &self,
        manifest: &Manifest,
        id: &str,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        self.by_hand(manifest, id, &|loaded, _| undo(&loaded.state, id), moment)
            .await
    }

    /// Believes what a quarantined feed says, and carries it out.
    pub(crate) async fn accept(
        &self,
        manifest: &Manifest,
        listing: &Listing,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let decide = |loaded: &Loaded, _: &Moment| {
            let write = accept(&loaded.state, listing.id.as_str());
            write
                .map(|write| vec![write])
                .ok_or_else(|| "the feed is not in quarantine".to_owned())
        };
        let loaded = self.ledger.load(listing.asset.as_str(), moment.time()).await?;
        decide(&loaded, moment).map_err(|reason| Problem::refused(&reason))?;
        let answer = self.run(manifest, &listing.asset, Some(&decide), moment).await;
        Ok(SyncAnswer::Synced { assets: vec![answer] })
    }

    /// Counts a request as firm, and carries it out.
    pub(crate) async fn confirm(
        &self,
        manifest: &Manifest,
        id: &str,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let decide = |loaded: &Loaded, moment: &Moment| confirm(&loaded.state, id, moment.time());
        self.answer_request(manifest, id, &decide, moment).await
    }

    /// Makes it a request again, and carries that out.
    pub(crate) async fn hold(
        &self,
        manifest: &Manifest,
        id: &str,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let decide = |loaded: &Loaded, moment: &Moment| hold(&loaded.state, id, moment.time());
        self.answer_request(manifest, id, &decide, moment).await
    }

    async fn answer_request(
        &self,
        manifest: &Manifest,
        id: &str,
        decide: Answer<'_>,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        for (_, asset) in manifest.assets() {
            let line = self.ledger.line(asset.id.as_str(), id, moment.time()).await?;
            if line.is_none() {
                continue;
            }
            let loaded = self.ledger.load(asset.id.as_str(), moment.time()).await?;
            decide(&loaded, moment).map_err(|error| Problem::refused(&error.to_string()))?;
            // It is decided again under the lease, on what is there then.
            let again =
                |loaded: &Loaded, moment: &Moment| decide(loaded, moment).map_err(|error| error.to_string());
            let answer = self.run(manifest, &asset.id, Some(&again), moment).await;
            return Ok(SyncAnswer::Synced { assets: vec![answer] });
        }
        Err(Problem::unknown(&AnswerError::Unknown.to_string()))
    }

    async fn by_hand(
        &self,
        manifest: &Manifest,
        id: &str,
        decide: Decide<'_>,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let (asset, loaded) = self.asset_of_decision(manifest, id, moment).await?;
        decide(&loaded, moment).map_err(|error| Problem::refused(&error.to_string()))?;
        // It is decided again under the lease, on what is there then.
        let again =
            |loaded: &Loaded, moment: &Moment| decide(loaded, moment).map_err(|error| error.to_string());
        let answer = self.run(manifest, asset, Some(&again), moment).await;
        Ok(SyncAnswer::Synced { assets: vec![answer] })
    }

    async fn asset_of_decision<'m>(
        &self,
        manifest: &'m Manifest,
        id: &str,
        moment: &Moment,
    ) -> Result<(&'m AssetId, Loaded), Problem> {
        for (_, asset) in manifest.assets() {
            let loaded = self.ledger.load(asset.id.as_str(), moment.time()).await?;
            if loaded.state.decisions.contains_key(id) {
                return Ok((&asset.id, loaded));
            }
        }
        Err(Problem::unknown("there is no such decision"))
    }
}
