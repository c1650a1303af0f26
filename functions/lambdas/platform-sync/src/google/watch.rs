//! A push channel for each calendar, so that a change there is seen at once and not only by the clock.

use chrono::TimeDelta;
use google_calendar::WatchRequest;
use manifest::{Asset, GoogleCalendar, Stage};
use store::{Lease, OpenedChannel, StoreError};
use url::Url;

use super::GoogleFailure;
use crate::service::{Moment, Service};

/// As long as Google gives.
const LIFETIME: TimeDelta = TimeDelta::days(7);
/// A channel does not renew itself: the next one is opened so long before it ends.
const OVERLAP: TimeDelta = TimeDelta::days(1);
/// What could not be opened is tried again after so long; the clock goes on meanwhile.
const PAUSE: TimeDelta = TimeDelta::hours(6);

impl Service {
    /// Opens a channel, if one is due. One that cannot be opened is told in the log and fails nothing.
    pub(super) async fn watch(
        &self,
        asset: &Asset,
        calendar: &GoogleCalendar,
        lease: &Lease,
        moment: &Moment,
    ) -> Result<(), StoreError> {
        let now = moment.time();
        let Some(address) = self.push_address() else {
            return Ok(());
        };
        let due = self.ledger.channel_again_at(asset.id.as_str()).await?;
        if due.is_some_and(|due| now < due) {
            return Ok(());
        }
        let request = WatchRequest {
            id: format!("landfall-{}-{}", asset.id, now.timestamp()),
            address,
            token: moment.secret.clone(),
            lifetime: LIFETIME.to_std().unwrap_or_default(),
        };
        let opened = match self.opened(calendar, &request, moment).await {
            Ok(until) => until,
            Err(GoogleFailure(kind)) => {
                tracing::warn!(asset = asset.id.as_str(), kind, "push channel not opened");
                self.ledger.keep_channel(lease, None, now + PAUSE).await?;
                return Ok(());
            }
        };
        // By a clock that differs from ours it may be over already: then it would be opened anew in each run.
        let until = opened.filter(|until| *until > now).unwrap_or(now + LIFETIME);
        let channel = OpenedChannel {
            id: &request.id,
            token: &request.token,
            until,
        };
        // One that ends before that is renewed in the next run.
        let again_at = until - OVERLAP;
        self.ledger.keep_channel(lease, Some(channel), again_at).await?;
        Ok(())
    }

    async fn opened(
        &self,
        calendar: &GoogleCalendar,
        request: &WatchRequest,
        moment: &Moment,
    ) -> Result<Option<chrono::DateTime<chrono::Utc>>, GoogleFailure> {
        let client = self.google.of(calendar, moment.time()).await?;
        let opened = client.watch(calendar.id.as_str(), request).await?;
        Ok(opened.expires)
    }

    /// Where Google finds us. It speaks to https only; the local stage's stand-in to this machine only.
    fn push_address(&self) -> Option<Url> {
        let url = Url::parse(self.api_url.as_deref()?).ok()?;
        let is_heard = match self.google.stage() {
            Stage::Local => matches!(url.host(), Some(url::Host::Ipv4(address)) if address.is_loopback()),
            Stage::Deployed => url.scheme() == "https",
        };
        let base = self.api_url.as_deref()?.trim_end_matches('/');
        let address = format!("{base}/webhooks/{}", contract::sync::GOOGLE_PUSH);
        Url::parse(&address).ok().filter(|_| is_heard)
    }
}
