//! The filter `local`: an instant as people at a place say it.

use chrono::DateTime;
use chrono::format::{Item, StrftimeItems};
use chrono_tz::Tz;
use minijinja::{Error, ErrorKind};

/// `{{ booking.start | local(site.time_zone, "%A, %B %-d at %-I:%M %p") }}`: an RFC 3339 instant at the wall clock of
/// an IANA zone, in a strftime format. What is refused is not quoted: it may be a guest's, and errors are kept.
pub(crate) fn local(instant: &str, zone: &str, format: &str) -> Result<String, Error> {
    let refuse = |why: &'static str| Error::new(ErrorKind::InvalidOperation, why);
    let instant = DateTime::parse_from_rfc3339(instant)
        .map_err(|_| refuse("the value before `local` is not an RFC 3339 instant"))?;
    let zone: Tz = zone
        .parse()
        .map_err(|_| refuse("the zone given to `local` is not an IANA time zone"))?;
    let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
    if items.contains(&Item::Error) {
        return Err(refuse("the format given to `local` is not one of strftime"));
    }
    Ok(instant
        .with_timezone(&zone)
        .format_with_items(items.iter())
        .to_string())
}
