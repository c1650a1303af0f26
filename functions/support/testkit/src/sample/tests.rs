use chrono::{Days, Duration, NaiveDateTime};

use super::plan::{Kind, Stay, stays};
use super::text::{made, payout};
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn listing(id: &str) -> &'static Listing {
    LISTINGS.iter().find(|listing| listing.id == id).unwrap()
}

/// The stays of a listing with the maintenance block's next 20 weeks spelled out.
fn occurrences(listing: &Listing, today: NaiveDate) -> Vec<Stay> {
    let mut all = stays(listing, today);
    let rules: Vec<Stay> = all
        .extract_if(.., |stay| stay.kind == Kind::Maintenance)
        .collect();
    let soon = today.and_time(chrono::NaiveTime::MIN);
    for stay in rules {
        let weeks_since = (soon - stay.start).num_weeks();
        all.extend((weeks_since - 3..weeks_since + 17).map(|week| Stay {
            start: stay.start + Duration::weeks(week),
            end: stay.end + Duration::weeks(week),
            ..stay.clone()
        }));
    }
    all
}

/// Pairs of one asset that come nearer to each other than `gap_minutes`.
fn near_pairs(asset: &str, today: NaiveDate, gap_minutes: i64) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let of_asset = LISTINGS.iter().filter(|listing| listing.asset == asset);
    let mut all: Vec<Stay> = of_asset.flat_map(|listing| occurrences(listing, today)).collect();
    all.sort_by_key(|stay| stay.start);
    let gap = Duration::minutes(gap_minutes);
    all.windows(2)
        .filter(|pair| pair[1].start < pair[0].end + gap)
        .map(|pair| (pair[0].start, pair[1].start))
        .collect()
}

#[test]
fn only_the_sample_conflict_overlaps() {
    for offset in 0..400 {
        let today = day("2026-01-01") + Days::new(offset);
        for (start, other) in near_pairs("pontoon", today, 60) {
            assert_eq!(
                (
                    start.time().to_string().as_str(),
                    other.time().to_string().as_str()
                ),
                ("10:00:00", "13:00:00")
            );
        }
        assert_eq!(near_pairs("sloop", today, 90), [], "{today}");
        assert_eq!(near_pairs("hall", today, 120), [], "{today}");
    }
}

#[test]
fn a_sample_conflict_is_always_within_the_next_four_weeks() {
    for offset in 0..120 {
        let today = day("2026-01-01") + Days::new(offset);
        let is_near = |start: &NaiveDateTime| (today..=today + Days::new(28)).contains(&start.date());
        let near = near_pairs("pontoon", today, 0)
            .into_iter()
            .filter(|(start, _)| is_near(start))
            .count();
        assert!(near >= 1, "{today}");
    }
}

#[test]
fn from_one_day_to_the_next_only_the_stamp_and_the_moving_block_change() {
    let (monday, tuesday) = (day("2026-07-13"), day("2026-07-14"));
    for listing in LISTINGS {
        let (before, after) = (feed(listing, monday), feed(listing, tuesday));
        let changed: Vec<_> = before
            .lines()
            .zip(after.lines())
            .filter(|(old, new)| old != new && !old.starts_with("DTSTAMP:"))
            .collect();
        let expected = if listing.id == "getmyboat-hall" {
            vec![
                ("DTSTART;VALUE=DATE:20270109", "DTSTART;VALUE=DATE:20270110"),
                ("DTEND;VALUE=DATE:20270208", "DTEND;VALUE=DATE:20270209"),
            ]
        } else {
            Vec::new()
        };
        assert_eq!(changed, expected, "{}", listing.id);
    }
}

