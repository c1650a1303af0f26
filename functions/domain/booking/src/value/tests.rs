use calendar::{Budget, Calendar, Event, EventTime, Period, expand};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::Field;

#[track_caller]
fn check(text: &str, expected: Option<u64>) {
    assert_eq!(amount(text), expected, "{text:?}");
}

#[test]
fn amounts_are_read_as_people_write_them() {
    check(" $1,234.50 in all", Some(123_450));
    check(": 1.234,50 EUR", Some(123_450));
    check("USD 450", Some(45_000));
    check("450.5", Some(45_050));
    check("1,234", Some(123_400));
    check("1'234.00", Some(123_400));
    check("1.234.567", Some(123_456_700));
    check("99.", Some(9_900));
    check("0", Some(0));
}

#[test]
fn what_is_no_amount_is_none() {
    check("", None);
    check(" to be agreed", None);
    check("-450", None);
    check(": pending until 2027", None);
    check(".5", None);
    check("1234567890123456", None);
    check("\n450", None);
}

fn event(code: &str, description: &str) -> Event {
    let start: DateTime<Utc> = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let mut event = Event::new(code, EventTime::Utc(start));
    event.description = Some(format!("Booking code: {code}\n{description}"));
    event
}

#[test]
fn the_first_place_that_holds_an_amount_decides() {
    let places = ["payout:", "total:"].map(|after| CodePlace {
        field: Field::Description,
        after: after.to_owned(),
    });
    let rules = Rules {
        values: places.into(),
        ..Rules::default()
    };
    let calendar = Calendar {
        events: vec![
            event("AB12", "Total: $500\nPayout: $425.50"),
            event("CD34", "Payout: pending\nTotal: $80"),
            event("EF56", "see you soon"),
        ],
        ..Calendar::default()
    };
    let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let window = Period::new(start - TimeDelta::days(1), start + TimeDelta::days(1));
    let expansion = expand(&calendar, window, chrono_tz::UTC, &Budget::default());
    let expected = [("AB12", 42_550), ("CD34", 8_000)].map(|(code, value)| (code.to_owned(), value));
    assert_eq!(values(&rules, &expansion), BTreeMap::from(expected));
    assert_eq!(values(&Rules::default(), &expansion), BTreeMap::new());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}") {
        let _ = amount(&text);
    }

    #[test]
    fn what_is_written_with_separators_is_read_back(hundredths in 0_u64..1_000_000_000_000) {
        let (whole, decimals) = (hundredths / 100, hundredths % 100);
        let digits = whole.to_string();
        let mut parted = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                parted.push(',');
            }
            parted.push(digit);
        }
        prop_assert_eq!(amount(&format!("${parted}.{decimals:02}")), Some(hundredths));
        prop_assert_eq!(amount(&format!("{whole},{decimals:02} EUR")), Some(hundredths));
    }
}
