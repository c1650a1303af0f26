//! The filter `local`: an instant as people at a place say it.

use chrono::DateTime;
use chrono::format::{Item, StrftimeItems};
use chrono_tz::Tz;
use minijinja::{Error, ErrorKind};

/// `{{ booking.start | local(site.time_zone, "%A, %B %-d at %-I:%M %p") }}`: an RFC 3339 instant at the wall clock of
/// an IANA zone, in a strftime format.
pub(crate) fn local(instant: &str, zone: &str, format: &str) -> Result<String, Error> {
    let refuse = |why: String| Error::new(ErrorKind::InvalidOperation, why);
    let instant = DateTime::parse_from_rfc3339(instant)
        .map_err(|_| refuse(format!("`{instant}` is not an RFC 3339 instant")))?;
    let zone: Tz = zone
        .parse()
        .map_err(|_| refuse(format!("`{zone}` is not an IANA time zone")))?;
    let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
    if items.contains(&Item::Error) {
        return Err(refuse(format!("`{format}` is not a date format: see strftime")));
    }
    Ok(instant
        .with_timezone(&zone)
        .format_with_items(items.iter())
        .to_string())
}
