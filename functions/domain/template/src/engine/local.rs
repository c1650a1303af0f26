//! The filter `local`: an instant as people at a place say it.

use chrono::DateTime;
use chrono_tz::Tz;
use minijinja::{Error, ErrorKind};

/// As long as most that is written of an instant.
const USUAL_BYTES: usize = 48;

/// `{{ booking.start | local(site.time_zone, "%A, %B %-d at %-I:%M %p") }}`: an RFC 3339 instant at the wall clock of
/// an IANA zone, in a strftime format. What is refused is not quoted: it may be a guest's, and errors are kept.
pub(crate) fn local(instant: &str, zone: &str, format: &str) -> Result<String, Error> {
    let refuse = |why: &'static str| Error::new(ErrorKind::InvalidOperation, why);
    let instant = DateTime::parse_from_rfc3339(instant)
        .map_err(|_| refuse("the value before `local` is not an RFC 3339 instant"))?;
    let zone: Tz = zone
        .parse()
        .map_err(|_| refuse("the zone given to `local` is not an IANA time zone"))?;
    let mut text = String::with_capacity(USUAL_BYTES);
    instant
        .with_timezone(&zone)
        .format(format)
        .write_to(&mut text)
        .map_err(|_| refuse("the format given to `local` is not one of strftime"))?;
    Ok(text)
}
