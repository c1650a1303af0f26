//! The `rrule` crate as a second opinion, where it is bounded and right: rules of days or longer.

use rrule::{RRule, RRuleSet, Unvalidated};

use super::*;
use crate::rule::Walk;
use crate::{Frequency, Rule};

/// The first recurrences by `rrule`; `None` when it refuses the rule.
fn theirs(rule: &Rule, start: DateTime<Utc>, count: u16) -> Option<Vec<DateTime<Utc>>> {
    let start = start.with_timezone(&rrule::Tz::UTC);
    let rule: RRule<Unvalidated> = rule.to_string().parse().ok()?;
    let set: RRuleSet = rule.build(start).ok()?;
    let found = set.all(count);
    Some(found.dates.iter().map(|date| date.to_utc()).collect())
}

/// A rule of days or longer with one way of choosing days, so that it holds now and then. Where the two read RFC 5545
/// differently, we side with libical's own vectors or with the RFC's text, and such rules are left out here.
fn comparable() -> impl Strategy<Value = Rule> {
    let frequencies = [
        Frequency::Daily,
        Frequency::Weekly,
        Frequency::Monthly,
        Frequency::Yearly,
    ];
    let choice = (prop::sample::select(frequencies.to_vec()), 0..4_u8);
    (crate::rule::tests::rules(), choice).prop_map(|(mut rule, (frequency, days))| {
        rule.frequency = frequency;
        rule.until = None;
        let numbers = frequency >= Frequency::Monthly && days == 1;
        if days > 1 {
            rule.by_day.clear();
        }
        // With some days numbered and some not, rrule wants both at once, the RFC either; it drops numbers where there
        // is nothing to count in.
        rule.by_day.retain(|day| day.nth.is_some() == numbers);
        if days != 2 {
            rule.by_month_day.clear();
        }
        if days != 3 || frequency != Frequency::Yearly {
            rule.by_year_day.clear();
        }
        // Of weeks without days rrule takes all seven, the RFC the weekday of the start.
        if frequency != Frequency::Yearly || rule.by_day.is_empty() || numbers {
            rule.by_week.clear();
        }
        // What never holds keeps rrule busy for long and compares nothing.
        rule.by_second.retain(|second| *second < 60);
        rule.by_position.retain(|position| position.abs() <= 2);
        // rrule counts positions in what is left of the first week.
        if frequency == Frequency::Weekly {
            rule.by_position.clear();
        }
        rule
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rules_of_days_or_longer_recur_as_rrule_says(rule in comparable()) {
        let start = at("2024-01-31T10:15:30Z");
        // What rrule refuses or gives up on says nothing of ours.
        let Some(theirs) = theirs(&rule, start, 30) else {
            return Ok(());
        };
        let Some(last) = theirs.last() else {
            return Ok(());
        };
        let mut ours = Vec::new();
        let walk = Walk {
            rule: &rule,
            start: start.naive_utc(),
            until: None,
            from: start.naive_utc(),
            to: last.naive_utc(),
        };
        walk.run(&mut Steps::new(10_000_000), &mut ours);
        let ours: Vec<_> = ours.into_iter().map(|wall| wall.and_utc()).collect();
        prop_assert_eq!(ours, theirs);
    }
}
