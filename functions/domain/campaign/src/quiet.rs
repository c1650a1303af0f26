//! Quiet hours, on the recipient's own wall.

use calendar::resolve_local;
use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;
use manifest::QuietHours;

/// When the quiet hours end in which this instant lies; `None` when it lies in none. Where the clocks skip or repeat the
/// end, it is as RFC 5545 has it for any local time.
#[must_use]
pub fn quiet_until(hours: QuietHours, zone: Tz, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (from, to) = hours.bounds();
    let wall = at.with_timezone(&zone).naive_local();
    let (date, time) = (wall.date(), wall.time());
    let ends_on = if from < to {
        (from <= time && time < to).then_some(date)
    } else if time >= from {
        date.checked_add_days(Days::new(1))
    } else {
        (time < to).then_some(date)
    };
    let end = resolve_local(zone, ends_on?.and_time(to));
    // In a repeated hour the first end may be over already: then the hours are over, too.
    (end > at).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(from: &str, to: &str) -> QuietHours {
        serde_json::from_value(serde_json::json!({"from": from, "to": to})).unwrap()
    }

    #[track_caller]
    fn check(hours: QuietHours, at: &str, expected: Option<&str>) {
        let zone: Tz = "America/New_York".parse().unwrap();
        let instant = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        assert_eq!(
            quiet_until(hours, zone, instant(at)),
            expected.map(instant),
            "{at}"
        );
    }

    #[test]
    fn a_night_ends_on_the_next_morning() {
        let night = hours("21:00", "08:00");
        check(night, "2026-06-01T20:59:59-04:00", None);
        check(
            night,
            "2026-06-01T21:00:00-04:00",
            Some("2026-06-02T08:00:00-04:00"),
        );
        check(
            night,
            "2026-06-02T07:59:59-04:00",
            Some("2026-06-02T08:00:00-04:00"),
        );
        check(night, "2026-06-02T08:00:00-04:00", None);
    }

    #[test]
    fn a_break_at_noon_ends_on_the_same_day() {
        check(
            hours("12:00", "13:00"),
            "2026-06-01T12:30:00-04:00",
            Some("2026-06-01T13:00:00-04:00"),
        );
        check(hours("12:00", "13:00"), "2026-06-01T13:00:00-04:00", None);
    }

    #[test]
    fn equal_bounds_are_a_whole_day() {
        check(
            hours("08:00", "08:00"),
            "2026-06-01T09:00:00-04:00",
            Some("2026-06-02T08:00:00-04:00"),
        );
    }

    #[test]
    fn a_night_with_a_clock_change_ends_by_the_wall() {
        let night = hours("21:00", "08:00");
        check(
            night,
            "2026-03-07T22:00:00-05:00",
            Some("2026-03-08T08:00:00-04:00"),
        );
        // An end that is skipped counts with the offset before the change.
        check(
            hours("21:00", "02:30"),
            "2026-03-08T01:00:00-05:00",
            Some("2026-03-08T03:30:00-04:00"),
        );
        // In the hour that comes twice, the first end counts.
        check(hours("21:00", "01:30"), "2026-11-01T01:10:00-05:00", None);
    }
}
