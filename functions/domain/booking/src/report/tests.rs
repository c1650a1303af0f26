use calendar::Period;
use chrono::TimeDelta;
use chrono_tz::America::New_York;
use chrono_tz::UTC;

use super::*;
use crate::log::News;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn line(booking: &str, number: u32, standing: Standing) -> LogLine {
    let first_seen = at("2026-11-23T12:00:00Z");
    LogLine {
        booking: booking.to_owned(),
        number,
        asset: "sloop".to_owned(),
        origin: Origin::Platform {
            platform: "alpha".to_owned(),
            listing: "alpha-sloop".to_owned(),
        },
        first_seen,
        at: first_seen,
        news: News::Booked,
        standing,
        period: Period::new(first_seen, first_seen + TimeDelta::minutes(90)),
        value: None,
    }
}

fn tally(lines: impl IntoIterator<Item = LogLine>) -> BTreeMap<Cell, Counts> {
    let mut tally = Tally::default();
    for line in lines {
        tally.line(line, UTC);
    }
    tally.finish()
}

fn only(counts: BTreeMap<Cell, Counts>) -> Counts {
    assert_eq!(counts.len(), 1, "{counts:?}");
    counts.into_values().next().unwrap()
}

#[test]
fn a_booking_counts_by_what_has_become_of_it() {
    let worth = |value, line| LogLine { value, ..line };
    let counts = only(tally([
        worth(Some(100), line("a", 1, Standing::Booked)),
        worth(Some(150), line("a", 2, Standing::Booked)),
        line("b", 1, Standing::Requested),
        line("b", 2, Standing::Booked),
        line("b", 3, Standing::Cancelled),
        line("c", 1, Standing::Requested),
        line("c", 2, Standing::Cancelled),
        line("d", 1, Standing::Booked),
    ]));
    let expected = Counts {
        firm: 2,
        seconds: 2 * 90 * 60,
        revenue: Some(150),
        cancelled: 1,
        requests: 4,
        inquiries: 0,
        idle_inquiries: 0,
    };
    assert_eq!(counts, expected);
    assert_eq!(counts.cancellation_rate(), Some(1.0 / 3.0));
    assert_eq!(counts.conversion_rate(), Some(3.0 / 4.0));
}

#[test]
fn a_line_that_is_there_twice_counts_once() {
    let once = [line("a", 1, Standing::Booked), line("a", 2, Standing::Cancelled)];
    let [first, second] = once.clone();
    let twice = [first.clone(), first.clone(), second.clone(), second, first];
    assert_eq!(tally(once), tally(twice));
}

#[test]
fn who_asked_and_has_not_booked_lowers_the_conversion_and_who_booked_counts_once() {
    let inquiry = |has_booking| Inquiry {
        platform: "alpha".to_owned(),
        asset: Some("sloop".to_owned()),
        at: at("2026-11-24T12:00:00Z"),
        has_booking,
    };
    let mut tally = Tally::default();
    tally.line(line("a", 1, Standing::Booked), UTC);
    for has_booking in [true, false, false, false] {
        tally.inquiry(inquiry(has_booking), UTC);
    }
    let counts = only(tally.finish());
    assert_eq!((counts.inquiries, counts.requests), (4, 1));
    assert_eq!(counts.conversion_rate(), Some(0.25));
}

#[test]
fn nothing_has_no_rate() {
    let counts = Counts::default();
    assert_eq!(
        (counts.cancellation_rate(), counts.conversion_rate()),
        (None, None)
    );
}

#[test]
fn a_week_begins_on_monday_in_the_site_s_zone_and_belongs_to_its_thursday_s_year() {
    for (instant, zone, expected) in [
        ("2026-11-23T04:59:59Z", New_York, "2026-W47"),
        ("2026-11-23T05:00:00Z", New_York, "2026-W48"),
        ("2026-11-23T00:00:00Z", UTC, "2026-W48"),
        ("2027-01-03T12:00:00Z", UTC, "2026-W53"),
        ("2029-12-31T12:00:00Z", UTC, "2030-W01"),
    ] {
        assert_eq!(week(at(instant), zone), expected, "{instant} {zone}");
    }
}

#[test]
fn sums_of_parts_are_the_sum() {
    let some = Counts {
        revenue: Some(5),
        firm: 1,
        ..Counts::default()
    };
    let none = Counts::default();
    assert_eq!(some.and(none), some);
    assert_eq!(none.and(none).revenue, None);
    assert_eq!(some.and(some).revenue, Some(10));
}
