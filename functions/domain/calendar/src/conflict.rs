//! Which of many periods overlap.

use crate::Period;

/// Every pair of overlapping items, as indices `(i, j)` with `i < j`, in order. Touching periods do not conflict.
/// It sweeps once over the sorted starts, so it costs `n log n` and one step per pair of items that really overlap.
#[must_use]
pub fn conflicts<T>(items: &[T], period: impl Fn(&T) -> Period) -> Vec<(usize, usize)> {
    let mut by_start: Vec<(Period, usize)> = items
        .iter()
        .enumerate()
        .map(|(index, item)| (period(item), index))
        .filter(|(period, _)| !period.is_empty())
        .collect();
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
    pairs.sort_unstable();
    pairs
}
