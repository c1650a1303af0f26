//! Which zone of the IANA database a name means.

use std::str::FromStr;

use calcard::common::timezone::Tz as KnownZone;
use chrono_tz::Tz;

/// The IANA zone that a name means: its own name, one that Windows or Lotus gives it, or the end of a longer name
/// such as `/example.org/Tzfile/Europe/Berlin`.
pub(crate) fn iana_zone(id: &str) -> Option<Tz> {
    let id = id.trim();
    // Of `(UTC+05:30)` calcard would keep the whole hours.
    let broken_hours = [":15", ":30", ":45"].iter().any(|minutes| id.contains(minutes));
    match KnownZone::from_str(id) {
        Ok(KnownZone::Tz(zone)) if !(broken_hours && zone.name().starts_with("Etc/GMT")) => {
            return Some(zone);
        }
        _ => {}
    }
    let mut rest = id;
    while let Some((_, tail)) = rest.split_once('/') {
        rest = tail;
        if rest.contains('/')
            && let Ok(zone) = Tz::from_str(rest)
        {
            return Some(zone);
        }
    }
    None
}
