//! Finds the conflicts of ever more intervals, as many of each as of the others: `sweep`. `cargo xtask bench sync` runs it.
//!
//! Beside each time it says how long the standard library takes to sort the same intervals, which no sweep can do without.

use std::hint::black_box;
use std::time::Instant;

use calendar::{Period, conflicts};
use chrono::DateTime;

fn main() {
    for count in [10_000, 100_000, 1_000_000] {
        let intervals = intervals(count);
        let repeats = 3_000_000 / count;
        let mut pairs = 0;
        let sweep_s = fastest(repeats, || pairs = conflicts(&intervals, |period| *period).len());
        let sort_s = fastest(repeats, || {
            let mut sorted: Vec<(Period, usize)> = intervals.iter().copied().zip(0..).collect();
            sorted.sort_unstable();
            black_box(sorted);
        });
        println!("{{\"count\": {count}, \"pairs\": {pairs}, \"sweep_s\": {sweep_s}, \"sort_s\": {sort_s}}}");
    }
}

/// Intervals of up to two hours, in no order, one for every two hours: how many meet does not depend on how many there are.
fn intervals(count: usize) -> Vec<Period> {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: u64| {
        // Marsaglia's xorshift: the same intervals each time.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        i64::try_from(random % limit).unwrap_or_default()
    };
    let range = count as u64 * 7_200;
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    (0..count)
        .map(|_| {
            let start = below(range);
            Period::new(at(start), at(start + 1 + below(7_200)))
        })
        .collect()
}

/// The fastest of so many runs: what else the machine does can only add to it.
fn fastest(runs: usize, mut run: impl FnMut()) -> f64 {
    let time = |()| {
        let began = Instant::now();
        run();
        began.elapsed().as_secs_f64()
    };
    (0..runs.max(1))
        .map(|_| ())
        .map(time)
        .fold(f64::INFINITY, f64::min)
}
