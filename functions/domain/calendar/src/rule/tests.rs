use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: Result<&str, RuleError>) {
    let found = text.parse::<Rule>().map(|rule| rule.to_string());
    assert_eq!(found, expected.map(str::to_owned), "{text}");
}

#[test]
fn rules_are_read_in_any_case_and_order_and_written_in_one() {
    check("FREQ=DAILY", Ok("FREQ=DAILY"));
    check(
        "byday=mo, -1fr ;freq=monthly;;INTERVAL=02",
        Ok("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,-1FR"),
    );
    check(
        "FREQ=WEEKLY;WKST=SU;UNTIL=20250101T120000Z;X-NOTE=hello",
        Ok("FREQ=WEEKLY;UNTIL=20250101T120000Z;WKST=SU"),
    );
    check(
        "FREQ=YEARLY;UNTIL=20250101;COUNT=3",
        Ok("FREQ=YEARLY;UNTIL=20250101;COUNT=3"),
    );
    check("FREQ=YEARLY;RSCALE=GREGORIAN;SKIP=OMIT", Ok("FREQ=YEARLY"));
    check("RRULE:nonsense;FREQ=HOURLY", Ok("FREQ=HOURLY"));
}

#[test]
fn what_is_out_of_range_is_an_error_and_not_another_number() {
    check("FREQ=DAILY;INTERVAL=0", Err(RuleError::IntervalZero));
    check("FREQ=DAILY;INTERVAL=-1", Err(RuleError::BadValue("INTERVAL")));
    check(
        "FREQ=DAILY;INTERVAL=4294967296",
        Err(RuleError::BadValue("INTERVAL")),
    );
    check("FREQ=DAILY;COUNT=0", Err(RuleError::BadValue("COUNT")));
    check("FREQ=DAILY;BYHOUR=256", Err(RuleError::BadValue("BYHOUR")));
    check("FREQ=DAILY;BYHOUR=24", Err(RuleError::BadValue("BYHOUR")));
    check("FREQ=DAILY;BYMONTH=13", Err(RuleError::BadValue("BYMONTH")));
    check("FREQ=DAILY;BYMONTHDAY=0", Err(RuleError::BadValue("BYMONTHDAY")));
    check(
        "FREQ=DAILY;BYMONTHDAY=-32",
        Err(RuleError::BadValue("BYMONTHDAY")),
    );
    check("FREQ=MONTHLY;BYDAY=0MO", Err(RuleError::BadValue("BYDAY")));
    check("FREQ=MONTHLY;BYDAY=é", Err(RuleError::BadValue("BYDAY")));
    check("FREQ=MONTHLY;BYSETPOS=367", Err(RuleError::BadValue("BYSETPOS")));
    check("FREQ=FORTNIGHTLY", Err(RuleError::BadValue("FREQ")));
    check("FREQ=DAILY;UNTIL=tomorrow", Err(RuleError::BadValue("UNTIL")));
    check("FREQ=DAILY;UNTL=20191023", Err(RuleError::UnknownPart));
    check("RSCALE=CHINESE;FREQ=YEARLY", Err(RuleError::OtherCalendar));
    check("COUNT=3", Err(RuleError::NoFrequency));
    check("", Err(RuleError::NoFrequency));
}

/// Any rule that [`Rule`] can hold.
pub(crate) fn rules() -> impl Strategy<Value = Rule> {
    let frequency = prop::sample::select(Frequency::ALL.map(|(_, frequency)| frequency).to_vec());
    let few = |range: std::ops::RangeInclusive<u8>| prop::collection::vec(range, 0..3);
    let signed = |most: i16| {
        let value = prop_oneof![1..=most, -most..=-1];
        prop::collection::vec(value, 0..3)
    };
    let weekday = prop::sample::select(WEEKDAYS.map(|(_, day)| day).to_vec());
    let nth = prop::option::of(prop_oneof![1_i16..=5, -5_i16..=-1]);
    let by_day = (nth, weekday.clone()).prop_map(|(nth, day)| ByDay { nth, day });
    let seconds = 0_i64..4_000_000_000;
    let until = prop::option::of(seconds.prop_flat_map(|seconds| {
        let instant = DateTime::from_timestamp(seconds, 0).unwrap();
        prop::sample::select(vec![
            Until::Utc(instant),
            Until::Local(instant.naive_utc()),
            Until::Date(instant.date_naive()),
        ])
    }));
    let limits = (1_u32..5, prop::option::of(1_u32..50), until);
    let times = (few(0..=60), few(0..=59), few(0..=23), few(1..=12));
    let days = (
        prop::collection::vec(by_day, 0..3),
        signed(31),
        signed(366),
        signed(53),
    );
    (frequency, limits, times, days, signed(10), weekday).prop_map(
        |(frequency, (interval, count, until), times, days, by_position, week_start)| {
            let (by_second, by_minute, by_hour, by_month) = times;
            let (by_day, by_month_day, by_year_day, by_week) = days;
            Rule {
                frequency,
                interval: interval.try_into().unwrap(),
                count: count.map(|count| count.try_into().unwrap()),
                until,
                by_second,
                by_minute,
                by_hour,
                by_day,
                by_month_day,
                by_year_day,
                by_week,
                by_month,
                by_position,
                week_start,
            }
        },
    )
}

proptest! {
    #[test]
    fn a_written_rule_reads_the_same(rule in rules()) {
        prop_assert_eq!(rule.to_string().parse(), Ok(rule));
    }

    #[test]
    fn no_text_makes_the_rule_reader_panic(text in "\\PC{0,40}", parts in "(FREQ|COUNT|UNTIL|BYDAY|INTERVAL)=[-0-9A-Zé,;=]{0,12}") {
        let _ = text.parse::<Rule>();
        let _ = parts.parse::<Rule>();
    }
}