#[test]
fn every_reservation_tells_what_it_pays_and_nothing_else_does() {
    for offset in [0, 7, 14, 21, 28] {
        for listing in LISTINGS {
            let feed = feed(listing, day("2026-07-14") + Days::new(offset));
            for event in feed.split("BEGIN:VEVENT").skip(1) {
                let pays = event
                    .split_once("\\nPayout: ")
                    .and_then(|(_, rest)| rest.split_once(" USD\r\n"));
                let dollars = pays.map(|(dollars, _)| dollars.parse::<u32>().unwrap());
                let is_reservation = event.contains("/reservations/");
                assert_eq!(
                    dollars.is_some_and(|dollars| dollars > 0),
                    is_reservation,
                    "{event}"
                );
            }
        }
    }
}

#[test]
fn every_uid_of_a_feed_is_its_own() {
    for listing in LISTINGS {
        let feed = feed(listing, day("2026-07-14"));
        let mut uids: Vec<_> = feed.lines().filter(|line| line.starts_with("UID:")).collect();
        let events = feed.matches("BEGIN:VEVENT").count();
        uids.sort_unstable();
        uids.dedup();
        assert_eq!(uids.len(), events, "{}", listing.id);
        assert!(events > 18, "{}", listing.id);
    }
}

#[test]
fn lines_end_with_crlf_and_keep_to_75_octets() {
    for listing in LISTINGS {
        let feed = feed(listing, day("2026-07-14"));
        assert!(feed.ends_with("END:VCALENDAR\r\n"));
        for line in feed.split_inclusive('\n') {
            assert!(line.ends_with("\r\n") && line.len() <= 77, "{line:?}");
        }
    }
}

#[test]
fn utc_times_follow_daylight_saving() {
    let thursdays = |today| {
        let feed = feed(listing("boatsetter-pontoon"), day(today));
        feed.lines()
            .filter(|line| line.starts_with("DTSTART:2026"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(thursdays("2026-07-14").contains(&"DTSTART:20260716T170000Z".to_owned()));
    assert!(thursdays("2026-12-01").contains(&"DTSTART:20261203T180000Z".to_owned()));
}

#[test]
fn reservations_were_made_before_they_are_told_of_and_not_all_at_once() {
    for today in ["2026-07-13", "2026-07-19", "2026-11-01"] {
        let feeds = LISTINGS.iter().map(|listing| feed(listing, day(today)));
        let made: Vec<String> = feeds
            .flat_map(|feed| feed.lines().map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|line| line.strip_prefix("CREATED:").map(str::to_owned))
            .collect();
        let now = format!("{}T000000Z", today.replace('-', ""));
        assert!(made.iter().all(|made| *made < now), "{made:?}");
        let days: std::collections::BTreeSet<&str> = made.iter().filter_map(|made| made.get(..8)).collect();
        assert!(days.len() > 30, "{days:?}");
    }
}

#[test]
fn some_reservations_of_boats_were_made_lately_on_whatever_day_it_is() {
    let boats = || LISTINGS.iter().filter(|listing| listing.asset != "hall");
    for offset in 0..800 {
        let today = day("2026-01-01") + Days::new(offset);
        let lately = today - Days::new(14);
        let of = |listing: &'static Listing| {
            let stays = stays(listing, today).into_iter();
            let is_recent = |stay: &Stay| made(listing, stay).is_some_and(|made| made.date() >= lately);
            stays.filter(is_recent).map(|stay| payout(listing, &stay))
        };
        let paid: Vec<i64> = boats().flat_map(of).collect();
        assert!(paid.iter().sum::<i64>() > 1_000, "{today}: {paid:?}");
    }
}

#[test]
fn feeds_read_as_agreed() {
    for id in ["boatsetter-pontoon", "getmyboat-hall"] {
        insta::assert_snapshot!(id, feed(listing(id), day("2026-07-14")).replace('\r', ""));
    }
}

#[test]
fn an_unknown_listing_has_no_feed() {
    assert!(find("getmyboat", "getmyboat-pontoon").is_some());
    assert!(find("boatsetter", "getmyboat-pontoon").is_none());
    assert!(find("getmyboat", "").is_none());
}
