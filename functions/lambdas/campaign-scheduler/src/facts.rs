//! What the ledger holds of an asset -> what messages can be about.

use booking::sync::{CrewNotice, Link, SlotNews, State, TaskKind};
use booking::{Kind, Origin};
use campaign::BookingFact;
use chrono::{DateTime, Utc};
use manifest::{Asset, Happening, Site};

/// Everything that happened at an asset, and every booking that is there.
pub(crate) fn facts((site, asset): (&Site, &Asset), state: &State) -> Vec<BookingFact> {
    let losers: Vec<&str> = state
        .tasks
        .values()
        .filter(|task| task.kind == TaskKind::TellLoser)
        .map(|task| task.link.as_str())
        .collect();
    let bookings = state.links.values().filter_map(|link| {
        let is_firm = link.weight() == Kind::Reservation;
        if !is_firm {
            return None;
        }
        // Whoever lost their time hears of it from a person: the task has a draft.
        let has_lost = losers.contains(&link.id.as_str());
        let news = match (&link.tombstone, link.confirmed_at) {
            (Some(gone), Some(_)) => Some((Happening::BookingCancelled, gone.at)),
            (None, Some(at)) if !has_lost => Some((Happening::BookingConfirmed, at)),
            _ => None,
        };
        Some(BookingFact {
            news,
            is_live: link.is_live() && !has_lost,
            ..of_link((site, asset), link)
        })
    });
    let conflicts = state.tasks.values().filter_map(|task| {
        if !matches!(task.kind, TaskKind::TellLoser | TaskKind::Decide) {
            return None;
        }
        Some(BookingFact {
            id: task.id.clone(),
            news: Some((Happening::Conflict, task.opened_at)),
            note: Some(task.what.clone()),
            is_live: false,
            ..of_link((site, asset), state.links.get(&task.link)?)
        })
    });
    bookings.chain(conflicts).collect()
}

/// What a crew is to hear.
pub(crate) fn crew_fact(
    (site, asset): (&Site, &Asset),
    notice: &CrewNotice,
    at: DateTime<Utc>,
) -> BookingFact {
    let note = match notice.what {
        SlotNews::Asked => "asked",
        SlotNews::Changed => "changed",
        SlotNews::CalledOff => "called-off",
    };
    BookingFact {
        id: notice.slot.link.clone(),
        code: None,
        asset: asset.id.as_str().to_owned(),
        site: site.id.as_str().to_owned(),
        platform: None,
        period: notice.slot.period,
        news: Some((Happening::Turnover, at)),
        crew: Some(notice.slot.crew.clone()),
        note: Some(note.to_owned()),
        is_live: false,
    }
}

fn of_link((site, asset): (&Site, &Asset), link: &Link) -> BookingFact {
    BookingFact {
        id: link.id.clone(),
        code: link.content.code.clone(),
        asset: asset.id.as_str().to_owned(),
        site: site.id.as_str().to_owned(),
        platform: match &link.origin {
            Origin::Platform { platform, .. } => Some(platform.clone()),
            _ => None,
        },
        period: link.content.face.period,
        news: None,
        crew: asset.crew.as_ref().map(|crew| crew.as_str().to_owned()),
        note: None,
        is_live: false,
    }
}
