//! A request that is well-formed.

use booking::OwnEvent;
use calendar::Period;
use campaign::Contact;
use chrono::TimeDelta;
use manifest::{Asset, Manifest, Site};
use store::MAX_EVENT_LENGTH;

use super::{AddedEvent, KINDS, MAX_TITLE_CHARS};
use crate::answer::Answer;
use crate::broker::Moment;
use crate::input::Input;
use crate::problem::Problem;
use crate::scope::{self, MAX_ID_CHARS, Selected};
use crate::source::Source;
use crate::wire::Entry;

/// What to add, where, and whether feeds may be missing.
pub(super) struct Wish<'m> {
    pub(super) site: &'m Site,
    pub(super) asset: &'m Asset,
    pub(super) event: OwnEvent,
    pub(super) guest: Vec<Contact>,
    pub(super) accepts_unchecked: bool,
}

impl<'m> Wish<'m> {
    pub(super) fn read(mut input: Input, manifest: &'m Manifest, moment: &Moment) -> Result<Self, Problem> {
        let asset = input.required_text("asset", MAX_ID_CHARS);
        let found = asset.as_deref().and_then(|id| manifest.asset(id));
        if asset.is_some() && found.is_none() {
            input.refuse("asset", "is not in the manifest");
        }
        let title = input.required_text("title", MAX_TITLE_CHARS);
        let start = input.required_when("start");
        let end = input.required_when("end");
        let kind = input.choice("kind", KINDS).unwrap_or_default();
        let guest = guest(&mut input);
        let accepts_unchecked = input.flag("accept_unchecked");
        // A date cannot be placed before the asset's zone is known, but two points without one can be compared.
        let zone = found.map_or(chrono_tz::UTC, |(site, _)| site.time_zone);
        let period = start.zip(end).map(|(start, end)| Period {
            start: scope::instant(start, zone),
            end: scope::instant(end, zone),
        });
        if let Some(Period { start, end }) = period {
            if end <= start {
                input.refuse("end", "must be after `start`");
            } else if end - start > MAX_EVENT_LENGTH {
                input.refuse(
                    "end",
                    &format!(
                        "must be at most {} days after `start`",
                        MAX_EVENT_LENGTH.num_days()
                    ),
                );
            }
        }
        input.finish()?;
        let ((site, asset), title, period) = found
            .zip(title)
            .zip(period)
            .map(|((found, title), period)| (found, title, period))
            .ok_or_else(|| Problem::internal("a field is missing and was not refused".to_owned()))?;
        let event = OwnEvent {
            id: moment.fresh_id.clone(),
            asset: asset.id.to_string(),
            title,
            period,
            kind,
            created_at: moment.now,
        };
        Ok(Self {
            site,
            asset,
            event,
            guest,
            accepts_unchecked,
        })
    }

    pub(super) fn turnover(&self) -> TimeDelta {
        self.asset.turnover_minutes.duration()
    }

    /// The event's time and the turnover on both sides: whatever can conflict shows in it.
    pub(super) fn surroundings(&self) -> Selected<'m> {
        let Period { start, end } = self.event.period;
        Selected {
            site: self.site,
            asset: self.asset,
            window: Period {
                start: start - self.turnover(),
                end: end + self.turnover(),
            },
        }
    }

    pub(super) fn added(&self, unchecked: &[Source]) -> Answer {
        let added = AddedEvent {
            event: Entry::of_own(self.event.clone(), self.site),
            unchecked: unchecked.to_vec(),
        };
        Answer::json(201, &added)
    }
}

/// Where the guest can be written to, by each channel that is given.
fn guest(input: &mut Input) -> Vec<Contact> {
    let fields = input.texts("guest", &["name", "email", "phone", "time_zone"]);
    if fields.is_empty() {
        return Vec::new();
    }
    let (names, values): (Vec<String>, Vec<String>) = fields.into_iter().unzip();
    match campaign::import(&names, 1, &values) {
        Ok(contacts) => contacts,
        Err(errors) => {
            for error in errors {
                input.refuse(&format!("guest.{}", error.column), &error.message);
            }
            Vec::new()
        }
    }
}
