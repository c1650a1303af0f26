//! `GET /feeds/{unguessable}.ics`: when a listing's asset is taken elsewhere, for its platform to read.

use booking::sync::Outbound;
use calendar::{Calendar, Event, EventEnd, EventTime};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::broker::Broker;
use crate::call::Ask;
use crate::input::Input;
use crate::problem::{Details, Problem};

/// The longest address that is looked up, in characters.
const MAX_ADDRESS_CHARS: usize = 256;
const CALENDAR: &str = "text/calendar; charset=utf-8";

#[utoipa::path(
    get,
    path = "/feeds/{feed}",
    operation_id = "read-feed",
    summary = "A listing's calendar, for its platform to read",
    params(
        ("feed" = String, Path, description = "The unguessable address, with `.ics` at its end."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer."),
    ),
    responses(
        (status = 200, description = "When the asset is taken elsewhere. It tells nothing of who took it.", body = String, content_type = "text/calendar"),
        (status = 304, description = "It is what the `ETag` says."),
        (status = 404, description = "`no-feed`: the same for every other address.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(())
)]
pub(crate) async fn read(broker: &Broker, ask: Ask) -> Result<Answer, Problem> {
    // Load.
    let mut input = Input::new(ask.input);
    let name = input.required_text("feed", MAX_ADDRESS_CHARS).unwrap_or_default();
    input.finish()?;
    let secret = name.strip_suffix(".ics").ok_or_else(Problem::no_feed)?;
    let address = broker.ledger.listing_of_feed(secret).await?;
    let address = address.ok_or_else(Problem::no_feed)?;
    let outbound = broker.ledger.outbound(&address.asset, &address.listing).await?;
    // Decide.
    let text = calendar::publish(&calendar_of(outbound.as_ref()));
    Ok(answer(text, ask.if_none_match.as_deref()))
}

/// The summaries say nothing, and a stamp is as old as its block: a body changes only with the times that are taken.
fn calendar_of(outbound: Option<&Outbound>) -> Calendar {
    let blocks = outbound.map_or(&[][..], |outbound| &outbound.blocks);
    let events = blocks.iter().map(|block| Event {
        end: EventEnd::At(EventTime::Utc(block.period.end)),
        summary: Some("Not available".to_owned()),
        stamp: block.since,
        ..Event::new(block.uid.clone(), EventTime::Utc(block.period.start))
    });
    Calendar {
        events: events.collect(),
        ..Calendar::default()
    }
}

fn answer(text: String, if_none_match: Option<&str>) -> Answer {
    let digest = Sha256::digest(text.as_bytes());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = format!("\"{digits}\"");
    let answer = if if_none_match.is_some_and(|known| is_among(known, &etag)) {
        Answer::text(304, CALENDAR, String::new())
    } else {
        Answer::text(200, CALENDAR, text)
    };
    answer
        .with_header("etag", etag)
        .with_header("cache-control", "private, max-age=300".to_owned())
        .with_header("x-robots-tag", "noindex".to_owned())
}

/// The comparison of RFC 9110 is the weak one here: proxies mark what they compress as weak.
fn is_among(known: &str, etag: &str) -> bool {
    known
        .split(',')
        .map(str::trim)
        .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}
