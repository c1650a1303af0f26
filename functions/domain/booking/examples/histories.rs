//! Lives many random histories: `cargo run --release -p booking --features histories --example histories -- COUNT [SEED]`.

use std::process::ExitCode;
use std::time::Instant;

use booking::sync::histories::live;

fn main() -> ExitCode {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse::<u64>().ok());
    let (count, first) = (numbers.next().unwrap_or(100_000), numbers.next().unwrap_or(0));
    let started = Instant::now();
    let (mut runs, mut writes, mut crashes, mut faults, mut decisions, mut lines) = (0, 0, 0, 0, 0, 0);
    for seed in first..first.saturating_add(count) {
        match live(seed) {
            Ok(tally) => {
                runs += tally.runs;
                writes += tally.writes;
                crashes += tally.crashes;
                faults += tally.faults;
                decisions += tally.decisions;
                lines += tally.lines;
            }
            Err(fault) => {
                println!("{fault}");
                return ExitCode::FAILURE;
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{count} histories hold, from seed {first}: {runs} runs, {writes} writes, {crashes} crashes, {faults} faults, {decisions} decisions, \
         {lines} lines of the log"
    );
    println!("{:.0} histories/s", count as f64 / seconds);
    ExitCode::SUCCESS
}
