//! `GET /platforms/bookings`: what the platforms' feeds say now.

use booking::{Booking, Status};
use calendar::Period;
use manifest::Manifest;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::feeds::{self, Told};
use crate::input::Input;
use crate::page::{Cursor, Place, page};
use crate::problem::{Details, Problem};
use crate::scope::{self, Scope};
use crate::source::Source;
use crate::wire::{self, Entry};

const STATUSES: &[(&str, Status)] = &[
    ("confirmed", Status::Confirmed),
    ("tentative", Status::Tentative),
    ("cancelled", Status::Cancelled),
];

/// A page of the platforms' bookings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookingPage {
    /// The beginning of the window.
    #[schema(format = DateTime)]
    from: String,
    /// The end of the window, which does not belong to it.
    #[schema(format = DateTime)]
    to: String,
    /// By start, then id.
    bookings: Vec<Entry>,
    /// How the reading of each listing's feed went: what a feed that was not read would say is missing above.
    sources: Vec<Source>,
    /// To be sent as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[utoipa::path(
    get,
    path = "/platforms/bookings",
    operation_id = "get-platform-bookings",
    summary = "What the platforms' feeds say now",
    params(
        ("platform" = Option<String>, Query, description = "Only this platform's listings."),
        scope::AssetFields,
        ("status" = Option<wire::Status>, Query, description = "Only bookings of this status."),
        scope::WindowFields,
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "How many bookings a page has. Default: 200."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before. It carries the window, so `from` and `to` are without effect beside it."),
    ),
    responses(
        (status = 200, description = "A page of bookings.", body = BookingPage),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn get(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    // Load.
    let manifest = broker.content.manifest(moment.now).await?;
    let mut input = Input::new(fields);
    let platform = scope::platform(&mut input, &manifest).map(|platform| platform.id.as_str());
    let status = input.choice("status", STATUSES);
    let scope = scope::read(&mut input, &manifest, moment.now);
    input.finish()?;
    let wanted = feeds::wanted(&manifest, &scope.selected, platform);
    let told = broker.feeds.read(wanted, moment.now, moment.feeds_time).await;
    // Decide.
    let page = decide(&manifest, told, status, &scope);
    Ok(Answer::json(200, &page))
}

/// Cuts the page out of everything that was loaded.
fn decide(manifest: &Manifest, told: Told, status: Option<Status>, scope: &Scope<'_>) -> BookingPage {
    let mut bookings = told.bookings;
    bookings.retain(|booking| status.is_none_or(|status| booking.status == status));
    let place = |booking: &Booking| Place {
        start: booking.period.start,
        id: booking.id.clone(),
    };
    let (bookings, last) = page(bookings, place, &scope.page);
    let entry = |booking: Booking| {
        let (site, _) = manifest.asset(&booking.asset)?;
        Some(Entry::of_booking(booking, site))
    };
    let Period { start: from, end: to } = scope.window;
    BookingPage {
        from: wire::utc(from),
        to: wire::utc(to),
        bookings: bookings.into_iter().filter_map(entry).collect(),
        sources: told.sources,
        next_cursor: last.map(|after| Cursor { from, to, after }.encode()),
    }
}
