//! A platform's mapping as the manifest has it -> as the booking room takes it. Neither knows the other.

use booking::{CodePlace, Field, Kind, Pattern, Rule, Rules};
use manifest::{EventField, EventKind, Platform};

/// What a platform's events mean.
#[must_use]
pub fn rules(platform: Option<&Platform>) -> Rules {
    let Some(platform) = platform else {
        return Rules::default();
    };
    let mapping = &platform.events;
    let rules = mapping.rules.iter().map(|rule| Rule {
        field: field(rule.field),
        pattern: Pattern::new(rule.matches.as_str()),
        kind: kind(rule.kind),
    });
    let places = |places: &[manifest::CodePlace]| -> Vec<CodePlace> {
        let place = |place: &manifest::CodePlace| CodePlace {
            field: field(place.field),
            after: place.after.as_str().to_owned(),
        };
        places.iter().map(place).collect()
    };
    Rules {
        rules: rules.collect(),
        otherwise: kind(mapping.otherwise),
        codes: places(&mapping.reservation_code),
        values: places(&mapping.value),
    }
}

fn field(field: EventField) -> Field {
    match field {
        EventField::Summary => Field::Summary,
        EventField::Description => Field::Description,
        EventField::Location => Field::Location,
        EventField::Url => Field::Url,
        EventField::Uid => Field::Uid,
        EventField::Categories => Field::Categories,
    }
}

fn kind(kind: EventKind) -> Kind {
    match kind {
        EventKind::Reservation => Kind::Reservation,
        EventKind::Block => Kind::Block,
        EventKind::Hold => Kind::Hold,
    }
}
