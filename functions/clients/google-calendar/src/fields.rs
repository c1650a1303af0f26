//! The fields of an event that are ours to write, in the one form in which two can be compared.

use calendar::{Calendar, Clock, Event, EventEnd, Status, Transparency};
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::draft::Unmappable;
use crate::recurrence;
use crate::when::{Settled, settle};

/// The private extended property that holds our link. Only our own project sees it; people do not.
pub(crate) const LINK: &str = "landfallLink";
/// The longest value that Google keeps in one, in bytes.
pub(crate) const LONGEST_LINK: usize = 1024;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) start: Settled,
    pub(crate) end: Settled,
    recurrence: Vec<String>,
    summary: Option<String>,
    description: Option<String>,
    location: Option<String>,
    source: Option<String>,
    is_tentative: bool,
    is_transparent: bool,
    link: Option<String>,
}

impl Fields {
    pub(crate) fn of(event: &Event, link: Option<&str>, zone: Tz) -> Result<Self, Unmappable> {
        let start = settle(&event.start, zone)?;
        Ok(Self {
            start,
            end: settle_end(event, start, zone)?,
            recurrence: recurrence::write(event, zone)?,
            summary: said(event.summary.as_deref()),
            description: said(event.description.as_deref()),
            location: said(event.location.as_deref()),
            source: said(event.url.as_deref()).filter(|url| is_web(url)),
            is_tentative: event.status == Status::Tentative,
            is_transparent: event.transparency == Transparency::Transparent,
            link: said(link),
        })
    }

    /// The whole event, for an insert.
    pub(crate) fn whole(&self) -> Value {
        let mut whole = Map::new();
        for (name, value) in self.each() {
            if !value.is_null() {
                whole.insert(name.to_owned(), value);
            }
        }
        Value::Object(whole)
    }

    /// What differs, for a patch. A field that is to go is null. Google merges objects, so the parts of a time that it is
    /// not to keep are null, too.
    pub(crate) fn change_from(&self, before: Option<&Self>) -> Option<Value> {
        let mut change = Map::new();
        let before_fields = before.map(Self::each);
        for (index, (name, value)) in self.each().into_iter().enumerate() {
            let is_same = match (name, before) {
                ("start", Some(before)) => {
                    self.start.is_same_moment(before.start) && self.has_same_clock(before)
                }
                ("end", Some(before)) => self.end.is_same_moment(before.end),
                _ => before_fields
                    .as_ref()
                    .and_then(|fields| fields.get(index))
                    .is_some_and(|(_, known)| *known == value),
            };
            if !is_same {
                change.insert(name.to_owned(), value);
            }
        }
        // A day cannot end at a time: whoever changes one of the two sends both.
        for (name, time) in [("start", self.start), ("end", self.end)] {
            if change.contains_key("start") || change.contains_key("end") {
                change.insert(name.to_owned(), full_time(time));
            }
        }
        (!change.is_empty()).then_some(Value::Object(change))
    }

    /// Recurrences follow the clock of their zone; for a single time the instant is all.
    fn has_same_clock(&self, before: &Self) -> bool {
        let zone = |settled| match settled {
            Settled::At { zone, .. } => zone,
            Settled::Date(_) => None,
        };
        self.recurrence.is_empty() || zone(self.start) == zone(before.start)
    }

    fn each(&self) -> [(&'static str, Value); 10] {
        let link = |link: &String| json!({ "private": { LINK: link } });
        let source = |url: &String| json!({ "url": url });
        let recurrence = Some(&self.recurrence).filter(|lines| !lines.is_empty());
        [
            ("start", json!(self.start.wire())),
            ("end", json!(self.end.wire())),
            ("recurrence", json!(recurrence)),
            ("summary", json!(self.summary)),
            ("description", json!(self.description)),
            ("location", json!(self.location)),
            ("source", self.source.as_ref().map_or(Value::Null, source)),
            (
                "status",
                json!(if self.is_tentative {
                    "tentative"
                } else {
                    "confirmed"
                }),
            ),
            (
                "transparency",
                json!(if self.is_transparent {
                    "transparent"
                } else {
                    "opaque"
                }),
            ),
            ("extendedProperties", self.link.as_ref().map_or(Value::Null, link)),
        ]
    }
}

fn full_time(time: Settled) -> Value {
    let wire = time.wire();
    json!({ "date": wire.date, "dateTime": wire.date_time, "timeZone": wire.time_zone })
}

fn settle_end(event: &Event, start: Settled, zone: Tz) -> Result<Settled, Unmappable> {
    let own = match &event.end {
        EventEnd::At(end) => Some(settle(end, zone)?),
        EventEnd::After(_) => None,
    };
    match (start, own) {
        (Settled::Date(first), Some(Settled::Date(end))) => Ok(Settled::Date(end.max(next(first)?))),
        (Settled::Date(first), None) => {
            let EventEnd::After(length) = &event.end else {
                return Err(Unmappable::MixedTimes);
            };
            // A part of a day takes the day.
            let days = i64::from(length.days).saturating_add(length.seconds.saturating_add(86_399) / 86_400);
            let days = TimeDelta::try_days(days.max(1)).ok_or(Unmappable::EndOutOfReach)?;
            let end = first.checked_add_signed(days);
            end.map(Settled::Date).ok_or(Unmappable::EndOutOfReach)
        }
        (Settled::At { zone: start_zone, .. }, own) => {
            let end_zone = match own {
                Some(Settled::Date(_)) => return Err(Unmappable::MixedTimes),
                Some(Settled::At { zone, .. }) => zone,
                None => start_zone,
            };
            let clock = Clock::new(&Calendar::default(), zone);
            Ok(Settled::At {
                instant: clock.period(&event.start, &event.end).end,
                zone: end_zone,
            })
        }
        (Settled::Date(_), Some(Settled::At { .. })) => Err(Unmappable::MixedTimes),
    }
}

fn next(date: NaiveDate) -> Result<NaiveDate, Unmappable> {
    date.succ_opt().ok_or(Unmappable::EndOutOfReach)
}

fn said(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Google refuses a source that is no web address.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
