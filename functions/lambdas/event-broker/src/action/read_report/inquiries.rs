//! The inquiries of a report.

use booking::report::{Inquiry, Tally};
use manifest::AssetId;
use store::StoreError;

use super::window::Wanted;
use crate::broker::Broker;
use crate::scope::Selected;

/// Counts those that the report is about.
pub(super) async fn count(broker: &Broker, wanted: &Wanted<'_>) -> Result<Tally, StoreError> {
    let (mut tally, mut from) = (Tally::default(), None);
    loop {
        let page = broker.ledger.inquiries(wanted.window, from).await?;
        for inquiry in page.inquiries {
            take(&mut tally, inquiry, wanted);
        }
        let Some(next) = page.next else {
            return Ok(tally);
        };
        from = Some(next);
    }
}

fn take(tally: &mut Tally, inquiry: Inquiry, wanted: &Wanted<'_>) {
    let is_of = |id: &AssetId| inquiry.asset.as_deref() == Some(id.as_str());
    let selected = wanted.selected.iter().find(|one| is_of(&one.asset.id));
    match selected {
        Some(Selected { site, window, .. }) if window.start <= inquiry.at && inquiry.at < window.end => {
            tally.inquiry(inquiry, site.time_zone);
        }
        Some(_) => {}
        // What is about no asset, or about none that is still there, is nobody's and counts with everybody's.
        None if wanted.is_of_all => {
            let inquiry = Inquiry {
                asset: None,
                ..inquiry
            };
            tally.inquiry(inquiry, chrono_tz::UTC);
        }
        None => {}
    }
}
