//! Which of many periods overlap.

use crate::Period;

/// Every pair of overlapping items, as indices `(i, j)` with `i < j`, in order. Touching periods do not conflict.
/// It sweeps once over the sorted starts, so it costs `n log n` and one step per pair of items that really overlap.
#[must_use]
pub fn conflicts<T>(items: &[T], period: impl Fn(&T) -> Period) -> Vec<(usize, usize)> {
    let mut by_start: Vec<(Period, usize)> = Vec::with_capacity(items.len());
    let periods = items.iter().map(period).zip(0..);
    by_start.extend(periods.filter(|(period, _)| !period.is_empty()));
    by_start.sort_unstable();
    let mut pairs = Vec::new();
    let mut open: Vec<(Period, usize)> = Vec::new();
    for (period, index) in by_start {
        open.retain(|(earlier, _)| earlier.end > period.start);
        pairs.extend(
            open.iter()
                .map(|(_, other)| (index.min(*other), index.max(*other))),
        );
        open.push((period, index));
    }
    in_order(&pairs, items.len())
}

/// The pairs in order. How many there are of each first index tells where they belong, so that sorting them does not grow
/// faster than they do.
fn in_order(pairs: &[(usize, usize)], count: usize) -> Vec<(usize, usize)> {
    let mut places = vec![0; count];
    for (first, _) in pairs {
        if let Some(place) = places.get_mut(*first) {
            *place += 1;
        }
    }
    let mut next = 0;
    for place in &mut places {
        (*place, next) = (next, next + *place);
    }
    let mut ordered = vec![(0, 0); pairs.len()];
    for pair in pairs {
        if let Some(place) = places.get_mut(pair.0) {
            if let Some(slot) = ordered.get_mut(*place) {
                *slot = *pair;
            }
            *place += 1;
        }
    }
    for of_one in ordered.chunk_by_mut(|a, b| a.0 == b.0) {
        of_one.sort_unstable();
    }
    ordered
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn period(from: i64, to: i64) -> Period {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        Period::new(at(from), at(to))
    }

    #[track_caller]
    fn check(items: &[(i64, i64)], expected: &[(usize, usize)]) {
        assert_eq!(conflicts(items, |(from, to)| period(*from, *to)), expected);
    }

    #[test]
    fn periods_that_share_an_instant_conflict_and_touching_ones_do_not() {
        check(&[(0, 10), (10, 20)], &[]);
        check(&[(0, 10), (9, 20)], &[(0, 1)]);
        check(&[(5, 6), (0, 10), (0, 10)], &[(0, 1), (0, 2), (1, 2)]);
    }

    #[test]
    fn what_lasts_no_time_conflicts_with_nothing() {
        check(&[(5, 5), (0, 10), (7, 3)], &[]);
    }

    fn items() -> impl Strategy<Value = Vec<(i64, i64)>> {
        prop::collection::vec(
            (0..50_i64, 0..20_i64).prop_map(|(from, lasts)| (from, from + lasts)),
            0..30,
        )
    }

    proptest! {
        #[test]
        fn the_sweep_finds_what_comparing_all_pairs_finds(items in items()) {
            let periods: Vec<Period> = items.iter().map(|(from, to)| period(*from, *to)).collect();
            let mut naive = Vec::new();
            for (i, one) in periods.iter().enumerate() {
                for (j, other) in periods.iter().enumerate().skip(i + 1) {
                    if one.overlaps(other) {
                        naive.push((i, j));
                    }
                }
            }
            prop_assert_eq!(conflicts(&periods, |period| *period), naive);
        }

        #[test]
        fn the_order_of_items_does_not_matter(
            (items, shuffled) in items().prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle()))
        ) {
            let found = |items: &[(i64, i64)]| {
                let mut pairs: Vec<_> = conflicts(items, |(from, to)| period(*from, *to))
                    .into_iter()
                    .map(|(i, j)| (items[i].min(items[j]), items[i].max(items[j])))
                    .collect();
                pairs.sort_unstable();
                pairs
            };
            prop_assert_eq!(found(&items), found(&shuffled));
        }

        #[test]
        fn a_union_holds_the_same_instants_in_the_fewest_periods(items in items()) {
            let periods: Vec<Period> = items.iter().map(|(from, to)| period(*from, *to)).collect();
            let union = Period::union(periods.clone());
            for second in 0..80 {
                let at = DateTime::from_timestamp(second, 0).unwrap();
                let covered = |all: &[Period]| all.iter().any(|period| period.contains(at));
                prop_assert_eq!(covered(&periods), covered(&union), "{}", second);
            }
            prop_assert!(union.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
