//! Where a listing's outbound feed is.

use contract::sync::SyncAnswer;
use manifest::Listing;
use store::FeedAddress;

use crate::handler::Problem;
use crate::service::{Moment, Service};

impl Service {
    /// The path of a listing's outbound feed. It gets one when it has none, and another one when it is to be rotated.
    pub(crate) async fn feed_address(
        &self,
        listing: &Listing,
        rotate: bool,
        moment: &Moment,
    ) -> Result<SyncAnswer, Problem> {
        let id = listing.id.as_str();
        let known = self.ledger.feed_secret(id).await?;
        let secret = match known.filter(|_| !rotate) {
            Some(secret) => secret,
            None => {
                let address = FeedAddress {
                    asset: listing.asset.to_string(),
                    listing: id.to_owned(),
                };
                self.ledger.rotate_feed_secret(&address, &moment.secret).await?;
                moment.secret.clone()
            }
        };
        Ok(SyncAnswer::Feed {
            listing: id.to_owned(),
            path: format!("/feeds/{secret}.ics"),
        })
    }
}
