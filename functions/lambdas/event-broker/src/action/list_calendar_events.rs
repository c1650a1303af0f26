//! `GET /calendar/events`: the operator's own events and the platforms' bookings, in one list.

use booking::sync::{Link, Slot};
use booking::{Booking, OwnEvent};
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
use crate::scope::{self, Scope, Selected};
use crate::source::Source;
use crate::wire::{self, Entry};

/// A page of the calendar.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// The beginning of the window.
    #[schema(format = DateTime)]
    from: String,
    /// The end of the window, which does not belong to it.
    #[schema(format = DateTime)]
    to: String,
    /// By start, then id. Cancelled ones are among them, and so is what no feed tells of now but takes up its time: what
    /// was made in Google, and what a feed has stopped telling of, until a synchronisation believes that it is gone. The
    /// crews' turnovers are among them, too.
    events: Vec<Entry>,
    /// How the reading of each listing's feed went: what a feed that was not read would say is missing above.
    sources: Vec<Source>,
    /// To be sent as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[utoipa::path(
    get,
    path = "/calendar/events",
    operation_id = "list-calendar-events",
    summary = "Own events and the platforms' bookings",
    params(
        scope::AssetFields,
        scope::WindowFields,
        ("limit" = Option<usize>, Query, minimum = 1, maximum = 1000, description = "How many events a page has. Default: 200."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before. It carries the window, so `from` and `to` are without effect beside it."),
    ),
    responses(
        (status = 200, description = "A page of the calendar.", body = EventPage),
        (status = 401, description = "No live token.", body = Details, content_type = "application/problem+json"),
        (status = 422, description = "`invalid-fields`: each one is named.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(("token" = []))
)]
pub(crate) async fn list(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    // Load.
    let manifest = broker.content.manifest(moment.now).await?;
    let mut input = Input::new(fields);
    let scope = scope::read(&mut input, &manifest, moment.now);
    input.finish()?;
    let wanted = feeds::wanted(&manifest, &scope.selected, None);
    let (own, remembered, told) = tokio::join!(
        own_events(broker, &scope.selected),
        remembered(broker, &scope.selected, moment),
        broker.feeds.read(wanted, moment.now, moment.feeds_time)
    );
    // Decide.
    let (lines, slots) = remembered?;
    let untold = told.untold(lines).into_iter();
    let untold = untold.map(|line| Item::Untold(Box::new(line)));
    let own = own?.into_iter().map(Item::Own);
    let items = own.chain(untold).chain(slots.into_iter().map(Item::Turnover));
    let page = decide(&manifest, items.collect(), told, &scope);
    Ok(Answer::json(200, &page))
}

async fn own_events(broker: &Broker, selected: &[Selected<'_>]) -> Result<Vec<OwnEvent>, Problem> {
    let read = selected
        .iter()
        .map(|one| broker.events.events_in(one.asset.id.as_str(), one.window));
    let all = futures_util::future::try_join_all(read).await?;
    Ok(all.into_iter().flatten().collect())
}

/// What the ledger remembers of the window: lines of events, and when crews clean.
async fn remembered(
    broker: &Broker,
    selected: &[Selected<'_>],
    moment: &Moment,
) -> Result<(Vec<Link>, Vec<Slot>), Problem> {
    let read = selected.iter().map(|one| async {
        let asset = one.asset.id.as_str();
        let (mut lines, slots) = broker.ledger.during(asset, one.window, moment.now).await?;
        lines.retain(|line| line.content.face.period.overlaps(&one.window));
        Ok::<_, Problem>((lines, slots))
    });
    let all = futures_util::future::try_join_all(read).await?;
    let (lines, slots): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    Ok((lines.concat(), slots.concat()))
}

/// Cuts the page out of everything that was loaded.
fn decide(manifest: &Manifest, mut items: Vec<Item>, told: Told, scope: &Scope<'_>) -> EventPage {
    items.extend(told.bookings.into_iter().map(Item::Booked));
    let (items, last) = page(items, Item::place, &scope.page);
    let Period { start: from, end: to } = scope.window;
    EventPage {
        from: wire::utc(from),
        to: wire::utc(to),
        events: items
            .into_iter()
            .filter_map(|item| item.entry(manifest))
            .collect(),
        sources: told.sources,
        next_cursor: last.map(|after| Cursor { from, to, after }.encode()),
    }
}

enum Item {
    Own(OwnEvent),
    Booked(Booking),
    /// Only the ledger knows of it: see [`booking::untold`].
    Untold(Box<Link>),
    Turnover(Slot),
}

impl Item {
    fn place(&self) -> Place {
        let (period, id) = match self {
            Self::Own(event) => (event.period, event.id.clone()),
            Self::Booked(booking) => (booking.period, booking.id.clone()),
            Self::Untold(line) => (line.content.face.period, line.id.clone()),
            // Beside the event that it comes after, whose id it has.
            Self::Turnover(slot) => (slot.period, format!("turnover-{}", slot.link)),
        };
        Place {
            start: period.start,
            id,
        }
    }

    /// `None` for an asset that the manifest does not have, of which nothing was loaded.
    fn entry(self, manifest: &Manifest) -> Option<Entry> {
        match self {
            Self::Own(event) => {
                let (site, _) = manifest.asset(&event.asset)?;
                Some(Entry::of_own(event, site))
            }
            Self::Booked(booking) => {
                let (site, _) = manifest.asset(&booking.asset)?;
                Some(Entry::of_booking(booking, site))
            }
            Self::Untold(line) => {
                let (site, _) = manifest.asset(&line.asset)?;
                Some(Entry::of_line(*line, site))
            }
            Self::Turnover(slot) => {
                let (site, _) = manifest.asset(&slot.asset)?;
                Some(Entry::of_slot(slot, site))
            }
        }
    }
}
