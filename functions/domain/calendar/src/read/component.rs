//! Logical lines to components: what `BEGIN` and `END` enclose.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::read::line::LogicalLines;
use crate::read::property::Property;
use crate::read::{Complaints, Limits, ReadError};
use crate::{Warning, WarningKind};

/// The components that matter, each with its own properties and without those of what it encloses.
#[derive(Default)]
pub(crate) struct Components<'a> {
    /// How many components of any kind begin.
    pub(crate) begun: usize,
    /// How many `VEVENT`s begin.
    events_begun: usize,
    /// How many of them lie in components that end. What is cut off may have held more.
    pub(crate) events_ended: usize,
    /// The properties of all `VCALENDAR`s.
    pub(crate) calendar: Vec<Property<'a>>,
    pub(crate) events: Vec<Component<'a>>,
    pub(crate) zones: Vec<ZoneComponent<'a>>,
}

/// A component: the line of its `BEGIN`, and its properties in order.
pub(crate) struct Component<'a> {
    pub(crate) line: u32,
    pub(crate) properties: Vec<Property<'a>>,
}

impl<'a> Component<'a> {
    /// The properties of a name, in order.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &Property<'a>> {
        self.properties
            .iter()
            .filter(move |property| property.name().eq_ignore_ascii_case(name))
    }

    /// The first property of a name.
    pub(crate) fn first(&self, name: &str) -> Option<&Property<'a>> {
        self.all(name).next()
    }
}

/// A `VTIMEZONE` with its parts.
pub(crate) struct ZoneComponent<'a> {
    pub(crate) own: Component<'a>,
    /// Each part, and whether it is `DAYLIGHT`.
    pub(crate) parts: Vec<(bool, Component<'a>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Calendar,
    Event,
    Zone,
    Standard,
    Daylight,
    /// Alarms, tasks and all that is not ours, told apart by a hash of its name only to match its `END`.
    Other(u64),
}

struct Reader<'a, 'r> {
    found: Components<'a>,
    open: Vec<(Kind, u32)>,
    limits: &'r Limits,
    complaints: &'r mut Complaints,
}

impl<'a> Components<'a> {
    pub(crate) fn of(
        bytes: &'a [u8],
        limits: &Limits,
        complaints: &mut Complaints,
    ) -> Result<Self, ReadError> {
        let mut lines = LogicalLines::new(bytes);
        let mut reader = Reader {
            found: Self::default(),
            open: Vec::new(),
            limits,
            complaints,
        };
        while let Some(line) = lines.next(reader.complaints) {
            let number = line.number;
            let Some(property) = Property::cut(line) else {
                reader.complain(number, WarningKind::UnreadableLine);
                continue;
            };
            if property.name().eq_ignore_ascii_case("BEGIN") {
                reader.begin(Kind::of(property.value()), number)?;
            } else if property.name().eq_ignore_ascii_case("END") {
                reader.end(Kind::of(property.value()), number);
            } else {
                reader.keep(property);
            }
        }
        if let Some((kind, line)) = reader.open.pop() {
            reader.complain(line, WarningKind::Unfinished(kind.name()));
        }
        Ok(reader.found)
    }
}

impl<'a> Reader<'a, '_> {
    fn begin(&mut self, kind: Kind, line: u32) -> Result<(), ReadError> {
        if self.open.len() >= self.limits.depth {
            return Err(ReadError::TooDeep {
                line,
                limit: self.limits.depth,
            });
        }
        // A calendar or an event within an event means that the outer one was never ended.
        if matches!(kind, Kind::Event | Kind::Calendar)
            && let Some(at) = self.open.iter().position(|(open, _)| *open == Kind::Event)
        {
            let (_, begun) = self.open[at];
            self.complain(begun, WarningKind::Unfinished("VEVENT"));
            self.open.truncate(at);
        }
        self.found.begun += 1;
        let component = || Component {
            line,
            properties: Vec::new(),
        };
        match kind {
            Kind::Event => {
                self.found.events_begun += 1;
                if self.found.events_begun == self.limits.events + 1 {
                    self.complain(line, WarningKind::TooMany("events"));
                }
                let in_calendar = matches!(self.open.last(), Some((Kind::Calendar, _)));
                if !in_calendar {
                    self.complain(line, WarningKind::NoCalendar);
                } else if self.found.events_begun <= self.limits.events {
                    self.found.events.push(component());
                }
            }
            Kind::Zone => self.found.zones.push(ZoneComponent {
                own: component(),
                parts: Vec::new(),
            }),
            Kind::Standard | Kind::Daylight => {
                if let Some(zone) = self.found.zones.last_mut() {
                    zone.parts.push((kind == Kind::Daylight, component()));
                }
            }
            Kind::Calendar | Kind::Other(_) => {}
        }
        self.open.push((kind, line));
        Ok(())
    }

    fn end(&mut self, kind: Kind, line: u32) {
        match self.open.iter().rposition(|(open, _)| *open == kind) {
            Some(at) => {
                if at + 1 < self.open.len() {
                    self.complain(line, WarningKind::UnmatchedEnd);
                }
                self.open.truncate(at);
                if at == 0 {
                    self.found.events_ended = self.found.events_begun;
                }
            }
            None => {
                self.complain(line, WarningKind::UnmatchedEnd);
                // It may be the calendar's own end, misspelt; but more may follow, so the calendar stays open.
                if let [(Kind::Calendar, _)] = self.open.as_slice() {
                    self.found.events_ended = self.found.events_begun;
                }
            }
        }
    }

    fn keep(&mut self, property: Property<'a>) {
        let enclosing = self.open.last().map(|(kind, _)| *kind);
        let keeps_event = self.keeps_event();
        let zones = &mut self.found.zones;
        let into = match enclosing {
            Some(Kind::Calendar) => Some(&mut self.found.calendar),
            Some(Kind::Event) if !keeps_event => None,
            Some(Kind::Event) => self.found.events.last_mut().map(|event| &mut event.properties),
            Some(Kind::Zone) => zones.last_mut().map(|zone| &mut zone.own.properties),
            Some(Kind::Standard | Kind::Daylight) => zones
                .last_mut()
                .and_then(|zone| zone.parts.last_mut())
                .map(|(_, part)| &mut part.properties),
            Some(Kind::Other(_)) => None,
            None => {
                self.complain(property.line, WarningKind::UnreadableLine);
                None
            }
        };
        if let Some(into) = into {
            into.push(property);
        }
    }

    /// Whether the open event is among those found. If it is not, its properties would be taken for those of the one before.
    fn keeps_event(&self) -> bool {
        let open = self.open.last().map(|(_, begun)| *begun);
        self.found.events.last().map(|event| event.line) == open
    }

    fn complain(&mut self, line: u32, kind: WarningKind) {
        self.complaints.push(Warning::at(line, kind));
    }
}

impl Kind {
    fn of(name: &str) -> Self {
        let name = name.trim().to_ascii_uppercase();
        match name.as_str() {
            "VCALENDAR" => Self::Calendar,
            "VEVENT" => Self::Event,
            "VTIMEZONE" => Self::Zone,
            "STANDARD" => Self::Standard,
            "DAYLIGHT" => Self::Daylight,
            _ => {
                let mut hasher = DefaultHasher::new();
                name.hash(&mut hasher);
                Self::Other(hasher.finish())
            }
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Calendar => "VCALENDAR",
            Self::Event => "VEVENT",
            Self::Zone => "VTIMEZONE",
            Self::Standard => "STANDARD",
            Self::Daylight => "DAYLIGHT",
            Self::Other(_) => "a component",
        }
    }
}
